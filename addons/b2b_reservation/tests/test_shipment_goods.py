from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import B2bReservationCommon


class GoodsCase(B2bReservationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._create_product("Gearbox", "GB-1", 10)

    def _put(self, product, quantity, lot=None):
        """Put a quantity of a product on the shelf."""
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, quantity, lot_id=lot
        )

    def _send_and_confirm(self, *lines):
        request = self._request_shipment(*lines)
        request.with_user(self.staff_user).action_confirm()
        return request

    def _get_open(self, request):
        """Return the transfers of a request that are yet to be done."""
        self.env.invalidate_all()
        return request.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )


@tagged("post_install", "-at_install")
class TestSteps(GoodsCase):
    """Requests in warehouses that pick, pack and ship."""

    def setUp(self):
        super().setUp()
        self.warehouse.delivery_steps = "pick_pack_ship"
        self._put(self.product, 5)
        self.order = self._confirm_order(5)
        self.line = self.order.order_line
        self._reserve(self.order)

    def _move_on(self, request, quantity):
        """Bring goods of a request one step further; return the transfer."""
        (picking,) = self._get_open(request)
        self.assertEqual(picking.move_ids.product_uom_qty, quantity)
        self.assertEqual(picking.move_ids.quantity, quantity)
        self._deliver(picking)
        return picking

    def test_three_steps_bring_it_from_sent_to_shipped(self):
        request = self._send_and_confirm((self.line, 2))
        self.assertEqual(request.state, "confirmed")
        steps = []
        for state in ("picking", "ready", "shipped"):
            steps.append(self._move_on(request, 2).picking_type_id)
            self.assertEqual(request.state, state)
        self.assertEqual(
            steps,
            [
                self.warehouse.pick_type_id,
                self.warehouse.pack_type_id,
                self.warehouse.out_type_id,
            ],
        )
        self.assertEqual(request.line_ids.quantity_shipped, 2)
        self.assertEqual(self.line.qty_delivered, 2)
        self.assertEqual(request.reservation_ids.state, "done")
        self.assertHeld(self.order, 3)

    def test_the_rest_of_the_order_stays_on_the_shelf(self):
        request = self._send_and_confirm((self.line, 2))
        rest = self.order.b2b_reservation_ids - request.reservation_ids
        for _step in range(3):
            self._move_on(request, 2)
            self.assertHeld(self.order, 3)
            self.assertEqual(rest.line_ids.quantity, 3)
        self._expire(rest)
        self.assertHeld(self.order, 0)
        self.assertEqual(self.product.free_qty, 3)

    def test_what_is_picked_reserves_nothing_more(self):
        self.order.b2b_reservation_ids._release_by_dealer(
            {self.order.b2b_reservation_ids.line_ids.id: 3}
        )
        request = self._send_and_confirm((self.line, 2))
        for _step in range(3):
            self._move_on(request, 2)
            self.assertHeld(self.order, 0)
        self.assertEqual(self.product.free_qty, 3)

    def test_requests_packed_at_the_same_time_stay_apart(self):
        one = self._send_and_confirm((self.line, 2))
        other = self._send_and_confirm((self.line, 3))
        for _step in range(2):
            self._move_on(one, 2)
            self._move_on(other, 3)
        self.assertEqual((one | other).mapped("state"), ["ready"] * 2)
        self._move_on(other, 3)
        self.assertEqual((one | other).mapped("state"), ["ready", "shipped"])
        self._move_on(one, 2)
        self.assertEqual(one.state, "shipped")

    def test_what_is_picked_later_ships_later(self):
        request = self._send_and_confirm((self.line, 4))
        (pick,) = self._get_open(request)
        pick.move_ids.quantity = 3
        self._deliver(pick)
        for _step in range(2):
            (step,) = self._get_open(request).filtered(
                lambda picking: picking.picking_type_id != self.warehouse.pick_type_id
            )
            self._deliver(step)
        self.assertEqual(request.state, "picking")
        self.assertEqual(request.line_ids.quantity_shipped, 3)
        for _step in range(3):
            self._move_on(request, 1)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 4)

    def test_what_is_packed_is_cancelled_only_once_it_is_back(self):
        request = self._send_and_confirm((self.line, 2))
        pick = self._move_on(request, 2)
        with self.assertRaisesRegex(UserError, pick.name):
            request.with_user(self.staff_user).action_cancel()
        self.assertEqual(request.state, "picking")


