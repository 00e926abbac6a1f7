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
        is_kit = bool(self._b2b_kit_moves())
        passed = self._b2b_moves_past_gate(is_delivered) - moves
        for request, of_request in moves.grouped("b2b_shipment_request_id").items():
            if is_kit:
                quantity = self._b2b_count_passed(of_request, passed, is_delivered)
            else:
                quantity = self._b2b_count_picked(of_request, "quantity")
            self._b2b_claims()._pass_gate(quantity, request, is_delivered)
            passed |= of_request

    def _b2b_moves_past_gate(self, is_delivered):
        """Return the later moves of this order line that are done and have brought
        something away from the gate.

        :param bool is_delivered: to the customer; else back
        """
        return self.move_ids.filtered(
            lambda move: (
                move.state == "done"
                and move._b2b_is_later_step()
                and move._b2b_is_leaving() == is_delivered
                and (is_delivered or move.origin_returned_move_id)
            )
        )

    def _b2b_count_passed(self, moves, before, is_delivered):
        """Return how many whole kits of this order line some moves have brought away
        from the gate: delivered are those with all their components gone, brought back
        those of which any component is.

        :param stock.move moves: done ones
        :param stock.move before: those that were done before them, see
            :meth:`_b2b_moves_past_gate`
        :param bool is_delivered: the goods have left; else they are back
        """
        components = self._b2b_kit_moves()
        if is_delivered:
            parts = self._b2b_get_kit_parts(components)
            left = self._b2b_kits_left(before | moves, parts)
            return left - self._b2b_kits_left(before, parts)
        rest = self._b2b_kits_gone(components, back=before | moves)
        return self._b2b_kits_gone(components, back=before) - rest

    def _b2b_cap_picked(self, request):
        """Keep no more at the gate than is to be brought on from there.

        :param b2b.shipment.request request: whose goods are not, if any
        """
        self.ensure_one()
        claims = self._b2b_claims()
        surplus = sum(claims.mapped("quantity_picked"))
        surplus -= self._b2b_count_picked(self._b2b_later_moves(), "product_uom_qty")
        if self.product_uom_id.compare(surplus, 0.0) > 0:
            claims._pass_gate(surplus, request, False)

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
