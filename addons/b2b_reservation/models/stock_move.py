from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _b2b_is_on_request(self):
        """Tell whether this move takes goods from the stock for a dealer's order: it
        reserves on request only. Later steps carry what the first one took.
        """
        self.ensure_one()
        line = self.sale_line_id.sudo()
        if not line.order_id.b2b_contract_id or self._should_bypass_reservation():
            return False
        # What was bought or made for the order comes from elsewhere.
        earlier = self.sudo().move_orig_ids.filtered(
            lambda move: move.sale_line_id == line
        )
        return all(move._should_bypass_reservation() for move in earlier)

    def _update_reserved_quantity(self, need, location_id, *args, **kwargs):
        """Override of `stock`: whatever makes a dealer's move reserve — order,
        scheduler, receipt, edited stock, backorder — it takes no more than running
        reservations let it. Staff who check the availability take what is there.
        """
        by_staff = self.env.context.get("b2b_reserve_by_staff")
        if not by_staff and self._b2b_is_on_request():
            need = min(need, self._b2b_quantity_allowed())
            if self.product_id.uom_id.compare(need, 0.0) <= 0:
                return 0.0
        return super()._update_reserved_quantity(need, location_id, *args, **kwargs)

    def write(self, vals):
        """Override of `stock`: who orders less has less reserved."""
        result = super().write(vals)
        # What is split is on two moves at the end.
        is_split = self.env.context.get("do_not_unreserve")
        if "product_uom_qty" in vals and not is_split:
            lines = self.sale_line_id.sudo()
            lines.filtered("order_id.b2b_contract_id")._b2b_fit_claims()
        return result

    def _b2b_quantity_allowed(self):
        """Return what this move may still take by the running reservations of its order
        line, in the unit of the product.
        """
        self.ensure_one()
        line = self.sale_line_id.sudo()
        if components := line._b2b_kit_moves():
            room = line._b2b_get_kit_room(components)
            return max(room.get(self.product_id, 0.0), 0.0)
        allowed = line._b2b_quantity_claimed() - line._b2b_quantity_held()
        return line.product_uom_id._compute_quantity(
            max(allowed, 0.0), self.product_id.uom_id, rounding_method="HALF-UP"
        )

    def _b2b_unreserve(self, quantity, uom):
        """Let a quantity go that these moves hold, see :meth:`_b2b_lessen`."""
        self._b2b_lessen(quantity, uom).unlink()

    def _b2b_lessen(self, quantity, uom):
        """Lessen what these moves hold by a quantity, from the last of them on. What
        staff have picked stays.

        :param float quantity: how much
        :param uom.uom uom: in which unit
        :return: what the caller has to unlink, as nothing of it is to be held
        :rtype: stock.move.line
        """
        # Reservations know already.
        move_lines = self.move_line_ids.with_context(b2b_agrees=True)
        freed = move_lines.browse()
        # What is on a shipment request comes last.
        in_turn = move_lines.sorted(
            lambda line: (bool(line.move_id.b2b_shipment_request_id), -line.id)
        )
        for line in in_turn:
            if line.picked or uom.compare(quantity, 0.0) <= 0:
                continue
            held = line.product_uom_id._compute_quantity(
                line.quantity, uom, rounding_method="HALF-UP"
            )
            if uom.compare(held, quantity) <= 0:
                freed |= line
            else:
                line.quantity -= uom._compute_quantity(
                    quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
            quantity -= held
        return freed

    def _action_done(self, *args, **kwargs):
        """Override of `stock`: what has left is no longer reserved."""
        taking = self.filtered(lambda move: move._b2b_is_on_request())
        done = super()._action_done(*args, **kwargs)
        gone = (taking & done).filtered(lambda move: move.state == "done")
        for line, moves in gone.grouped("sale_line_id").items():
            line.sudo()._b2b_use_claims(moves.sudo())
        return done

    def _action_cancel(self):
        """Override of `stock`: what will not be delivered is not reserved either."""
        result = super()._action_cancel()
        self._b2b_drop_claims()
        return result

    def _b2b_drop_claims(self):
        """Give up what is claimed for the orders of these moves and no longer held:
        staff have taken it off these.
        """
        for request, moves in self.grouped("b2b_shipment_request_id").items():
            moves.sale_line_id.sudo()._b2b_drop_claims(request)
