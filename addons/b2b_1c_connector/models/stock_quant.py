from odoo import models
from odoo.tools import SQL


class StockQuant(models.Model):
    _inherit = "stock.quant"

    def _update_available_quantity(
        self, product_id, location_id, quantity=False, reserved_quantity=False, **kwargs
    ):
        """Override of `stock`: who reserves waits for who takes, as a file of 1C does,
        and is run again to see what is left. Odoo would pass by what is locked and
        reserve what is gone."""
        takes = reserved_quantity and reserved_quantity > 0
        if takes and not location_id.should_bypass_reservation():
            places = [("product_id", "=", product_id.id)]
            places += [("location_id", "=", location_id.id)]
            self.sudo().search(places)._b2b_1c_lock()
        return super()._update_available_quantity(
            product_id, location_id, quantity, reserved_quantity, **kwargs
        )

    def _b2b_1c_lock(self):
        """Lock quants, waiting for whoever has; fails to serialize if he has changed
        them since this transaction began."""
        if not self:
            return
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM stock_quant WHERE id IN %s"
                " ORDER BY id FOR NO KEY UPDATE",
                tuple(self.ids),
            ),
            log_exceptions=False,
        )
