from odoo.tests import tagged

from odoo.addons.b2b_portal.tests.checkout_common import B2bCheckoutCommon

from .common import B2bBlockBuilders
from .test_paying import PayingBuilders


@tagged("post_install", "-at_install")
class TestBlockedDealerTour(PayingBuilders, B2bBlockBuilders, B2bCheckoutCommon):
    """The way of an overdue dealer in the browser: blocked at night, pays with the demo
    provider, orders again.
    """

    def test_overdue_dealer_is_blocked_pays_and_orders_again(self):
        # Only without the two debts there is room for an order of 108.
        self.contract.write({"has_credit_limit": True, "credit_limit": 200})
        first = self._create_debt(100, overdue_days=20)
        second = self._create_debt(50, overdue_days=15)
        later = self._create_debt(25, overdue_days=-5)
        rule = self._create_rule(overdue_days=10, scope="dealer", scenario="soft")
        login = self.dealer_user.login
        page = "/shop?search=Oil filter"

        self.start_tour(page, "b2b_credit_control.overdue_dealer", login=login)
        self.assertFalse(rule.block_ids)
        self._run_cron()
        self.assertEqual(self.dealer_user._b2b_get_gate(), "soft")
        self.start_tour(page, "b2b_credit_control.blocked_dealer", login=login)

        moves = first + second + later
        self.assertEqual(moves.mapped("amount_residual"), [0, 0, 25])
        self.assertEqual(rule.block_ids.state, "lifted")
        self.assertFalse(rule.block_ids.lifted_by_id, "nobody had to lift it")
        order = self.env["sale.order"].search(
            [("b2b_contact_id", "=", self.dealer_user.partner_id.id)]
        )
        self.assertRecordValues(
            order,
            [
                {
                    "state": "sale",
                    "b2b_contract_id": self.contract.id,
                    "amount_total": 108,
                    "b2b_is_on_credit_hold": False,
                    "b2b_is_billed": True,
                }
            ],
        )
