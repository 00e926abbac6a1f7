from odoo import models


class StockMove(models.Model):
    """Later steps of a dealer's delivery."""

    _inherit = "stock.move"

    def _b2b_is_later_step(self):
        """Tell whether this move brings on what was picked for a dealer's order."""
        self.ensure_one()
        return (
            bool(self.sale_line_id.sudo().order_id.b2b_contract_id)
            and not self._should_bypass_reservation()
            and not self._b2b_is_on_request()
        )

    def _b2b_is_leaving(self):
        """Tell whether this move brings goods out of the supplier's hands."""
        self.ensure_one()
        return self.location_dest_id.usage not in ("internal", "transit")

    def _action_done(self, *args, **kwargs):
        """Override of `stock`: what has left the gate is delivered; what was brought
        back from it is on no reservation.
        """
        later = self.filtered(lambda move: move._b2b_is_later_step())
        done = super()._action_done(*args, **kwargs)
        passed = (later & done).filtered(
            lambda move: (
                move.state == "done"
                and (move._b2b_is_leaving() or move.origin_returned_move_id)
            )
        )
        # Who moves the goods need not see the orders.
        for line, moves in passed.sudo().grouped("sale_line_id").items():
            leaving = moves.filtered(lambda move: move._b2b_is_leaving())
            if leaving:
                line._b2b_pass_gate(leaving, is_delivered=True)
            if back := moves - leaving:
                line._b2b_pass_gate(back, is_delivered=False)
        return done

    def _action_cancel(self):
        """Override of `stock`: what lies at the gate and nothing brings on is kept for
        nobody.
        """
        later = self.filtered(
            lambda move: (
                move.state not in ("done", "cancel") and move._b2b_is_later_step()
            )
        )
        result = super()._action_cancel()
        # Nor need who cancels.
        for line, moves in later.sudo().grouped("sale_line_id").items():
            line._b2b_cap_picked(moves.b2b_shipment_request_id[:1])
        return result
