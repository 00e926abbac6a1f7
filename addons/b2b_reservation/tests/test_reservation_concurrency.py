import functools
import threading
import time
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .parallel import ParallelGoodsCase

ORDERS = 10
WAVES = 10


@tagged("post_install", "-at_install")
class TestLastPiece(ParallelGoodsCase):
    """Many who want what is not enough for all."""

    def _reserve(self, order_id, answers, env):
        order = env["sale.order"].browse(order_id)
        reservation = order._b2b_reserve({order.order_line.id: 1})
        answers.append("reserved" if reservation else "taken")

    def test_hundred_attempts_on_ten_pieces_reserve_ten(self):
        with self._connection() as env:
            orders = [
                self._create_order(env, WAVES, self.contract_id)
                for _order in range(ORDERS)
            ]
            for order in orders:
                order.action_confirm()
            order_ids = [order.id for order in orders]
            self._put_on_shelf(env, 10)
        reserved = []
        for _wave in range(WAVES):
            answers = [[] for _order in order_ids]
            actions = [
                functools.partial(self._reserve, order_id, answer)
                for order_id, answer in zip(order_ids, answers, strict=True)
            ]
            _attempts, errors = self._do_in_parallel(actions)
            self.assertFalse(errors)
            # The last answer counts: those before were of attempts that lost.
            reserved += [answer[-1] for answer in answers]
        self.assertEqual(len(reserved), ORDERS * WAVES)
        self.assertEqual(reserved.count("reserved"), 10)
        self.assertEqual(self._get_held(), (10, 10))

    def test_last_piece_goes_to_the_dealer_or_to_another_customer(self):
        with self._connection() as env:
            dealer = self._create_order(env, 1, self.contract_id)
            dealer.action_confirm()
            other = self._create_order(env, 1)
            ids = dealer.id, other.id
            self._put_on_shelf(env, 1)

        def confirm(env):
            env["sale.order"].browse(ids[1]).action_confirm()

        attempts, errors = self._do_in_parallel(
            [functools.partial(self._reserve, ids[0], []), confirm]
        )
        self.assertFalse(errors)
        self.assertEqual(self._get_held(), (1, 1))
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")

    def test_who_brings_goods_does_not_meet_who_reserves_them(self):
        with self._connection() as env:
            order = self._create_order(env, 1, self.contract_id)
            order.action_confirm()
            order_id = order.id
            self._put_on_shelf(env, 1)
        is_reserved = threading.Event()
        is_brought = threading.Event()

        def reserve(env):
            self._reserve(order_id, [], env)
            env.flush_all()
            is_reserved.set()
            is_brought.wait(5)

        def bring(env):
            is_reserved.wait(60)
            self._put_on_shelf(env, 1)
            env.flush_all()
            is_brought.set()

        attempts, errors = self._do_in_parallel([reserve, bring])
        self.assertFalse(errors)
        self.assertEqual(attempts, [1, 1])
        self.assertEqual(self._get_held(), (1, 1))

    def test_reservation_is_extended_once_from_two_tabs(self):
        with self._connection() as env:
            order = self._create_order(env, 1, self.contract_id)
            order.action_confirm()
            self._put_on_shelf(env, 1)
            reservation = order._b2b_reserve()
            before, reservation_id = reservation.date_expiry, reservation.id
        answers = [[], []]

        def extend(answer, env):
            try:
                env["b2b.reservation"].browse(reservation_id)._extend_by_dealer()
                answer.append("extended")
            except UserError as error:
                answer.append(str(error))

        _attempts, errors = self._do_in_parallel(
            [functools.partial(extend, answer) for answer in answers]
        )
        self.assertFalse(errors)
        first, second = sorted((answer[-1] for answer in answers), reverse=True)
        self.assertEqual(first, "extended")
        self.assertIn("cannot be extended any more", second)
        with self._connection() as env:
            reservation = env["b2b.reservation"].browse(reservation_id)
            self.assertEqual(reservation.extension_count, 1)
            self.assertEqual(reservation.date_expiry, before + timedelta(hours=48))

    def test_part_is_released_once_from_two_tabs(self):
        with self._connection() as env:
            order = self._create_order(env, 3, self.contract_id)
            order.action_confirm()
            self._put_on_shelf(env, 3)
            reservation_id = order._b2b_reserve().id

        def release(env):
            reservation = env["b2b.reservation"].browse(reservation_id)
            line = reservation.line_ids
            try:
                reservation._release_part({line.id: 1}, {line.id: 3})
            except UserError:
                env.cr.rollback()

        _attempts, errors = self._do_in_parallel([release, release])
        self.assertFalse(errors)
        self.assertEqual(self._get_held(), (2, 2))


@tagged("post_install", "-at_install")
class TestCountedAtOnce(ParallelGoodsCase):
    def _remove(self):
        # What is counted stays for ever, but for the next tests.
        with self._connection() as env:
            for table in ("stock_move_line", "stock_move"):
                env.cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE product_id = %s AND state = 'done'",
                        SQL.identifier(table),
                        self.product_id,
                    )
                )
        return super()._remove()

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            order = self._create_order(env, 1, self.contract_id)
            order.action_confirm()
            self.order_id = order.id
            self._put_on_shelf(env, 1)

    def _count(self, env):
        """Count nothing of the product on the shelf."""
        quant = env["stock.quant"].search(
            [
                ("product_id", "=", self.product_id),
                ("location_id", "=", self.location_id),
            ]
        )
        quant = quant.with_context(inventory_mode=True)
        quant.inventory_quantity = 0
        quant.action_apply_inventory()

    def _reserve(self, env):
        env["sale.order"].browse(self.order_id)._b2b_reserve()

    def _check_nothing_is_reserved_after(self, first, second):
        """Check that nothing stays reserved if the second one meets what the first one
        has done and not committed yet.
        """
        is_done = threading.Event()

        def do_first(env):
            first(env)
            env.flush_all()
            is_done.set()
            time.sleep(1)

        def do_second(env):
            is_done.wait(60)
            second(env)

        attempts, errors = self._do_in_parallel([do_first, do_second])
        self.assertFalse(errors)
        self.assertEqual(attempts, [1, 2], "who comes second is run again")
        _moved, reserved = self._get_held()
        self.assertEqual(reserved, 0)
        with self._connection() as env:
            order = env["sale.order"].browse(self.order_id)
            self.assertEqual(order.order_line._b2b_quantity_held(), 0)

    def test_what_is_being_counted_away_is_not_reserved(self):
        self._check_nothing_is_reserved_after(self._count, self._reserve)

    def test_what_is_being_reserved_is_counted_away(self):
        self._check_nothing_is_reserved_after(self._reserve, self._count)
