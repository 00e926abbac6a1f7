from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


class ReportBuilders(B2bReservationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls._set_stock(cls.product, 10)

    def _sell(self, quantity):
        """Return a confirmed order of somebody who is no dealer, with nothing."""
        order = self._create_order(quantity=quantity, b2b_contract_id=False)
        order.action_confirm()
        order.picking_ids.do_unreserve()
        return order


@tagged("post_install", "-at_install")
class TestForecast(ReportBuilders):
    """Reserve and Unreserve of the forecast."""

    def _press(self, name, order):
        report = self.env["stock.forecasted_product_product"]
        move = order.order_line.move_ids.filtered(lambda move: move.state != "cancel")
        getattr(report.with_user(self.stock_user), name)(move.id)

    def test_staff_reserve_for_a_dealer_without_end_what_no_other_holds(self):
        self._reserve(self._confirm_order(7))
        order = self._confirm_order(5)
        self._reserve(order, 1)
        self._press("action_reserve_linked_picks", order)
        self.assertHeld(order, 3)
        by_staff = order.b2b_reservation_ids.filtered("is_by_staff")
        self.assertEqual(by_staff.line_ids.quantity, 2)
        self.assertFalse(by_staff.date_expiry)
        self._press("action_reserve_linked_picks", order)
        self.assertEqual(len(order.b2b_reservation_ids), 2)

    def test_reserving_for_others_takes_nothing_of_a_dealer(self):
        order = self._confirm_order(7)
        self._reserve(order)
        other = self._sell(5)
        self._press("action_reserve_linked_picks", other)
        self.assertEqual(other.picking_ids.move_ids.quantity, 3)
        self.assertHeld(order, 7)

    def test_what_staff_unreserve_is_not_reserved_any_more(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._press("action_unreserve_linked_picks", order)
        self.assertEqual(reservation.state, "released")
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(order, 0)

    def test_what_is_to_be_shipped_is_not_unreserved(self):
        order = self._confirm_order()
        self._reserve(order)
        self._request_shipment((order.order_line, 2))
        with self.assertRaisesRegex(UserError, "on shipment request"):
            self._press("action_unreserve_linked_picks", order)
        self.assertHeld(order, 5)

    def test_nor_by_a_later_step_of_the_delivery(self):
        later, first = self._order_by_pull()
        order = later.sale_line_id.order_id
        self._reserve(order)
        self.assertEqual(first.quantity, 5)
        self._request_shipment((order.order_line, 2))
        report = self.env["stock.forecasted_product_product"]
        with self.assertRaisesRegex(UserError, "on shipment request"):
            report.with_user(self.stock_user).action_unreserve_linked_picks(later.id)
        self.assertEqual(first.quantity, 5)

    def _order_by_pull(self):
        """Return the moves of an order whose steps are made at once, the last first."""
        self.warehouse.delivery_steps = "pick_ship"
        shelf, gate = self.warehouse.lot_stock_id, self.warehouse.wh_output_stock_loc_id
        customers = self.env.ref("stock.stock_location_customers")
        steps = [
            (gate, customers, self.warehouse.out_type_id, "make_to_order"),
            (shelf, gate, self.warehouse.pick_type_id, "make_to_stock"),
        ]
        self.product.route_ids = self.env["stock.route"].create(
            {
                "name": "Pull",
                "product_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Pull",
                            "action": "pull",
                            "location_src_id": source.id,
                            "location_dest_id": destination.id,
                            "picking_type_id": picking_type.id,
                            "procure_method": method,
                            "warehouse_id": self.warehouse.id,
                        }
                    )
                    for source, destination, picking_type, method in steps
                ],
            }
        )
        moves = self._confirm_order().order_line.move_ids
        later = moves.filtered(lambda move: move.location_dest_id == customers)
        return later, later.move_orig_ids

    def test_unreserving_the_rest_leaves_what_is_to_be_shipped(self):
        order = self._confirm_order()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        request.with_user(self.staff_user).action_confirm()
        rest = order.order_line.move_ids - request.picking_ids.move_ids
        report = self.env["stock.forecasted_product_product"]
        report.with_user(self.stock_user).action_unreserve_linked_picks(rest.id)
        self.assertHeld(order, 2)
        self.assertEqual(request.reservation_ids.line_ids.quantity, 2)
        self.assertEqual(order.order_line._b2b_quantity_claimed(), 2)


@tagged("post_install", "-at_install")
class TestReception(ReportBuilders):
    """Assign and Unassign of the reception report."""

    def _receive(self, quantity):
        suppliers = self.env.ref("stock.stock_location_suppliers")
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": suppliers.id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "location_id": suppliers.id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        return receipt

    def _assign(self, order, receipt, quantity):
        """Give what came to an order; return its move that waits for that."""
        report = self.env["report.stock.report_reception"].with_user(self.stock_user)
        move = order.order_line.move_ids.filtered(
            lambda move: move.state in ("confirmed", "partially_available")
        )
        report.action_assign(move.ids, [quantity], [receipt.move_ids.ids])
        return move

    def test_what_has_come_is_given_to_a_dealer_without_end(self):
        others = self._confirm_order(10)
        self._reserve(others)
        order = self._confirm_order(5)
        receipt = self._receive(3)
        self._deliver(receipt)
        self._assign(order, receipt, 3)
        self.assertHeld(order, 3)
        self.assertHeld(others, 10)
        reservation = order.b2b_reservation_ids
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertTrue(reservation.is_by_staff)
        self.assertFalse(reservation.date_expiry)

    def test_what_is_to_come_is_reserved_as_it_comes(self):
        order = self._confirm_order(5)
        receipt = self._receive(3)
        self._assign(order, receipt, 3)
        self.assertHeld(order, 0)
        self._deliver(receipt)
        self.assertHeld(order, 3)
        self.assertTrue(order.b2b_reservation_ids.date_expiry)
        # The rest of the line is of the stock, as ever.
        self._reserve(order, 2)
        self.assertHeld(order, 5)

    def test_what_is_given_takes_nothing_of_dealers(self):
        others = self._confirm_order(10)
        self._reserve(others)
        receipt = self._receive(3)
        self._deliver(receipt)
        late = self._confirm_order(3)
        self._reserve(late)
        other = self._sell(3)
        self._assign(other, receipt, 3)
        self.assertEqual(sum(other.picking_ids.move_ids.mapped("quantity")), 0)
        self.assertHeld(late, 3)
        self.assertHeld(others, 10)

    def test_what_staff_take_off_is_not_reserved_any_more(self):
        order = self._confirm_order(5)
        receipt = self._receive(5)
        self._deliver(receipt)
        move = self._assign(order, receipt, 5)
        self.assertHeld(order, 5)
        report = self.env["report.stock.report_reception"].with_user(self.stock_user)
        report.action_unassign(move.id, 5, receipt.move_ids.ids)
        self.assertEqual(order.b2b_reservation_ids.state, "released")
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(order, 0)

    def test_what_is_to_be_shipped_is_not_taken_off(self):
        order = self._confirm_order(5)
        receipt = self._receive(5)
        self._deliver(receipt)
        move = self._assign(order, receipt, 5)
        self._request_shipment((order.order_line, 2))
        report = self.env["report.stock.report_reception"].with_user(self.stock_user)
        with self.assertRaisesRegex(UserError, "on shipment request"):
            report.action_unassign(move.id, 5, receipt.move_ids.ids)
        self.assertHeld(order, 5)
