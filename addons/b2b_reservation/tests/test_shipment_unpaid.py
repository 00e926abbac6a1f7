from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date, mute_logger

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestUnpaidRequests(B2bReservationCommon):
    """Unpaid goods are not kept for months by asking for their shipment."""

    def setUp(self):
        super().setUp()
        self._set_stock(self.product, 10)
        self.order = self._confirm_order()
        self.bill = self.order._b2b_issue_bill()
        self.reservation = self._reserve(self.order)
        self.method = self.env.ref("b2b_reservation.shipment_method_own")
        self.today = self.company._b2b_today()

    def _get_day(self, days):
        """Return the first working day that is some days away, or more."""
        calendar = self.method._get_calendar(self.company)
        day = self.today + timedelta(days=days)
        return self.method._plan_working_days(calendar, day, 0)

    def _ask_for(self, day, *lines):
        lines = lines or ((self.order.order_line, 5),)
        return self._request_shipment(*lines, date_wanted=day)

    def test_day_far_away_is_refused_with_the_last_one_named(self):
        last = format_date(self.env, self.today + timedelta(days=7))
        with self.assertRaisesRegex(UserError, f"until {last}"):
            self._ask_for(self._get_day(8))
        self.assertTrue(self.reservation.date_expiry)

    def test_form_says_it_beside_the_day(self):
        request = self._create_request(
            (self.order.order_line, 5), date_wanted=self._get_day(8)
        )
        problems = request.with_user(self.dealer_user).sudo()._get_problems()
        self.assertEqual([field for field, _sentence in problems], ["date_wanted"])

    def test_near_day_is_not_refused(self):
        self.company.b2b_unpaid_days_ahead = 30
        self.assertEqual(self._ask_for(self._get_day(20)).state, "sent")

    def test_paid_goods_may_wait(self):
        self._pay_bill(self.bill)
        self.assertEqual(self._ask_for(self._get_day(60)).state, "sent")

    def test_partly_paid_goods_wait_where_that_keeps_them(self):
        self._pay_bill(self.bill, 10)
        with self.assertRaises(UserError):
            self._ask_for(self._get_day(60))
        self.company.b2b_keep_partly_paid = True
        self.assertEqual(self._ask_for(self._get_day(60)).state, "sent")

    def test_one_unpaid_order_of_several_is_enough(self):
        self._pay_bill(self.bill)
        other = self._confirm_order(2)
        self._reserve(other)
        with self.assertRaisesRegex(UserError, other.name):
            self._ask_for(
                self._get_day(60), (self.order.order_line, 5), (other.order_line, 2)
            )

    def test_without_limit_no_day_is_refused(self):
        self.company.b2b_unpaid_days_ahead = 0
        self.assertEqual(self._ask_for(self._get_day(60)).state, "sent")

    def test_first_possible_day_is_never_refused(self):
        self.company.b2b_unpaid_days_ahead = 1
        self.method.lead_days = 5
        first = self.method._get_first_date(self.company)
        self.assertEqual(self._ask_for(first).state, "sent")

    def test_limit_is_not_negative(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.company.b2b_unpaid_days_ahead = -1
            self.env.flush_all()

    def test_administrator_sets_it(self):
        with Form(self.env["res.config.settings"]) as form:
            form.b2b_unpaid_days_ahead = 3
        form.record.execute()
        self.assertEqual(self.company.b2b_unpaid_days_ahead, 3)

    # === FOR STAFF === #

    def _find(self, value=True):
        requests = self.env["b2b.shipment.request"].with_user(self.staff_user)
        return requests.search(
            [("is_unpaid", "=", value), ("legal_entity_id", "=", self.dealer.id)]
        )

    def test_staff_find_what_is_unpaid(self):
        request = self._ask_for(self._get_day(2), (self.order.order_line, 2))
        self.assertEqual(self._find(), request)
        self.assertTrue(request.with_user(self.staff_user).is_unpaid)
        self.assertFalse(self._find(False))
        self._pay_bill(self.bill)
        request.invalidate_recordset()
        self.assertFalse(request.with_user(self.staff_user).is_unpaid)
        self.assertFalse(self._find())
        self.assertEqual(self._find(False), request)

    def test_filter_of_the_list_is_there(self):
        requests = self.env["b2b.shipment.request"].with_user(self.staff_user)
        arch = requests.get_view(view_type="search")["arch"]
        self.assertIn("is_unpaid", arch)

    def test_closed_requests_are_not_to_be_paid_for(self):
        request = self._ask_for(self._get_day(2))
        request._cancel()
        self.assertFalse(request.is_unpaid)
        self.assertFalse(self._find())
