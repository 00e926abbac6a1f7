from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestRelocation(B2bReservationCommon):
    """Reserved goods that the warehouse moves from shelf to shelf."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_manager"
        )
        cls.env.user.group_ids += cls.env.ref("stock.group_stock_multi_locations")
        cls.stock = cls.warehouse.lot_stock_id
        cls.first, cls.second = cls.env["stock.location"].create(
            [
                {"name": f"Shelf {number}", "location_id": cls.stock.id}
                for number in (1, 2)
            ]
        )
        cls._put(cls.first, 5)

    @classmethod
    def _put(cls, location, quantity, **values):
        quants = cls.env["stock.quant"]
        quants._update_available_quantity(cls.product, location, quantity, **values)

    def _relocate(self, target, source=None):
        """Bring all that lies in one place to another, as the warehouse does."""
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", (source or self.first).id),
            ]
        )
        action = quants.with_user(self.stock_user).action_stock_quant_relocate()
        wizard = Form.from_action(self.env(user=self.stock_user), action)
        wizard.dest_location_id = target
        wizard.save().action_relocate_quants()
        self.env.cr.flush()
        self.env.invalidate_all()

    def _transfer(self, quantity, target):
        """Move a part from the first shelf by an internal transfer."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": self.first.id,
                "location_dest_id": target.id,
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "location_id": self.first.id,
                            "location_dest_id": target.id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_user(self.stock_user).button_validate()
        self.assertEqual(picking.state, "done")

    def test_reserve_follows_its_goods(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        end = reservation.date_expiry
        self._relocate(self.second)
        self.assertHeld(order, 5)
        lines = order.picking_ids.move_line_ids
        self.assertEqual(lines.location_id, self.second)
        self.assertEqual(reservation.line_ids.quantity, 5)
        self.assertEqual(reservation.date_expiry, end)
        self.assertEqual(len(order.b2b_reservation_ids), 1)

    def test_nobody_takes_them_on_the_way(self):
        order = self._confirm_order(3)
        self._reserve(order)
        greedy = self._create_order(quantity=5, b2b_contract_id=False)
        greedy.action_confirm()
        self.assertEqual(greedy.picking_ids.move_ids.quantity, 2)
        self._relocate(self.second)
        self.assertHeld(order, 3)
        self.assertEqual(greedy.picking_ids.move_ids.quantity, 2)

    def test_part_of_them_is_moved(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._transfer(2, self.second)
        self.assertHeld(order, 5)
        lines = order.picking_ids.move_line_ids
        self.assertEqual(lines.location_id, self.first | self.second)
        self.assertEqual(reservation.line_ids.quantity, 5)

    def test_more_is_moved_than_the_books_know_of(self):
        order = self._confirm_order()
        self._reserve(order)
        self._transfer(8, self.second)
        self.assertHeld(order, 5)
        self.assertEqual(order.picking_ids.move_line_ids.location_id, self.second)

    def test_goods_on_a_request_follow_it(self):
        order = self._confirm_order()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        request.with_user(self.staff_user).action_confirm()
        self._relocate(self.second)
        self.assertEqual(request.picking_ids.move_ids.quantity, 2)
        self.assertEqual(request.reservation_ids.line_ids.quantity, 2)
        self.assertHeld(order, 5)

    def test_two_dealers_each_keep_their_own(self):
        orders = [self._confirm_order(quantity) for quantity in (3, 2)]
        for order in orders:
            self._reserve(order)
        self._relocate(self.second)
        self.assertHeld(orders[0], 3)
        self.assertHeld(orders[1], 2)

    def test_they_are_not_taken_where_his_delivery_does_not_get_them(self):
        order = self._confirm_order()
        self._reserve(order)
        outside = self.env["stock.location"].create(
            {"name": "Show room", "location_id": self.stock.location_id.id}
        )
        with self.assertRaisesRegex(UserError, f"reserved for {order.name}"):
            self._relocate(outside)
        self.assertHeld(order, 5)

    def test_picked_ones_are_not_moved(self):
        order = self._confirm_order()
        self._reserve(order)
        order.picking_ids.move_ids.picked = True
        with self.assertRaisesRegex(UserError, f"reserved for {order.name}"):
            self._relocate(self.second)

    def test_orders_of_others_follow_as_in_stock_odoo(self):
        order = self._create_order(quantity=5, b2b_contract_id=False)
        order.action_confirm()
        self._relocate(self.second)
        self.assertEqual(order.picking_ids.move_line_ids.location_id, self.second)
        self.assertEqual(order.picking_ids.move_ids.quantity, 5)
