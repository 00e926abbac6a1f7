from odoo import models

from .stock_move import FIGURES


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _synchronize_quant(self, quantity, location, action="available", **kwargs):
        """Override of `stock`: what figures of 1C take from and give to the places of
        losses is written at once, at the end: nothing is reserved there."""
        gathered = self.env.context.get(FIGURES)
        if gathered is None or location.usage != "inventory":
            return super()._synchronize_quant(quantity, location, action, **kwargs)
        if action == "available":
            key = (self.product_id.id, location.id)
            gathered[key] = gathered.get(key, 0.0) + quantity
        return 0, False
