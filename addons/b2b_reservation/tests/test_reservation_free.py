from odoo.fields import Command
from odoo.tests import tagged

from .common import B2bReservationCommon
from .test_reservation_wait import WaitBuilders


@tagged("post_install", "-at_install")
class TestWhatIsFree(WaitBuilders, B2bReservationCommon):
    """Goods of the warehouse that no delivery can take are not free."""

    def setUp(self):
        super().setUp()
        self.warehouse.write(
            {"reception_steps": "three_steps", "delivery_steps": "pick_pack_ship"}
        )
        self.bolt = self._create_product("Bolt", "BO-1", 10)

    def _put(self, location, quantity, product=None):
        self.env["stock.quant"]._update_available_quantity(
            product or self.bolt, location, quantity
        )

    def _get_next_number(self):
        sequence = self.env.ref("b2b_reservation.seq_b2b_reservation")
        sequence.invalidate_recordset()
        return sequence.number_next_actual

    def _get_places_beside_the_shelf(self):
        warehouse = self.warehouse
        return (
            warehouse.wh_input_stock_loc_id,
            warehouse.wh_qc_stock_loc_id,
            warehouse.wh_pack_stock_loc_id,
            warehouse.wh_output_stock_loc_id,
        )

    def test_what_is_not_on_a_shelf_is_not_proposed(self):
        order = self._confirm_order(3, product=self.bolt)
        for place in self._get_places_beside_the_shelf():
            self._put(place, 10)
        (row,) = order._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "0")
        self.assertTrue(row["is_short"])
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": self.warehouse.lot_stock_id.id}
        )
        self._put(shelf, 1)
        self.env.invalidate_all()
        (row,) = order._b2b_get_reserve_rows()
        self.assertEqual((row["proposed"], row["missing_text"]), ("1", "2"))

    def test_who_waits_is_not_overtaken_while_goods_come_in(self):
        first, wait = self._stand_in_line(5, product=self.bolt)
        self._put(self.warehouse.wh_input_stock_loc_id, 10)
        self._put(self.warehouse.lot_stock_id, 1)
        second = self._confirm_order(5, self.stranger_contract, product=self.bolt)
        (row,) = second._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "0")
        self._reserve(second, user=self.stranger_user)
        self.assertHeld(second, 0)
        self._serve()
        self.assertHeld(first, 1)
        self.assertEqual(wait.quantity, 4)

    def test_cron_makes_nothing_of_what_cannot_be_taken(self):
        order, _wait = self._stand_in_line(5, product=self.bolt)
        self._put(self.warehouse.wh_input_stock_loc_id, 10)
        before = self._get_next_number()
        for _minute in range(3):
            self._serve()
        self.assertEqual(self._get_next_number(), before)
        self.assertFalse(order.b2b_reservation_ids)
        self.assertFalse(self.waits._get_what_is_free())

    def test_who_waits_is_served_when_goods_reach_the_shelf(self):
        order, wait = self._stand_in_line(5, product=self.bolt)
        self._put(self.warehouse.wh_input_stock_loc_id, 10)
        self._serve()
        self._put(self.warehouse.wh_input_stock_loc_id, -10)
        self._put(self.warehouse.lot_stock_id, 10)
        self._serve()
        self.assertHeld(order, 5)
        self.assertEqual(wait.state, "served")

    def test_after_one_is_served_the_next_one_is_looked_at_by_his_shelf(self):
        first, _wait = self._stand_in_line(1, product=self.bolt)
        second, _wait = self._stand_in_line(2, product=self.bolt)
        self._put(self.warehouse.wh_input_stock_loc_id, 10)
        self._put(self.warehouse.lot_stock_id, 1)
        before = self._get_next_number()
        for _minute in range(3):
            self._serve()
        self.assertHeld(first, 1)
        self.assertHeld(second, 0)
        self.assertEqual(self._get_next_number(), before + 1)

    def test_number_is_drawn_for_what_is_taken_only(self):
        order = self._confirm_order(3, product=self.bolt)
        before = self._get_next_number()
        self.assertFalse(self._reserve(order))
        self.assertEqual(self._get_next_number(), before)
        self._put(self.warehouse.lot_stock_id, 3)
        reservation = self._reserve(order)
        self.assertRegex(reservation.name, r"^RSV/\d{4}/\d{5}$")
        self.assertEqual(self._get_next_number(), before + 1)

    def test_goods_are_free_where_the_delivery_takes_them(self):
        shop = self.env["stock.location"].create(
            {"name": "Shop", "location_id": self.warehouse.view_location_id.id}
        )
        self.bolt.route_ids = self.env["stock.route"].create(
            {
                "name": "From the shop",
                "rule_ids": [
                    Command.create(
                        {
                            "name": "From the shop",
                            "action": "pull",
                            "location_src_id": shop.id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                            "picking_type_id": self.warehouse.out_type_id.id,
                            "procure_method": "make_to_stock",
                            "warehouse_id": self.warehouse.id,
                        }
                    )
                ],
            }
        )
        order, wait = self._stand_in_line(5, product=self.bolt)
        self._put(self.warehouse.lot_stock_id, 10)
        self._serve()
        self.assertHeld(order, 0)
        self._put(shop, 4)
        self._serve()
        self.assertHeld(order, 4)
        self.assertEqual(wait.quantity, 1)

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        free = self.waits._get_what_is_free()
        return len(free), self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_goods_waited_for(self):
        counts = []
        for total in (2, 12):
            for number in range(total):
                product = self._create_product(f"Nut {number}", f"N-{number}", 10)
                self._stand_in_line(5, product=product)
                self._put(self.warehouse.lot_stock_id, 1, product)
            counts.append(self._count_queries())
        (few, few_queries), (many, many_queries) = counts
        self.assertEqual((few, many), (2, 14))
        self.assertLessEqual(many_queries, few_queries)
