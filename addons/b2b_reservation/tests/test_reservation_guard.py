from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_reservation_life import LifeCase


@tagged("post_install", "-at_install")
class TestGuard(LifeCase):
    """What staff may write on reservations, past the buttons of the form too."""

    def setUp(self):
        super().setUp()
        self.by_manager = self.reservation.with_user(self.staff_user)
        self.later = self.reservation.date_expiry + timedelta(hours=5)

    def test_what_actions_are_for_is_not_written(self):
        line = self.reservation.line_ids
        for values in (
            {"state": "released"},
            {"state": "expired", "date_expiry": self.later},
            {"is_by_staff": True},
            {"is_paid": True},
            {"extension_count": 0},
            {"shipment_request_id": False},
            {"hours_left": 900},
            {"user_id": self.staff_user.id},
            {"name": "X"},
            {"company_id": self.company.id},
            {"contract_id": self.stranger_contract.id},
            {"legal_entity_id": self.stranger.id},
            {"reason": "Because"},
            {"line_ids": [Command.update(line.id, {"quantity": 500})]},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                self.by_manager.write(values)
        self.assertEqual(self.reservation.state, "running")
        self.assertEqual(self.reservation.legal_entity_id, self.dealer)
        self.assertEqual(self.reservation.date_expiry, self.later - timedelta(hours=5))
        self.assertHeld(self.order, 5)

    def test_who_is_no_manager_writes_nothing(self):
        reader = new_test_user(
            self.env, login="b2b_reader", groups="b2b_portal.group_b2b_user"
        )
        for user in (self.dealer_user, reader):
            for values in (
                {"company_id": self.company.id},
                {"contract_id": self.stranger_contract.id},
                {"legal_entity_id": self.stranger.id},
                {"reason": "Because"},
            ):
                with self.subTest(user=user.login, values=values):
                    with self.assertRaises(AccessError):
                        self.reservation.with_user(user).write(values)

    def test_refusal_names_the_field(self):
        with self.assertRaisesRegex(UserError, "Status"):
            self.by_manager.write({"state": "released"})

    def test_manager_moves_the_end_and_the_reminder_comes_again(self):
        self.reservation.is_reminded = True
        self.by_manager.date_expiry = self.later
        self.assertEqual(self.reservation.date_expiry, self.later)
        self.assertFalse(self.reservation.is_reminded)

    def test_end_that_a_manager_sets_goes_before_that_of_a_payment(self):
        self.reservation._keep_paid()
        self.by_manager.date_expiry = self.later
        self.assertFalse(self.reservation.is_paid)
        self.reservation._keep_paid()
        self.by_manager.date_expiry = False
        self.assertFalse(self.reservation.is_paid, "it does not run again by itself")

    def test_who_is_no_manager_moves_no_end(self):
        with self.assertRaises(AccessError):
            self.reservation.with_user(self.dealer_user).date_expiry = self.later

    def test_end_of_what_has_ended_is_not_moved(self):
        self.reservation._release("released")
        with self.assertRaisesRegex(UserError, "has ended"):
            self.by_manager.date_expiry = self.later

    def test_end_of_what_is_to_be_shipped_is_not_set(self):
        request = self._request_shipment((self.order.order_line, 5))
        self.assertEqual(self.reservation.shipment_request_id, request)
        with self.assertRaisesRegex(UserError, request.name):
            self.by_manager.date_expiry = self.later
        self.assertFalse(self.reservation.date_expiry)

    def test_notes_and_followers_are_written(self):
        self.by_manager.message_post(body="Called him")
        self.by_manager.message_subscribe(self.dealer.ids)
        self.assertIn(self.dealer, self.reservation.message_partner_ids)

    def test_what_is_to_be_shipped_does_not_expire_whatever_its_end(self):
        request = self._request_shipment((self.order.order_line, 5))
        self.reservation.date_expiry = fields.Datetime.now() - timedelta(hours=1)
        self._run_cron()
        self.assertEqual(self.reservation.state, "running")
        self.assertEqual(request.state, "sent")
        self.assertHeld(self.order, 5)

    def test_nothing_is_dragged_in_the_calendar(self):
        arch = self.by_manager.get_view(view_type="calendar")["arch"]
        self.assertEqual(etree.fromstring(arch).get("edit"), "0")
