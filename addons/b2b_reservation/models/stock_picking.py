from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_assign(self):
        """Override of `stock`: staff who check the availability reserve for the dealer,
        without end.
        """
        if self.env.context.get("b2b_by_itself"):
            return super().action_assign()
        pickings = self.with_context(b2b_reserve_by_staff=True)
        result = super(StockPicking, pickings).action_assign()
        self.move_ids.sale_line_id.sudo()._b2b_claim_by_staff()
        return result

    def _create_backorder(self, backorder_moves=None):
        """Override of `stock`: what it assigns by itself is no staff's doing."""
        pickings = self.with_context(b2b_by_itself=True)
        backorders = super(StockPicking, pickings)._create_backorder(backorder_moves)
        return backorders.with_context(b2b_by_itself=False)

    def do_unreserve(self):
        """Override of `stock`: what staff take off a dealer's order is not reserved for
        him any more.
        """
        result = super().do_unreserve()
        self.move_ids._b2b_drop_claims()
        return result
