from odoo import api, models


class StockForecasted(models.AbstractModel):
    _inherit = "stock.forecasted_product_product"

    @api.model
    def action_reserve_linked_picks(self, move_id):
        """Override of `stock`: staff who reserve here reserve for the dealer, without
        end.
        """
        report = self.with_context(b2b_reserve_by_staff=True)
        moves = super(StockForecasted, report).action_reserve_linked_picks(move_id)
        moves.sale_line_id.sudo()._b2b_claim_by_staff()
        return moves

    @api.model
    def action_unreserve_linked_picks(self, move_id):
        """Override of `stock`: what staff take off a dealer's order here is not
        reserved for him any more.

        :raise UserError: if it is to be shipped
        """
        move = self.env["stock.move"].browse(move_id)
        steps = move.browse(move._rollup_move_origs())
        steps.picking_id._b2b_check_not_requested()
        moves = super().action_unreserve_linked_picks(move_id)
        moves._b2b_drop_claims()
        return moves
