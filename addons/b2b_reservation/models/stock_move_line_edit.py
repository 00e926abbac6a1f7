from odoo import api, models

# Where the moves are noted whose lines somebody has changed in a transaction.
EDITED = "b2b_reservation.edited_moves"
# What of a line says how much it holds.
HOLDING_FIELDS = {"move_id", "product_uom_id", "quantity"}


class StockMoveLine(models.Model):
    """Quantities that staff type. `stock` writes them the same way as it reserves, so
    they are told apart at the end of the transaction: what moves itself has made its
    reservations agree with it by then.
    """

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock`: what is typed for a dealer is reserved for him."""
        lines = super().create(vals_list)
        lines.move_id._b2b_note_edit()
        return lines

    def write(self, vals):
        """Override of `stock`: what is typed off a dealer's order is not reserved for
        him, what is typed for it is.
        """
        if HOLDING_FIELDS.isdisjoint(vals):
            return super().write(vals)
        moves = self.move_id
        result = super().write(vals)
        (moves | self.move_id)._b2b_note_edit()
        return result

    def unlink(self):
        """Override of `stock`: who deletes lines of a dealer's order takes goods off
        it.
        """
        moves = self.move_id
        result = super().unlink()
        moves._b2b_note_edit()
        return result


class StockMove(models.Model):
    _inherit = "stock.move"

    def _b2b_note_edit(self):
        """Note that the lines of these moves have changed, to look at their
        reservations before the transaction ends.
        """
        if self.env.context.get("b2b_agrees"):
            return
        dealers = self.filtered(
            lambda x: x.sale_line_id.sudo().order_id.b2b_contract_id
        )
        if not dealers:
            return
        hooks = self.env.cr.precommit
        if EDITED not in hooks.data:
            hooks.data[EDITED] = set()
            hooks.add(self.browse()._b2b_follow_edits)
        hooks.data[EDITED].update(dealers.ids)

    @api.model
    def _b2b_follow_edits(self):
        """Make reservations agree with what moves that were noted hold."""
        ids = self.env.cr.precommit.data.pop(EDITED, ())
        # Who moves the goods need not be the one who may see the reservations.
        moves = self.sudo().browse(sorted(ids)).exists()
        moves = moves.filtered(
            lambda move: (
                move.state not in ("draft", "done", "cancel")
                and move._b2b_is_on_request()
            )
        )
        claims = moves.sale_line_id._b2b_claims()
        by_line = claims.grouped("sale_line_id")
        for line, of_line in moves.grouped("sale_line_id").items():
            line._b2b_follow_edit(
                of_line.b2b_shipment_request_id[:1], by_line.get(line, claims.browse())
            )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _create_backorder(self, backorder_moves=None):
        """Override of `stock`: goods that staff have typed off wholly, to deliver them
        later, are reserved again on the backorder.
        """
        backorders = super()._create_backorder(backorder_moves)
        # Who moves the goods need not see the orders.
        moves = backorders.move_ids.sudo()
        done = self.move_ids.filtered(lambda move: move.state == "done")
        # Lines of which a part is done have their rest back with that.
        for line in moves.sale_line_id - done.sudo().sale_line_id:
            if any(line._b2b_claims().mapped("quantity_off")):
                requests = moves.filtered(lambda move, x=line: move.sale_line_id == x)
                line._b2b_take_back(requests.b2b_shipment_request_id[:1])
        return backorders
