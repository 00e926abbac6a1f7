from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestArrival(B2bReservationCommon):
    """Goods that are bought for a dealer's order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls.suppliers = cls.env.ref("stock.stock_location_suppliers")
        cls.product.route_ids = cls._create_route()

    @classmethod
    def _create_route(cls):
        """Return a route by which what is sold is first brought from a supplier."""
        shelf = cls.warehouse.lot_stock_id
        customers = cls.env.ref("stock.stock_location_customers")
        rules = [
            (shelf, customers, cls.warehouse.out_type_id, "make_to_order"),
            (cls.suppliers, shelf, cls.warehouse.in_type_id, "make_to_stock"),
        ]
        return cls.env["stock.route"].create(
            {
                "name": "Bought to order",
                "product_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Bought to order",
                            "action": "pull",
                            "location_src_id": source.id,
                            "location_dest_id": destination.id,
                            "picking_type_id": picking_type.id,
                            "procure_method": method,
                            "warehouse_id": cls.warehouse.id,
                        }
                    )
                    for source, destination, picking_type, method in rules
                ],
            }
        )

    def _get_receipt(self, order):
        moves = order.order_line.move_ids.move_orig_ids
        return moves.filtered(lambda move: move.state != "done").picking_id

    def _receive(self, order, quantity=5):
        """Bring goods for an order, as the warehouse does; the rest comes later."""
        receipt = self._get_receipt(order).with_user(self.stock_user)
        receipt.move_ids.write({"quantity": quantity, "picked": True})
        receipt.with_context(skip_backorder=True).button_validate()
        self.assertEqual(receipt.state, "done")

    def _order(self, quantity=5):
        order = self._confirm_order(quantity)
        order.b2b_contact_id = self.dealer_user.partner_id
        self.assertEqual(order.order_line._b2b_first_moves().state, "waiting")
        return order

    def test_what_arrives_for_an_order_is_reserved_for_its_dealer(self):
        order = self._order()
        self.assertFalse(self._reserve(order))
        self._receive(order, 3)
        self.assertHeld(order, 3)
        reservation = order.b2b_reservation_ids
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertEqual(reservation.user_id, self.dealer_user)
        self.assertFalse(reservation.is_by_staff)
        left = reservation.date_expiry - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds() / 3600, 48, places=1)
        self._receive(order, 2)
        self.assertHeld(order, 5)
        self.assertEqual(order.b2b_reservation_ids.line_ids.mapped("quantity"), [3, 2])

    def test_dealer_is_told(self):
        order = self._order()
        self.dealer_user.lang = "en_US"
        self._receive(order)
        mail = self.env["mail.mail"].search(
            [("model", "=", "b2b.reservation")], order="id desc", limit=1
        )
        self.assertEqual(mail.res_id, order.b2b_reservation_ids.id)
        self.assertEqual(mail.recipient_ids, self.dealer_user.partner_id)

    def test_what_was_given_back_is_not_taken_behind_his_back(self):
        order = self._order()
        self._receive(order, 3)
        order.b2b_reservation_ids._release_by_dealer()
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(order, 0)
        self.assertEqual(self.product.free_qty, 3)
        self._receive(order, 2)
        self.assertHeld(order, 2)

    def test_what_has_arrived_may_be_reserved_again(self):
        order = self._order()
        self._receive(order, 3)
        order.b2b_reservation_ids._release_by_dealer()
        (row,) = order._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "3")
        reservation = self._reserve(order, 2)
        self.assertEqual(reservation.line_ids.quantity, 2)
        self.assertHeld(order, 2)

    def test_goods_of_others_are_not_his(self):
        order = self._order()
        self._set_stock(self.product, 10)
        (row,) = order._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "0")
        self.assertFalse(self._reserve(order))

    def test_what_arrives_in_several_lots_is_reserved_once(self):
        paint = self._create_product(
            "Paint", "PA-1", 10, tracking="lot", route_ids=self.product.route_ids.ids
        )
        order = self._confirm_order(5, product=paint)
        receipt = self._get_receipt(order)
        receipt.move_ids.move_line_ids.unlink()
        receipt.move_ids.move_line_ids = [
            Command.create(
                {
                    "product_id": paint.id,
                    "lot_name": name,
                    "quantity": quantity,
                    "picking_id": receipt.id,
                }
            )
            for name, quantity in (("A", 2), ("B", 3))
        ]
        receipt.move_ids.picked = True
        receipt.with_user(self.stock_user).button_validate()
        self.assertHeld(order, 5)
        order.b2b_reservation_ids._release_by_dealer()
        reservation = self._reserve(order, 3)
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertHeld(order, 3)

    def test_what_has_arrived_can_be_shipped_on_request(self):
        order = self._order()
        self._receive(order)
        line = order.order_line
        self.assertEqual(line._b2b_quantity_to_ship(), 5)
        request = self._request_shipment((line, 2))
        request.with_user(self.staff_user).action_confirm()
        picking = request.picking_ids
        self.assertEqual(picking.move_ids.quantity, 2)
        self.assertHeld(order, 5)
        self._deliver(picking.with_user(self.stock_user))
        self.assertEqual(request.state, "shipped")
        self.assertHeld(order, 3)
        self.assertEqual(line._b2b_quantity_to_ship(), 3)

    def test_two_steps_carry_what_arrived(self):
        self.warehouse.delivery_steps = "pick_ship"
        rule = self.product.route_ids.rule_ids[0]
        rule.picking_type_id = self.warehouse.pick_type_id
        order = self._order()
        self._receive(order)
        self.assertHeld(order, 5)
        self._deliver(order.order_line._b2b_first_moves().picking_id)
        ship = order.order_line.move_ids.filtered(
            lambda move: move.location_dest_id.usage == "customer"
        )
        self.assertEqual((ship.state, ship.quantity), ("assigned", 5))
        self.assertEqual(order.b2b_reservation_ids.state, "running", "at the gate")
        self._deliver(ship.picking_id)
        self.assertEqual(order.b2b_reservation_ids.state, "done")

    def test_order_of_anybody_else_is_served_as_in_stock_odoo(self):
        order = self._create_order(quantity=5, b2b_contract_id=False)
        order.action_confirm()
        self._receive(order)
        self.assertEqual(order.order_line.move_ids.mapped("quantity"), [5, 5])
        self.assertFalse(order.b2b_reservation_ids)

    def test_what_only_fills_a_gap_in_the_stock_reserves_nothing(self):
        order = self._order()
        walk_in = self._create_order(quantity=5, b2b_contract_id=False)
        walk_in.order_line.route_ids = self.warehouse.delivery_route_id
        walk_in.action_confirm()
        walk_in.picking_ids.move_ids.write({"quantity": 5, "picked": True})
        walk_in.picking_ids.button_validate()
        self.assertEqual(self.product.qty_available, -5)
        self._receive(order)
        self.assertHeld(order, 0)
        self.assertFalse(order.b2b_reservation_ids)

    def test_what_has_arrived_and_is_taken_elsewhere_is_not_offered(self):
        order = self._order()
        self._receive(order)
        order.b2b_reservation_ids._release_by_dealer()
        walk_in = self._create_order(quantity=4, b2b_contract_id=False)
        walk_in.order_line.route_ids = self.warehouse.delivery_route_id
        walk_in.action_confirm()
        self.assertEqual(walk_in.picking_ids.move_ids.quantity, 4)
        (row,) = order._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "1")

    def test_who_waits_is_served_by_what_arrives(self):
        order = self._order()
        wait = order.with_user(self.dealer_user)._b2b_wait(order.order_line.ids)
        self._receive(order, 3)
        self.assertEqual(wait.sudo().quantity, 2)
        self._receive(order, 2)
        self.assertEqual(wait.sudo().state, "served")

    def test_bill_that_has_lapsed_is_in_force_again(self):
        order = self._order()
        order._b2b_issue_bill()._lapse()
        self.assertFalse(order._b2b_get_payment_request())
        self._receive(order)
        self.assertTrue(order._b2b_get_payment_request())

    def test_what_is_no_order_goes_through_its_steps(self):
        self.warehouse.reception_steps = "two_steps"
        places = {
            "location_id": self.suppliers.id,
            "location_dest_id": self.warehouse.wh_input_stock_loc_id.id,
        }
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 5,
                            "location_final_id": self.warehouse.lot_stock_id.id,
                            **places,
                        }
                    )
                ],
                **places,
            }
        )
        receipt.action_confirm()
        self._deliver(receipt.with_user(self.stock_user))
        storing = receipt.move_ids.move_dest_ids
        self.assertEqual((storing.state, storing.quantity), ("assigned", 5))
