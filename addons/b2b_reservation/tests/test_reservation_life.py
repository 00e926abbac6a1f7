from datetime import timedelta

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
        return self.env["mail.mail"].search([("model", "=", "b2b.reservation")])

    def test_who_reserved_is_told_once_six_hours_before(self):
        self.assertFalse(self._remind(6.1))
        mail = self._remind(5.9)
        self.assertEqual(mail.recipient_ids, self.dealer_user.partner_id)
        self.assertIn(self.order.name, mail.subject)
        self.assertEqual(self._remind(5.8), mail)

    def test_extended_reservation_is_reminded_of_again(self):
        first = self._remind(1)
        self.reservation._extend_by_dealer()
        self.assertEqual(len(self._remind(1) - first), 1)

    def test_mail_is_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.dealer_user.lang = "ru_RU"
        self.assertIn("резерв заказа", self._remind(1).subject)

    def test_company_that_wants_no_reminders_sends_none(self):
        self.company.b2b_reservation_reminder_hours = 0
        self.assertFalse(self._remind(1))

    def test_paid_order_is_not_reminded_of(self):
        request = self.order._b2b_issue_bill()
        self.env["account.payment"].create(
            {
                "partner_id": self.dealer.id,
                "amount": request.amount_total,
                "payment_type": "inbound",
                "partner_type": "customer",
                "b2b_payment_request_id": request.id,
            }
        ).action_post()
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
