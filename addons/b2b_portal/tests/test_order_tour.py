from odoo.tests import tagged

from .checkout_common import B2bCheckoutCommon


@tagged("post_install", "-at_install")
class TestOrderAndBillTour(B2bCheckoutCommon):
    def test_order_and_bill_for_the_second_legal_entity(self):
        self.env["payment.provider"].search(
            [("id", "!=", self.provider.id)]
        ).state = "disabled"
        self.start_tour(
            "/shop?search=Oil filter",
            "b2b_portal.order_and_bill",
            login=self.dealer_user.login,
        )
        order = self.env["sale.order"].search(
            [("b2b_contact_id", "=", self.dealer_user.partner_id.id)]
        )
        self.assertEqual(len(order), 1)
        self.assertEqual(order.state, "sale")
        bill = order._b2b_get_bill()
        self.assertEqual(bill.legal_entity_id, self.entity)
        self.assertEqual(bill.amount_total, 80)
