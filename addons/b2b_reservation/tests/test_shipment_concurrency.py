import functools
import uuid
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .parallel import ParallelGoodsCase


@tagged("post_install", "-at_install")
class TestRequestsAtOnce(ParallelGoodsCase):
    """Shipment requests beside others that want the same goods."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            order = self._create_order(env, 5, self.contract_id)
            order.action_confirm()
            self.order_id = order.id
            self._put_on_shelf(env, 5)
            self.reservation_id = order._b2b_reserve().id

    def _remove(self):
        with self._connection() as env:
            requests = env["b2b.shipment.request"].search(
                [("legal_entity_id", "=", self.entity_id)]
            )
            for request in requests.filtered(lambda request: request.state == "sent"):
                request._cancel()
            requests.state = "draft"
            requests.unlink()
        return super()._remove()

    def _prepare(self, env, quantity):
        """Return values of a complete draft over a part of the order."""
        method = env.ref("b2b_reservation.shipment_method_own")
        order = env["sale.order"].browse(self.order_id)
        return {
            "legal_entity_id": self.entity_id,
            "company_id": self.company_id,
            "method_id": method.id,
            "date_wanted": method._get_first_date(order.company_id),
            "address_id": self.entity_id,
            "contact_name": "Anna Petrova",
            "contact_phone": "+380 44 123 45 67",
            "line_ids": [
                Command.create(
                    {"sale_line_id": order.order_line.id, "quantity": quantity}
                )
            ],
        }

    def _draft(self, env, quantity):
        """Return the id of a complete draft over a part of the order."""
        return env["b2b.shipment.request"].create(self._prepare(env, quantity)).id

    def _send(self, request_id, answers, env):
        try:
            env["b2b.shipment.request"].browse(request_id)._send()
            answers.append("sent")
        except UserError:
            env.cr.rollback()
            answers.append("refused")

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
