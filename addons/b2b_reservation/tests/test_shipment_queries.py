from odoo.fields import Command
from odoo.tests import tagged

from .common import B2bReservationCommon

FEW, MANY = 2, 40


@tagged("post_install", "-at_install")
class TestQueriesOfGoods(B2bReservationCommon):
    """What a dealer does with many goods asks the database as often as with two; where
    core itself asks for each, not much more often than core.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products = cls.env["product.product"].create(
            [
                {
                    "name": f"Part {number}",
                    "type": "consu",
                    "is_storable": True,
                    "list_price": 10.0,
                    "weight": 1.0,
                    "taxes_id": [Command.clear()],
                }
                for number in range(MANY)
            ]
        )
        for product in cls.products:
            cls._set_stock(product, 1000)

    def _order(self, count):
        order = self.env["sale.order"].create(
            {
                "warehouse_id": self.warehouse.id,
                "partner_id": self.dealer.id,
                "b2b_contract_id": self.contract.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 5})
                    for product in self.products[:count]
                ],
            }
        )
        order.action_confirm()
        return order

    def _draft(self, count):
        order = self._order(count)
        order.with_user(self.dealer_user)._b2b_reserve()
        return self._create_request(*[(line, 2) for line in order.order_line])

    def _sent(self, count):
        request = self._draft(count)
        request.with_user(self.dealer_user)._send()
        return request

    def _count(self, act, record):
        """Return how many queries it costs to do something with a record."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        act(record)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _compare(self, prepare, act):
        """Return how many queries it costs with few lines and with many."""
        # What is read once for all is in the caches then.
        act(prepare(FEW))
        return [self._count(act, prepare(count)) for count in (FEW, MANY)]

    def _grow(self, prepare, act):
        """Return how many queries each line costs."""
        few, many = self._compare(prepare, act)
        return (many - few) / (MANY - FEW)

    def test_sending_costs_the_same_for_2_and_40_lines(self):
        few, many = self._compare(
            self._draft, lambda request: request.with_user(self.dealer_user)._send()
        )
        self.assertEqual(many, few)

    def test_cancelling_costs_the_same_for_2_and_40_lines(self):
        few, many = self._compare(
            self._sent,
            lambda request: request.with_user(self.dealer_user)._cancel_by_dealer(),
        )
        self.assertEqual(many, few)

    def test_page_of_a_request_costs_the_same_for_2_and_40_lines(self):
        few, many = self._compare(
            self._draft, lambda request: request.line_ids._get_portal_rows()
        )
        self.assertEqual(many, few)

    def test_reserving_asks_not_much_more_for_a_line_than_core(self):
        def prepare_core(count):
            picking = self._order(count).picking_ids
            return picking.with_context(b2b_reserve_by_staff=True)

        of_core = self._grow(
            prepare_core, lambda picking: picking.move_ids._action_assign()
        )
        of_ours = self._grow(
            self._order, lambda order: order.with_user(self.dealer_user)._b2b_reserve()
        )
        self.assertLessEqual(of_ours, of_core + 4, f"{of_ours} beside {of_core}")

    def test_releasing_asks_not_much_more_for_a_line_than_core(self):
        def reserve(count):
            return self._order(count).with_user(self.dealer_user)._b2b_reserve()

        of_ours = self._grow(
            reserve, lambda reservation: reservation.sudo()._release_by_dealer()
        )
        of_core = self._grow(
            reserve,
            lambda reservation: (
                reservation.sudo().order_id.picking_ids.move_ids._do_unreserve()
            ),
        )
        self.assertLessEqual(of_ours, of_core + 2, f"{of_ours} beside {of_core}")
