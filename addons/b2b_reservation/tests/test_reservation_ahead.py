from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationCommon
from .test_reservation_wait import WaitBuilders


class AheadBuilders(WaitBuilders):
    """Goods that somebody waits for who cannot take them."""

    def setUp(self):
        super().setUp()
        self.bolt = self._create_product("Bolt", "BO-1", 10)

    def _put(self, quantity, location=None, product=None):
        self.env["stock.quant"]._update_available_quantity(
            product or self.bolt, location or self.warehouse.lot_stock_id, quantity
        )
        self.env.invalidate_all()

    def _get_proposed(self, order):
        (row,) = order._b2b_get_reserve_rows()
        return row["proposed"]

    def _order(self, quantity=5, product=None):
        """Return an order of the other dealer."""
        return self._confirm_order(
            quantity, self.stranger_contract, product=product or self.bolt
        )

    def _reserve_other(self, order):
        self._reserve(order, user=self.stranger_user)

    def _pick(self, order):
        """Pick what an order holds, as the warehouse does; the rest comes later."""
        order.picking_ids.move_ids.picked = True


@tagged("post_install", "-at_install")
class TestAhead(AheadBuilders, B2bReservationCommon):
    def test_who_waits_for_what_is_bought_for_him_stands_in_nobodys_way(self):
        first, _wait = self._stand_in_line(10, product=self.bolt)
        first.picking_ids.move_ids.procure_method = "make_to_order"
        self._put(10)
        second = self._order(10)
        self.assertEqual(self._get_proposed(second), "10")
        self._reserve_other(second)
        self.assertHeld(second, 10)

    def test_who_waits_for_a_dozen_stands_in_nobodys_way_to_five(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        first, _wait = self._stand_in_line(
            2, product=self.bolt, product_uom_id=dozen.id
        )
        self._put(5)
        second = self._order(20)
        self.assertEqual(self._get_proposed(second), "5")
        self._put(10)
        self.assertEqual(self._get_proposed(second), "3")
        self._reserve_other(second)
        self.assertHeld(second, 3)
        self._serve()
        self.assertHeld(first, 1)

    def test_each_one_takes_what_those_before_him_leave(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._stand_in_line(4, product=self.bolt)
        self._stand_in_line(1, product=self.bolt, product_uom_id=dozen.id)
        self._put(14)
        second = self._order(20)
        self.assertEqual(self._get_proposed(second), "10")
        self._put(2)
        self.assertEqual(self._get_proposed(second), "0")

    def test_who_waits_first_on_the_same_shelf_is_not_overtaken(self):
        first, _wait = self._stand_in_line(3, product=self.bolt)
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        first.picking_ids.move_ids.location_id = shelf
        self._put(5, shelf)
        second = self._order(5)
        self.assertEqual(self._get_proposed(second), "2")
        self._reserve_other(second)
        self.assertHeld(second, 2)

    def _create_shop(self):
        """Return a place of the warehouse beside its shelves, and a route from it."""
        shop = self.env["stock.location"].create(
            {"name": "Shop", "location_id": self.warehouse.view_location_id.id}
        )
        customers = self.env.ref("stock.stock_location_customers")
        route = self.env["stock.route"].create(
            {
                "name": "From the shop",
                "sale_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "From the shop",
                            "action": "pull",
                            "location_src_id": shop.id,
                            "location_dest_id": customers.id,
                            "picking_type_id": self.warehouse.out_type_id.id,
                            "procure_method": "make_to_stock",
                            "warehouse_id": self.warehouse.id,
                        }
                    )
                ],
            }
        )
        return shop, route

    def test_each_place_of_a_warehouse_is_served_by_itself(self):
        shop, route = self._create_shop()
        routed = {"product": self.bolt, "route_ids": route.ids}
        first, _wait = self._stand_in_line(5, **routed)
        self.assertEqual(first.picking_ids.move_ids.location_id, shop)
        second, _wait = self._stand_in_line(2, product=self.bolt)
        third = self._order(5)
        self._put(3)
        self.assertEqual(self._get_proposed(third), "1")
        self._serve()
        self.assertHeld(first, 0)
        self.assertHeld(second, 2)
        self._reserve_other(third)
        self.assertHeld(third, 1)
        last, _wait = self._stand_in_line(1, **routed)
        self._put(4, shop)
        self._serve()
        self.assertHeld(first, 4)
        self.assertHeld(last, 0)

    def test_one_who_empties_his_place_ends_no_other(self):
        shop, route = self._create_shop()
        first, _wait = self._stand_in_line(5, product=self.bolt, route_ids=route.ids)
        second, _wait = self._stand_in_line(5, product=self.bolt)
        self._put(2, shop)
        self._put(3)
        self._serve()
        self.assertHeld(first, 2)
        self.assertHeld(second, 3)

    def test_who_asks_for_more_of_what_is_picked_is_told_so(self):
        self._put(3)
        order = self._confirm_order(5, product=self.bolt)
        self._reserve(order)
        self._pick(order)
        self._put(4)
        self.assertEqual(self._get_proposed(order), "0")
        for quantity in (1, None):
            with (
                self.subTest(quantity=quantity),
                self.assertRaisesRegex(UserError, f"picked .*Bolt.* {order.name}"),
            ):
                self._reserve(order, quantity)
        self._deliver(order.picking_ids)
        self._reserve(order)
        self.assertHeld(order, 2)

    def test_other_goods_are_reserved_beside_what_is_picked(self):
        self._put(3)
        nut = self._create_product("Nut", "NU-1", 10)
        self._put(3, product=nut)
        order = self._confirm_order(5, product=self.bolt)
        self._reserve(order)
        self._pick(order)
        order.order_line = [
            Command.create({"product_id": nut.id, "product_uom_qty": 2})
        ]
        lines = order.order_line
        with self.assertRaisesRegex(UserError, "picked .*Bolt"):
            order.with_user(self.dealer_user)._b2b_reserve(dict.fromkeys(lines.ids, 1))
        reservation = order.with_user(self.dealer_user)._b2b_reserve()
        self.assertEqual(lines.mapped(lambda x: x._b2b_quantity_held()), [3, 2])
        self.assertEqual(reservation.sudo().line_ids.mapped("quantity_missing"), [2, 0])

    def test_who_waits_for_more_of_what_is_picked_stands_in_nobodys_way(self):
        self._put(3)
        first = self._confirm_order(5, product=self.bolt)
        self._reserve(first)
        wait = self._wait(first)
        self._pick(first)
        self._put(2)
        second = self._order(1)
        self.assertEqual(self._get_proposed(second), "1")
        third, _wait = self._stand_in_line(1, product=self.bolt)
        self._serve()
        self.assertHeld(third, 1)
        self.assertEqual(wait.state, "waiting")
        self._deliver(first.picking_ids)
        self._serve()
        self.assertHeld(first, 1)

    def _count_row_queries(self, count):
        """Return how many queries the page costs if so many wait for its goods."""
        product = self._create_product("Nut", "NU-1", 10)
        for _n in range(count):
            self._stand_in_line(1, product=product)
        self._put(100, product=product)
        order = self._order(5, product)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self._get_proposed(order), "5")
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_those_ahead(self):
        self._count_row_queries(1)
        few, many = (self._count_row_queries(count) for count in (2, 12))
        self.assertLessEqual(many, few)


@tagged("post_install", "-at_install")
class TestAheadPages(AheadBuilders, B2bBuilders, HttpCase):
    def test_dealer_reads_that_the_goods_are_picked(self):
        self._put(3)
        order = self._confirm_order(5, product=self.bolt)
        self._reserve(order)
        self._pick(order)
        self._put(4)
        self.authenticate("b2b_dealer", "b2b_dealer")
        page = self.url_open(
            f"/my/orders/{order.id}/reserve",
            data={
                "csrf_token": Request.csrf_token(self),
                f"line_{order.order_line.id}": "1",
            },
        ).text
        self.assertIn("can be reserved once that has left", page)
        self.assertNotIn("it is taken", page)
