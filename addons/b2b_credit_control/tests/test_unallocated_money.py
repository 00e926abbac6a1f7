import random

from odoo.tests import tagged

from .common import B2bBlockCommon


@tagged("post_install", "-at_install")
class TestUnallocatedMoney(B2bBlockCommon):
    """Money that is on the contract and pays no document yet: what counts is the net of
    the contract in its currency, in the panel, for rules and in the unblock plan.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.older = cls._create_debt(100, overdue_days=30)
        cls.newer = cls._create_debt(50, overdue_days=20)
        cls.rule = cls._create_rule(overdue_days=10)

    def _pay_in(self, amount, contract=None, **values):
        """Return a payment that is allocated to nothing."""
        contract = contract or self.contract
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": contract.legal_entity_id.id,
                "amount": amount,
                "b2b_contract_id": contract.id,
                **values,
            }
        )
        payment.action_post()
        self.assertFalse(payment.reconciled_invoice_ids)
        return payment

    def _get_panel(self):
        rows = self.env["b2b.contract"].with_user(self.dealer_user)._get_credit_rows()
        (row,) = [
            row
            for row in rows
            if row["contract_id"] == self.contract.id
            and row["currency_id"] == self.currency.id
        ]
        return row

    def _assert_agree(self):
        """Return what is overdue and for how long, told the same everywhere."""
        matches = self.rule._find_matches(self.contract)
        days, amount = (
            (matches[0]["days"], matches[0]["amount"]) if matches else (0, 0.0)
        )
        panel = self._get_panel()
        self.assertAlmostEqual(panel["overdue"], amount)
        self.assertEqual(panel["overdue_days"], days)
        self.contract.invalidate_recordset()
        self.assertAlmostEqual(self.contract.credit_overdue, amount)
        block = self._create_block(contract=self.contract)
        debts = block._get_overdue_debts()
        self.assertAlmostEqual(sum(debt.amount for debt in debts), amount)
        self.assertEqual(max((debt.days for debt in debts), default=0), days)
        self.assertAlmostEqual(block._get_unblock_amount(), amount)
        block._lift("Only looked at")
        return days, round(amount, 2)

    def test_money_that_covers_the_overdue_keeps_from_being_blocked(self):
        self._pay_in(150)
        self.assertEqual(self._assert_agree(), (0, 0))
        self.rule._apply()
        self.assertFalse(self.rule.block_ids)

    def test_block_is_lifted_when_the_money_arrives(self):
        self.rule._apply()
        block = self.rule.block_ids
        self._pay_in(149.99)
        self._end_transaction()
        self.assertEqual(block.state, "active")
        self.assertEqual(self._assert_agree(), (20, 0.01))
        plan = block._get_unblock_plan()
        self.assertEqual(
            [(line.move_id, round(amount, 2)) for line, amount in plan],
            [(self.newer, 0.01)],
        )
        self._pay_in(0.01)
        self._end_transaction()
        self.assertEqual(block.state, "lifted")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")

    def test_money_pays_the_oldest_first(self):
        rule = self._create_rule(overdue_days=25)
        self.assertTrue(rule._find_matches())
        self._pay_in(100)
        self.assertFalse(rule._find_matches(), "what is left is 20 days old")
        self.assertEqual(self._assert_agree(), (20, 50))

    def test_allocating_the_money_later_changes_nothing(self):
        payment = self._pay_in(120)
        before = self._assert_agree()
        (payment.move_id.line_ids | self.older.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(self.older.amount_residual, 0)
        self.assertEqual(self._assert_agree(), before)

    def test_money_that_is_taken_back_counts_no_more(self):
        payment = self._pay_in(150)
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self._assert_agree(), (30, 150))

    def test_money_elsewhere_covers_nothing_here(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        self._pay_in(500, self._create_contract(self.dealer, "D-2"))
        self._pay_in(500, self.entity_contract)
        # As in the panel, amounts of different currencies are not set off.
        self._pay_in(500, currency_id=euro.id)
        self.assertEqual(self._assert_agree(), (30, 150))

    def test_whole_dealer_is_judged_by_the_net_of_each_contract(self):
        self.rule.scope = "dealer"
        self._create_debt(40, overdue_days=15, contract=self.entity_contract)
        self._pay_in(200)
        (match,) = self.rule._find_matches()
        self.assertEqual((match["days"], match["amount"]), (15, 40))

    def test_all_figures_agree_whatever_is_owed_and_paid(self):
        chance = random.Random(5)
        for _number in range(8):
            self._create_debt(
                chance.randint(1, 20000) / 100, overdue_days=chance.randint(-10, 60)
            )
            if chance.random() < 0.7:
                self._pay_in(chance.randint(1, 20000) / 100)
            self._assert_agree()
