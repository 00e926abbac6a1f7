from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import B2bBlockCommon


@tagged("post_install", "-at_install")
class TestDebtors(B2bBlockCommon):
    def _find(self, contract=None):
        self.env.flush_all()
        self.env["b2b.debtor"].invalidate_model()
        return (
            self.env["b2b.debtor"]
            .with_user(self.staff_user)
            .search([("contract_id", "=", (contract or self.contract).id)])
        )

    def test_debt_by_age(self):
        for amount, days in ((1, 0), (2, 1), (4, 7), (8, 8), (16, 30), (32, 31)):
            self._create_debt(amount, overdue_days=days)
        for amount, days in ((64, 60), (128, 61)):
            self._create_debt(amount, overdue_days=days)
        debtor = self._find()
        self.assertEqual(
            [
                debtor.balance_not_due,
                debtor.balance_7,
                debtor.balance_30,
                debtor.balance_60,
                debtor.balance_older,
            ],
            [1, 6, 24, 96, 128],
        )
        self.assertEqual(debtor.balance, 255)
        self.assertEqual(debtor.balance_overdue, 254)
        self.assertEqual(debtor.overdue_days, 61)
        self.assertEqual(debtor.overdue_since, self._days_ago(61))

    def test_prepayments_pay_the_oldest(self):
        self._create_debt(100, overdue_days=40)
        self._create_debt(50, overdue_days=5)
        self._create_invoice(
            self.dealer, 120, "out_refund", b2b_contract_id=self.contract.id
        )
        debtor = self._find()
        self.assertEqual((debtor.balance, debtor.balance_overdue), (30, 30))
        self.assertEqual((debtor.balance_60, debtor.balance_7), (0, 30))
        self.assertEqual(debtor.overdue_days, 5)
        self.assertEqual(debtor.balance_overdue, self._get_figures()["overdue"])

    def test_currencies_have_their_own_rows(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        self._create_debt(100)
        self._create_debt(40, currency_id=euro.id)
        by_currency = {row.currency_id: (row.debt, row.balance) for row in self._find()}
        self.assertEqual(by_currency, {self.currency: (100, 100), euro: (40, 80)})

    def test_row_tells_who_is_blocked_and_opens_the_rest(self):
        self._create_debt(100, overdue_days=3)
        self.assertFalse(self._find().scenario)
        block = self._create_block(dealer=self.dealer, scenario="hard")
        self._create_block(contract=self.stranger_contract)
        debtor = self._find()
        self.assertEqual(debtor.scenario, "hard")

        def found(action):
            return self.env[action["res_model"]].search(action["domain"])

        self.assertEqual(found(debtor.action_view_blocks()), block)
        self.assertEqual(
            found(debtor.action_view_documents()).legal_entity_id, self.dealer
        )
        self.assertEqual(found(debtor.action_view_settlements()).residual, 100)
        self.assertFalse(found(debtor.action_view_holds()))
        self.assertEqual(self.dealer.with_user(self.staff_user).b2b_block_count, 1)

    def test_dealers_do_not_see_debtors(self):
        with self.assertRaises(AccessError):
            self.env["b2b.debtor"].with_user(self.dealer_user).search([])