@tagged("post_install", "-at_install")
class TestUnits(GoodsCase):
    """Goods that are sold in another unit than they are kept in."""

    def setUp(self):
        super().setUp()
        self.dozen = self.env.ref("uom.product_uom_dozen")
        self.product.weight = 2.0

    def _order_dozens(self, quantity=3.0):
        return self._confirm_order(quantity, product_uom_id=self.dozen.id)

    def _get_pieces(self):
        """Return how many pieces are reserved, as the stock says."""
        self.env.invalidate_all()
        quants = self.env["stock.quant"]._gather(
            self.product, self.warehouse.lot_stock_id
        )
        return sum(quants.mapped("reserved_quantity"))

    def test_reserved_dozens_hold_their_pieces(self):
        self._put(self.product, 40)
        order = self._order_dozens()
        reservation = self._reserve(order, 2)
        self.assertEqual(reservation.line_ids.quantity, 2)
        self.assertEqual(self._get_pieces(), 24)
        reservation._release_by_dealer({reservation.line_ids.id: 1})
        self.assertEqual(self._get_pieces(), 12)
        self._expire(reservation)
        self.assertEqual(self._get_pieces(), 0)

    def test_dozens_go_on_requests_and_leave(self):
        self._put(self.product, 40)
        order = self._order_dozens()
        self._reserve(order)
        self.assertEqual(self._get_pieces(), 36)
        request = self._send_and_confirm((order.order_line, 1))
        self.assertEqual(request.weight, 24)
        move = request.picking_ids.move_ids
        self.assertEqual(move.product_qty, 12)
        self._deliver(request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 1)
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertHeld(order, 2)
        self.assertEqual(self._get_pieces(), 24)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 2)

    def test_part_of_a_dozen_delivered_leaves_the_rest_requested(self):
        self._put(self.product, 40)
        order = self._order_dozens()
        self._reserve(order)
        request = self._send_and_confirm((order.order_line, 2))
        picking = request.picking_ids
        move = picking.move_ids
        move.quantity = self.dozen._compute_quantity(1, move.product_uom)
        self._deliver(picking)
        self.assertEqual(request.line_ids.quantity_shipped, 1)
        rest = self._get_open(request)
        self.assertEqual(rest.move_ids.product_qty, 12)
        self._deliver(rest)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 2)
        self.assertEqual(self._get_pieces(), 12)

    def test_fewer_pieces_than_dozens_are_shared_out_to_the_piece(self):
        self._put(self.product, 20)
        order = self._order_dozens(2)
        (row,) = order._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "1")
        reservation = self._reserve(order)
        pieces = self._get_pieces()
        self.assertLessEqual(pieces, 20)
        self.assertAlmostEqual(
            reservation.line_ids.quantity * 12, pieces, delta=12 * 0.01
        )
        self._expire(reservation)
        self.assertEqual(self._get_pieces(), 0)

    def test_who_waits_for_dozens_gets_whole_ones(self):
        order = self._order_dozens(2)
        wait = order.with_user(self.dealer_user)._b2b_wait(order.order_line.ids)
        self._put(self.product, 20)
        self._run_cron("ir_cron_serve")
        self.assertEqual(self._get_pieces(), 12)
        self.assertEqual(wait.sudo().quantity, 1)


@tagged("post_install", "-at_install")
class TestUnitsOfMoves(TestUnits):
    """The same where deliveries are in the unit of the order, a setting of `stock`."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("stock.propagate_uom", "1")

    def test_deliveries_are_in_dozens(self):
        order = self._order_dozens()
        self.assertEqual(order.picking_ids.move_ids.product_uom, self.dozen)


@tagged("post_install", "-at_install")
class TestLots(GoodsCase):
    """Goods with lots and serial numbers."""

    def _put_lots(self, product, **quantities):
        for name, quantity in quantities.items():
            lot = self.env["stock.lot"].create(
                {"name": name, "product_id": product.id, "company_id": self.company.id}
            )
            self._put(product, quantity, lot)

    def _get_lots(self, pickings):
        """Return what transfers hold by the name of the lot."""
        self.env.invalidate_all()
        lots = {}
        for line in pickings.move_line_ids:
            lots[line.lot_id.name] = lots.get(line.lot_id.name, 0) + line.quantity
        return lots

    def test_request_takes_a_part_of_a_lot(self):
        paint = self._create_product("Paint", "PA-1", 10, tracking="lot")
        self._put_lots(paint, A=3, B=4)
        order = self._confirm_order(7, product=paint)
        self._reserve(order)
        request = self._send_and_confirm((order.order_line, 5))
        own = self._get_lots(request.picking_ids)
        rest = self._get_lots(order.picking_ids - request.picking_ids)
        self.assertEqual((sum(own.values()), sum(rest.values())), (5, 2))
        for name, quantity in (("A", 3), ("B", 4)):
            self.assertEqual(own.get(name, 0) + rest.get(name, 0), quantity)
        self._deliver(request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 5)
        kept = self._get_lots(order.picking_ids.filtered(lambda p: p.state != "done"))
        self.assertEqual(kept, rest)

    def test_cancelled_request_gives_its_lots_back(self):
        paint = self._create_product("Paint", "PA-1", 10, tracking="lot")
        self._put_lots(paint, A=3, B=4)
        order = self._confirm_order(7, product=paint)
        self._reserve(order)
        request = self._send_and_confirm((order.order_line, 5))
        request.with_user(self.staff_user).action_cancel()
        self.assertEqual(self._get_lots(order.picking_ids), {"A": 3, "B": 4})
        self.assertHeld(order, 7)

    def test_serial_numbers_stay_the_same_at_all_steps(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        engine = self._create_product("Engine", "EN-1", 10, tracking="serial")
        self._put_lots(engine, S1=1, S2=1, S3=1)
        order = self._confirm_order(3, product=engine)
        self._reserve(order)
        request = self._send_and_confirm((order.order_line, 2))
        chosen = self._get_lots(request.picking_ids)
        self.assertEqual(len(chosen), 2)
        for _step in range(3):
            (picking,) = self._get_open(request)
            self.assertEqual(self._get_lots(picking), chosen)
            self._deliver(picking)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 2)
        (left,) = {"S1", "S2", "S3"} - chosen.keys()
        rest = order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))
        self.assertEqual(self._get_lots(rest), {left: 1})
