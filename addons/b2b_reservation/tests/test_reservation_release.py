from odoo.exceptions import UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservedCommon


@tagged("post_install", "-at_install")
class TestReleasePart(B2bReservedCommon):
    def test_the_rest_is_kept_as_before(self):
        end = self.reservation.date_expiry
        self.reservation._release_by_dealer({self.line.id: 2})
        self.assertHeld(self.order, 3)
        self.assertEqual(self.line.quantity, 3)
        self.assertEqual(self.product.free_qty, 7)
        self.assertEqual(self.reservation.state, "running")
        self.assertEqual(self.reservation.date_expiry, end)

    def test_released_part_is_not_taken_again(self):
        self.reservation._release_by_dealer({self.line.id: 2})
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(self.order, 3)

    def test_released_part_may_be_reserved_again(self):
        self.reservation._release_by_dealer({self.line.id: 2})
        self._reserve(self.order, 2)
        self.assertHeld(self.order, 5)

    def test_all_parts_end_the_reservation(self):
        self.reservation._release_by_dealer({self.line.id: 2})
        self.reservation._release_by_dealer({self.line.id: 3})
        self.assertEqual(self.reservation.state, "released")
        self.assertTrue(self.reservation.date_end)
        self.assertHeld(self.order, 0)

    def test_wrong_quantities_are_refused(self):
        other = self._reserve(self._confirm_order()).line_ids
        for quantities, reason in (
            ({self.line.id: 6}, "5 Units can be released"),
            ({self.line.id: 0}, "can be released"),
            ({self.line.id: -1}, "can be released"),
            ({self.line.id: 1.5}, "Only whole numbers of Units"),
            ({other.id: 1}, "no such line"),
        ):
            with (
                self.subTest(quantities=quantities),
                self.assertRaisesRegex(UserError, reason),
            ):
                self.reservation._release_by_dealer(quantities)
        self.assertHeld(self.order, 5)

    def test_what_has_ended_is_refused(self):
        self.reservation._release("expired")
        with self.assertRaisesRegex(UserError, "has ended"):
            self.reservation._release_by_dealer({self.line.id: 1})

    def test_fractions_of_what_goes_in_fractions(self):
        self.product.uom_id.b2b_fractional = True
        self.reservation._release_by_dealer({self.line.id: 1.5})
        self.assertHeld(self.order, 3.5)


@tagged("post_install", "-at_install")
class TestReleasePage(B2bReservationBuilders, B2bBuilders, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate("b2b_dealer", "b2b_dealer")
        self._set_stock(self.product, 5)
        self.order = self._confirm_order()
        self.reservation = self._reserve(self.order)
        self.line = self.reservation.line_ids

    def _release(self, quantity, kept="5"):
        return self.url_open(
            f"/my/reservations/{self.reservation.id}/release",
            data={
                "csrf_token": Request.csrf_token(self),
                f"line_{self.line.id}": quantity,
                f"kept_{self.line.id}": kept,
            },
        )

    def test_dealer_releases_a_part(self):
        page = self.url_open("/my/reservations").text
        self.assertIn(f'name="line_{self.line.id}"', page)
        self.assertIn("The goods are released.", self._release("2").text)
        self.assertHeld(self.order, 3)

    def test_what_is_to_be_shipped_is_not_offered(self):
        path = f"/my/reservations/{self.reservation.id}/release"
        self.assertIn(path, self.url_open("/my/reservations").text)
        self._request_shipment((self.order.order_line, 5))
        self.assertNotIn(path, self.url_open("/my/reservations").text)

    def test_sending_the_form_twice_releases_once(self):
        self._release("2")
        self.assertIn("has changed", self._release("2").text)
        self.assertHeld(self.order, 3)

    def test_nonsense_is_refused_and_releases_nothing(self):
        for text in ("-1", "nan", "inf", "lots", "9999", "0", "", "1.5", "\x00"):
            with self.subTest(text=text):
                page = self._release(text)
                self.assertEqual(page.status_code, 200)
                self.assertIn("alert-danger", page.text)
        self.assertIn("alert-danger", self._release("1", kept="many").text)
        self.assertHeld(self.order, 5)

    def test_role_that_may_not_order_releases_nothing(self):
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self.assertEqual(self._release("2").status_code, 403)
        self.assertHeld(self.order, 5)
