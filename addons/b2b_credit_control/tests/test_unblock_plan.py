import random

from odoo.tests import BaseCase, tagged

from ..tools.unblock import Debt, plan_payment, take_off_credits
from .common import B2bBlockCommon


@tagged("post_install", "-at_install")
class TestPlanPayment(BaseCase):
    """The arithmetic alone, on many random accounts."""

    def _random_debts(self, chance):
        groups = [("D-1", "USD"), ("D-1", "EUR"), ("E-1", "USD")]
        days = sorted((chance.randint(1, 60) for _n in range(6)), reverse=True)
        return [
            Debt(
                number, chance.choice(groups), day, chance.randint(1, 9999) / 100, 0.01
            )
            for number, day in enumerate(days)
        ]

    def _condition(self, days_limit, amount_limit):
        rates = {"USD": 1.0, "EUR": 1.3711}

        def is_blocking(left, days):
            total = sum(
                round(amount * rates[group[1]], 2) for group, amount in left.items()
            )
            return days > days_limit and round(total - amount_limit, 2) > 0

        return is_blocking

    def _left(self, debts, paid):
        rest = [
            debt._replace(amount=round(debt.amount - paid.get(debt.key, 0.0), 2))
            for debt in debts
        ]
        rest = [debt for debt in rest if debt.amount > 0]
        left = {}
        for debt in rest:
            left[debt.group] = round(left.get(debt.group, 0.0) + debt.amount, 2)
        return left, max((debt.days for debt in rest), default=0)

    def test_exactly_the_plan_lifts_and_a_cent_less_does_not(self):
        chance = random.Random(7)
        planned = 0
        for _round in range(500):
            debts = self._random_debts(chance)
            is_blocking = self._condition(chance.randint(0, 40), chance.randint(0, 200))
            plan = plan_payment(debts, is_blocking)
            paid = {debt.key: amount for debt, amount in plan}
            self.assertFalse(is_blocking(*self._left(debts, paid)))
            if not plan:
                continue
            planned += 1
            for debt, amount in plan:
                self.assertLessEqual(amount, debt.amount)
            last, amount = plan[-1]
            short = paid | {last.key: round(amount - 0.01, 2)}
            self.assertTrue(is_blocking(*self._left(debts, short)))
        self.assertGreater(planned, 100)

    def test_oldest_is_paid_first(self):
        debts = [Debt(1, "a", 30, 10.0, 0.01), Debt(2, "a", 20, 10.0, 0.01)]
        plan = plan_payment(debts, self._always_until(8))
        self.assertEqual(
            [(debt.key, round(sum_, 2)) for debt, sum_ in plan],
            [
                (1, 10.0),
                (2, 2.0),
            ],
        )

    def _always_until(self, amount):
        return lambda left, days: round(sum(left.values()), 2) > amount

    def test_credits_pay_the_oldest_of_their_group(self):
        debts = [
            Debt(1, "a", 30, 10.0, 0.01),
            Debt(2, "b", 25, 10.0, 0.01),
            Debt(3, "a", 20, 10.0, 0.01),
        ]
        rest = take_off_credits(debts, {"a": 12.5})
        self.assertEqual(
            [(debt.key, debt.amount) for debt in rest],
            [
                (2, 10.0),
                (3, 7.5),
            ],
        )


@tagged("post_install", "-at_install")
class TestUnblockPlan(B2bBlockCommon):
    def _assert_plan_is_exact(self, rule, expected):
        """Check the plan, pay it less a cent, then the cent."""
        rule._apply()
        blocks = rule.block_ids.filtered(lambda block: not block.is_lifted)
        plan = blocks._get_unblock_plan()
        self.assertEqual(
            [(line.move_id, round(amount, 2)) for line, amount in plan], expected
        )
        *first, (last, last_amount) = plan
        for line, amount in first:
            self._register_payment(line.move_id, amount)
        if last_amount > 0.01:
            self._register_payment(last.move_id, last_amount - 0.01)
        self._end_transaction()
        self.assertEqual(set(blocks.mapped("state")), {"active"})
        self._register_payment(last.move_id, 0.01)
        self._end_transaction()
        self.assertEqual(set(blocks.mapped("state")), {"lifted"})

    def test_part_of_the_oldest_is_enough_when_the_sum_falls(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        oldest = self._create_debt(150, overdue_days=30)
        self._create_debt(20, overdue_days=5)
        self._assert_plan_is_exact(rule, [(oldest, 70)])

    def test_old_documents_are_enough_when_the_days_fall(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        old = self._create_debt(5, overdue_days=30)
        older = self._create_debt(7, overdue_days=40)
        self._create_debt(900, overdue_days=10)
        self._assert_plan_is_exact(rule, [(older, 7), (old, 5)])

    def test_whole_dealer_over_contracts_and_currencies(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.73)
        rule = self._create_rule(overdue_days=10, overdue_amount=100, scope="dealer")
        first = self._create_debt(80, overdue_days=40)
        second = self._create_debt(
            90, overdue_days=30, contract=self.entity_contract, currency_id=euro.id
        )
        # 90 EUR are 123.29 USD; 73.00 EUR are 100.00.
        self._assert_plan_is_exact(rule, [(first, 80), (second, 17)])

    def test_prepayment_is_taken_off_first(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=0)
        self._create_debt(30, overdue_days=40)
        second = self._create_debt(50, overdue_days=30)
        self._create_invoice(
            self.dealer, 45, "out_refund", b2b_contract_id=self.contract.id
        )
        self._assert_plan_is_exact(rule, [(second, 35)])

    def test_block_by_hand_wants_all_that_is_overdue(self):
        moves = [self._create_debt(10 + days, overdue_days=days) for days in (9, 3)]
        self._create_debt(500, overdue_days=0)
        block = self._create_block(contract=self.contract)
        plan = block._get_unblock_plan()
        self.assertEqual(
            [(line.move_id, amount) for line, amount in plan],
            [(moves[0], 19), (moves[1], 13)],
        )

    def test_several_blocks_ask_for_the_most(self):
        self._create_debt(100, overdue_days=30)
        mild = self._create_rule(overdue_days=10, overdue_amount=60)
        harsh = self._create_rule(overdue_days=20, overdue_amount=40)
        mild._apply()
        harsh._apply()
        plan = (mild | harsh).block_ids._get_unblock_plan()
        self.assertEqual([amount for _line, amount in plan], [60])
