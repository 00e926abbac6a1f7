from odoo.tests import tagged

from .common import B2bCreditCommon


@tagged("post_install", "-at_install")
class TestCreditTimeline(B2bCreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.write({"has_credit_limit": True, "credit_limit": 1000})

    def _assert_timeline(self, need, **expected):
        self.assertEqual(self.contract._get_credit_timeline(need), expected)

    def test_what_there_is_room_for_fits_today(self):
        self._create_debt(400, overdue_days=-5)
        self._assert_timeline(600, state="fits", missing=0)

    def test_overdue_debt_fits_today_if_paid(self):
        self._create_debt(400, overdue_days=5)
        self._assert_timeline(
            700,
            state="later",
            missing=100,
            date=self.today,
            is_today=True,
            amount=400,
        )

    def test_fits_on_the_day_when_enough_is_due(self):
        self._create_debt(100, overdue_days=5)
        self._create_debt(200, overdue_days=-3)
        self._create_debt(50, overdue_days=-3)
        self._create_debt(300, overdue_days=-9)
        for need, day, amount in (
            (350 + 1, 0, 100),
            (350 + 100, 0, 100),
            (350 + 100.01, -3, 350),
            (350 + 350, -3, 350),
            (350 + 350.01, -9, 650),
            (1000, -9, 650),
        ):
            with self.subTest(need=need):
                timeline = self.contract._get_credit_timeline(need)
                self.assertEqual(timeline["state"], "later")
                self.assertEqual(timeline["date"], self._days_ago(day))
                self.assertEqual(timeline["amount"], amount)

    def test_over_the_whole_limit_never_fits(self):
        self._create_debt(400, overdue_days=-5)
        self._assert_timeline(1250, state="never", missing=650, excess=250)

    def test_prepayment_pays_what_is_due_first(self):
        self._create_debt(100, overdue_days=5)
        self._create_debt(300, overdue_days=-3)
        self._create_invoice(
            self.dealer, 150, "out_refund", b2b_contract_id=self.contract.id
        )
        self._assert_timeline(
            800,
            state="later",
            missing=50,
            date=self._days_ago(-3),
            is_today=False,
            amount=250,
        )

    def test_waiting_orders_make_no_room(self):
        self._create_order(price=900).action_confirm()
        self._assert_timeline(200, state="never", missing=100, excess=100)

    def test_notice_of_an_order(self):
        order = self._create_order(price=1500)
        notice = order._b2b_get_credit_notice()
        self.assertEqual(notice["state"], "never")
        self.assertEqual(notice["policy"], "hold")
        self.contract.limit_policy = "ignore"
        self.assertIsNone(order._b2b_get_credit_notice())
        self.contract.write({"limit_policy": "warn", "has_credit_limit": False})
        self.assertIsNone(order._b2b_get_credit_notice())
        self.assertIsNone(self.env["sale.order"].new({})._b2b_get_credit_notice())

    def test_queries_do_not_grow_with_debts(self):
        def count(need=990):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.contract._get_credit_timeline(need)
            return self.env.cr.sql_log_count - before

        count()
        self._create_debt(100, overdue_days=1)
        few = count()
        for days in range(8):
            self._create_debt(10, overdue_days=-days)
        self.assertEqual(count(), few)

    def test_staff_read_what_is_missing_above_the_order(self):
        order = self._create_order(price=1500)
        order_of_staff = order.with_user(self.staff_user)
        self.assertIn("held", order_of_staff.b2b_credit_warning)
        self.contract.limit_policy = "warn"
        order.invalidate_recordset(["b2b_credit_warning"])
        self.assertIn("500", order.b2b_credit_warning)
        self.contract.limit_policy = "ignore"
        order.invalidate_recordset(["b2b_credit_warning"])
        self.assertFalse(order.b2b_credit_warning)
        self.contract.limit_policy = "hold"
        order.action_confirm()
        self.assertIn("goes on when", order.b2b_credit_warning)
        self.assertFalse(self._create_order(price=1).b2b_credit_warning)
