from odoo import models


class StockReception(models.AbstractModel):
    _inherit = "report.stock.report_reception"

    def action_assign(self, move_ids, qtys, in_ids):
        """Override of `stock`: staff who give what has come to a dealer's order
        reserve it for him, without end.
        """
        report = self.with_context(b2b_reserve_by_staff=True)
        result = super(StockReception, report).action_assign(move_ids, qtys, in_ids)
        lines = self.env["stock.move"].browse(move_ids).sale_line_id
        lines.sudo()._b2b_claim_by_staff()
        return result

    def action_unassign(self, move_id, qty, in_ids):
        """Override of `stock`: what staff take off a dealer's order here is not
        reserved for him any more.

        :raise UserError: if it is to be shipped
        """
        move = self.env["stock.move"].browse(move_id)
        move.picking_id._b2b_check_not_requested()
        result = super().action_unassign(move_id, qty, in_ids)
        move._b2b_drop_claims()
        return result
