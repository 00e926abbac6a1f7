import logging

import psycopg2

from odoo import models
from odoo.fields import Command

_logger = logging.getLogger(__name__)


class B2bShipmentRequest(models.Model):
    _inherit = "b2b.shipment.request"

    def _set_cost(self):
        """Ask the delivery method what the delivery of these goods costs, and keep it.

        Whatever is wrong with that: the cost is 0 and a note says so.
        """
        for request in self:
            request.cost = request._compute_cost_now()

    def _compute_cost_now(self):
        """Return what the delivery of these goods costs by now, in the currency of the
        company; 0 if the method has no price.

        :rtype: float
        """
        self.ensure_one()
        rate = self._get_rate()
        if rate is None:
            return 0.0
        if not rate.get("success"):
            self.sudo().message_post(
                body=self.env._(
                    "The delivery method gives no cost: %(reason)s",
                    reason=rate.get("error_message") or "",
                )
            )
            return 0.0
        return self.currency_id.round(rate["price"])

    def _get_cost_text(self):
        """Return what a dealer reads of the cost before he sends this request, of which
        nothing need be stored; empty if the method has no price.

        :rtype: str
        """
        self.ensure_one()
        rate = self._get_rate()
        if rate is None:
            return ""
        if not rate.get("success"):
            return self.env._("your manager will tell you")
        return self.currency_id.format(self.currency_id.round(rate["price"]))

    def _get_rate(self):
        """Return what the delivery method answers, whatever is wrong with it; None if
        it is not to be asked.

        :return: see :meth:`_ask_rate`
        :rtype: dict | None
        """
        self.ensure_one()
        # A dealer has no access to delivery methods and their rules.
        request = self.sudo()
        if not request.method_id.delivery_carrier_id or not request.line_ids:
            return None
        try:
            with self.env.cr.savepoint():
                return request._ask_rate()
        except psycopg2.OperationalError:
            # Not the fault of the provider: the server runs the request again.
            raise
        except Exception as error:
            _logger.warning("No cost of %s", self.name, exc_info=True)
            return {"success": False, "error_message": str(error)}

    def _ask_rate(self):
        """Return the answer of the delivery method, the price in the currency of the
        company.

        It is asked as core asks it, with an order; one that has just these goods, and
        is not stored: several orders are one delivery, and of an order only a part
        may be in it.

        :return: as ``delivery.carrier.rate_shipment`` does
        :rtype: dict
        """
        self.ensure_one()
        order = self._prepare_order_to_rate()
        carrier = self.method_id.delivery_carrier_id.with_company(self.company_id)
        rate = carrier.with_context(order_weight=self.weight).rate_shipment(order)
        return rate | {
            "price": order.currency_id._convert(
                rate["price"], self.currency_id, self.company_id, order.date_order
            )
        }

    def _prepare_order_to_rate(self):
        """Return an order of the goods of this request that is not stored.

        :rtype: sale.order
        """
        self.ensure_one()
        first = self.order_ids[:1]
        lines = [
            Command.create(
                {
                    "product_id": line.product_id.id,
                    "product_uom_id": line.product_uom_id.id,
                    "product_uom_qty": line.quantity,
                    "price_unit": line.sale_line_id.price_unit,
                    "discount": line.sale_line_id.discount,
                    "tax_ids": [Command.set(line.sale_line_id.tax_ids.ids)],
                }
            )
            for line in self.line_ids
        ]
        address = self.address_id or first.partner_shipping_id
        return self.env["sale.order"].new(
            {
                "company_id": self.company_id.id,
                "warehouse_id": self.warehouse_id.id,
                "partner_id": first.partner_id.id,
                "partner_shipping_id": address.id,
                "pricelist_id": first.pricelist_id.id,
                "currency_id": first.currency_id.id,
                "fiscal_position_id": first.fiscal_position_id.id,
                "order_line": lines,
            }
        )
