from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def write(self, vals):
        """Override of `sale`: what is to be shipped stays on order.

        :raise UserError: if less is ordered than is on open shipment requests
        """
        if "product_uom_qty" in vals:
            for line in self.filtered("order_id.b2b_contract_id"):
                line._b2b_check_requested(vals["product_uom_qty"])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_unrequested(self):
        """Take these order lines off what dealers have not sent: they would keep them.

        :raise UserError: if one is on a request that was sent, saying on which
        """
        # Who deletes them need not see shipment requests.
        lines = self.env["b2b.shipment.request.line"].sudo()
        lines = lines.search([("sale_line_id", "in", self.ids)])
        for line in lines.filtered("request_id.date_sent"):
            raise UserError(
                self.env._(
                    "%(product)s of order %(order)s cannot be deleted: it is on "
                    "shipment request %(request)s.",
                    product=line.product_id.display_name,
                    order=line.order_id.name,
                    request=line.request_id.name,
                )
            )
        lines.unlink()

    def _b2b_check_requested(self, quantity):
        """Refuse to order less than is to be shipped.

        :param float quantity: what is to be ordered, in the unit of this order line
        :raise UserError: saying on which shipment request it is
        """
        self.ensure_one()
        claims = self._b2b_claims().filtered("reservation_id.shipment_request_id")
        requested = claims._get_kept()
        least = self.qty_delivered + requested
        if requested and self.product_uom_id.compare(quantity, least) < 0:
            requests = claims.reservation_id.shipment_request_id
            raise UserError(
                self.env._(
                    "%(quantity)s %(unit)s of %(product)s are on shipment request "
                    "%(requests)s: reject or cancel it before less is ordered.",
                    quantity=self.product_uom_id._b2b_format(requested),
                    unit=self.product_uom_id.name,
                    product=self.product_id.display_name,
                    requests=", ".join(requests.mapped("name")),
                )
            )

    def _b2b_free_claims(self):
        """Return the claims of these order lines that no shipment request has set
        aside, the first to expire first.
        """
        free = self._b2b_claims().filtered(
            lambda claim: not claim.reservation_id.shipment_request_id
        )
        return free._in_order_of_use()

    def _b2b_quantity_to_ship(self):
        """Return how much of this order line a dealer may ask to ship, in its unit; see
        :meth:`_b2b_get_quantities_to_ship`.
        """
        self.ensure_one()
        return self._b2b_get_quantities_to_ship()[self]

    def _b2b_get_quantities_to_ship(self):
        """Return how much of these order lines a dealer may ask to ship, in their
        units: what is reserved for them, on the shelf or picked, and on no other
        shipment request; of paid orders whatever has not left. The number of queries
        does not depend on that of the lines.

        :rtype: dict
        """
        claims = self._b2b_claims()
        requested = claims.filtered("reservation_id.shipment_request_id")
        by_line = claims.grouped("sale_line_id")
        requested_by_line = requested.grouped("sale_line_id")
        paid = self.order_id._b2b_get_paid()
        quantities = {}
        for line in self:
            own = by_line.get(line, claims[:0])
            asked = requested_by_line.get(line, claims[:0])
            if line.order_id in paid:
                total = line._b2b_quantity_waiting()
            else:
                claimed = sum(own.mapped("quantity"))
                total = min(claimed, line._b2b_quantity_held())
            rest = max(total - sum(asked.mapped("quantity")), 0.0)
            rest += sum((own - asked).mapped("quantity_picked"))
            quantities[line] = line.product_uom_id.round(rest)
        return quantities

    @api.model
    def _b2b_get_shippable_lines(self, legal_entity):
        """Return the order lines of a legal entity with something to ask to ship.

        :param res.partner legal_entity: on whose contracts the orders are
        :rtype: sale.order.line
        """
        of_entity = Domain(
            "order_id.b2b_contract_id.legal_entity_id", "=", legal_entity.id
        )
        of_entity &= Domain("order_id.state", "=", "sale")
        pending = Domain("move_ids.state", "not in", ("done", "cancel"))
        reserved = Domain(
            "id",
            "in",
            self.env["b2b.reservation.line"]
            .sudo()
            ._search(
                [
                    ("reservation_id.legal_entity_id", "=", legal_entity.id),
                    ("reservation_id.shipment_request_id", "=", False),
                    ("state", "=", "running"),
                    "|",
                    ("quantity", ">", 0),
                    ("quantity_picked", ">", 0),
                ]
            )
            .subselect("sale_line_id"),
        )
        paid = Domain("order_id", "any", self.env["sale.order"]._b2b_paid_domain())
        found = self.search(of_entity & pending & (reserved | paid))
        quantities = found._b2b_get_quantities_to_ship()
        lines = found.filtered(lambda line: quantities[line] > 0)
        return lines.sorted(lambda line: (line.order_id.id, line.sequence, line.id))

    def _b2b_get_shipment_row(self, rest):
        """Return what the form of a shipment request says of this order line; a caller
        with sudo.

        :param float rest: how much of it may be asked to ship, in its unit
        :rtype: dict
        """
        self.ensure_one()
        unit = self.product_uom_id
        factor = unit._compute_quantity(1.0, self.product_id.uom_id, round=False)
        return {
            "id": self.id,
            "product": self.product_id.display_name,
            "unit": unit.name,
            "rest": unit._b2b_format_input(rest),
            "rest_text": unit._b2b_format(rest),
            "step": unit._b2b_get_step(rest),
            "weight": self.product_id.weight * factor,
            "volume": self.product_id.volume * factor,
        }
