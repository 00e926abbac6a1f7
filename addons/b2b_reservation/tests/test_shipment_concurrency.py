import functools
import uuid
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .parallel import ParallelRequestsCase


@tagged("post_install", "-at_install")
class TestRequestsAtOnce(ParallelRequestsCase):
    """Shipment requests beside others that want the same goods."""

    def test_two_requests_for_the_same_goods_are_one_and_a_refusal(self):
        with self._connection() as env:
            request_ids = [self._draft(env, 3), self._draft(env, 3)]
        answers = [[], []]
        _attempts, errors = self._do_in_parallel(
            [
                functools.partial(self._send, request_id, answer)
                for request_id, answer in zip(request_ids, answers, strict=True)
            ]
        )
        self.assertFalse(errors)
        self.assertEqual(sorted(answer[-1] for answer in answers), ["refused", "sent"])
        with self._connection() as env:
            requests = env["b2b.shipment.request"].browse(request_ids)
            self.assertEqual(
                sum(requests.reservation_ids.line_ids.mapped("quantity")), 3
            )

    def test_one_request_sent_from_two_tabs_sets_aside_once(self):
        with self._connection() as env:
            request_id = self._draft(env, 2)
        answers = [[], []]
        _attempts, errors = self._do_in_parallel(
            [functools.partial(self._send, request_id, answer) for answer in answers]
        )
        self.assertFalse(errors)
        self.assertEqual([answer[-1] for answer in answers], ["sent", "sent"])
        with self._connection() as env:
            request = env["b2b.shipment.request"].browse(request_id)
            self.assertEqual(request.state, "sent")
            self.assertEqual(
                sum(request.reservation_ids.line_ids.mapped("quantity")), 2
            )

    def test_one_form_sent_three_times_at_once_makes_one_request(self):
        with self._connection() as env:
            values = self._prepare(env, 1) | {"token": str(uuid.uuid4())}
            self._create(
                env,
                "b2b.membership",
                user_id=env.uid,
                legal_entity_id=self.entity_id,
            )

        def send_form(env):
            env["b2b.shipment.request"]._create_once(values)._send()

        attempts, errors = self._do_in_parallel([send_form] * 3)
        self.assertFalse(errors)
        self.assertGreater(max(attempts), 1, "the losers are run again")
        with self._connection() as env:
            request = env["b2b.shipment.request"].search(
                [("legal_entity_id", "=", self.entity_id)]
            )
            self.assertEqual(request.mapped("state"), ["sent"])
            self.assertEqual(
                sum(request.reservation_ids.line_ids.mapped("quantity")), 1
            )

    def test_confirmed_and_cancelled_at_once_it_is_cancelled_or_stays(self):
        with self._connection() as env:
            request_id = self._draft(env, 2)
            env["b2b.shipment.request"].browse(request_id)._send()
        refusals = []

        def act(name, env):
            try:
                getattr(env["b2b.shipment.request"].browse(request_id), name)()
            except UserError as error:
                env.cr.rollback()
                refusals.append(str(error))

        attempts, errors = self._do_in_parallel(
            [
                functools.partial(act, name)
                for name in ("action_confirm", "action_cancel")
            ]
        )
        self.assertFalse(errors)
        self.assertIn(2, attempts, "the loser is run again")
        with self._connection() as env:
            request = env["b2b.shipment.request"].browse(request_id)
            self.assertEqual(request.state, "cancelled")
            self.assertFalse(request.picking_ids)
            self.assertFalse(request.reservation_ids)

    def test_a_reservation_that_ends_meanwhile_is_either_sent_or_released(self):
        with self._connection() as env:
            request_id = self._draft(env, 5)
            reservation = env["b2b.reservation"].browse(self.reservation_id)
            reservation.date_expiry = fields.Datetime.now() - timedelta(minutes=1)
        answers = []

        def expire(env):
            env["b2b.reservation"].browse(self.reservation_id)._try_expire()

        _attempts, errors = self._do_in_parallel(
            [functools.partial(self._send, request_id, answers), expire]
        )
        self.assertFalse(errors)
        with self._connection() as env:
            reservation = env["b2b.reservation"].browse(self.reservation_id)
            order = env["sale.order"].browse(self.order_id)
            held = order.order_line._b2b_quantity_held()
            if answers[-1] == "sent":
                self.assertEqual((reservation.state, held), ("running", 5))
                self.assertEqual(reservation.shipment_request_id.id, request_id)
            else:
                self.assertEqual((reservation.state, held), ("expired", 0))
