from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestRemindOfShortReserves(B2bReservationCommon):
    """Contracts whose time is shorter than that of the reminder, of 6 hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 20)
        cls.contract.write({"has_own_reservation_hours": True, "reservation_hours": 4})

    def _remind(self, reservation, hours_left):
        """Run the cron with some time left and return who was told by now."""
        now = fields.Datetime.now()
        reservation.date_expiry = now + timedelta(hours=hours_left)
        self._run_cron("ir_cron_remind")
        mails = self.env["mail.mail"].search([("model", "=", "b2b.reservation")])
        return mails.mapped("res_id")

    def test_half_of_the_time_passes_before(self):
        reservation = self._reserve(self._confirm_order())
        self._run_cron("ir_cron_remind")
        self.assertFalse(reservation.is_reminded)
        self.assertFalse(self._remind(reservation, 2.1))
        self.assertEqual(self._remind(reservation, 1.9), reservation.ids)

    def test_long_ones_are_reminded_of_as_before(self):
        short = self._reserve(self._confirm_order())
        order = self._confirm_order(contract=self.stranger_contract)
        long = self._reserve(order, user=self.stranger_user)
        self.assertEqual(self._remind(long, 5.9), long.ids)
        self.assertFalse(short.is_reminded)
