from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..hooks import post_init_hook
from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestGate(B2bReservationCommon):
    """Goods that were picked and have not left, where deliveries go in steps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls.warehouse.delivery_steps = "pick_ship"
        cls._set_stock(cls.product, 10)

    def _pick(self, order, quantity=None):
        """Bring what is on the shelf for an order to the gate."""
        picking = order.order_line._b2b_first_moves().picking_id
        if quantity is not None:
            picking.move_ids.quantity = quantity
        self._validate(picking)

    def _validate(self, picking):
        self._deliver(picking.with_user(self.stock_user))
        self.assertEqual(set(picking.mapped("state")), {"done"})
        self.env.cr.flush()
        self.env.invalidate_all()

    def _get_out(self, order):
        return order.order_line._b2b_later_moves().picking_id

    def _confirm_request(self, request):
        request.with_user(self.staff_user).action_confirm()
        self.env.invalidate_all()

    # === ASKED FOR AFTER IT WAS PICKED === #

    def test_what_is_picked_is_not_delivered(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order)
        self.assertEqual(reservation.state, "running")
        self.assertEqual(reservation.line_ids.quantity_delivered, 0)
        self.assertEqual(reservation.line_ids.quantity_picked, 5)
        (row,) = reservation.with_user(self.dealer_user)._get_portal_rows()
        self.assertEqual(row["lines"][0]["quantity"], "5")
        self.assertFalse(row["can_release"])
        self._validate(self._get_out(order))
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertEqual(reservation.state, "done")
        self.assertEqual(reservation.line_ids.quantity_delivered, 5)

    def test_what_is_picked_can_be_asked_for(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            with self.subTest(steps=steps):
                self.warehouse.delivery_steps = steps
                order = self._confirm_order(3)
                reservation = self._reserve(order)
                self._pick(order)
                line = order.order_line
                self.assertEqual(line._b2b_quantity_to_ship(), 3)
                shippable = line._b2b_get_shippable_lines(self.dealer)
                self.assertIn(line, shippable)
                steps_shown = order.with_user(self.dealer_user).sudo()
                self.assertEqual(steps_shown._b2b_get_ship_step()["state"], "now")
                request = self._request_shipment((line, 3))
                self.assertEqual(reservation.shipment_request_id, request)
                self.assertEqual(line._b2b_quantity_to_ship(), 0)
                self._confirm_request(request)
                out = self._get_out(order)
                self.assertEqual(out.b2b_shipment_request_id, request)
                while out := self._get_out(order):
                    self._validate(out)
                self.assertEqual(request.state, "shipped")
                self.assertEqual(request.line_ids.quantity_shipped, 3)
                self.assertEqual(reservation.state, "done")

    def test_part_of_what_is_picked_leaves_apart(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order)
        request = self._request_shipment((order.order_line, 2))
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)
        self._confirm_request(request)
        own = request.picking_ids
        self.assertEqual(own.move_ids.quantity, 2)
        self.assertEqual((self._get_out(order) - own).move_ids.quantity, 3)
        self._validate(own)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(reservation.line_ids.quantity_picked, 3)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)
        self._validate(self._get_out(order))
        self.assertEqual(reservation.state, "done")

    def test_request_takes_from_the_gate_and_from_the_shelf(self):
        order = self._confirm_order()
        self._reserve(order)
        self._pick(order, 2)
        self.assertHeld(order, 3)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 5)
        request = self._request_shipment((order.order_line, 4))
        self._confirm_request(request)
        moves = request.picking_ids.move_ids
        self.assertEqual(sorted(moves.mapped("quantity")), [2, 2])
        while pickings := request._get_open_transfers():
            self._validate(pickings)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 4)
        self.assertHeld(order, 1)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 1)

    def test_picked_between_sending_and_confirming(self):
        order = self._confirm_order()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 5))
        self._pick(order)
        self.assertEqual(request.state, "sent")
        self.assertEqual(request.line_ids.quantity_shipped, 0)
        self._confirm_request(request)
        self._validate(request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 5)

    def test_picked_without_a_reservation_can_be_asked_for(self):
        order = self._confirm_order()
        self._pick(order, 5)
        reservation = order.b2b_reservation_ids
        self.assertTrue(reservation.is_by_staff)
        self.assertEqual(reservation.line_ids.quantity_picked, 5)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 5)

    def test_paid_order_can_ask_for_what_is_picked_once(self):
        order = self._confirm_order()
        request = order._b2b_issue_bill()
        self._reserve(order)
        self._pay_bill(request)
        self._pick(order, 2)
        line = order.order_line
        self.assertTrue(order._b2b_get_paid())
        self.assertEqual(line._b2b_quantity_to_ship(), 5)
        self._request_shipment((line, 2))
        self.assertEqual(line._b2b_quantity_to_ship(), 3)
        self._request_shipment((line, 3))
        self.assertEqual(line._b2b_quantity_to_ship(), 0)

    def test_dozens(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._set_stock(self.product, 24)
        order = self._confirm_order(2, product_uom_id=dozen.id)
        self._reserve(order)
        self._pick(order)
        request = self._request_shipment((order.order_line, 1))
        self._confirm_request(request)
        self._validate(request.picking_ids)
        self.assertEqual(request.line_ids.quantity_shipped, 1)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 1)

    # === TIME AND RELEASING === #

    def test_what_is_picked_does_not_expire(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order, 3)
        self.assertTrue(reservation.date_expiry)
        self._expire(reservation)
        self.assertHeld(order, 0)
        self.assertEqual(reservation.state, "running")
        self.assertFalse(reservation.date_expiry)
        self.assertEqual(reservation.line_ids.quantity_picked, 3)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)

    def test_what_is_wholly_picked_has_no_end(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order)
        self.assertFalse(reservation.date_expiry)

    def test_dealer_does_not_release_what_is_picked(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order, 3)
        with self.assertRaisesRegex(UserError, "picked 3 Units"):
            reservation._release_by_dealer()
        with self.assertRaisesRegex(UserError, "picked 3 Units"):
            reservation._release_by_dealer({reservation.line_ids.id: 3})
        reservation._release_by_dealer({reservation.line_ids.id: 2})
        self.assertHeld(order, 0)
        self.assertEqual(reservation.line_ids._get_kept(), 3)

    # === WHAT ELSE HAPPENS TO IT === #

    def test_cancelled_request_gives_it_back(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order)
        request = self._request_shipment((order.order_line, 5))
        self._confirm_request(request)
        request.with_user(self.staff_user).action_cancel()
        self.assertEqual(reservation.state, "running")
        self.assertFalse(reservation.date_expiry)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 5)
        self.assertIn("as they were before", self._get_last_mail().body_html)

    def test_what_it_gives_back_at_the_gate_has_no_end(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order, 3)
        request = self._request_shipment((order.order_line, 2))
        apart = request.reservation_ids
        self.assertNotEqual(apart, reservation)
        request.with_user(self.dealer_user)._cancel_by_dealer()
        self.assertEqual(apart.line_ids._get_kept(), 2)
        self.assertFalse(apart.date_expiry)
        self.assertTrue(reservation.date_expiry)

    def _get_last_mail(self):
        domain = [("model", "=", "b2b.shipment.request")]
        return self.env["mail.mail"].search(domain, order="id desc", limit=1)

    def test_cancelled_way_out_keeps_nothing_and_says_so(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        request = self._request_shipment((order.order_line, 5))
        self._confirm_request(request)
        self._validate(request.picking_ids)
        self.assertEqual(request.state, "ready")
        self.assertEqual(reservation.line_ids.quantity_picked, 5)
        request._get_open_transfers().with_user(self.stock_user).action_cancel()
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(reservation.state, "released")
        mail = self._get_last_mail()
        self.assertIn("cancelled", mail.subject)
        self.assertNotIn("as they were before", mail.body_html)

    def test_cancelled_part_of_the_way_out(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order)
        request = self._request_shipment((order.order_line, 2))
        self._confirm_request(request)
        request.picking_ids.with_user(self.stock_user).action_cancel()
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)
        self.assertEqual(reservation.state, "running")

    def test_less_than_is_asked_for_cannot_be_ordered(self):
        order = self._confirm_order()
        self._reserve(order)
        self._pick(order)
        request = self._request_shipment((order.order_line, 5))
        with self.assertRaisesRegex(UserError, request.name):
            order.order_line.product_uom_qty = 4

    def test_lost_at_the_gate_is_not_kept(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order)
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.wh_output_stock_loc_id.id),
            ]
        )
        quant = quant.with_user(self.stock_user).with_context(inventory_mode=True)
        quant.inventory_quantity = 3
        quant.action_apply_inventory()
        self.assertEqual(reservation.line_ids.quantity_picked, 3)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)

    def test_brought_back_to_the_shelf_it_is_not_kept(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._pick(order)
        picking = order.picking_ids.filtered(lambda picking: picking.state == "done")
        self._validate(self._return(picking, {self.product: 5}, self.stock_user))
        self.assertEqual(
            self.product.with_context(
                location=self.warehouse.lot_stock_id.id
            ).qty_available,
            10,
        )
        self.assertEqual(reservation.state, "released")
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 0)

    def test_picked_before_the_addon_came(self):
        order = self._confirm_order()
        self._reserve(order)
        self._pick(order)
        self.env.cr.execute("DELETE FROM b2b_reservation")
        self.env.invalidate_all()
        self.assertFalse(order.order_line._b2b_quantity_to_ship())
        post_init_hook(self.env)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 5)

    def test_orders_of_others_go_as_in_stock_odoo(self):
        order = self._create_order(quantity=5, b2b_contract_id=False)
        order.action_confirm()
        self._validate(order.picking_ids)
        out = order.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(out.move_ids.quantity, 5)
        self.assertFalse(order.b2b_reservation_ids)
        self._validate(out)
        self.assertEqual(order.order_line.qty_delivered, 5)
        other = self._create_order(quantity=5, b2b_contract_id=False)
        other.action_confirm()
        self._validate(other.picking_ids)
        out = other.picking_ids.filtered(lambda picking: picking.state != "done")
        out.action_cancel()
        self.assertEqual(out.state, "cancel")
        self.assertFalse(other.b2b_reservation_ids)


@tagged("post_install", "-at_install")
class TestReleaseOfPicked(B2bReservationCommon):
    """Goods that staff have picked on a delivery they have not validated yet."""

    def test_dealer_does_not_release_what_is_picked(self):
        self._set_stock(self.product, 5)
        order = self._confirm_order()
        reservation = self._reserve(order)
        line = order.picking_ids.move_line_ids
        line.quantity = 3
        line.picked = True
        line.copy({"quantity": 2, "picked": False})
        with self.assertRaisesRegex(UserError, "picked 3 Units"):
            reservation._release_by_dealer()
        with self.assertRaisesRegex(UserError, "picked 3 Units"):
            reservation._release_by_dealer({reservation.line_ids.id: 3})
        self.assertHeld(order, 5)
        reservation._release_by_dealer({reservation.line_ids.id: 2})
        self.assertHeld(order, 3)
        self.assertEqual(reservation.line_ids.quantity, 3)

    def test_what_is_not_picked_can_be_released(self):
        self._set_stock(self.product, 5)
        order = self._confirm_order()
        self._reserve(order)._release_by_dealer()
        self.assertHeld(order, 0)
