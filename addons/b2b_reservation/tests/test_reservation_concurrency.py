import functools
import uuid

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.b2b_portal.tests.parallel import ParallelCase

ORDERS = 10
WAVES = 10


@tagged("post_install", "-at_install")
class TestLastPiece(ParallelCase):
    """Many who want what is not enough for all."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self._create_goods(env)

    def _create_goods(self, env):
        self.company_id = env.ref("base.main_company").id
        warehouse = env["stock.warehouse"].search(
            [("company_id", "=", self.company_id)], limit=1
        )
        self.location_id = warehouse.lot_stock_id.id
        product = self._create(
            env, "product.product", name="Last piece", is_storable=True, type="consu"
        )
        product.taxes_id = False
        self.product_id = product.id
        entity = self._create(
            env, "res.partner", name=f"Parallel {uuid.uuid4()}", is_company=True
        )
        contract = self._create(
            env,
            "b2b.contract",
            name="P-1",
            legal_entity_id=entity.id,
            company_id=self.company_id,
        )
        self.entity_id, self.contract_id = entity.id, contract.id

    def _create_order(self, env, quantity, contract_id=None):
        return self._create(
            env,
            "sale.order",
            partner_id=self.entity_id,
            company_id=self.company_id,
            b2b_contract_id=contract_id,
            order_line=[
                Command.create(
                    {"product_id": self.product_id, "product_uom_qty": quantity}
                )
            ],
        )

    def _put_on_shelf(self, env, quantity):
        env["stock.quant"]._update_available_quantity(
            env["product.product"].browse(self.product_id),
            env["stock.location"].browse(self.location_id),
            quantity,
        )

    def _remove(self):
        with self._connection() as env:
            product = env["product.product"].browse(self.product_id)
            orders = env["sale.order"].search(
                [("order_line.product_id", "=", product.id)]
            )
            orders._action_cancel()
            orders.picking_ids.move_ids.unlink()
            orders.picking_ids.unlink()
            env["stock.quant"].search([("product_id", "=", product.id)]).unlink()
        return super()._remove()

    def _get_held(self):
        """Return what all deliveries hold, and what the stock says is reserved."""
        with self._connection() as env:
            moves = env["stock.move"].search([("product_id", "=", self.product_id)])
            quants = env["stock.quant"].search(
                [
                    ("product_id", "=", self.product_id),
                    ("location_id", "=", self.location_id),
                ]
            )
            return sum(moves.mapped("quantity")), sum(
                quants.mapped("reserved_quantity")
            )

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
