from odoo import models

from .stock_move import FIGURES


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _synchronize_quant(self, quantity, location, action="available", **kwargs):
        """Override of `stock`: what figures of 1C bring to places is written at once,
        at the end, and so is what they take where losses are, as nothing is reserved
        there. What is taken from stock goes the way of all who take."""
        gathered = self.env.context.get(FIGURES)
        if gathered is None or quantity < 0 and location.usage != "inventory":
            return super()._synchronize_quant(quantity, location, action, **kwargs)
        if action == "available":
            key = (self.product_id.id, location.id)
            gathered[key] = gathered.get(key, 0.0) + quantity
        return 0, False
