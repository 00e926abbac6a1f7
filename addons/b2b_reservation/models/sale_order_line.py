from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _b2b_claims(self):
        """Return the lines of running reservations of these order lines."""
        # Who may move the goods need not be the one who may see the reservations.
        return (
            self.env["b2b.reservation.line"]
            .sudo()
            .search([("sale_line_id", "in", self.ids), ("state", "=", "running")])
        )

    def _b2b_first_moves(self):
        """Return the moves of these order lines that take goods from the stock and are
        yet to be done: the first of each chain of steps.
        """
        return self.move_ids.filtered(
            lambda move: (
                move._b2b_is_on_request() and move.state not in ("done", "cancel")
            )
        )

    def _b2b_quantity_held(self):
        """Return what the moves of this order line hold of the stock, in its unit."""
        self.ensure_one()
        if components := self._b2b_kit_moves():
            return self._b2b_kits_held(components)
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, self.product_uom_id, rounding_method="HALF-UP"
            )
            for move in self._b2b_first_moves()
        )

    def _b2b_quantity_claimed(self, claims=None):
        """Return what running reservations let this order line hold, in its unit.

        :param b2b.reservation.line claims: its :meth:`_b2b_claims`, if they are known
        """
        self.ensure_one()
        claims = self._b2b_claims() if claims is None else claims
        return sum(claims.mapped("quantity"))

    def _b2b_quantity_waiting(self):
        """Return what of this order line is yet to leave the stock, in its unit."""
        self.ensure_one()
        if components := self._b2b_kit_moves():
            return self._b2b_kits_waiting(components)
        return sum(
            move.product_uom._compute_quantity(
                move.product_uom_qty, self.product_uom_id, rounding_method="HALF-UP"
            )
            for move in self._b2b_first_moves()
        )

    def _b2b_quantity_to_reserve(self, claims=None):
        """Return how much of this order line may still be asked for, in its unit.

        :param b2b.reservation.line claims: its :meth:`_b2b_claims`, if they are known
        """
        self.ensure_one()
        waiting = self._b2b_quantity_waiting()
        claimed = self._b2b_quantity_claimed(claims)
        rest = waiting - max(claimed, self._b2b_quantity_held())
        return max(self.product_uom_id.round(rest), 0.0)

    def _b2b_quantity_surplus(self, product, claims=None):
        """Return what this order line holds beyond its running reservations.

        :param product.product product: of which, in whose unit
        :param b2b.reservation.line claims: its :meth:`_b2b_claims`, if they are known
        """
        self.ensure_one()
        if components := self._b2b_kit_moves():
            room = self._b2b_get_kit_room(components, claims)
            return max(-room.get(product, 0.0), 0.0)
        surplus = self._b2b_quantity_held() - self._b2b_quantity_claimed(claims)
        return self.product_uom_id._compute_quantity(
            max(surplus, 0.0), product.uom_id, rounding_method="HALF-UP"
        )

    def _b2b_get_quantities_to_reserve(self):
        """Return how much of these order lines may still be asked for, in their units.
        The number of queries does not depend on that of the lines.

        :rtype: dict
        """
        claims = self._b2b_claims().grouped("sale_line_id")
        none = self.env["b2b.reservation.line"]
        return {
            line: line._b2b_quantity_to_reserve(claims.get(line, none)) for line in self
        }

    def _b2b_let_go(self):
        """Give back what these order lines hold beyond their running reservations."""
        claims = self._b2b_claims()
        by_line = claims.grouped("sale_line_id")
        to_free = self.env["stock.move.line"].with_context(b2b_agrees=True)
        for line in self:
            if components := line._b2b_kit_moves():
                line._b2b_let_go_of_kits(components)
                continue
            kept = line._b2b_quantity_claimed(by_line.get(line, claims.browse()))
            surplus = line._b2b_quantity_held() - kept
            if line.product_uom_id.compare(surplus, 0.0) > 0:
                moves = line._b2b_first_moves()
                to_free |= moves._b2b_lessen(surplus, line.product_uom_id)
        # Together: for each by itself core would ask everything anew.
        to_free.unlink()

    def _b2b_let_go_of_kits(self, components):
        """Give back the components that no reserved kit needs.

        :param stock.move components: of this order line
        """
        waiting = self._b2b_first_moves()
        for product, room in self._b2b_get_kit_room(components).items():
            if product.uom_id.compare(room, 0.0) < 0:
                moves = waiting.filtered(lambda move, p=product: move.product_id == p)
                moves._b2b_unreserve(-room, product.uom_id)

    def _b2b_use_claims(self, moves):
        """Take what moves of this order line have brought away off its claims."""
        self.ensure_one()
        components = self._b2b_kit_moves()
        gone = self._b2b_kits_gone(components)
        gone -= self._b2b_kits_gone(components, later=moves)
        for move in moves:
            quantity = gone
            if not components:
                quantity = move.product_uom._compute_quantity(
                    move.quantity, self.product_uom_id, rounding_method="HALF-UP"
                )
            is_leaving = move._b2b_is_leaving()
            rest = self._b2b_claims()._consume(
                quantity,
                into="quantity_delivered" if is_leaving else "quantity_picked",
                request=move.b2b_shipment_request_id,
            )
            if not is_leaving and self.product_uom_id.compare(rest, 0.0) > 0:
                self._b2b_keep_picked(rest)
            gone = 0.0
        # The backorder was made before: it keeps the rest of the claims, no more; where
        # there is none, nothing is kept.
        request = moves.b2b_shipment_request_id[:1]
        self._b2b_let_go()
        self._b2b_cap_claims(request=request)
        # It has the rest by itself only where deliveries reserve at once.
        if self._b2b_take_claimed():
            self._b2b_drop_claims(request)

    def _b2b_drop_claims(self, request=None):
        """Give up what running reservations claim beyond what these order lines hold:
        somebody has taken the goods off them.

        :param b2b.shipment.request request: whose goods they were, if any
        """
        for line in self:
            surplus = line._b2b_quantity_claimed() - line._b2b_quantity_held()
            if line.product_uom_id.compare(surplus, 0.0) > 0:
                line._b2b_claims()._consume(surplus, request=request)

    def _b2b_fit_claims(self):
        """Claim no more than these order lines still want, and take again what is
        claimed of it: core lets go of all when less is ordered.
        """
        for line in self:
            if not line._b2b_claims():
                continue
            line._b2b_cap_claims()
            line._b2b_take_claimed()

    def _b2b_take_claimed(self):
        """Take again what of the claims of this order line its moves do not hold.

        :return: whether they lacked anything
        :rtype: bool
        """
        self.ensure_one()
        lacking = self._b2b_quantity_claimed() - self._b2b_quantity_held()
        is_lacking = self.product_uom_id.compare(lacking, 0.0) > 0
        if is_lacking:
            self._b2b_first_moves()._action_assign()
        return is_lacking

    def _b2b_cap_claims(self, request=None):
        """Claim no more than what of this order line is yet to leave.

        :param b2b.shipment.request request: whose goods are not to leave, if any
        """
        self.ensure_one()
        surplus = self._b2b_quantity_claimed() - self._b2b_quantity_wanted()
        if self.product_uom_id.compare(surplus, 0.0) > 0:
            self._b2b_claims()._consume(surplus, request=request)

    def _b2b_quantity_wanted(self):
        """Return what is yet to leave the stock, in the unit of this order line, as
        long as a decrease is on its way, too: core makes it a move of less than
        nothing that it merges.
        """
        self.ensure_one()
        if self._b2b_kit_moves():
            return self._b2b_quantity_waiting()
        return sum(
            move.product_uom._compute_quantity(
                max(move.product_uom_qty, 0.0),
                self.product_uom_id,
                rounding_method="HALF-UP",
            )
            for move in self._b2b_first_moves()
        )

    def _b2b_claim_by_staff(self):
        """Keep without end what these order lines hold beyond their reservations."""
        for order in self.order_id:
            lines = []
            for line in self.filtered(lambda line, order=order: line.order_id == order):
                surplus = line._b2b_quantity_held() - line._b2b_quantity_claimed()
                if line.product_uom_id.compare(surplus, 0.0) > 0:
                    lines.append((line, surplus))
            order._b2b_create_reservation(lines, is_by_staff=True)
