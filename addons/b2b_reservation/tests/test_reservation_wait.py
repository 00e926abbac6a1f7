from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.http import Request
from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservationCommon
from .parallel import ParallelGoodsCase


class WaitBuilders(B2bReservationBuilders):
    """Goods that are all reserved, and who waits for them."""

    def setUp(self):
        super().setUp()
        self._set_stock(self.product, 5)
        self.holder = self._confirm_order(5)
        self.held = self._reserve(self.holder)
        self.waits = self.env["b2b.reservation.wait"]

    def _wait(self, order, user=None):
        user = user or self.dealer_user
        waits = order.with_user(user)._b2b_wait(order.order_line.ids)
        return waits.with_env(self.env)

    def _stand_in_line(self, quantity=5.0, contract=None, user=None, **values):
        """Return an order that waits for all it asks for, and its place in line."""
        order = self._confirm_order(quantity, contract, **values)
        return order, self._wait(order, user)

    def _serve(self):
        self._run_cron("ir_cron_serve")


@tagged("post_install", "-at_install")
class TestWaiting(WaitBuilders, B2bReservationCommon):
    def _get_mails(self):
        return self.env["mail.mail"].search([("model", "=", "b2b.reservation")])

    def test_waiting_for_what_is_not_there_is_no_work_left_undone(self):
        self._stand_in_line(2)
        crons = type(self.env["ir.cron"])
        with patch.object(crons, "_commit_progress", return_value=60.0) as progress:
            self.waits._cron_serve()
        self.assertEqual(progress.call_args.kwargs, {"remaining": 0})

    def test_what_is_released_goes_to_who_came_first(self):
        first, first_wait = self._stand_in_line(2)
        second, second_wait = self._stand_in_line(
            2, self.stranger_contract, self.stranger_user
        )
        self.assertEqual((first_wait | second_wait).mapped("place"), [1, 2])
        self._serve()
        self.assertHeld(first, 0)
        self.held._release_by_dealer({self.held.line_ids.id: 1})
        self._serve()
        self.assertHeld(first, 1)
        self.assertHeld(second, 0)
        self.assertEqual(first_wait.quantity, 1)
        self.assertEqual(first_wait.place, 1)
        self.held._release_by_dealer({self.held.line_ids.id: 2})
        self._serve()
        self.assertHeld(first, 2)
        self.assertHeld(second, 1)
        self.assertEqual(first_wait.state, "served")
        self.assertEqual(second_wait.place, 1)
        self.assertEqual(second.b2b_reservation_ids.user_id, self.stranger_user)

    def _check_served_after(self, free):
        """Check that who waits has the goods after they have become free somehow."""
        order, wait = self._stand_in_line()
        self._serve()
        self.assertHeld(order, 0)
        free()
        self._serve()
        self.assertHeld(order, 5)
        self.assertEqual(wait.state, "served")

    def test_served_after_the_end_of_a_reservation(self):
        self._check_served_after(lambda: self._expire(self.held))

    def test_served_after_a_release_by_the_dealer(self):
        self._check_served_after(self.held._release_by_dealer)

    def test_served_after_a_release_by_staff(self):
        self._check_served_after(lambda: self._release_by_staff(self.held))

    def test_served_after_unreserving(self):
        self._check_served_after(self.holder.picking_ids.do_unreserve)

    def test_served_after_a_cancelled_order(self):
        self._check_served_after(self.holder._action_cancel)

    def test_served_after_goods_have_come(self):
        self._check_served_after(lambda: self._set_stock(self.product, 5))

    def test_it_is_kept_for_the_time_of_the_contract(self):
        self.contract.write({"has_own_reservation_hours": True, "reservation_hours": 3})
        order, _wait = self._stand_in_line()
        self.held._release("released")
        self._serve()
        reservation = order.b2b_reservation_ids
        left = reservation.date_expiry - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds() / 3600, 3, places=1)

    def test_who_waits_is_told_once_in_his_language(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.dealer_user.lang = "ru_RU"
        order, _wait = self._stand_in_line()
        self.held._release("released")
        self._serve()
        mail = self._get_mails()
        self.assertEqual(mail.recipient_ids, self.dealer_user.partner_id)
        self.assertIn(order.name, mail.subject)
        self.assertIn("зарезервированы", mail.subject)
        self.assertIn("5", mail.body_html)
        self._serve()
        self.assertEqual(self._get_mails(), mail)

    def test_repeating_changes_nothing(self):
        order, _wait = self._stand_in_line(2)
        self.held._release("released")
        for _time in range(2):
            self._serve()
        self.assertHeld(order, 2)
        self.assertEqual(len(order.b2b_reservation_ids), 1)

    def test_who_may_not_reserve_keeps_his_place(self):
        self.stranger_contract.date_end = False
        first, wait = self._stand_in_line(3, self.stranger_contract, self.stranger_user)
        second, _wait = self._stand_in_line(3)
        self.stranger_contract.write(
            {"date_start": "2019-01-01", "date_end": "2020-01-01"}
        )
        self.held._release_by_dealer({self.held.line_ids.id: 3})
        self._serve()
        self.assertHeld(first, 0)
        self.assertHeld(second, 3)
        self.assertEqual(wait.place, 1)
        self.stranger_contract.date_end = False
        self.held._release("released")
        self._serve()
        self.assertHeld(first, 2)

    def test_who_cannot_use_so_little_lets_the_next_one_have_it(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        first, wait = self._stand_in_line(1, product_uom_id=dozen.id)
        second, _wait = self._stand_in_line(5)
        self.held._release("released")
        self._serve()
        self.assertHeld(first, 0)
        self.assertHeld(second, 5)
        self.assertEqual(wait.place, 1)

    def test_other_dealers_do_not_overtake(self):
        order, _wait = self._stand_in_line(3)
        other = self._confirm_order(5, self.stranger_contract)
        self.held._release("released")
        (row,) = other._b2b_get_reserve_rows()
        self.assertEqual(row["proposed"], "2")
        reservation = self._reserve(other, user=self.stranger_user)
        self.assertHeld(other, 2)
        self.assertEqual(reservation.line_ids.quantity_missing, 3)
        self._serve()
        self.assertHeld(order, 3)

    def test_who_waits_first_may_reserve_himself(self):
        order, wait = self._stand_in_line(3)
        self.held._release("released")
        self._reserve(order)
        self.assertHeld(order, 3)
        self.assertEqual(wait.state, "served")

    def test_orders_of_others_take_what_is_free_as_in_stock_odoo(self):
        order, _wait = self._stand_in_line(3)
        self.held._release("released")
        walk_in = self._create_order(quantity=4)
        walk_in.b2b_contract_id = False
        walk_in.action_confirm()
        self.assertEqual(walk_in.picking_ids.move_ids.quantity, 4)
        self._serve()
        self.assertHeld(order, 1)

    def test_nobody_else_loses_anything(self):
        _order, _wait = self._stand_in_line(3)
        self._serve()
        self.assertHeld(self.holder, 5)
        self.assertEqual(self.held.state, "running")

    def test_each_warehouse_has_a_line_of_its_own(self):
        other = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        order, wait = self._stand_in_line(2, warehouse=other)
        here, here_wait = self._stand_in_line(2)
        self.assertEqual((wait | here_wait).mapped("place"), [1, 1])
        self.held._release("released")
        self._serve()
        self.assertHeld(order, 0)
        self.assertHeld(here, 2)

    def test_cancelled_order_waits_no_more(self):
        order, wait = self._stand_in_line(2)
        order._action_cancel()
        self.assertEqual(wait.state, "left")

    def test_asking_twice_keeps_the_place(self):
        order, wait = self._stand_in_line(2)
        self._stand_in_line(2)
        self.assertEqual(self._wait(order), wait)
        self.assertEqual(wait.place, 1)

    def test_less_is_waited_for_when_less_is_ordered(self):
        order, wait = self._stand_in_line(4)
        order.order_line.product_uom_qty = 1
        self.held._release("released")
        self._serve()
        self.assertHeld(order, 1)
        self.assertEqual(wait.state, "served")

    def test_one_that_fails_does_not_stop_the_others(self):
        first, first_wait = self._stand_in_line(2)
        second, _wait = self._stand_in_line(2)
        self.held._release("released")
        serve = type(first_wait)._serve

        def fail_once(wait):
            if wait == first_wait:
                raise ValueError("disturbed")
            serve(wait)

        self.patch(type(first_wait), "_serve", fail_once)
        with self.assertLogs("odoo.addons.b2b_reservation", "ERROR"):
            self._serve()
        self.assertHeld(first, 0)
        self.assertHeld(second, 2)

    def test_while_somebody_is_at_the_first_the_others_wait(self):
        first, first_wait = self._stand_in_line(2)
        second, _wait = self._stand_in_line(2)
        self.held._release("released")

        def meet(_wait):
            raise psycopg2.errors.SerializationFailure

        with (
            patch.object(type(first_wait), "_serve", meet),
            self.assertNoLogs("odoo.addons.b2b_reservation"),
        ):
            self._serve()
        self.assertHeld(second, 0)
        self._serve()
        self.assertHeld(first, 2)

    def test_without_contract_or_confirmation_nobody_waits(self):
        with self.assertRaisesRegex(UserError, "once order"):
            self._create_order()._b2b_wait([])

    def test_lapsed_bill_is_revived(self):
        order, _wait = self._stand_in_line(2)
        bill = order._b2b_issue_bill()
        bill._lapse()
        self.held._release("released")
        self._serve()
        self.assertEqual(bill.state, "issued")

    def test_dealer_reads_his_own_only_and_staff_take_off(self):
        _order, wait = self._stand_in_line(2)
        own = wait.with_user(self.dealer_user)
        self.assertEqual(own.place, 1)
        for forbidden in (
            lambda: own.action_leave(),
            lambda: own.write({"quantity": 9}),
            lambda: wait.with_user(self.stranger_user).read(["quantity"]),
        ):
            with self.assertRaises(AccessError):
                forbidden()
        wait.with_user(self.staff_user).action_leave()
        self.assertEqual(wait.state, "left")


@tagged("post_install", "-at_install")
class TestWaitingPages(WaitBuilders, B2bBuilders, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate("b2b_dealer", "b2b_dealer")
        self.order = self._confirm_order(4)

    def _post(self, path, **values):
        return self.url_open(
            path, data={"csrf_token": Request.csrf_token(self), **values}
        )

    def _ask(self, quantity=""):
        line = self.order.order_line
        return self._post(
            f"/my/orders/{self.order.id}/reserve",
            **{f"line_{line.id}": quantity, f"wait_{line.id}": "1"},
        )

    def _get_wait(self):
        return self.waits.search([("order_id", "=", self.order.id)])

    def test_dealer_waits_for_what_is_missing(self):
        self.held._release_by_dealer({self.held.line_ids.id: 1})
        form = self.url_open(f"/my/orders/{self.order.id}/reserve").text
        self.assertIn(f'name="wait_{self.order.order_line.id}"', form)
        page = self._ask("1")
        self.assertIn("You are in line", page.text)
        self.assertHeld(self.order, 1)
        self.assertEqual(self._get_wait().quantity, 3)
        form = self.url_open(f"/my/orders/{self.order.id}/reserve").text
        self.assertIn("you wait for the rest", form)
        self.assertNotIn(f'name="wait_{self.order.order_line.id}"', form)

    def test_he_may_wait_for_everything_and_leave(self):
        self._stand_in_line(1)
        page = self._ask("0")
        self.assertTrue(page.url.endswith("filterby=waiting"))
        wait = self._get_wait()
        self.assertEqual((wait.quantity, wait.place), (4, 2))
        path = f"/my/reservations/waiting/{wait.id}/leave"
        self.assertIn(path, page.text)
        for _time in range(2):
            page = self._post(path)
            self.assertEqual(page.status_code, 200)
        self.assertEqual(wait.state, "left")
        self.assertNotIn(path, page.text)

    def test_who_waits_for_nothing_reads_so(self):
        page = self.url_open("/my/reservations?filterby=waiting").text
        self.assertIn("You wait for nothing", page)

    def test_line_of_another_order_is_not_waited_for(self):
        other = self._confirm_order(1, self.stranger_contract).order_line
        self._post(f"/my/orders/{self.order.id}/reserve", **{f"wait_{other.id}": "1"})
        self.assertFalse(self.waits.search([("sale_line_id", "=", other.id)]))

    def test_strangers_place_is_not_found(self):
        _order, wait = self._stand_in_line(
            1, self.stranger_contract, self.stranger_user
        )
        path = f"/my/reservations/waiting/{wait.id}/leave"
        self.assertEqual(self._post(path).status_code, 404)
        page = self.url_open("/my/reservations?filterby=waiting").text
        self.assertNotIn(path, page)
        self.assertEqual(wait.state, "waiting")

    def test_role_that_may_not_order_may_neither_wait_nor_leave(self):
        _order, wait = self._stand_in_line(1)
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self.assertEqual(self._ask("0").status_code, 403)
        path = f"/my/reservations/waiting/{wait.id}/leave"
        self.assertEqual(self._post(path).status_code, 403)
        page = self.url_open("/my/reservations?filterby=waiting").text
        self.assertNotIn(path, page)

    def _count_queries(self):
        path = "/my/reservations?filterby=waiting"
        self.url_open(path)
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_those_who_wait(self):
        for _n in range(2):
            self._stand_in_line(1)
        few = self._count_queries()
        for _n in range(15):
            self._stand_in_line(1)
        self.assertLessEqual(self._count_queries(), few)


@tagged("post_install", "-at_install")
class TestParallelServing(ParallelGoodsCase):
    def test_two_runs_at_once_serve_once(self):
        with self._connection() as env:
            orders = [self._create_order(env, 1, self.contract_id) for _n in range(2)]
            for order in orders:
                order.action_confirm()
                order._b2b_wait(order.order_line.ids)
            self._put_on_shelf(env, 1)

        def serve(env):
            env["b2b.reservation.wait"]._cron_serve()

        _attempts, errors = self._do_in_parallel([serve, serve])
        self.assertFalse(errors)
        self.assertEqual(self._get_held(), (1, 1))
        with self._connection() as env:
            waits = env["b2b.reservation.wait"].search(
                [("product_id", "=", self.product_id)]
            )
            self.assertEqual(waits.mapped("state"), ["served", "waiting"])
            reservations = waits.order_id.b2b_reservation_ids
            self.assertEqual(reservations.order_id, waits[0].order_id)
            self.assertEqual(len(reservations), 1)
