from odoo import models


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _update_available_quantity(
        self, product_id, location_id, quantity=False, reserved_quantity=False, **kwargs
    ):
        """Override of `stock`: one at a time takes goods from a place, be it a reserve
        or a delivery, of a dealer or of anybody else.
        """
        takes = quantity and quantity < 0 or reserved_quantity and reserved_quantity > 0
        if takes and not location_id.should_bypass_reservation():
            self.env["b2b.stock.token"].sudo()._take(product_id, location_id)
        return super()._update_available_quantity(
            product_id, location_id, quantity, reserved_quantity, **kwargs
        )
