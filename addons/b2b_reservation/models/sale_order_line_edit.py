from odoo import models


class SaleOrderLine(models.Model):
    """Quantities that staff type on deliveries."""

    _inherit = "sale.order.line"

    def _b2b_follow_edit(self, request, claims):
        """Make the reservations of this order line agree with what its moves hold.

        :param b2b.shipment.request request: whose goods were edited, if any
        :param b2b.reservation.line claims: its :meth:`_b2b_claims`
        """
        self.ensure_one()
        unit = self.product_uom_id
        more = self._b2b_quantity_held() - self._b2b_quantity_claimed(claims)
        if unit.compare(more, 0.0) < 0:
            claims._take_off(-more, request)
            return
        if unit.compare(more, 0.0) > 0:
            more -= self._b2b_quantity_overdrawn()
        if unit.compare(more, 0.0) > 0:
            more = unit.round(more - claims._bring_back(more))
        if unit.compare(more, 0.0) > 0:
            self.order_id._b2b_create_reservation([(self, more)], is_by_staff=True)

    def _b2b_quantity_overdrawn(self):
        """Return how much more is held than there is where this order line is held,
        in its unit: staff may type what they like.
        """
        self.ensure_one()
        lines = self._b2b_first_moves().move_line_ids
        quants = self.env["stock.quant"].search(
            [
                ("product_id", "in", lines.product_id.ids),
                ("location_id", "in", lines.location_id.ids),
            ]
        )
        over = sum(max(x.reserved_quantity - x.quantity, 0.0) for x in quants)
        return self.product_id.uom_id._compute_quantity(
            over, self.product_uom_id, rounding_method="UP"
        )

    def _b2b_use_claims(self, moves):
        """Override: who delivers less than was reserved has typed the rest off, which
        its backorder has again.
        """
        request = moves.b2b_shipment_request_id[:1]
        claims = self._b2b_claims_off(request)
        claims._bring_back(sum(claims.mapped("quantity_off")))
        result = super()._b2b_use_claims(moves)
        if claims:
            self._b2b_take_back(request)
        return result

    def _b2b_claims_off(self, request):
        """Return those claims of these order lines of which staff have typed something
        off a transfer.

        :param b2b.shipment.request request: of that transfer, if any
        """
        return self._b2b_claims().filtered(
            lambda claim: (
                claim.quantity_off
                and claim.reservation_id.shipment_request_id == request.sudo()
            )
        )

    def _b2b_take_back(self, request):
        """Reserve again what was typed off this order line, as far as it is still free;
        the rest is no longer promised.

        :param b2b.shipment.request request: whose goods they are, if any
        """
        self.ensure_one()
        claims = self._b2b_claims_off(request)
        claims._bring_back(sum(claims.mapped("quantity_off")))
        moves = self._b2b_first_moves()
        moves.filtered(
            lambda move: move.b2b_shipment_request_id == request
        )._action_assign()
        self._b2b_drop_claims(request)

    def _b2b_drop_claims(self, request=None):
        """Override: what staff have taken off for good does not come back."""
        none = self.env["b2b.shipment.request"]
        claims = self._b2b_claims_off(none if request is None else request)
        claims.quantity_off = 0.0
        result = super()._b2b_drop_claims(request)
        claims.reservation_id._close_empty()
        return result
