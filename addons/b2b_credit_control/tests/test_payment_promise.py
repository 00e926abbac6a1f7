from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import format_date

from .common import B2bBlockCommon


@tagged("post_install", "-at_install")
class TestPaymentPromise(B2bBlockCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debt = cls._create_debt(150, overdue_days=30)
        cls.rule = cls._create_rule(
            overdue_days=10, overdue_amount=100, scope="dealer", scenario="hard"
        )
        cls.rule._apply()
        cls.block = cls.rule.block_ids

    def _promise(self, days=7, user=None):
        user = user or self.dealer_user
        promises = self.env["b2b.payment.promise"].with_user(user)
        promise = promises._promise(user._b2b_get_blocks(), self._days_ago(-days))
        return promise.with_env(self.env)

    def _events(self):
        return self.env["b2b.credit.event"].search(
            [("kind", "=", "promise"), ("legal_entity_id", "=", self.dealer.id)],
            order="id",
        )

    def _age(self, promise, days):
        """Make a promise so many days older."""
        promise.date = self._days_ago(days)
        promise.date_until = self._days_ago(days - 7)
        promise.block_ids.suspended_until = promise.date_until

    def test_promise_opens_the_account(self):
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")
        promise = self._promise()
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")
        self.assertFalse(self.contract._refusal_reason("order"))
        self.assertEqual(self.block.state, "suspended")
        self.assertEqual(promise.amount, 50)
        event = self._events()
        self.assertEqual(event.user_id, self.dealer_user)
        day = format_date(self.env, promise.date_until)
        self.assertEqual(event.reason, f"Promised to pay by {day}")

    def test_once_in_thirty_days(self):
        promise = self._promise()
        self._age(promise, 29)
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")
        with self.assertRaisesRegex(UserError, "once in 30 days"):
            self._promise()
        self._age(promise, 30)
        self._promise()

    def test_company_says_how_often_and_how_far(self):
        with self.assertRaises(UserError):
            self._promise(days=8)
        with self.assertRaises(UserError):
            self._promise(days=-1)
        self.company.b2b_promise_max_days = 0
        with self.assertRaises(UserError):
            self._promise(days=0)
        self.company.b2b_promise_max_days = 10
        self.company.b2b_promise_interval_days = 9
        self._age(self._promise(days=10), 9)
        self._promise(days=10)

    def test_payment_keeps_the_promise(self):
        promise = self._promise()
        self._register_payment(self.debt)
        self._end_transaction()
        self.assertEqual(promise.state, "kept")
        self.assertEqual(self.block.state, "lifted")
        self.assertEqual(len(self._events()), 2)

    def test_day_that_passes_breaks_the_promise_and_closes_the_account(self):
        promise = self._promise()
        self._age(promise, 8)
        self.env.flush_all()
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")
        self._run_cron()
        self.assertEqual(promise.state, "broken")
        self.assertEqual(self.block.state, "active")
        self._run_cron()
        self.assertEqual(len(self._events()), 2)

    def test_last_day_itself_is_open(self):
        promise = self._promise()
        self._age(promise, 7)
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")
        self._run_cron()
        self.assertEqual(promise.state, "open")

    def test_staff_refuses_a_promise(self):
        promise = self._promise()
        for user in (self.staff_user, self.dealer_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                promise.with_user(user).action_refuse()
        promise.with_user(self.controller).action_refuse()
        self.assertEqual(promise.state, "refused")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")
        self.assertEqual(self._events()[-1:].user_id, self.controller)
        with self.assertRaises(UserError):
            self._promise()

    def test_who_is_not_blocked_or_may_not_pay_promises_nothing(self):
        with self.assertRaises(UserError):
            self._promise(user=self.stranger_user)
        promises = self.env["b2b.payment.promise"]
        self.assertTrue(promises._get_refusal_reason(self.stranger_user, self.block))
        with self.assertRaises(AccessError):
            promises.with_user(self.dealer_user).create(
                {"dealer_id": self.dealer.id, "company_id": self.company.id}
            )

    def test_promise_does_not_open_what_payment_does_not(self):
        by_staff = self._create_block(
            dealer=self.dealer, scenario="hard", lifts_itself=False
        )
        with self.assertRaisesRegex(UserError, "Ask your manager"):
            self._promise()
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")
        self._lift(by_staff)
        self._promise()
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")

    def test_dealer_sees_his_own_promises_only(self):
        self._promise()
        promises = self.env["b2b.payment.promise"]
        self.assertEqual(promises.with_user(self.dealer_user).search_count([]), 1)
        self.assertEqual(promises.with_user(self.stranger_user).search_count([]), 0)
