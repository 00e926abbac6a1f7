from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestContractOfReserved(B2bReservationCommon):
    """A contract set on, changed on or taken off an order with reserved goods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 10)
        cls.salesman = new_test_user(
            cls.env,
            "contract_salesman",
            "sales_team.group_sale_salesman_all_leads,b2b_portal.group_b2b_user",
        )

    def _confirm_without_contract(self, quantity=7.0):
        order = self._create_order(quantity=quantity)
        order.b2b_contract_id = False
        order.action_confirm()
        self.assertEqual(order.picking_ids.move_ids.quantity, quantity)
        self.assertFalse(order.b2b_reservation_ids)
        return order

    def _set_contract(self, order, contract):
        order.with_user(self.salesman).b2b_contract_id = contract
        self.env.invalidate_all()

    def _assign_anew(self, order):
        """Do what the scheduler does after a warehouse that lets go of everything."""
        order.picking_ids.move_ids._do_unreserve()
        order.picking_ids.move_ids._action_assign()

    def test_what_an_order_holds_is_kept_without_end_for_its_new_dealer(self):
        order = self._confirm_without_contract()
        self._set_contract(order, self.contract)
        reservation = order.b2b_reservation_ids
        self.assertTrue(reservation.is_by_staff)
        self.assertFalse(reservation.date_expiry)
        self.assertEqual(reservation.line_ids.quantity, 7)
        self.assertEqual(reservation.legal_entity_id, self.dealer)
        self._assign_anew(order)
        self.assertHeld(order, 7)

    def test_what_is_at_the_gate_is_kept_for_its_new_dealer(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirm_without_contract()
        order.picking_ids.move_ids.quantity = 3
        self._deliver(order.picking_ids)
        self._set_contract(order, self.contract)
        kept = order.b2b_reservation_ids.line_ids
        self.assertEqual(sum(kept.mapped("quantity")), 4)
        self.assertEqual(sum(kept.mapped("quantity_picked")), 3)
        self.assertFalse(any(order.b2b_reservation_ids.mapped("date_expiry")))
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 7)

    def test_what_is_at_the_gate_is_kept_no_more_without_contract(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirm_order(7)
        reservation = self._reserve(order)
        order.picking_ids.move_ids.quantity = 3
        self._deliver(order.picking_ids)
        self.assertEqual(reservation.line_ids.quantity_picked, 3)
        self._set_contract(order, False)
        self.assertEqual(reservation.state, "released")
        self.assertEqual(reservation.line_ids.quantity_picked, 0)
        self._set_contract(order, self.contract)
        self.assertEqual(order.order_line._b2b_claims()._get_kept(), 7)

    def test_what_is_not_there_is_not_taken_for_him_later(self):
        order = self._create_order(quantity=12)
        order.b2b_contract_id = False
        order.action_confirm()
        self._set_contract(order, self.contract)
        self.assertHeld(order, 10)
        self._set_stock(self.product, 5)
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(order, 10)

    def test_order_without_contract_any_more_is_as_in_stock_odoo(self):
        order = self._confirm_order(7)
        reservation = self._reserve(order, 4)
        self._set_contract(order, False)
        self.assertEqual(reservation.state, "released")
        self.assertTrue(reservation.date_end)
        move = order.picking_ids.move_ids
        self.assertEqual(move.quantity, 4, "what it holds stays")
        self.env["stock.rule"].run_scheduler()
        self.assertEqual(move.quantity, 7)

    def test_what_has_lost_its_contract_does_not_expire(self):
        order = self._confirm_order(7)
        reservation = self._reserve(order, 4)
        self._set_contract(order, False)
        self._expire(reservation)
        self.assertEqual(order.picking_ids.move_ids.quantity, 4)

    def test_nobody_waits_without_contract(self):
        order = self._confirm_order(12)
        self._reserve(order)
        wait = order.with_user(self.dealer_user)._b2b_wait(order.order_line.ids)
        self._set_contract(order, False)
        self.assertEqual(wait.sudo().state, "left")

    def test_other_contract_of_the_legal_entity_changes_no_reserve(self):
        order = self._confirm_order(7)
        reservation = self._reserve(order)
        end = reservation.date_expiry
        request = self._request_shipment((order.order_line, 2))
        second = self._create_contract(self.dealer, "D-2")
        self._set_contract(order, second)
        self.assertEqual(reservation.state, "running")
        self.assertEqual(reservation.date_expiry, end)
        self.assertEqual(reservation.contract_id, second)
        self.assertEqual(request.contract_id, second)
        self.assertEqual(request.state, "sent")
        self.assertHeld(order, 7)

    def test_set_again_it_is_kept_again(self):
        order = self._confirm_order(7)
        self._reserve(order, 4)
        self._set_contract(order, False)
        self._set_contract(order, self.contract)
        running = order.b2b_reservation_ids.filtered(lambda kept: kept.is_by_staff)
        self.assertEqual(running.line_ids.quantity, 4)
        self.assertHeld(order, 4)

    def test_order_of_another_customer_takes_its_reserve_along(self):
        order = self._confirm_order(7)
        reservation = self._reserve(order)
        order.write(
            {
                "partner_id": self.stranger.id,
                "b2b_contract_id": self.stranger_contract.id,
            }
        )
        self.assertEqual(reservation.legal_entity_id, self.stranger)
        self.assertHeld(order, 7)

    def test_customer_without_contract_ends_the_reserve(self):
        order = self._confirm_order(7)
        reservation = self._reserve(order)
        order.partner_id = self._create_entity("Walk-in")
        self.assertFalse(order.b2b_contract_id)
        self.assertEqual(reservation.state, "released")
        self.assertEqual(order.picking_ids.move_ids.quantity, 7)

    def test_what_is_to_be_shipped_keeps_its_contract(self):
        order = self._confirm_order(7)
        self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        with self.assertRaisesRegex(UserError, f"{order.name}.*{request.name}"):
            self._set_contract(order, False)
        with self.assertRaisesRegex(UserError, request.name):
            order.write(
                {
                    "partner_id": self.stranger.id,
                    "b2b_contract_id": self.stranger_contract.id,
                }
            )
