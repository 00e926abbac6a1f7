from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservedCommon


@tagged("post_install", "-at_install")
class TestReleaseByStaff(B2bReservedCommon):
    """The form by which staff release what is reserved."""

    def _get_mails(self):
        return self.env["mail.mail"].search([("model", "=", "b2b.reservation")])

    def test_it_opens_with_all_that_is_kept(self):
        ended = self._reserve(self._confirm_order(1))
        ended._release("expired")
        form = self._prepare_release(self.reservation | ended)
        self.assertEqual(len(form.line_ids), 1)
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.reservation_id, self.reservation)
            self.assertEqual((line.quantity_kept, line.quantity), (5, 5))

    def test_manager_releases_all(self):
        self._release_by_staff(self.reservation)
        self.assertEqual(self.reservation.state, "released")
        self.assertTrue(self.reservation.date_end)
        self.assertHeld(self.order, 0)
        self.assertEqual(self.product.free_qty, 10)

    def test_manager_releases_a_part_and_the_rest_is_kept_as_before(self):
        end = self.reservation.date_expiry
        self._release_by_staff(self.reservation, 2)
        self.assertHeld(self.order, 3)
        self.assertEqual(self.line.quantity, 3)
        self.assertEqual(self.reservation.state, "running")
        self.assertEqual(self.reservation.date_expiry, end)

    def test_manager_releases_several_at_once(self):
        other = self._confirm_order(3, self.stranger_contract)
        second = self._reserve(other, user=self.stranger_user)
        self._release_by_staff(self.reservation | second)
        self.assertEqual((self.reservation | second).mapped("state"), ["released"] * 2)
        self.assertHeld(self.order, 0)
        self.assertHeld(other, 0)

    def test_manager_releases_what_staff_reserved(self):
        self.reservation._release("released")
        self.order.picking_ids.action_assign()
        by_staff = self.order.b2b_reservation_ids - self.reservation
        self._release_by_staff(by_staff, 1)
        self.assertHeld(self.order, 4)

    def test_who_does_not_decide_is_refused(self):
        for number, groups in enumerate(
            ("b2b_portal.group_b2b_user", "stock.group_stock_user", "base.group_portal")
        ):
            user = new_test_user(self.env, f"release_{number}", groups)
            with self.subTest(groups=groups):
                with self.assertRaises(AccessError):
                    self.env["b2b.reservation.release"].with_user(user).create(
                        {"reservation_ids": self.reservation.ids, "reason": "Mine"}
                    )
                with self.assertRaises(AccessError):
                    self.reservation.with_user(user)._release_by_staff(
                        {self.line.id: 1}, {}, "Mine"
                    )
        self.assertHeld(self.order, 5)

    def test_managers_of_other_companies_are_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        user = new_test_user(
            self.env,
            "elsewhere",
            "b2b_portal.group_b2b_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        with self.assertRaises(AccessError):
            self.reservation.with_user(user)._release_by_staff(
                {self.line.id: 1}, {}, "Mine"
            )
        wizards = self.env["b2b.reservation.release"].with_user(user)
        with self.assertRaises(AccessError):
            wizards.create({"reservation_ids": self.reservation.ids, "reason": "Mine"})
        empty = wizards.create({"reservation_ids": [], "reason": "Mine"})
        with self.assertRaises(AccessError):
            empty.line_ids.create(
                {"release_id": empty.id, "reservation_line_id": self.line.id}
            ).read(["product_id"])

    def test_what_is_to_be_shipped_is_not_released(self):
        request = self._request_shipment((self.order.order_line, 2))
        requested = request.reservation_ids
        self.assertNotEqual(requested, self.reservation)
        for quantity in (None, 1):
            with self.assertRaisesRegex(UserError, request.name):
                self._release_by_staff(requested, quantity)
        self._release_by_staff(self.reservation)
        self.assertHeld(self.order, 2)
        self.assertEqual(request.state, "sent")

    def test_wrong_quantities_are_refused(self):
        for quantity, reason in (
            (6, "5 Units can be released"),
            (-1, "can be released"),
            (1.5, "Only whole numbers of Units"),
            (0, "Nothing is chosen"),
        ):
            with (
                self.subTest(quantity=quantity),
                self.assertRaisesRegex(UserError, reason),
            ):
                self._release_by_staff(self.reservation, quantity)
        self.assertHeld(self.order, 5)

    def test_form_is_looked_at_again_if_the_dealer_was_faster(self):
        form = self._prepare_release(self.reservation)
        form.reason = "Needed elsewhere"
        wizard = form.save()
        self.reservation._release_by_dealer({self.line.id: 1})
        with self.assertRaisesRegex(UserError, "has changed"):
            wizard.action_apply()
        self.assertHeld(self.order, 4)

    def test_reason_is_not_blank(self):
        form = self._prepare_release(self.reservation)
        form.reason = "  "
        with self.assertRaisesRegex(UserError, "Say why"):
            form.save().action_apply()

    def test_dealer_is_told_what_and_why_in_his_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.dealer_user.lang = "ru_RU"
        self._release_by_staff(self.reservation, 2)
        mail = self._get_mails()
        self.assertEqual(mail.recipient_ids, self.dealer_user.partner_id)
        self.assertIn(self.order.name, mail.subject)
        self.assertIn("Needed elsewhere", mail.body_html)
        self.assertIn("Oil filter", mail.body_html)

    def test_staff_read_who_released_what(self):
        self._release_by_staff(self.reservation, 2)
        message = self.reservation.message_ids.filtered(
            lambda message: "Released:" in message.body
        )
        self.assertIn("Oil filter (2 Units)", message.body)
        self.assertEqual(message.author_id, self.staff_user.partner_id)


@tagged("post_install", "-at_install")
class TestReleasedByStaffPage(B2bReservationBuilders, B2bBuilders, HttpCase):
    def test_dealer_reads_why(self):
        self._set_stock(self.product, 5)
        reservation = self._reserve(self._confirm_order())
        self._release_by_staff(reservation)
        self.authenticate("b2b_dealer", "b2b_dealer")
        page = self.url_open("/my/reservations?filterby=ended").text
        self.assertIn("Released by your manager:", page)
        self.assertIn("Needed elsewhere", page)
