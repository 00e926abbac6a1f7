import re
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservationCommon

WEDNESDAY = date(2026, 12, 2)
THURSDAY = date(2026, 12, 3)
FRIDAY = date(2026, 12, 4)
MONDAY = date(2026, 12, 7)
TUESDAY = date(2026, 12, 8)


def utc(day, hour, minute=0):
    """Return a moment in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute)


@tagged("post_install", "-at_install")
class TestCutOff(B2bReservationCommon):
    """When goods can leave that are asked for at a known moment. The supplier works
    from Monday to Friday, in Brussels: an hour before UTC in winter, two in summer.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {"name": "Mon-Fri", "company_id": cls.company.id, "tz": "Europe/Brussels"}
        )
        cls.company.resource_calendar_id = cls.calendar
        cls.method = cls.env["b2b.shipment.method"].create(
            {"name": "Van", "cutoff_hour": 15.0, "lead_days": 1}
        )

    def assertFirst(self, now, day):
        self.assertEqual(self.method._get_first_date(self.company, now=now), day)

    def _rest_on(self, day):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": self.calendar.id,
                "company_id": self.company.id,
                "date_from": utc(day - timedelta(days=1), 23),
                "date_to": utc(day, 22, 59),
            }
        )

    def test_minute_before_and_minute_of_the_cut_off(self):
        self.assertFirst(utc(WEDNESDAY, 13, 59), THURSDAY)
        self.assertFirst(utc(WEDNESDAY, 14), FRIDAY)

    def test_summer_time(self):
        self.assertFirst(datetime(2026, 7, 1, 12, 59), date(2026, 7, 2))
        self.assertFirst(datetime(2026, 7, 1, 13), date(2026, 7, 3))

    def test_cut_off_at_half_past(self):
        self.method.cutoff_hour = 12.5
        self.assertFirst(utc(WEDNESDAY, 11, 29), THURSDAY)
        self.assertFirst(utc(WEDNESDAY, 11, 30), FRIDAY)

    def test_cut_off_of_24_is_none(self):
        self.method.cutoff_hour = 24
        self.assertFirst(utc(WEDNESDAY, 22, 59), THURSDAY)
        self.assertFirst(utc(WEDNESDAY, 23), FRIDAY)

    def test_weekend(self):
        self.assertFirst(utc(FRIDAY, 13, 59), MONDAY)
        for moment in (utc(FRIDAY, 14), utc(FRIDAY, 20)):
            with self.subTest(moment=moment):
                self.assertFirst(moment, TUESDAY)
        self.assertFirst(datetime(2026, 12, 5, 9), TUESDAY)
        self.assertFirst(datetime(2026, 12, 6, 20), TUESDAY)

    def test_holiday(self):
        self._rest_on(MONDAY)
        self.assertFirst(utc(FRIDAY, 13, 59), TUESDAY)
        self.assertFirst(utc(FRIDAY, 14), date(2026, 12, 9))

    def test_same_day(self):
        self.method.lead_days = 0
        self.assertFirst(utc(WEDNESDAY, 13, 59), WEDNESDAY)
        self.assertFirst(utc(WEDNESDAY, 14), THURSDAY)
        self.assertFirst(utc(FRIDAY, 14), MONDAY)

    def test_supplier_on_the_other_side_of_the_world(self):
        self.calendar.tz = "Pacific/Auckland"
        self.assertFirst(utc(WEDNESDAY, 1, 59), THURSDAY)
        self.assertFirst(utc(WEDNESDAY, 2), FRIDAY)
        # It is Thursday there.
        self.assertFirst(utc(WEDNESDAY, 11, 1), FRIDAY)

    def test_days_of_the_method_are_its_own(self):
        self.method.calendar_id = self.calendar.copy({"tz": "America/New_York"})
        self.assertFirst(utc(WEDNESDAY, 19, 59), THURSDAY)
        self.assertFirst(utc(WEDNESDAY, 20), FRIDAY)

    def test_request_sent_too_late_is_refused(self):
        self._set_stock(self.product, 5)
        order = self._confirm_order()
        self._reserve(order)
        values = {"method_id": self.method.id, "date_wanted": THURSDAY}
        request = self._create_request((order.order_line, 2), **values)
        late = self._create_request((order.order_line, 2), **values)
        with freeze_time(utc(WEDNESDAY, 13, 59)):
            request.with_user(self.dealer_user)._send()
        self.assertEqual(request.state, "sent")
        with (
            freeze_time(utc(WEDNESDAY, 14)),
            self.assertRaisesRegex(UserError, "possible from 12/04/2026 on"),
        ):
            late.with_user(self.dealer_user)._send()

    def test_transfer_is_planned_for_noon_where_the_supplier_is(self):
        self._set_stock(self.product, 5)
        order = self._confirm_order()
        self._reserve(order)
        values = {"method_id": self.method.id, "date_wanted": THURSDAY}
        with freeze_time(utc(WEDNESDAY, 10)):
            request = self._request_shipment((order.order_line, 2), **values)
            request.with_user(self.staff_user).action_confirm()
        self.assertEqual(request.picking_ids.scheduled_date, utc(THURSDAY, 11))


