from odoo.tests import new_test_user, tagged

from .common_kits import B2bKitsCommon


@tagged("post_install", "-at_install")
class TestGateKits(B2bKitsCommon):
    """Kits whose components were picked and have not left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls.warehouse.delivery_steps = "pick_ship"
        cls._set_stock(cls.bolt, 20)
        cls._set_stock(cls.nut, 20)

    def _pick(self, order, bolts, nuts):
        """Bring components to the gate, the rest on a backorder."""
        moves = order.order_line._b2b_first_moves()
        self._move(moves.picking_id, bolts, nuts)

    def _leave(self, order, bolts, nuts):
        """Deliver components from the gate, the rest on a backorder."""
        moves = order.order_line._b2b_later_moves()
        self._move(moves.picking_id, bolts, nuts)

    def _move(self, picking, bolts, nuts):
        for move in picking.move_ids:
            move.quantity = bolts if move.product_id == self.bolt else nuts
        self._validate(picking)

    def _validate(self, picking):
        self._deliver(picking.with_user(self.stock_user))
        self.env.cr.flush()
        self.env.invalidate_all()

    def _bring_back(self, order, bolts, nuts):
        """Bring components back from the gate to the shelf."""
        picking = order.picking_ids.filtered(
            lambda x: x.state == "done" and not x.return_id
        )[:1]
        returning = self._return(
            picking, {self.bolt: bolts, self.nut: nuts}, self.stock_user
        )
        self._validate(returning)
        self.assertEqual(returning.location_dest_id, self.warehouse.lot_stock_id)
        order.order_line._b2b_later_moves()._action_assign()

    def _request(self, order, quantity):
        """Return the transfers of a new request that is confirmed."""
        request = self._request_shipment((order.order_line, quantity))
        request.with_user(self.staff_user).action_confirm()
        self.env.invalidate_all()
        return request

    def _get_places(self, request):
        """Return how much of which component the transfers of a request take from the
        shelf and from the gate.
        """
        shelf, gate = self.warehouse.lot_stock_id, self.warehouse.wh_output_stock_loc_id
        lines = request.picking_ids.move_line_ids
        return {
            place: tuple(
                sum(
                    lines.filtered(
                        lambda x, p=product, at=location: (
                            x.product_id == p and x.location_id == at
                        )
                    ).mapped("quantity")
                )
                for product in (self.bolt, self.nut)
            )
            for place, location in (("shelf", shelf), ("gate", gate))
        }

    # === ASKED FOR === #

    def test_request_leaves_what_others_have_at_the_gate(self):
        order = self._order_kits()
        gate = self._reserve(order, 3).line_ids
        self._pick(order, 6, 3)
        shelf = self._reserve(order, 2).line_ids
        request = self._request(order, 2)
        self.assertEqual(shelf.reservation_id.shipment_request_id, request)
        self.assertEqual(self._get_places(request), {"shelf": (4, 2), "gate": (0, 0)})
        while pickings := request._get_open_transfers():
            self._validate(pickings)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(shelf.reservation_id.state, "done")
        self.assertEqual((gate.quantity, gate.quantity_picked), (0, 3))
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)

    def test_request_takes_its_own_from_the_gate_and_the_rest_from_the_shelf(self):
        order = self._order_kits()
        self._reserve(order)
        self._pick(order, 4, 2)
        request = self._request(order, 4)
        self.assertEqual(self._get_places(request), {"shelf": (4, 2), "gate": (4, 2)})
        while pickings := request._get_open_transfers():
            self._validate(pickings)
        self.assertEqual(request.line_ids.quantity_shipped, 4)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 1)

    def test_request_takes_components_at_the_gate_that_make_no_whole_kit(self):
        order = self._order_kits()
        kept = self._reserve(order).line_ids
        self._pick(order, 8, 1)
        self.assertEqual((kept.quantity, kept.quantity_picked), (4, 1))
        request = self._request(order, 3)
        self.assertEqual(self._get_places(request), {"shelf": (0, 2), "gate": (6, 1)})

    def test_second_request_takes_what_the_first_has_left_at_the_gate(self):
        order = self._order_kits()
        self._reserve(order)
        self._pick(order, 10, 5)
        for quantity in (2, 3):
            request = self._request(order, quantity)
            self.assertEqual(
                self._get_places(request),
                {"shelf": (0, 0), "gate": (2 * quantity, quantity)},
            )

    # === BROUGHT BACK === #

    def test_brought_back_kits_are_not_kept(self):
        order = self._order_kits()
        reservation = self._reserve(order)
        self._pick(order, 10, 5)
        self._bring_back(order, 10, 5)
        self.assertEqual(reservation.line_ids.quantity_picked, 0)
        self.assertEqual(reservation.line_ids.quantity_delivered, 0)
        self.assertEqual(reservation.state, "released")
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 0)

    def test_part_of_the_kits_is_brought_back_and_the_rest_leaves(self):
        order = self._order_kits()
        reservation = self._reserve(order)
        self._pick(order, 10, 5)
        self._bring_back(order, 4, 2)
        kept = reservation.line_ids
        self.assertEqual((kept.quantity_picked, kept.quantity_delivered), (3, 0))
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)
        self._leave(order, 6, 3)
        self.assertEqual((kept.quantity_picked, kept.quantity_delivered), (0, 3))
        self.assertEqual(reservation.state, "done")

    def test_components_that_are_brought_back_apart_count_once(self):
        order = self._order_kits()
        kept = self._reserve(order).line_ids
        self._pick(order, 10, 5)
        self._bring_back(order, 4, 0)
        self.assertEqual(kept.quantity_picked, 3)
        self._bring_back(order, 0, 2)
        self.assertEqual(kept.quantity_picked, 3)

    def test_components_that_leave_apart_count_once_the_kit_is_whole(self):
        order = self._order_kits()
        reservation = self._reserve(order)
        kept = reservation.line_ids
        self._pick(order, 10, 5)
        self._leave(order, 10, 0)
        self.assertEqual((kept.quantity_picked, kept.quantity_delivered), (5, 0))
        self._leave(order, 0, 5)
        self.assertEqual((kept.quantity_picked, kept.quantity_delivered), (0, 5))
        self.assertEqual(reservation.state, "done")
