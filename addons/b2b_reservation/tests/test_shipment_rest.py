from odoo import fields
from odoo.exceptions import AccessError, UserError
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


@tagged("post_install", "-at_install")
class TestEndRest(RestBuilders, B2bReservationCommon):
    """Staff give the rest of a partly shipped request back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, login="b2b_only_manager", groups="b2b_portal.group_b2b_manager"
        )

    def setUp(self):
        super().setUp()
        self.request = self._request_shipment((self.line, 10))

    def _ship_part(self):
        self.request.with_user(self.manager).action_confirm()
        self._ship(6, self.request.picking_ids)
        self.assertEqual(self.request.state, "picking")

    def _end_rest(self, user=None):
        """End the rest and return the mails that went out."""
        mails = self.env["mail.mail"]
        domain = [("model", "=", "b2b.shipment.request")]
        before = mails.search(domain)
        self.request.with_user(user or self.manager).action_end_rest()
        return mails.search(domain) - before

    def test_rest_is_reserved_for_the_time_that_was_left(self):
        hours = self.reservation.hours_left
        self.assertTrue(hours)
        self._ship_part()
        rest = self.request._get_open_transfers()
        mail = self._end_rest()
        self.assertEqual(self.request.state, "shipped")
        self.assertTrue(self.request.date_shipped)
        self.assertEqual(self.request.line_ids.quantity_shipped, 6)
        self.assertEqual(rest.state, "assigned")
        self.assertFalse(rest.b2b_shipment_request_id)
        self.assertFalse(rest.move_ids.b2b_shipment_request_id)
        kept = self.reservation
        self.assertEqual(kept.state, "running")
        self.assertFalse(kept.shipment_request_id)
        left = kept.date_expiry - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds() / 3600, hours, places=1)
        self.assertHeld(self.order, 4)
        text = " ".join(mail.body_html.split())
        self.assertIn("is shipped", mail.subject)
        self.assertIn("6 of 10 Units", text)
        self.assertIn("What has not left is reserved for you", text)

    def test_rest_can_be_asked_for_again_and_leaves(self):
        self._ship_part()
        self._end_rest()
        request = self._request_shipment((self.line, 4))
        request.with_user(self.manager).action_confirm()
        self._ship(4, request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 4)
        self.assertEqual(self.request.line_ids.quantity_shipped, 6)

    def test_rest_can_be_released(self):
        self._ship_part()
        self._end_rest()
        self.reservation.with_user(self.dealer_user)._release_by_dealer()
        self.assertHeld(self.order, 0)

    def test_part_that_left_before_it_was_confirmed(self):
        self._ship(6, self._get_open_transfer())
        self.assertEqual(self.request.state, "sent")
        self._end_rest()
        self.assertEqual(self.request.state, "shipped")
        self.assertTrue(self.reservation.date_expiry)

    def test_others_may_not(self):
        self._ship_part()
        for user in (self.stock_user, self.dealer_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._end_rest(user)
        self.assertEqual(self.request.state, "picking")

    def test_what_has_not_begun_is_cancelled(self):
        with self.assertRaisesRegex(UserError, "cancel it"):
            self._end_rest()
        self.request.with_user(self.manager).action_confirm()
        with self.assertRaisesRegex(UserError, "cancel it"):
            self._end_rest()

    def test_what_is_closed_stays_so(self):
        self._ship_part()
        self._end_rest()
        with self.assertRaisesRegex(UserError, "no longer open"):
            self._end_rest()

    def test_what_lies_at_the_gate_is_returned_first(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._set_stock(self.product, 20)
        order = self._confirm_order(10)
        self._reserve(order)
        self.request = self._request_shipment((order.order_line, 10))
        self.request.with_user(self.manager).action_confirm()
        self._ship(6, self.request.picking_ids)
        at_gate = self.request._get_open_transfers().filtered(
            lambda picking: picking.location_dest_id.usage == "customer"
        )
        self._ship(2, at_gate)
        self.assertEqual(self.request.line_ids.quantity_shipped, 2)
        with self.assertRaisesRegex(UserError, "at the gate"):
            self._end_rest()
        rest = self.request._get_open_transfers().filtered(
            lambda picking: picking.location_dest_id.usage == "customer"
        )
        self._ship(4, rest)
        self._end_rest()
        self.assertEqual(self.request.state, "shipped")
        self.assertHeld(order, 4)

    def test_button_is_there_for_managers_when_a_part_has_left(self):
        requests = self.env["b2b.shipment.request"]
        arch = requests.with_user(self.manager).get_view(view_type="form")["arch"]
        self.assertIn("action_end_rest", arch)
        self.assertIn("not is_begun", arch)
        arch = requests.with_user(self.stock_user).get_view(view_type="form")["arch"]
        self.assertNotIn("action_end_rest", arch)
        self.assertFalse(self.request.with_user(self.manager).is_begun)
        self._ship_part()
        self.assertTrue(self.request.with_user(self.manager).is_begun)
