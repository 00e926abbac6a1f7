from odoo.tests import tagged

from .common_kits import B2bKitsCommon


@tagged("post_install", "-at_install")
class TestKits(B2bKitsCommon):
    """Kits that are reserved and leave."""

    def test_reserved_kits_hold_their_components(self):
        self._set_stock(self.bolt, 20)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        self.assertEqual(self._get_held(order), (0, 0))
        self.assertEqual(order.order_line._b2b_quantity_to_reserve(), 5)
        reservation = self._reserve(order, 3)
        self.assertEqual(self._get_held(order), (6, 3))
        self.assertHeld(order, 3)
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertEqual(order.order_line._b2b_quantity_to_reserve(), 2)
        self._reserve(order)
        self.assertEqual(self._get_held(order), (10, 5))

    def test_only_whole_kits_are_kept(self):
        self._set_stock(self.bolt, 5)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        reservation = self._reserve(order)
        self.assertEqual(reservation.line_ids.quantity, 2)
        self.assertEqual(reservation.line_ids.quantity_missing, 3)
        self.assertEqual(self._get_held(order), (4, 2))
        self.assertEqual(self.nut.free_qty, 18)

    def test_missing_component_reserves_nothing(self):
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        self.assertFalse(self._reserve(order))
        self.assertEqual(self._get_held(order), (0, 0))

    def test_released_kits_give_their_components_back(self):
        self._set_stock(self.bolt, 20)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        reservation = self._reserve(order)
        reservation._release_by_dealer({reservation.line_ids.id: 2})
        self.assertEqual(self._get_held(order), (6, 3))
        self._expire(reservation)
        self.assertEqual(self._get_held(order), (0, 0))
        self.env["stock.rule"].run_scheduler()
        self.assertEqual(self._get_held(order), (0, 0))

    def test_picked_kits_can_be_asked_for(self):
        self.warehouse.delivery_steps = "pick_ship"
        self._set_stock(self.bolt, 20)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        kept = self._reserve(order, 3).line_ids
        self._ship(order, 6, 3)
        self.assertEqual((kept.quantity, kept.quantity_picked), (0, 3))
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)
        request = self._request_shipment((order.order_line, 2))
        request.with_user(self.staff_user).action_confirm()
        moves = request.picking_ids.move_ids
        brought = {move.product_id: move.quantity for move in moves}
        self.assertEqual(brought, {self.bolt: 4, self.nut: 2})
        self._deliver(request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 2)
        self.assertEqual((kept.quantity_picked, kept.quantity_delivered), (1, 0))

    def test_delivered_kits_end_the_reservation(self):
        self._set_stock(self.bolt, 20)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        reservation = self._reserve(order)
        self._ship(order, 4, 2)
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertEqual(reservation.line_ids.quantity_delivered, 2)
        self.assertEqual(self._get_held(order), (6, 3))
        self._ship(order, 6, 3)
        self.assertEqual(reservation.state, "done")

    def test_components_that_leave_apart_count_when_the_kit_is_whole(self):
        self._set_stock(self.bolt, 20)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        reservation = self._reserve(order)
        self._ship(order, 10, 0)
        self.assertEqual(reservation.line_ids.quantity, 5)
        self.assertEqual(self._get_held(order), (0, 5))
        self.assertEqual(reservation.state, "running")
        self._ship(order, 0, 5)
        self.assertEqual(reservation.state, "done")

    def _bring(self, product, quantity):
        """Return a done move that brings a component from its supplier."""
        move = self.env["stock.move"].create(
            {
                "product_id": product.id,
                "product_uom_qty": quantity,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": quantity, "picked": True})
        return move._action_done()

    def test_components_that_arrive_count_as_whole_kits(self):
        line = self._order_kits().order_line
        brought = self._bring(self.bolt, 5) | self._bring(self.nut, 3)
        self.assertEqual(line._b2b_quantity_brought(brought), 2.5)
        self.assertEqual(line._b2b_quantity_brought(self._bring(self.nut, 1)), 1)

    def test_lost_components_free_the_others_of_their_kits(self):
        self._set_stock(self.bolt, 10)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        reservation = self._reserve(order)
        quant = self.env["stock.quant"]._gather(self.bolt, self.warehouse.lot_stock_id)
        quant.with_context(inventory_mode=True).inventory_quantity = 8
        quant.action_apply_inventory()
        self.assertEqual(reservation.line_ids.quantity, 4)
        self.assertEqual(self._get_held(order), (8, 4))
        self.assertEqual(self.nut.free_qty, 16)

    def test_staff_reserve_kits(self):
        self._set_stock(self.bolt, 20)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        order.picking_ids.action_assign()
        self.assertEqual(order.b2b_reservation_ids.line_ids.quantity, 5)
        order.picking_ids.do_unreserve()
        self.assertEqual(order.b2b_reservation_ids.state, "released")
        self.assertEqual(self._get_held(order), (0, 0))

    def test_requested_kits_leave_as_their_components(self):
        self._set_stock(self.bolt, 20)
        self._set_stock(self.nut, 20)
        order = self._order_kits()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        request.with_user(self.staff_user).action_confirm()
        self.assertEqual(
            {
                move.product_id: (move.product_uom_qty, move.quantity)
                for move in request.picking_ids.move_ids
            },
            {self.bolt: (4, 4), self.nut: (2, 2)},
        )
        self.assertEqual(self._get_held(order), (10, 5))
        self._deliver(request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 2)
        self.assertEqual(self._get_held(order), (6, 3))
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)
