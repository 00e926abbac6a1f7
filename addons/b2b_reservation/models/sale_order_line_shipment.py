from odoo import api, models
from odoo.fields import Domain


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _b2b_free_claims(self):
        """Return the claims of these order lines that no shipment request has set
        aside, the first to expire first.
        """
        free = self._b2b_claims().filtered(
            lambda claim: not claim.reservation_id.shipment_request_id
        )
        return free._in_order_of_use()

    def _b2b_quantity_to_ship(self, claims=None):
        """Return how much of this order line a dealer may ask to ship, in its unit:
        what is reserved for it and on no other shipment request; of a paid order
        whatever has not left.

        :param b2b.reservation.line claims: its :meth:`_b2b_claims`, if they are known
        """
        self.ensure_one()
        claims = self._b2b_claims() if claims is None else claims
        requested = claims.filtered("reservation_id.shipment_request_id")
        if self.order_id._b2b_is_paid():
            total = self._b2b_quantity_waiting()
        else:
            total = min(sum(claims.mapped("quantity")), self._b2b_quantity_held())
        rest = total - sum(requested.mapped("quantity"))
        return max(self.product_uom_id.round(rest), 0.0)

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
                    ("quantity", ">", 0),
                ]
            )
            .subselect("sale_line_id"),
        )
        paid = Domain("order_id", "any", self.env["sale.order"]._b2b_paid_domain())
        found = self.search(of_entity & pending & (reserved | paid))
        lines = found.filtered(lambda line: line._b2b_quantity_to_ship() > 0)
        return lines.sorted(lambda line: (line.order_id.id, line.sequence, line.id))
