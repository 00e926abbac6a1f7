from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon
from .parallel import ParallelGoodsCase


@tagged("post_install", "-at_install")
class TestPlaces(B2bReservationCommon):
    """Several warehouses, and lots."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls.later = fields.Datetime.now() + timedelta(days=30)

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

    def _reserve_lots(self, method):
        """Return a dealer's order that holds 3 of a lot and 2 of another, all there
        is, of deliveries that reserve so.
        """
        self.warehouse.out_type_id.reservation_method = method
        self.paint = self._create_product("Paint", "PA-1", 10, tracking="lot")
        for name, quantity in (("A", 3), ("B", 2)):
            lot = self.env["stock.lot"].create(
                {
                    "name": name,
                    "product_id": self.paint.id,
                    "company_id": self.company.id,
                }
            )
            self.env["stock.quant"]._update_available_quantity(
                self.paint, self.warehouse.lot_stock_id, quantity, lot_id=lot
            )
        order = self._confirm_order(5, product=self.paint)
        self._reserve(order)
        self.assertHeld(order, 5)
        return order

    def _pick_lot(self, order, name):
        """Return the delivery of an order, with just one lot of it picked."""
        picking = order.picking_ids.with_user(self.stock_user)
        lines = picking.move_ids.move_line_ids
        lines.filtered(lambda line: line.lot_id.name == name).picked = True
        return picking.with_context(skip_backorder=True)

    def test_rest_of_a_delivery_stays_reserved_however_it_reserves(self):
        for method in ("at_confirm", "manual", "by_date"):
            with self.subTest(method=method):
                order = self._reserve_lots(method)
                order.picking_ids.move_ids.date = self.later
                picking = self._pick_lot(order, "A")
                picking.button_validate()
                self.assertEqual(picking.state, "done")
                self.assertHeld(order, 2)
                self.assertEqual(picking.backorder_ids.move_line_ids.quantity, 2)
                kept = order.b2b_reservation_ids.line_ids
                self.assertEqual((kept.quantity, kept.quantity_delivered), (2, 3))
                self.assertEqual(self.paint.free_qty, 0)

    def test_rest_that_is_gone_is_no_longer_promised(self):
        order = self._reserve_lots("manual")
        other = self._create_order(
            b2b_contract_id=False,
            order_line=[
                Command.create({"product_id": self.paint.id, "product_uom_qty": 1})
            ],
        )
        other.action_confirm()
        rest = order.picking_ids.move_line_ids.filtered(lambda x: x.lot_id.name == "B")
        move = other.picking_ids.move_ids
        values = move._prepare_move_line_vals(quantity=1)
        self.env["stock.move.line"].create({**values, "lot_id": rest.lot_id.id})
        move.picked = True
        picking = self._pick_lot(order, "A")
        (picking | other.picking_ids.with_env(picking.env)).button_validate()
        self.assertEqual(move.state, "done")
        self.assertHeld(order, 1)
        self.assertEqual(order.b2b_reservation_ids.line_ids.quantity, 1)


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
