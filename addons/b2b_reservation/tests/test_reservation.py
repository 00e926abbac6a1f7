from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestReserve(B2bReservationCommon):
    def test_confirmed_order_of_a_dealer_holds_nothing(self):
        self._set_stock(self.product, 10)
        self.assertHeld(self._confirm_order(), 0)

    def test_order_of_anybody_else_is_reserved_as_in_stock_odoo(self):
        self._set_stock(self.product, 10)
        order = self._create_order(quantity=5)
        order.b2b_contract_id = False
        order.action_confirm()
        self.assertEqual(order.picking_ids.move_ids.quantity, 5)

    def test_dealer_reserves_everything(self):
        self._set_stock(self.product, 10)
        order = self._confirm_order()
        reservation = self._reserve(order)
        self.assertHeld(order, 5)
        self.assertEqual(reservation.line_ids.quantity, 5)
        self.assertEqual(reservation.user_id, self.dealer_user)
        self.assertEqual(self.product.free_qty, 5)

    def test_kept_for_48_hours_to_the_minute(self):
        self._set_stock(self.product, 10)
        reservation = self._reserve(self._confirm_order())
        self.assertEqual(
            reservation.date_expiry - reservation.date_reserved, timedelta(hours=48)
        )

    def test_contract_with_its_own_time(self):
        self.contract.write(
            {"has_own_reservation_hours": True, "reservation_hours": 1.5}
        )
        self.company.b2b_reservation_hours = 24
        self._set_stock(self.product, 10)
        reservation = self._reserve(self._confirm_order())
        self.assertEqual(
            reservation.date_expiry - reservation.date_reserved, timedelta(minutes=90)
        )

    def test_short_stock_is_reserved_in_part(self):
        self._set_stock(self.product, 3)
        order = self._confirm_order()
        reservation = self._reserve(order)
        self.assertHeld(order, 3)
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertEqual(reservation.line_ids.quantity_asked, 5)

    def test_nothing_in_stock_leaves_no_reservation(self):
        order = self._confirm_order()
        self.assertFalse(self._reserve(order))
        self.assertFalse(order.b2b_reservation_ids)

    def test_part_of_a_line(self):
        self._set_stock(self.product, 10)
        order = self._confirm_order()
        self._reserve(order, 2)
        self.assertHeld(order, 2)
        self._reserve(order, 1)
        self.assertHeld(order, 3)
        self.assertEqual(order.order_line._b2b_quantity_to_reserve(), 2)

    def test_more_than_ordered_is_refused(self):
        self._set_stock(self.product, 10)
        order = self._confirm_order()
        for quantity in (6, 0, -1):
            with self.subTest(quantity=quantity), self.assertRaises(UserError):
                self._reserve(order, quantity)
        self._reserve(order)
        with self.assertRaises(UserError):
            self._reserve(order)

    def test_line_of_another_order_is_refused(self):
        self._set_stock(self.product, 10)
        order, other = self._confirm_order(), self._confirm_order()
        with self.assertRaisesRegex(UserError, "no such line"):
            order._b2b_reserve({other.order_line.id: 1})

    def test_draft_order_is_refused(self):
        with self.assertRaisesRegex(UserError, "once order"):
            self._create_order()._b2b_reserve()

    def test_expired_contract_is_refused(self):
        self._set_stock(self.product, 10)
        order = self._confirm_order()
        self.contract.date_end = "2020-01-01"
        with self.assertRaisesRegex(UserError, "expired"):
            self._reserve(order)

    def test_dozens_are_reserved_in_the_unit_of_the_order(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._set_stock(self.product, 30)
        order = self._confirm_order(2, product_uom_id=dozen.id)
        self._reserve(order, 1)
        self.assertHeld(order, 1)
        self.assertEqual(self.product.free_qty, 18)

    def test_serial_numbers(self):
        phone = self._create_product("Phone", "PH-1", 10, tracking="serial")
        for number in ("S1", "S2", "S3"):
            lot = self.env["stock.lot"].create(
                {"name": number, "product_id": phone.id, "company_id": self.company.id}
            )
            self.env["stock.quant"]._update_available_quantity(
                phone, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order = self._confirm_order(3, product=phone)
        reservation = self._reserve(order, 2)
        self.assertEqual(len(order.picking_ids.move_line_ids.lot_id), 2)
        reservation._release("released")
        self.assertHeld(order, 0)

    def _count_uses(self):
        """Return how often somebody has passed to take the product off the shelf."""
        self.env.invalidate_all()
        tokens = self.env["b2b.stock.token"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        return sum(tokens.mapped("uses"))

    def test_who_takes_goods_passes_others_and_who_leaves_them_does_not(self):
        self._set_stock(self.product, 5)
        order = self._confirm_order()
        self.assertEqual(self._count_uses(), 0, "who brings goods meets nobody")
        reservation = self._reserve(order)
        taken = self._count_uses()
        self.assertGreater(taken, 0)
        reservation._release_by_dealer()
        self.assertHeld(order, 0)
        self.assertEqual(self._count_uses(), taken, "nor does who lets them go")

    def test_pick_and_ship_reserves_the_first_step(self):
        for steps in ("pick_ship", "pick_pack_ship"):
            with self.subTest(steps=steps):
                self.warehouse.delivery_steps = steps
                product = self._create_product(steps, steps, 10)
                self._set_stock(product, 10)
                order = self._confirm_order(product=product)
                self.assertHeld(order, 0)
                self._reserve(order, 4)
                self.assertHeld(order, 4)
                self.assertEqual(product.free_qty, 6)
                pick = order.order_line._b2b_first_moves().picking_id
                self.assertEqual(pick.location_id, self.warehouse.lot_stock_id)


@tagged("post_install", "-at_install")
class TestRelease(B2bReservationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 10)

    def test_expired_goods_are_free_again(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._expire(reservation)
        self.assertEqual(reservation.state, "expired")
        self.assertHeld(order, 0)
        self.assertEqual(self.product.free_qty, 10)

    def test_not_a_minute_early(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        reservation.date_expiry = fields.Datetime.now() + timedelta(minutes=1)
        self._run_cron()
        self.assertEqual(reservation.state, "running")
        self.assertHeld(order, 5)

    def test_one_of_two_reservations_expires(self):
        order = self._confirm_order()
        first = self._reserve(order, 2)
        self._reserve(order, 3)
        self._expire(first)
        self.assertHeld(order, 3)

    def test_running_the_cron_twice_changes_nothing(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._expire(reservation)
        ended = reservation.date_end
        self._run_cron()
        self.assertEqual(reservation.date_end, ended)

    def test_one_that_fails_does_not_stop_the_others(self):
        orders = [self._confirm_order(1) for _n in range(2)]
        reservations = [self._reserve(order) for order in orders]
        now = fields.Datetime.now()
        for hours, reservation in zip((2, 1), reservations, strict=True):
            reservation.date_expiry = now - timedelta(hours=hours)
        expire = type(reservations[0])._expire

        def fail_once(reservation):
            if reservation == reservations[0]:
                raise ValueError("disturbed")
            expire(reservation)

        self.patch(type(reservations[0]), "_expire", fail_once)
        with self.assertLogs("odoo.addons.b2b_reservation", "ERROR"):
            self._run_cron()
        self.assertEqual(reservations[0].state, "running")
        self.assertEqual(reservations[1].state, "expired")

    def test_one_that_meets_somebody_else_waits_for_the_next_run(self):
        reservation = self._reserve(self._confirm_order())

        def meet(_reservation):
            raise psycopg2.errors.SerializationFailure

        with (
            patch.object(type(reservation), "_expire", meet),
            self.assertNoLogs("odoo.addons.b2b_reservation"),
        ):
            self._expire(reservation)
        self.assertEqual(reservation.state, "running")
        self._run_cron()
        self.assertEqual(reservation.state, "expired")

    def test_release_that_failed_is_not_begun_again_at_once(self):
        reservation = self._reserve(self._confirm_order())
        reservation.date_expiry = fields.Datetime.now()
        crons = type(self.env["ir.cron"])
        with (
            patch.object(type(reservation), "_try_expire", return_value=False),
            patch.object(crons, "_commit_progress", return_value=60.0) as progress,
        ):
            reservation._cron_release_expired()
        self.assertEqual(progress.call_args.kwargs, {"remaining": 0})

    def test_paid_bill_keeps_its_reserve(self):
        order = self._confirm_order()
        request = order._b2b_issue_bill()
        reservation = self._reserve(order)
        self._pay_bill(request)
        self.assertEqual(request.payment_state, "paid")
        self._expire(reservation)
        self.assertEqual(reservation.state, "running")
        self.assertFalse(reservation.date_expiry)
        self.assertHeld(order, 5)

    def test_partly_paid_bill_follows_the_setting(self):
        for keeps, state in ((False, "expired"), (True, "running")):
            with self.subTest(keeps=keeps):
                self.company.b2b_keep_partly_paid = keeps
                order = self._confirm_order()
                request = order._b2b_issue_bill()
                reservation = self._reserve(order)
                self._pay_bill(request, 10)
                self._expire(reservation)
                self.assertEqual(reservation.state, state)

    def test_scheduler_does_not_take_released_goods_again(self):
        order = self._confirm_order()
        self._expire(self._reserve(order))
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(order, 0)

    def test_receipt_does_not_take_released_goods_again(self):
        order = self._confirm_order()
        self._expire(self._reserve(order))
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.in_type_id.id,
                "location_id": self.env.ref("stock.stock_location_suppliers").id,
                "location_dest_id": self.warehouse.lot_stock_id.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 5,
                            "location_id": self.env.ref(
                                "stock.stock_location_suppliers"
                            ).id,
                            "location_dest_id": self.warehouse.lot_stock_id.id,
                        }
                    )
                ],
            }
        )
        receipt.action_confirm()
        receipt.move_ids.write({"quantity": 5, "picked": True})
        receipt.button_validate()
        self.assertEqual(receipt.state, "done")
        self.assertHeld(order, 0)

    def test_edited_stock_does_not_take_released_goods_again(self):
        order = self._confirm_order()
        self._expire(self._reserve(order))
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        quant.with_context(inventory_mode=True).inventory_quantity = 40
        quant.action_apply_inventory()
        self.assertEqual(self.product.qty_available, 40)
        self.assertHeld(order, 0)

    def test_changed_order_does_not_take_released_goods_again(self):
        order = self._confirm_order()
        self._expire(self._reserve(order))
        order.order_line.product_uom_qty = 7
        self.assertHeld(order, 0)


@tagged("post_install", "-at_install")
class TestStaff(B2bReservationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 10)

    def _deliver(self, order, quantity):
        picking = order.picking_ids.filtered(lambda p: p.state == "assigned")
        picking.move_ids.write({"quantity": quantity, "picked": True})
        action = picking.button_validate()
        if action is not True:
            Form.from_action(self.env, action).save().process()
        return picking

    def test_checking_the_availability_reserves_without_end(self):
        order = self._confirm_order()
        order.picking_ids.action_assign()
        self.assertHeld(order, 5)
        reservation = order.b2b_reservation_ids
        self.assertTrue(reservation.is_by_staff)
        self.assertFalse(reservation.date_expiry)

    def test_checking_again_reserves_nothing_twice(self):
        order = self._confirm_order()
        self._reserve(order, 2)
        for _time in range(2):
            order.picking_ids.action_assign()
        self.assertHeld(order, 5)
        self.assertEqual(order.b2b_reservation_ids.line_ids.mapped("quantity"), [2, 3])

    def test_who_checks_the_availability_follows_nothing(self):
        order = self._confirm_order().with_user(self.staff_user)
        order = order.with_context(tracking_disable=False).sudo()
        order.picking_ids.action_assign()
        self.assertEqual(order.b2b_reservation_ids.user_id, self.staff_user)
        self.assertFalse(order.b2b_reservation_ids.message_partner_ids)

    def test_unreserving_ends_the_reservation(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        order.picking_ids.do_unreserve()
        self.assertEqual(reservation.state, "released")
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(order, 0)

    def test_delivery_ends_the_reservation(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        self._deliver(order, 5)
        self.assertEqual(reservation.state, "done")
        self.assertEqual(reservation.line_ids.quantity_delivered, 5)

    def test_backorder_keeps_the_rest_of_the_reservation(self):
        order = self._confirm_order()
        reservation = self._reserve(order, 4)
        self._deliver(order, 1)
        self.assertEqual(len(order.picking_ids), 2)
        self.assertHeld(order, 3)
        self.assertEqual(reservation.line_ids.quantity, 3)
        self.assertEqual(reservation.state, "running")
        self.assertEqual(len(order.b2b_reservation_ids), 1)
        self._expire(reservation)
        self.assertHeld(order, 0)

    def test_backorder_is_assigned_by_nobody(self):
        picking_type = self.warehouse.out_type_id
        picking_type.reservation_method = "at_confirm"
        order = self._confirm_order(5)
        reservation = self._reserve(order, 2)
        self._deliver(order, 2)
        self.assertEqual(len(order.picking_ids), 2)
        self.assertHeld(order, 0)
        self.assertEqual(order.b2b_reservation_ids, reservation, "none of staff's")

    def test_backorder_of_what_was_not_reserved_holds_nothing(self):
        order = self._confirm_order()
        self._deliver(order, 2)
        self.assertHeld(order, 0)
        self.assertFalse(order.b2b_reservation_ids)

    def test_cancelled_order_ends_the_reservation(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        order._action_cancel()
        self.assertEqual(reservation.state, "released")
        self.assertEqual(self.product.free_qty, 10)

    def test_forced_delivery_says_whose_reserve_it_would_break(self):
        order = self._confirm_order(8)
        self._reserve(order)
        other = self._create_order(quantity=5)
        other.b2b_contract_id = False
        other.action_confirm()
        other.picking_ids.move_ids.write({"quantity": 5, "picked": True})
        with self.assertRaisesRegex(UserError, f"reserved for {order.name}"):
            other.picking_ids.button_validate()

    def test_forced_delivery_takes_what_no_dealer_holds(self):
        order = self._confirm_order(4)
        self._reserve(order)
        walk_in = [self._create_order(quantity=n) for n in (4, 5)]
        for sale in walk_in:
            sale.b2b_contract_id = False
            sale.action_confirm()
        forced = walk_in[1].picking_ids
        forced.move_ids.write({"quantity": 5, "picked": True})
        forced.button_validate()
        self.assertEqual(forced.state, "done")
        self.assertHeld(order, 4)


@tagged("post_install", "-at_install")
class TestReservationAccess(B2bReservationCommon):
    def test_dealer_reads_his_own_only_and_changes_none(self):
        self._set_stock(self.product, 10)
        reservation = self._reserve(self._confirm_order())
        own = reservation.with_user(self.dealer_user)
        self.assertEqual(own.line_ids.quantity, 5)
        with self.assertRaises(AccessError):
            own.date_expiry = "2099-01-01"
        foreign = reservation.with_user(self.stranger_user)
        with self.assertRaises(AccessError):
            foreign.read(["name"])
        with self.assertRaises(AccessError):
            foreign.line_ids.read(["quantity"])
