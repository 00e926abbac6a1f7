from base64 import b64decode, b64encode
from datetime import datetime, time, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestShipmentFlow(B2bReservationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "shipment_manager",
            groups="b2b_portal.group_b2b_manager,sales_team.group_sale_salesman",
        )
        cls.warehouse_user = new_test_user(
            cls.env,
            "shipment_warehouse",
            groups="stock.group_stock_user",
        )
        cls.product = cls._create_product("Gearbox", "GB-1", 10)

    def _put(self, product, quantity, location=None, lot=None):
        """Put a quantity of a product on the shelf."""
        self.env["stock.quant"]._update_available_quantity(
            product, location or self.warehouse.lot_stock_id, quantity, lot_id=lot
        )

    def _order_reserved(self):
        """Return an order of five pieces that a dealer has reserved, the last ones."""
        order = self._confirm_order(5)
        self._put(self.product, 5)
        self._reserve(order)
        return order

    def _send_and_confirm(self, *lines, **values):
        request = self._request_shipment(*lines, **values)
        request.with_user(self.manager).action_confirm()
        return request

    # === SENDING === #

    def test_what_is_reserved_can_be_requested_and_no_more(self):
        order = self._confirm_order(8)
        self._put(self.product, 10)
        self._reserve(order, 5)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 5)
        with self.assertRaisesRegex(UserError, r"Not reserved: .*\(1 "):
            self._request_shipment((order.order_line, 6))
        request = self._request_shipment((order.order_line, 5))
        self.assertEqual(request.state, "sent")
        self.assertTrue(request.date_sent)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 0)

    def test_what_is_requested_cannot_be_requested_again(self):
        order = self._confirm_order(5)
        self._put(self.product, 10)
        self._reserve(order)
        self._request_shipment((order.order_line, 5))
        with self.assertRaisesRegex(UserError, "Not reserved"):
            self._request_shipment((order.order_line, 1))

    def test_sending_twice_sets_aside_once(self):
        order = self._confirm_order(5)
        self._put(self.product, 10)
        self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        request.with_user(self.dealer_user)._send()
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 3)
        self.assertEqual(sum(request.reservation_ids.line_ids.mapped("quantity")), 2)

    def test_requested_goods_do_not_expire_while_the_rest_does(self):
        order = self._order_reserved()
        reservation = order.b2b_reservation_ids
        request = self._request_shipment((order.order_line, 2))
        self.assertEqual(reservation.line_ids.quantity, 3)
        self._expire(reservation)
        self.assertEqual(reservation.state, "expired")
        self.assertHeld(order, 2)
        self.assertEqual(request.reservation_ids.state, "running")
        self.assertFalse(request.reservation_ids.date_expiry)

    def test_several_lines_of_one_reservation_stay_together(self):
        other = self._create_product("Second", "S-2", 10)
        order = self._confirm_order(5)
        order.order_line = [
            Command.create({"product_id": other.id, "product_uom_qty": 4})
        ]
        self._put(self.product, 5)
        self._put(other, 4)
        first, second = order.order_line
        reservation = order.with_user(self.dealer_user)._b2b_reserve()
        request = self._request_shipment((first, 5), (second, 4))
        self.assertEqual(request.reservation_ids.id, reservation.id)

    def test_paid_goods_of_an_order_are_kept_by_one_reservation(self):
        order = self._confirm_order(2)
        self._put(self.product, 2)
        other = self._create_product("Pump", "P-100", 10.0)
        self._set_stock(other, 3)
        order.order_line = [
            Command.create({"product_id": other.id, "product_uom_qty": 3})
        ]
        self._pay_order(order)
        self.assertTrue(order._b2b_get_paid())
        request = self._request_shipment(*[(line, 2) for line in order.order_line])
        self.assertEqual(len(order.b2b_reservation_ids), 1)
        self.assertEqual(request.reservation_ids, order.b2b_reservation_ids)
        self.assertEqual(request.reservation_ids.line_ids.mapped("quantity"), [2, 2])

    def test_paid_goods_are_shipped_without_a_reserve(self):
        order = self._confirm_order(5)
        self._put(self.product, 3)
        self.assertFalse(order.order_line._b2b_quantity_to_ship())
        self._pay_order(order)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 5)
        with self.assertRaisesRegex(UserError, r"Not reserved: .*\(2 "):
            self._request_shipment((order.order_line, 5))
        request = self._request_shipment((order.order_line, 3))
        self.assertEqual(request.state, "sent")
        self.assertHeld(order, 3)
        self.assertFalse(request.reservation_ids.hours_left)

    def test_order_of_another_entity_is_refused(self):
        order = self._order_reserved()
        other = self._create_entity("Other entity")
        with self.assertRaisesRegex(UserError, "another legal entity"):
            self._request_shipment((order.order_line, 1), legal_entity_id=other.id)

    def test_reason_against_shipping_is_said(self):
        order = self._order_reserved()
        self.contract.active = False
        with self.assertRaisesRegex(UserError, "is closed"):
            self._request_shipment((order.order_line, 1))

    def test_goods_of_two_warehouses_need_two_requests(self):
        second = self.env["stock.warehouse"].create(
            {"name": "Second", "code": "W2", "company_id": self.company.id}
        )
        order = self._confirm_order(1)
        elsewhere = self._confirm_order(1, warehouse=second)
        self._put(self.product, 5)
        self._put(self.product, 5, second.lot_stock_id)
        self._reserve(order)
        self._reserve(elsewhere)
        with self.assertRaisesRegex(UserError, "different warehouses"):
            self._request_shipment((order.order_line, 1), (elsewhere.order_line, 1))

    # === SPLITTING === #

    def test_only_the_chosen_goods_get_a_transfer_of_their_own(self):
        order = self._order_reserved()
        reservation = order.b2b_reservation_ids
        original = order.picking_ids
        request = self._send_and_confirm((order.order_line, 2))
        own = request.picking_ids
        self.assertEqual(request.state, "confirmed")
        self.assertNotEqual(own, original)
        self.assertEqual(own.move_ids.product_uom_qty, 2)
        self.assertEqual(own.move_ids.quantity, 2)
        self.assertEqual(own.state, "assigned")
        self.assertEqual(original.move_ids.product_uom_qty, 3)
        self.assertEqual(original.move_ids.quantity, 3)
        self.assertEqual(own.sale_id, order)
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertEqual(order.order_line._get_qty_procurement(), 5)

    def test_request_of_all_keeps_the_transfer(self):
        order = self._order_reserved()
        original = order.picking_ids
        request = self._send_and_confirm((order.order_line, 5))
        self.assertEqual(request.picking_ids, original)

    def _order_with_catalogue(self):
        """Return an order of five pieces that are reserved, and of paper that is not
        counted.
        """
        catalogue = self.env["product.product"].create(
            {"name": "Catalogue", "type": "consu", "is_storable": False}
        )
        order = self._order_reserved()
        line = {"product_id": catalogue.id, "product_uom_qty": 7}
        order.order_line = [Command.create(line)]
        self.assertEqual(
            order.picking_ids.move_ids.product_id, order.order_line.product_id
        )
        return order

    def test_goods_that_are_not_counted_come_along_with_the_last_ones(self):
        order = self._order_with_catalogue()
        counted, paper = order.order_line
        first = self._send_and_confirm((counted, 2))
        self.assertEqual(first.picking_ids.move_ids.sale_line_id, counted)
        last = self._send_and_confirm((counted, 3))
        self.assertEqual(last.picking_ids.move_ids.sale_line_id, counted | paper)
        for request in (first, last):
            self._deliver(request.picking_ids)
            self.assertEqual(request.state, "shipped")
        self.assertEqual(paper.qty_delivered, 7)
        self.assertEqual(last.line_ids.quantity_shipped, 3)

    def test_goods_that_are_not_counted_come_along_in_two_steps(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._order_with_catalogue()
        request = self._send_and_confirm((order.order_line[0], 5))
        for _step in range(2):
            for picking in request.picking_ids.filtered(
                lambda x: x.state == "assigned"
            ):
                self.assertEqual(picking.move_ids.sale_line_id, order.order_line)
                self._deliver(picking)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(order.order_line.mapped("qty_delivered"), [5, 7])

    def test_transfer_has_date_address_and_receiver(self):
        order = self._order_reserved()
        address = self.env["res.partner"].create(
            {
                "name": "Site",
                "type": "delivery",
                "parent_id": self.contract.legal_entity_id.id,
            }
        )
        method = self.env.ref("b2b_reservation.shipment_method_own")
        method.delivery_carrier_id = self.env.ref(
            "b2b_portal.delivery_carrier_by_request"
        )
        request = self._send_and_confirm((order.order_line, 2), address_id=address.id)
        picking = request.picking_ids
        self.assertEqual(picking.partner_id, address)
        self.assertEqual(picking.carrier_id, method.delivery_carrier_id)
        self.assertEqual(picking.scheduled_date.date(), request.date_wanted)
        self.assertEqual(request.date_planned, request.date_wanted)
        seen = picking.with_user(self.warehouse_user)
        self.assertEqual(seen.b2b_receiver, "Anna Petrova")
        self.assertEqual(seen.b2b_receiver_phone, request.contact_phone)

    def test_several_orders_have_a_transfer_each(self):
        first = self._confirm_order(5)
        second = self._confirm_order(4)
        self._put(self.product, 9)
        self._reserve(first)
        self._reserve(second)
        request = self._send_and_confirm((first.order_line, 2), (second.order_line, 4))
        self.assertEqual(len(request.picking_ids), 2)
        self.assertEqual(request.picking_ids.sale_id, first | second)
        self.assertEqual(request.order_ids, first | second)

    def test_serial_numbers_go_with_their_goods(self):
        product = self._create_product("Serial", "SER", 10, tracking="serial")
        for number in range(3):
            lot = self.env["stock.lot"].create(
                {
                    "name": f"SN{number}",
                    "product_id": product.id,
                    "company_id": self.company.id,
                }
            )
            self._put(product, 1, lot=lot)
        order = self._confirm_order(3, product=product)
        self._reserve(order)
        request = self._send_and_confirm((order.order_line, 2))
        own = request.picking_ids.move_line_ids.lot_id
        rest = (order.picking_ids - request.picking_ids).move_line_ids.lot_id
        self.assertEqual(len(own), 2)
        self.assertEqual(len(rest), 1)
        self.assertFalse(own & rest)

    def test_what_is_added_to_the_order_stays_off_the_request(self):
        order = self._confirm_order(5)
        self._put(self.product, 9)
        self._reserve(order)
        request = self._send_and_confirm((order.order_line, 5))
        order.order_line.product_uom_qty = 7
        self.assertEqual(sum(request.picking_ids.move_ids.mapped("product_uom_qty")), 5)
        self.assertEqual(len(order.picking_ids), 2)

    def test_confirming_twice_is_refused(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 2))
        with self.assertRaisesRegex(UserError, "Confirmed"):
            request.with_user(self.manager).action_confirm()

    def test_warehouse_does_not_confirm_but_picks(self):
        order = self._order_reserved()
        request = self._request_shipment((order.order_line, 2))
        with self.assertRaises(AccessError):
            request.with_user(self.warehouse_user).action_confirm()
        request.with_user(self.manager).action_confirm()
        request.with_user(self.warehouse_user).action_start_picking()
        self.assertEqual(request.state, "picking")
        request.with_user(self.warehouse_user).action_ready()
        self.assertEqual(request.state, "ready")

    def test_dealer_moves_nothing_on(self):
        order = self._order_reserved()
        request = self._request_shipment((order.order_line, 2))
        for action in ("action_confirm", "action_ready", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(request.with_user(self.dealer_user), action)()

    # === SHIPPING === #

    def test_validation_ships_the_request(self):
        order = self._order_reserved()
        reservation = order.b2b_reservation_ids
        request = self._send_and_confirm((order.order_line, 2))
        self._deliver(request.picking_ids.with_user(self.warehouse_user))
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 2)
        self.assertTrue(request.date_shipped)
        self.assertEqual(request.reservation_ids.state, "done")
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertHeld(order, 3)

    def test_part_of_it_leaves_the_rest_on_the_request(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 4))
        picking = request.picking_ids
        picking.move_ids.quantity = 3
        self._deliver(picking)
        self.assertEqual(request.state, "picking")
        self.assertEqual(request.line_ids.quantity_shipped, 3)
        rest = request.picking_ids - picking
        self.assertEqual(rest.move_ids.product_uom_qty, 1)
        self.assertEqual(rest.move_ids.quantity, 1)
        self._deliver(rest)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 4)

    def test_delivered_before_it_is_confirmed_is_shipped(self):
        order = self._order_reserved()
        request = self._request_shipment((order.order_line, 5))
        order.picking_ids.move_ids.quantity = 3
        self._deliver(order.picking_ids)
        self.assertEqual(request.state, "sent")
        self.assertEqual(request.line_ids.quantity_shipped, 3)
        request.with_user(self.manager).action_confirm()
        self.assertEqual(request.picking_ids.move_ids.product_uom_qty, 2)
        self._deliver(request.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 5)

    def test_all_delivered_before_it_is_confirmed_is_shipped(self):
        order = self._order_reserved()
        request = self._request_shipment((order.order_line, 5))
        self._deliver(order.picking_ids)
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 5)

    def test_other_goods_of_the_order_leave_the_request_alone(self):
        order = self._order_reserved()
        request = self._request_shipment((order.order_line, 2))
        order.picking_ids.move_ids.quantity = 3
        self._deliver(order.picking_ids)
        self.assertEqual(request.state, "sent")
        self.assertEqual(request.line_ids.quantity_shipped, 0)

    def test_reason_that_came_up_later_keeps_it_from_being_confirmed(self):
        order = self._order_reserved()
        request = self._request_shipment((order.order_line, 2))
        self.contract.active = False
        with self.assertRaisesRegex(UserError, "is closed"):
            request.with_user(self.manager).action_confirm()

    def test_warehouse_opens_the_transfer_of_a_request(self):
        # Core lets warehouse users read carriers, but not where these deliver to.
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 2))
        picking = request.picking_ids.with_user(self.warehouse_user)
        self.env.invalidate_all()
        self.assertTrue(picking.allowed_carrier_ids)

    def test_printing_the_operations_starts_the_picking(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 2))
        request.picking_ids.with_user(self.warehouse_user).do_print_picking()
        self.assertEqual(request.state, "picking")

    def test_two_steps_pass_through_ready(self):
        self.warehouse.delivery_steps = "pick_ship"
        first = self._confirm_order(5)
        self._put(self.product, 5)
        self._reserve(first)
        one = self._send_and_confirm((first.order_line, 2))
        other = self._send_and_confirm((first.order_line, 3))
        self._deliver(one.picking_ids)
        self.assertEqual(one.state, "ready")
        self._deliver(other.picking_ids)
        for request, quantity in ((one, 2), (other, 3)):
            out = request.picking_ids.filtered(lambda picking: picking.state != "done")
            self.assertEqual(len(out), 1)
            self.assertEqual(out.move_ids.product_uom_qty, quantity)
            self._deliver(out)
            self.assertEqual(request.state, "shipped")
            self.assertEqual(request.line_ids.quantity_shipped, quantity)

    def test_two_requests_picked_together_leave_apart(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._order_reserved()
        one = self._send_and_confirm((order.order_line, 2))
        other = self._send_and_confirm((order.order_line, 3))
        self._deliver(one.picking_ids | other.picking_ids)
        for request, quantity in ((one, 2), (other, 3)):
            out = request.picking_ids.filtered(lambda picking: picking.state != "done")
            self.assertEqual(out.move_ids.product_uom_qty, quantity)

    def test_cancelled_transfer_takes_off_its_own_request(self):
        order = self._order_reserved()
        reservation = order.b2b_reservation_ids
        request = self._send_and_confirm((order.order_line, 2))
        request.picking_ids.with_user(self.warehouse_user).action_cancel()
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(reservation.line_ids.quantity, 3)

    # === CANCELLING === #

    def test_cancelled_request_gives_the_reserve_its_time_back(self):
        order = self._order_reserved()
        reservation = order.b2b_reservation_ids
        reservation.date_expiry = fields.Datetime.now() + timedelta(hours=7)
        request = self._request_shipment((order.order_line, 5))
        self.assertFalse(reservation.date_expiry)
        request.with_user(self.dealer_user)._cancel_by_dealer()
        self.assertEqual(request.state, "cancelled")
        self.assertFalse(reservation.shipment_request_id)
        left = reservation.date_expiry - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds() / 3600, 7, delta=0.1)
        self.assertEqual(order.order_line._b2b_quantity_to_ship(), 5)
        request.with_user(self.dealer_user)._cancel_by_dealer()
        self.assertEqual(request.state, "cancelled")

    def test_cancelled_after_confirmation_frees_the_transfer(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 2))
        own = request.picking_ids
        request.with_user(self.dealer_user)._cancel_by_dealer()
        self.assertFalse(own.b2b_shipment_request_id)
        self.assertHeld(order, 5)
        again = self._send_and_confirm((order.order_line, 5))
        self.assertEqual(again.picking_ids, order.picking_ids)

    def test_dealer_does_not_cancel_what_is_being_picked(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 2))
        request.with_user(self.warehouse_user).action_start_picking()
        with self.assertRaisesRegex(UserError, "call your manager"):
            request.with_user(self.dealer_user)._cancel_by_dealer()
        request.with_user(self.manager).action_cancel()
        self.assertEqual(request.state, "cancelled")

    def test_rejected_with_a_reason(self):
        order = self._order_reserved()
        request = self._request_shipment((order.order_line, 2))
        with self.assertRaises(AccessError):
            request.with_user(self.warehouse_user)._reject("No car")
        request.with_user(self.manager)._reject("No car")
        self.assertEqual(request.state, "cancelled")
        self.assertTrue(request.is_rejected)
        self.assertEqual(request.reason, "No car")
        self.assertHeld(order, 5)

    def test_what_has_left_is_not_cancelled(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 4))
        request.picking_ids.move_ids.quantity = 3
        name = request.picking_ids.name
        self._deliver(request.picking_ids)
        with self.assertRaisesRegex(UserError, name):
            request.with_user(self.manager).action_cancel()

    def test_moved_date_moves_the_transfer(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 4))
        day = request.date_wanted + timedelta(days=7)
        request.with_user(self.manager)._move_date(day, "The car is broken")
        self.assertEqual(request.date_planned, day)
        self.assertEqual(request.picking_ids.scheduled_date.date(), day)
        with self.assertRaisesRegex(UserError, "is over"):
            request.with_user(self.manager)._move_date(
                fields.Date.today() - timedelta(days=2), "Back"
            )

    def _rest_on(self, day):
        """Let nothing leave on a day: a holiday of the supplier's calendar."""
        calendar = self.company.resource_calendar_id
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": datetime.combine(day, time.min) - timedelta(days=1),
                "date_to": datetime.combine(day, time.max) + timedelta(hours=12),
            }
        )

    def test_staff_plan_for_no_day_that_is_over(self):
        order = self._confirm_order(5)
        self._put(self.product, 5)
        self._reserve(order)
        request = self._request_shipment((order.order_line, 4))
        request.date_wanted = fields.Date.today() - timedelta(days=2)
        with self.assertRaisesRegex(UserError, f"{request.name}.*is over"):
            request.with_user(self.manager).action_confirm()
        self.assertFalse(request.date_planned)
        day = request.method_id._get_first_date(self.company)
        request.with_user(self.manager)._move_date(day, "Later")
        request.with_user(self.manager).action_confirm()
        self.assertEqual(request.date_planned, day)

    def test_staff_plan_for_working_days(self):
        order = self._confirm_order(5)
        self._put(self.product, 5)
        self._reserve(order)
        request = self._request_shipment((order.order_line, 4))
        self._rest_on(request.date_wanted)
        manager = request.with_user(self.manager)
        with self.assertRaisesRegex(UserError, f"{request.name}.*no working day"):
            manager.action_confirm()
        with self.assertRaisesRegex(UserError, "no working day"):
            manager._move_date(request.date_wanted, "Later")
        self.assertFalse(request.reason)
        later = request.method_id._get_first_date(self.company)
        self.assertGreater(later, request.date_wanted)
        manager._move_date(later, "Holiday")
        manager.action_confirm()
        self.assertEqual(request.picking_ids.scheduled_date.date(), later)

    def test_cancelled_request_leaves_the_transfer_its_own_date(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirm_order(5)
        self._put(self.product, 5)
        self._reserve(order)
        planned = order.picking_ids.scheduled_date
        for quantity in (2, 5):
            with self.subTest(quantity=quantity):
                request = self._send_and_confirm((order.order_line, quantity))
                own = request.picking_ids
                day = request.method_id._get_first_date(self.company) + timedelta(7)
                request.with_user(self.manager)._move_date(day, "Later")
                self.assertEqual(own.mapped("scheduled_date")[0].date(), day)
                request.with_user(self.manager).action_cancel()
                self.assertEqual(set(own.mapped("scheduled_date")), {planned})

    def test_transfer_says_who_brings_it_where_and_by_what_paper(self):
        carrier = self.env["b2b.carrier"].create(
            {
                "name": "Express Cargo",
                "terminal_ids": [Command.create({"name": "No 4", "city": "Ghent"})],
            }
        )
        method = self.env["b2b.shipment.method"].create(
            {
                "name": "To the terminal",
                "needs_carrier": True,
                "needs_terminal": True,
                "power_of_attorney": "optional",
            }
        )
        order = self._confirm_order(5)
        self._put(self.product, 5)
        self._reserve(order)
        request = self._send_and_confirm(
            (order.order_line, 2),
            method_id=method.id,
            carrier_id=carrier.id,
            terminal_id=carrier.terminal_ids.id,
            attorney_number="PA-77",
            attorney_date=fields.Date.today(),
            attorney_file=b64encode(b"scan"),
            attorney_filename="scan.pdf",
        )
        with Form(request.picking_ids.with_user(self.warehouse_user)) as form:
            self.assertEqual(form.b2b_carrier_id, carrier)
            self.assertEqual(form.b2b_terminal_id, carrier.terminal_ids)
            self.assertEqual(form.b2b_attorney_number, "PA-77")
            self.assertEqual(form.b2b_attorney_date, str(fields.Date.today()))
            self.assertEqual(form.b2b_attorney_filename, "scan.pdf")
        file = request.picking_ids.with_user(self.warehouse_user).b2b_attorney_file
        self.assertEqual(b64decode(file), b"scan")

    def test_cancelled_order_cancels_the_request(self):
        order = self._order_reserved()
        sent = self._request_shipment((order.order_line, 2))
        confirmed = self._send_and_confirm((order.order_line, 3))
        order._action_cancel()
        self.assertEqual(sent.state, "cancelled")
        self.assertEqual(confirmed.state, "cancelled")
        self.assertTrue(sent.reason)

    def test_requested_goods_are_not_released(self):
        order = self._order_reserved()
        reservation = order.b2b_reservation_ids
        request = self._request_shipment((order.order_line, 5))
        with self.assertRaisesRegex(UserError, request.name):
            reservation._release_by_dealer()
        with self.assertRaisesRegex(UserError, request.name):
            reservation._release_by_dealer({reservation.line_ids.id: 1})
        with self.assertRaisesRegex(UserError, request.name):
            self._release_by_staff(reservation)

    def test_requested_goods_are_not_unreserved(self):
        order = self._confirm_order(5)
        self._put(self.product, 5)
        reservation = self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        rest = order.picking_ids.with_user(self.warehouse_user)
        with self.assertRaisesRegex(UserError, f"{rest.name}.*{request.name}.*reject"):
            rest.do_unreserve()
        request.with_user(self.manager).action_confirm()
        own = request.picking_ids.with_user(self.warehouse_user)
        with self.assertRaisesRegex(UserError, f"{own.name}.*{request.name}"):
            own.do_unreserve()
        self.assertHeld(order, 5)
        # What is not on the request is no longer with its goods.
        rest.do_unreserve()
        self.assertEqual(reservation.state, "released")
        self.assertHeld(order, 2)
        request.with_user(self.manager).action_cancel()
        own.do_unreserve()
        self.assertHeld(order, 0)

    def test_goods_at_the_gate_can_be_unreserved(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirm_order(5)
        self._put(self.product, 5)
        self._reserve(order)
        request = self._send_and_confirm((order.order_line, 5))
        self._deliver(request.picking_ids)
        out = request.picking_ids.filtered(lambda picking: picking.state != "done")
        out.with_user(self.warehouse_user).do_unreserve()
        self.assertFalse(out.move_ids.quantity)
        out.with_user(self.warehouse_user).action_assign()
        self.assertEqual(out.move_ids.quantity, 5)
        self.assertEqual(request.state, "ready")

    def test_expiry_leaves_the_transfer_of_a_request(self):
        order = self._order_reserved()
        reservation = order.b2b_reservation_ids
        request = self._send_and_confirm((order.order_line, 2))
        self._expire(reservation)
        self.assertEqual(request.picking_ids.move_ids.quantity, 2)
        self.assertHeld(order, 2)

    # === WHAT HAPPENS TO THE ORDER === #

    def test_less_cannot_be_ordered_than_is_to_be_shipped(self):
        order = self._order_reserved()
        for step in ("sent", "confirmed"):
            with self.subTest(step=step):
                if step == "sent":
                    request = self._request_shipment((order.order_line, 3))
                else:
                    request.with_user(self.manager).action_confirm()
                with self.assertRaisesRegex(UserError, request.name):
                    order.order_line.product_uom_qty = 2
        order.order_line.product_uom_qty = 4
        self.assertEqual(sum(order.picking_ids.move_ids.mapped("product_uom_qty")), 4)
        self.assertEqual(request.picking_ids.move_ids.quantity, 3)
        self.assertHeld(order, 4)
        self.assertFalse(
            order.picking_ids.filtered(lambda p: p.picking_type_code == "incoming")
        )

    def test_who_orders_less_has_less_reserved(self):
        order = self._confirm_order(10)
        self._put(self.product, 10)
        reservation = self._reserve(order)
        for method in ("at_confirm", "manual"):
            with self.subTest(method=method):
                self.warehouse.out_type_id.reservation_method = method
                less = 6 if method == "at_confirm" else 4
                order.order_line.product_uom_qty = less
                self.assertEqual(reservation.line_ids.quantity, less)
                self.assertHeld(order, less)
        order.order_line.product_uom_qty = 10
        self.assertHeld(order, 4)
        order.picking_ids.move_ids.quantity = 4
        self._deliver(order.picking_ids)
        self.assertEqual(reservation.state, "done")

    def test_no_backorder_ends_what_was_reserved(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 5))
        picking = request.picking_ids
        picking.move_ids.write({"quantity": 3, "picked": True})
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=picking.ids
        ).button_validate()
        self.assertEqual(request.state, "shipped")
        self.assertEqual(request.line_ids.quantity_shipped, 3)
        self.assertEqual(request.reservation_ids.state, "done")

    def test_cancelled_rest_ends_a_request_that_left_in_part(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 4))
        picking = request.picking_ids
        picking.move_ids.quantity = 3
        self._deliver(picking)
        (request.picking_ids - picking).action_cancel()
        self.assertEqual(request.state, "shipped")

    def _return(self, picking):
        """Return all that a transfer brought away."""
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({"picking_id": picking.id})
        )
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        back = wizard._create_return()
        back.move_ids.picked = True
        back.button_validate()
        return back

    def test_what_has_come_back_can_be_cancelled(self):
        order = self._order_reserved()
        request = self._send_and_confirm((order.order_line, 4))
        picking = request.picking_ids
        picking.move_ids.quantity = 3
        self._deliver(picking)
        back = self._return(picking)
        self.assertFalse(back.b2b_shipment_request_id)
        self.assertFalse(back.move_ids.b2b_shipment_request_id)
        request.with_user(self.manager).action_cancel()
        self.assertEqual(request.state, "cancelled")

    # === PAID === #

    def _invoice(self, order, share):
        """Return a posted and paid invoice of a part of an order, in percent."""
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_ids=order.ids, active_model="sale.order")
            .create({"advance_payment_method": "percentage", "amount": share})
        )
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        return invoice

    def test_paid_part_does_not_make_the_order_paid(self):
        order = self._confirm_order(5)
        self._put(self.product, 5)
        self._invoice(order, 30)
        self.assertEqual(order._b2b_get_payment_states()[order.id], {"partial"})
        self.assertFalse(order.order_line[0]._b2b_quantity_to_ship())
        self.assertFalse(order._b2b_keeps_reserve())

    def test_what_is_added_later_is_not_paid(self):
        order = self._confirm_order(5)
        self._put(self.product, 9)
        self._pay_order(order)
        self.assertTrue(order._b2b_get_paid())
        order.order_line.product_uom_qty = 9
        self.assertFalse(order._b2b_get_paid())
