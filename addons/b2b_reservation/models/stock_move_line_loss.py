from odoo import models


class StockMoveLine(models.Model):
    """Goods of dealers that are gone: counted less, broken, scrapped."""

    _inherit = "stock.move.line"

    def _b2b_in_order_of_loss(self, cause):
        """Return these lines in the order in which they lose what is gone: those of
        the transfer it was found on, then who reserved last; what is paid or to be
        shipped comes last. What is picked is in somebody's hands.

        :param stock.move cause: what took the goods away
        """
        lines = self.filtered(lambda line: not line.picked).sudo()
        orders = lines.move_id.sale_line_id.order_id
        paid = orders._b2b_keeping_reserve(orders._b2b_get_payment_states())
        last = {
            line: max(line._b2b_claims().ids, default=0)
            for line in lines.move_id.sale_line_id
        }
        return lines.sorted(
            lambda line: (
                not cause.picking_id or line.picking_id != cause.picking_id,
                bool(line.move_id.b2b_shipment_request_id),
                line.move_id.sale_line_id.order_id in paid,
                -last[line.move_id.sale_line_id],
                -line.id,
            )
        )

    def _b2b_lose(self, quantity, cause):
        """Take goods off these lines that are gone, and shorten the reservations by
        what cannot be had from elsewhere.

        :param float quantity: how much, in the unit of the product
        :param stock.move cause: what took the goods away
        """
        for move, lost in self._b2b_take_elsewhere(quantity, cause).items():
            move.sale_line_id._b2b_lose_claims(move, lost, cause)

    def _b2b_take_elsewhere(self, quantity, cause):
        """Take goods off these lines that are no longer in their place, and have the
        moves take others instead.

        :param float quantity: how much, in the unit of the product
        :param stock.move cause: what took the goods away
        :return: what could not be had from elsewhere, by move, in that unit
        :rtype: dict
        """
        # Reservations are made to agree line by line, with mails in between.
        self = self.with_context(b2b_agrees=True)
        unit = self.product_id.uom_id
        moves = self.env["stock.move"].sudo()
        before = {move: sum(_get_held(move)) for move in self.move_id}
        for line in self._b2b_in_order_of_loss(cause):
            if unit.compare(quantity, 0.0) <= 0:
                break
            moves |= line.move_id
            held = line.quantity_product_uom
            if unit.compare(held, quantity) <= 0:
                line.unlink()
            else:
                line.quantity -= unit._compute_quantity(
                    quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
            quantity -= held
        # What is free elsewhere takes the place of what is gone.
        moves._action_assign()
        lost = {move: unit.round(before[move] - sum(_get_held(move))) for move in moves}
        return {move: lost[move] for move in moves if lost[move] > 0}


def _get_held(move):
    """Return the quantities that a move holds, in the unit of its product."""
    return move.move_line_ids.mapped("quantity_product_uom")