class ZoneBuilders(B2bReservationBuilders):
    # What the reader's clock shows at 12:00 UTC, by where he is.
    CLOCKS = {"Asia/Tokyo": ("9:00", "PM"), "America/New_York": ("7:00", "AM")}
    NOON = datetime(2098, 1, 6, 12)

    def _reserve_until_noon(self):
        self._set_stock(self.product, 5)
        reservation = self._reserve(self._confirm_order())
        reservation.date_expiry = self.NOON
        return reservation


@tagged("post_install", "-at_install")
class TestZonesOfMails(ZoneBuilders, B2bReservationCommon):
    def _remind(self, reservation):
        """Return the text of the mail that says when the reserve ends."""
        mails = self.env["mail.mail"]
        domain = [("model", "=", "b2b.reservation"), ("res_id", "=", reservation.id)]
        before = mails.search(domain)
        reservation._remind()
        mail = mails.search(domain) - before
        # The space before AM and PM is a narrow one.
        return " ".join(mail.body_html.split())

    def test_mail_says_the_time_where_its_reader_is_and_names_the_zone(self):
        reservation = self._reserve_until_noon()
        for zone, (clock, half) in self.CLOCKS.items():
            with self.subTest(zone=zone):
                self.dealer_user.tz = zone
                text = self._remind(reservation)
                self.assertIn(f"{clock} {half} ({zone})", text)

    def test_reader_without_a_zone_reads_that_of_the_company(self):
        reservation = self._reserve_until_noon()
        self.dealer_user.tz = False
        self.company.partner_id.tz = "Europe/Brussels"
        self.assertIn("1:00 PM (Europe/Brussels)", self._remind(reservation))
        self.company.partner_id.tz = False
        self.assertIn("12:00 PM (UTC)", self._remind(reservation))


@tagged("post_install", "-at_install")
class TestZonesOfPages(ZoneBuilders, B2bBuilders, HttpCase):
    def test_pages_say_the_time_where_the_dealer_is(self):
        reservation = self._reserve_until_noon()
        self.authenticate("b2b_dealer", "b2b_dealer")
        order = reservation.order_id
        for zone, (clock, half) in self.CLOCKS.items():
            self.dealer_user.tz = zone
            for path in ("/my/reservations", f"/my/orders/{order.id}"):
                with self.subTest(zone=zone, path=path):
                    page = " ".join(self.url_open(path).text.split())
                    shown = re.search(rf"(?<![\d:])0?{clock}(:00)? {half}", page)
                    self.assertTrue(shown)

    def test_countdown_counts_to_the_same_moment_everywhere(self):
        self._reserve_until_noon()
        self.authenticate("b2b_dealer", "b2b_dealer")
        for zone in self.CLOCKS:
            with self.subTest(zone=zone):
                self.dealer_user.tz = zone
                page = self.url_open("/my/reservations").text
                self.assertIn('data-until="2098-01-06T12:00:00Z"', page)
