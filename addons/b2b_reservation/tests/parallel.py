"""What the tests of races for goods share."""

import uuid

from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.b2b_portal.tests.parallel import ParallelCase


class ParallelGoodsCase(ParallelCase):
    """Orders of one product on a contract, in committed transactions."""

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
            # With them go the mails about them.
            orders.b2b_reservation_ids.unlink()
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


class ParallelRequestsCase(ParallelGoodsCase):
    """An order whose five pieces are reserved, the last ones, and requests over it."""

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
