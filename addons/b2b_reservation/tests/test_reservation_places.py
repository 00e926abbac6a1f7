from odoo.tests import tagged

from .common import B2bReservationCommon
from .parallel import ParallelGoodsCase


@tagged("post_install", "-at_install")
class TestPlaces(B2bReservationCommon):
    """Several warehouses, and lots."""

    def test_order_takes_nothing_of_another_warehouse(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        self._set_stock(self.product, 10)
        order = self._confirm_order(warehouse=other)
        self.assertFalse(self._reserve(order))
        self.assertHeld(order, 0)
        (row,) = order._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "0")
        self.env["stock.quant"]._update_available_quantity(
            self.product, other.lot_stock_id, 2
        )
        reservation = self._reserve(order)
        self.assertEqual(reservation.line_ids.quantity, 2)
        location = order.picking_ids.move_line_ids.location_id
        self.assertEqual(location, other.lot_stock_id)
        here = self._confirm_order(10)
        self._reserve(here)
        self.assertHeld(here, 10)

    def test_reserve_of_lots_is_taken_from_as_many_as_needed(self):
        paint = self._create_product("Paint", "PA-1", 10, tracking="lot")
        for name, quantity in (("A", 3), ("B", 4)):
            lot = self.env["stock.lot"].create(
                {"name": name, "product_id": paint.id, "company_id": self.company.id}
            )
            self.env["stock.quant"]._update_available_quantity(
                paint, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        order = self._confirm_order(9, product=paint)
        reservation = self._reserve(order)
        self.assertEqual(reservation.line_ids.quantity, 7)
        self.assertEqual(
            order.picking_ids.move_line_ids.lot_id.sorted("name").mapped("name"),
            ["A", "B"],
        )
        reservation._release_by_dealer({reservation.line_ids.id: 5})
        self.assertHeld(order, 2)
        self.assertEqual(paint.free_qty, 5)
        other = self._confirm_order(9, product=paint)
        self._reserve(other)
        self.assertHeld(other, 5)


@tagged("post_install", "-at_install")
class TestParallelExtend(ParallelGoodsCase):
    def test_two_tabs_at_once_extend_once(self):
        with self._connection() as env:
            order = self._create_order(env, 1, self.contract_id)
            order.action_confirm()
            self._put_on_shelf(env, 1)
            reservation_id = order._b2b_reserve().id

        def extend(env):
            env["b2b.reservation"].browse(reservation_id)._extend_by_dealer()

        _attempts, errors = self._do_in_parallel([extend, extend])
        self.assertEqual(len(errors), 1, "the second is told that it was extended")
        with self._connection() as env:
            reservation = env["b2b.reservation"].browse(reservation_id)
            self.assertEqual(reservation.extension_count, 1)
