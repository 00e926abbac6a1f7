from collections import defaultdict

from odoo import models


class SaleOrderLine(models.Model):
    """Goods of dealers between the shelf and the gate."""

    _inherit = "sale.order.line"

    def _b2b_later_moves(self):
        """Return the moves of these order lines that bring on what was picked and are
        yet to be done.
        """
        return self.move_ids.filtered(
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and not move._should_bypass_reservation()
                and not move._b2b_is_on_request()
            )
        )

    def _b2b_keep_picked(self, quantity):
        """Keep without end what was picked for this order line and nobody had reserved.

        :param float quantity: in its unit
        """
        self.ensure_one()
        order = self.order_id
        reservation = order._b2b_create_reservation(
            [(self, quantity)], is_by_staff=True
        )
        reservation.line_ids.write({"quantity": 0.0, "quantity_picked": quantity})

    def _b2b_pass_gate(self, moves, is_delivered):
        """Take what later moves of this order line have brought away off what its
        reservations have at the gate.

        :param stock.move moves: done ones, of this order line
        :param bool is_delivered: the goods have left
        """
        self.ensure_one()
        if self._b2b_kit_moves():
            self._b2b_cap_picked(moves.b2b_shipment_request_id[:1], is_delivered)
            return
        for request, of_request in moves.grouped("b2b_shipment_request_id").items():
            quantity = self._b2b_count_picked(of_request, "quantity")
            self._b2b_claims()._pass_gate(quantity, request, is_delivered)

    def _b2b_cap_picked(self, request, is_delivered=False):
        """Keep no more at the gate than is to be brought on from there.

        :param b2b.shipment.request request: whose goods are not, if any
        :param bool is_delivered: the rest has left
        """
        self.ensure_one()
        claims = self._b2b_claims()
        surplus = sum(claims.mapped("quantity_picked"))
        surplus -= self._b2b_count_picked(self._b2b_later_moves(), "product_uom_qty")
        if self.product_uom_id.compare(surplus, 0.0) > 0:
            claims._pass_gate(surplus, request, is_delivered)

    def _b2b_count_picked(self, moves, field):
        """Return how much of this order line some later moves of its bring on, in its
        unit; of kits as many as any component is for.

        :param str field: what of a move counts: a quantity in its unit
        :rtype: float
        """
        self.ensure_one()
        total = defaultdict(float)
        for move in moves:
            total[move.product_id] += move.product_uom._compute_quantity(
                move[field], move.product_id.uom_id, rounding_method="HALF-UP"
            )
        if components := self._b2b_kit_moves():
            parts = self._b2b_get_kit_parts(components)
            counts = [total[part] / parts[part] for part in total if part in parts]
            return self.product_uom_id.round(max(counts, default=0.0))
        return self.product_id.uom_id._compute_quantity(
            sum(total.values()), self.product_uom_id, rounding_method="HALF-UP"
        )

    def _b2b_lose_claims(self, move, quantity, cause):
        """Override: what is gone from the gate is not kept there."""
        if not move._b2b_is_on_request():
            lost = quantity
            if components := self._b2b_kit_moves():
                lost /= self._b2b_get_kit_parts(components).get(move.product_id, 1.0)
            else:
                lost = move.product_id.uom_id._compute_quantity(
                    quantity, self.product_uom_id, rounding_method="HALF-UP"
                )
            self._b2b_claims()._pass_gate(lost, move.b2b_shipment_request_id, False)
        return super()._b2b_lose_claims(move, quantity, cause)

    def _b2b_claim_at_gate(self):
        """Keep without end what lies at the gate for these order lines and nobody has
        reserved.
        """
        for line in self:
            rest = line._b2b_count_picked(line._b2b_later_moves(), "quantity")
            rest -= sum(line._b2b_claims().mapped("quantity_picked"))
            if line.product_uom_id.compare(rest, 0.0) > 0:
                line._b2b_keep_picked(rest)
