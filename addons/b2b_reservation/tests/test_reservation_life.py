from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import B2bReservationCommon


class LifeCase(B2bReservationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 10)

    def setUp(self):
        super().setUp()
        self.order = self._confirm_order()
        self.reservation = self._reserve(self.order)


@tagged("post_install", "-at_install")
class TestExtend(LifeCase):
    def test_dealer_extends_once_by_the_time_of_his_contract(self):
        end = self.reservation.date_expiry
        self.reservation._extend_by_dealer()
        self.assertEqual(self.reservation.date_expiry, end + timedelta(hours=48))
        with self.assertRaisesRegex(UserError, "cannot be extended any more"):
            self.reservation._extend_by_dealer()
        self.assertEqual(self.reservation.date_expiry, end + timedelta(hours=48))

    def test_company_says_how_often(self):
        self.company.b2b_reservation_extensions = 0
        with self.assertRaises(UserError):
            self.reservation._extend_by_dealer()
        self.company.b2b_reservation_extensions = 2
        for _time in range(2):
            self.reservation._extend_by_dealer()

    def test_what_has_ended_or_has_no_end_is_not_extended(self):
        self.reservation._release("released")
        with self.assertRaisesRegex(UserError, "no end to put off"):
            self.reservation._extend_by_dealer()
        self.order.picking_ids.action_assign()
        with self.assertRaisesRegex(UserError, "no end to put off"):
            self.order.b2b_reservation_ids[-1]._extend_by_dealer()

    def test_what_is_over_is_not_extended_though_not_released_yet(self):
        self.reservation.date_expiry = fields.Datetime.now()
        with self.assertRaisesRegex(UserError, "has ended"):
            self.reservation._extend_by_dealer()

    def test_closed_contract_extends_nothing(self):
        self.contract.date_end = "2020-01-01"
        with self.assertRaisesRegex(UserError, "expired"):
            self.reservation._extend_by_dealer()


@tagged("post_install", "-at_install")
class TestReminder(LifeCase):
    def _remind(self, hours_left):
        """Run the cron with some time left and return the mails about it."""
        now = fields.Datetime.now()
        self.reservation.date_expiry = now + timedelta(hours=hours_left)
        self._run_cron("ir_cron_remind")
        return self._get_mails()

    def _get_mails(self):
        return self.env["mail.mail"].search([("model", "=", "b2b.reservation")])

    def test_who_reserved_is_told_once_six_hours_before(self):
        self.assertFalse(self._remind(6.1))
        mail = self._remind(5.9)
        self.assertEqual(mail.recipient_ids, self.dealer_user.partner_id)
        self.assertIn(self.order.name, mail.subject)
        self.assertEqual(self._remind(5.8), mail)

    def test_staff_with_a_membership_leave_the_dealer_his_mail(self):
        self.env["b2b.membership"].create(
            {"user_id": self.staff_user.id, "legal_entity_id": self.dealer.id}
        )
        self.assertIn(self.dealer, self.staff_user.b2b_legal_entity_ids)
        reader = self.staff_user._b2b_get_mail_reader(self.dealer)
        self.assertEqual(reader, self.dealer)

    def test_extended_reservation_is_reminded_of_again(self):
        first = self._remind(1)
        self.reservation._extend_by_dealer()
        self.assertEqual(len(self._remind(1) - first), 1)

    def test_who_acts_for_the_entity_no_more_is_not_told(self):
        self.dealer.email = "office@example.com"
        for gone in ("membership", "user"):
            with self.subTest(gone=gone):
                if gone == "membership":
                    self.dealer_user.b2b_membership_ids.filtered(
                        lambda row: row.legal_entity_id == self.dealer
                    ).unlink()
                else:
                    self.reservation.is_reminded = False
                    self.dealer_user.b2b_membership_ids.create(
                        {
                            "user_id": self.dealer_user.id,
                            "legal_entity_id": self.dealer.id,
                        }
                    )
                    self.dealer_user.active = False
                before = self._get_mails()
                mail = self._remind(1) - before
                self.assertEqual(mail.recipient_ids, self.dealer)

    def test_nobody_to_write_to_stops_nothing(self):
        self.dealer_user.active = False
        self.dealer.email = False
        self.assertFalse(self._remind(1))
        self.assertTrue(self.reservation.is_reminded)

    def _remind_both(self, first_does):
        """Run the cron for two reservations that end soon.

        :param first_does: what happens while the first one is reminded of
        :return: the second one
        """
        other = self._reserve(self._confirm_order())
        other.date_expiry = fields.Datetime.now() + timedelta(hours=2)
        told = []

        def tell(reservation, _xmlid):
            told.append(reservation.id)
            if reservation == self.reservation:
                first_does(other.with_env(reservation.env))

        with patch.object(type(other), "_send_to_dealer", tell):
            self._remind(1)
        self.assertEqual(told[0], self.reservation.id)
        return other, told[1:]

    def test_what_has_been_released_meanwhile_is_not_reminded_of(self):
        other, told = self._remind_both(lambda other: other._release("released"))
        self.assertFalse(told)
        self.assertFalse(other.is_reminded)

    def test_one_that_fails_leaves_the_others_to_be_told(self):
        def fail(_other):
            raise KeyError("x")

        with self.assertLogs("odoo.addons.b2b_reservation", "ERROR"):
            other, told = self._remind_both(fail)
        self.assertEqual(told, other.ids)
        self.assertFalse(self.reservation.is_reminded)
        self.assertTrue(other.is_reminded)

    def test_one_that_somebody_works_on_waits_for_the_next_run(self):
        with patch.object(
            type(self.reservation),
            "try_lock_for_update",
            lambda reservation: reservation.browse(),
        ):
            self.assertFalse(self._remind(1))
        self.assertFalse(self.reservation.is_reminded)
        self.assertTrue(self._remind(1))

    def test_mail_is_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.dealer_user.lang = "ru_RU"
        self.assertIn("резерв заказа", self._remind(1).subject)

    def test_company_that_wants_no_reminders_sends_none(self):
        self.company.b2b_reservation_reminder_hours = 0
        self.assertFalse(self._remind(1))

    def test_paid_order_is_not_reminded_of(self):
        request = self.order._b2b_issue_bill()
        self._pay_bill(request)
        self.assertFalse(self._remind(1))

    def test_spoilt_template_stops_nothing(self):
        template = self.env.ref("b2b_reservation.mail_template_reservation_ends")
        # Core refuses a template that fails for what there is.
        self.reservation._release("released")
        self.env["b2b.reservation"].search([]).unlink()
        template.subject = "{{ object.no_such_field }}"
        self.reservation = self._reserve(self.order)
        with self.assertLogs("odoo.addons.b2b_reservation", "WARNING"):
            self.assertFalse(self._remind(1))
        self.assertTrue(self.reservation.is_reminded)
