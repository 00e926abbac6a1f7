import functools
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .parallel import ParallelRequestsCase


class StaffAtOnceCase(ParallelRequestsCase):
    def _do(self, *actions):
        """Do things at once; return what each has come to in the end: "done" or why
        it was refused.

        :param actions: functions that take an environment
        """
        answers = [[] for _action in actions]

        def act(action, answer, env):
            try:
                action(env)
                env.flush_all()
                answer.append("done")
            except UserError as error:
                env.cr.rollback()
                answer.append(str(error))

        self.attempts, errors = self._do_in_parallel(
            [
                functools.partial(act, action, answer)
                for action, answer in zip(actions, answers, strict=True)
            ]
        )
        self.assertFalse(errors)
        return [answer[-1] for answer in answers]

    def _get_reservation(self, env):
        return env["b2b.reservation"].browse(self.reservation_id)


@tagged("post_install", "-at_install")
class TestStaffDecideAtOnce(StaffAtOnceCase):
    """Staff and dealers who decide on one shipment request at the same time."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self.request_id = self._draft(env, 2)
            self._get_request(env)._send()

    def _get_request(self, env):
        return env["b2b.shipment.request"].browse(self.request_id)

    def _call(self, name, *words):
        """Return a function that calls a method of the request."""
        return lambda env: getattr(self._get_request(env), name)(*words)

    def _check_request(self, state, held=5):
        """Check what the request has come to: its goods are set aside and on a transfer
        of their own, or all as before it.
        """
        with self._connection() as env:
            request = self._get_request(env)
            self.assertEqual(request.state, state)
            order = env["sale.order"].browse(self.order_id)
            self.assertEqual(order.order_line._b2b_quantity_held(), held)
            kept = sum(request.reservation_ids.line_ids.mapped("quantity"))
            moved = sum(request.picking_ids.move_ids.mapped("quantity"))
            if state == "cancelled":
                self.assertEqual((kept, moved), (0, 0))
                reservations = order.b2b_reservation_ids
                self.assertEqual(set(reservations.mapped("state")), {"running"})
                self.assertTrue(all(reservations.mapped("date_expiry")))
            else:
                self.assertEqual((kept, moved), (2, 2))
                self.assertEqual(len(request.picking_ids), 1)

    def test_two_managers_who_confirm_make_one_transfer(self):
        answers = self._do(self._call("action_confirm"), self._call("action_confirm"))
        self.assertEqual(answers.count("done"), 1)
        (refusal,) = [answer for answer in answers if answer != "done"]
        self.assertIn("no longer open for this: Confirmed", refusal)
        self.assertEqual(sorted(self.attempts), [1, 2])
        self._check_request("confirmed")

    def test_one_confirms_and_one_rejects(self):
        confirmed, rejected = self._do(
            self._call("action_confirm"), self._call("_reject", "No car")
        )
        # What is confirmed may still be rejected, not the other way round.
        self.assertEqual(rejected, "done")
        if confirmed != "done":
            self.assertIn("no longer open for this: Cancelled", confirmed)
        self._check_request("cancelled")
        with self._connection() as env:
            self.assertTrue(self._get_request(env).is_rejected)

    def test_two_managers_who_reject_do_it_once(self):
        answers = self._do(
            self._call("_reject", "No car"), self._call("_reject", "No driver")
        )
        self.assertEqual(answers.count("done"), 1)
        self._check_request("cancelled")
        with self._connection() as env:
            reason = ("No car", "No driver")[answers.index("done")]
            self.assertEqual(self._get_request(env).reason, reason)

    def test_dealer_cancels_what_staff_confirm(self):
        confirmed, cancelled = self._do(
            self._call("action_confirm"), self._call("_cancel_by_dealer")
        )
        self.assertEqual(cancelled, "done")
        if confirmed != "done":
            self.assertIn("no longer open for this: Cancelled", confirmed)
        self._check_request("cancelled")

    def test_dealer_cancels_what_the_warehouse_starts_to_pick(self):
        with self._connection() as env:
            self._get_request(env).action_confirm()
        picked, cancelled = self._do(
            self._call("action_start_picking"), self._call("_cancel_by_dealer")
        )
        self.assertEqual([picked, cancelled].count("done"), 1)
        if picked == "done":
            self.assertIn("call your manager", cancelled)
            self._check_request("picking")
        else:
            self.assertIn("no longer open for this: Cancelled", picked)
            self._check_request("cancelled")

    def test_two_dates_at_once_leave_one_and_its_reason(self):
        with self._connection() as env:
            request = self._get_request(env)
            method = request.method_id
            first = method._get_first_date(request.company_id)
            days = [
                day
                for day in (first + timedelta(days=number) for number in range(14))
                if not method._get_planned_date_refusal(request.company_id, day)
            ][:2]
        answers = self._do(
            *(self._call("_move_date", day, f"Because of {day}") for day in days)
        )
        self.assertEqual(answers, ["done", "done"])
        with self._connection() as env:
            request = self._get_request(env)
            self.assertIn(request.date_planned, days)
            self.assertEqual(request.reason, f"Because of {request.date_planned}")


@tagged("post_install", "-at_install")
class TestStaffReleaseAtOnce(StaffAtOnceCase):
    """Staff release what somebody else is at."""

    def _release(self, quantity=None):
        """Return a function that releases as staff do by a form that is open."""
        with self._connection() as env:
            wizard = env["b2b.reservation.release"].create(
                {"reservation_ids": [self.reservation_id], "reason": "Needed elsewhere"}
            )
            if quantity is not None:
                wizard.line_ids.quantity = quantity
            wizard_id = wizard.id
        return lambda env: (
            env["b2b.reservation.release"].browse(wizard_id).action_apply()
        )

    def _extend(self, env):
        self._get_reservation(env)._extend_by_dealer()

    def _check_reservation(self, state, held):
        with self._connection() as env:
            reservation = self._get_reservation(env)
            self.assertEqual(reservation.state, state)
            self.assertEqual(sum(reservation.line_ids.mapped("quantity")), held)
        self.assertEqual(self._get_held(), (held, held))

    def test_dealer_extends_what_staff_release(self):
        released, extended = self._do(self._release(), self._extend)
        self.assertEqual(released, "done")
        if extended != "done":
            self.assertIn("has no end to put off", extended)
        self._check_reservation("released", 0)

    def test_dealer_extends_what_staff_release_a_part_of(self):
        with self._connection() as env:
            before = self._get_reservation(env).date_expiry
        answers = self._do(self._release(2), self._extend)
        self.assertEqual(answers, ["done", "done"])
        self.assertEqual(sorted(self.attempts), [1, 2], "the loser is run again")
        self._check_reservation("running", 3)
        with self._connection() as env:
            reservation = self._get_reservation(env)
            self.assertEqual(reservation.date_expiry, before + timedelta(hours=48))
            self.assertEqual(reservation.extension_count, 1)

    def test_two_managers_release_a_part_once(self):
        answers = self._do(self._release(2), self._release(2))
        self.assertEqual(answers.count("done"), 1)
        self.assertIn("has changed", "".join(answers))
        self._check_reservation("running", 3)

    def test_dealer_releases_what_staff_release(self):
        def release(env):
            self._get_reservation(env)._release_by_dealer()

        released, _by_dealer = self._do(self._release(), release)
        if released != "done":
            self.assertIn("has ended", released)
        self._check_reservation("released", 0)

    def test_dealer_sends_what_staff_release(self):
        with self._connection() as env:
            request_id = self._draft(env, 5)

        def send(env):
            env["b2b.shipment.request"].browse(request_id)._send()

        released, sent = self._do(self._release(), send)
        self.assertEqual([released, sent].count("done"), 1)
        if sent == "done":
            self.assertIn("are to be shipped", released)
            self._check_reservation("running", 5)
        else:
            self.assertIn("Not reserved", sent)
            self._check_reservation("released", 0)

    def test_it_expires_as_staff_release_a_part(self):
        with self._connection() as env:
            past = fields.Datetime.now() - timedelta(minutes=1)
            self._get_reservation(env).date_expiry = past
        released, _expired = self._do(
            self._release(2), lambda env: self._get_reservation(env)._try_expire()
        )
        if released == "done":
            with self._connection() as env:
                # Who met staff at it comes again with the next run.
                self._get_reservation(env)._try_expire()
        else:
            self.assertIn("has ended", released)
        self._check_reservation("expired", 0)
