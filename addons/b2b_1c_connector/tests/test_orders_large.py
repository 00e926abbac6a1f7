"""Orders of many lines: a reply stays small and comes soon, however much waits."""

import os
import time

from odoo.tests import tagged

from ..models import b2b_1c_order_offer
from .test_orders_http import OrdersHttpCase

FULL = bool(os.environ.get("B2B_FULL"))
ORDERS, LINES = (60, 300) if FULL else (14, 120)
# 1C gives up after 180 seconds, what is on the way after 60
SOON = 10


@tagged("post_install", "-at_install")
class TestOrdersLarge(OrdersHttpCase):
    def _confirm_large(self):
        """An order of many lines, made by the database: Odoo itself takes long."""
        order = self._confirm_order()
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT string_agg(quote_ident(column_name), ',')
              FROM information_schema.columns
             WHERE table_name = 'sale_order_line' AND column_name <> 'id'
            """
        )
        [columns] = self.env.cr.fetchone()
        self.env.cr.execute(
            f"INSERT INTO sale_order_line ({columns}) SELECT {columns}"
            " FROM sale_order_line, generate_series(2, %s) WHERE order_id = %s",
            [LINES, order.id],
        )
        self.env.invalidate_all()
        return order

    def test_each_reply_is_small_and_soon_and_all_orders_come_once(self):
        orders = [self._confirm_large() for _number in range(ORDERS)]
        seen, sizes, taken = [], [], []
        while True:
            since = time.monotonic()
            answer = self.client.call("sale", "query")
            taken.append(time.monotonic() - since)
            ids = [int(document.id) for document in self._read(answer)]
            if not ids:
                break
            self.assertLessEqual(len(ids), b2b_1c_order_offer.LARGEST_COUNT)
            sizes.append(len(answer.content))
            seen += ids
            self._success()
        self.assertEqual(seen, [order.id for order in orders])
        # what stands around the orders counts little
        self.assertLess(max(sizes), 1.02 * b2b_1c_order_offer.LARGEST_SIZE)
        self.assertGreater(len(sizes), 1)
        self.assertLess(max(taken), SOON)

    def test_order_larger_than_a_reply_goes_alone(self):
        self.patch(b2b_1c_order_offer, "LARGEST_SIZE", 10_000)
        orders = [self._confirm_order(), self._confirm_large(), self._confirm_order()]
        seen = []
        while ids := self._ids():
            self._success()
            seen.append(ids)
        self.assertEqual(seen, [[order.id] for order in orders])
