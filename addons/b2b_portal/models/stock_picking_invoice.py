from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _action_done(self):
        """Override of `stock`: goods that have left are invoiced."""
        result = super()._action_done()
        orders = self.filtered(
            lambda picking: (
                picking.state == "done" and picking.location_dest_id.usage == "customer"
            )
        ).move_ids.sale_line_id.order_id
        for order in orders.filtered("b2b_contract_id"):
            order._b2b_invoice_delivered()
        return result
