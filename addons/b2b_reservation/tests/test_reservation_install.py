from odoo.tests import tagged

from ..hooks import post_init_hook
from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestReservationInstall(B2bReservationCommon):
    """What is reserved already when the addon is installed."""

    def _forget_claims(self):
        """Make the database what it was before: goods are reserved, nobody says why."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM b2b_reservation_line")
        self.env.cr.execute("DELETE FROM b2b_reservation")
        self.env.invalidate_all()

    def test_goods_reserved_before_stay_reserved_without_end(self):
        self._set_stock(self.product, 10)
        order, other = self._confirm_order(7), self._confirm_order(1)
        self._reserve(order)
        self._forget_claims()
        post_init_hook(self.env)
        reservation = order.b2b_reservation_ids
        self.assertTrue(reservation.is_by_staff)
        self.assertFalse(reservation.date_expiry)
        self.assertEqual(reservation.line_ids.quantity, 7)
        self.assertFalse(other.b2b_reservation_ids)
        # whatever assigns anew, they stay
        order.picking_ids.move_ids._do_unreserve()
        order.picking_ids.move_ids._action_assign()
        self.assertHeld(order, 7)

    def test_nothing_is_kept_twice(self):
        self._set_stock(self.product, 10)
        order = self._confirm_order(7)
        self._reserve(order)
        post_init_hook(self.env)
        self.assertEqual(len(order.b2b_reservation_ids), 1)
