from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


class RestBuilders:
    """An order of ten pieces, all reserved, of which not everything leaves at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls._set_stock(cls.product, 10)
        cls.order = cls._confirm_order(10)
        cls.line = cls.order.order_line

    def setUp(self):
        super().setUp()
        self.reservation = self._reserve(self.order)

    def _ship(self, quantity, picking):
        """Ship so much of a transfer and return the mails that went out."""
        mails = self.env["mail.mail"]
        domain = [("model", "=", "b2b.shipment.request")]
        before = mails.search(domain)
        picking.move_ids.quantity = quantity
        self._deliver(picking.with_user(self.stock_user))
        return mails.search(domain) - before

    def _get_open_transfer(self):
        return self.order.picking_ids.filtered(lambda x: x.state != "done")


@tagged("post_install", "-at_install")
class TestLeftBefore(RestBuilders, B2bReservationCommon):
    """What has left before a request was sent is not shipped by it."""

    def setUp(self):
        super().setUp()
        self._ship(4, self._get_open_transfer())
        self.request = self._request_shipment((self.line, 6))

    def test_only_what_leaves_from_then_on_is_counted(self):
        mail = self._ship(1, self._get_open_transfer())
        self.assertEqual(self.request.line_ids.quantity_shipped, 1)
        self.assertIn("1 of 6 Units", " ".join(mail.body_html.split()))
        self.request.with_user(self.staff_user).action_confirm()
        self.assertEqual(self.request.picking_ids.move_ids.product_uom_qty, 5)
        mail = self._ship(5, self.request.picking_ids)
        self.assertNotIn("in part", mail.subject)
        self.assertEqual(self.request.line_ids.quantity_shipped, 6)
        self.assertEqual(self.request.reservation_ids.mapped("state"), ["done"])

    def test_what_had_left_stays_with_its_reservation_which_is_done(self):
        part = self.request.reservation_ids
        self.assertNotEqual(part, self.reservation)
        self.assertEqual(self.reservation.state, "done")
        self.assertEqual(self.reservation.line_ids.quantity_delivered, 4)
        self.assertEqual(part.line_ids.quantity, 6)
        self.assertEqual(part.line_ids.quantity_delivered, 0)
        self.assertHeld(self.order, 6)

    def test_cancelling_it_gives_the_time_back(self):
        self.request.with_user(self.dealer_user)._cancel_by_dealer()
        part = self.order.b2b_reservation_ids - self.reservation
        self.assertTrue(part.date_expiry)
        self.assertFalse(part.shipment_request_id)


@tagged("post_install", "-at_install")
class TestRestOfShipped(RestBuilders, B2bReservationCommon):
    """A request that is shipped keeps nothing."""

    def test_what_it_still_keeps_has_its_time_again(self):
        request = self._request_shipment((self.line, 4))
        kept = request.reservation_ids
        request.with_user(self.staff_user).action_confirm()
        # More was set aside than is to leave.
        self.reservation.line_ids.quantity -= 1
        kept.line_ids.quantity += 1
        self._ship(4, request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(kept.state, "running")
        self.assertFalse(kept.shipment_request_id)
        self.assertTrue(kept.date_expiry)
        self.assertEqual(self.line._b2b_quantity_to_ship(), 6)
