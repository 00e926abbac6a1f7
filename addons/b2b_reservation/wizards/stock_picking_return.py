from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _prepare_picking_default_values_based_on(self, picking):
        """Override of `stock`: what comes back is on no shipment request."""
        values = super()._prepare_picking_default_values_based_on(picking)
        return values | {"b2b_shipment_request_id": False}


class StockReturnPickingLine(models.TransientModel):
    _inherit = "stock.return.picking.line"

    def _prepare_move_default_values(self, new_picking):
        """Override of `stock`: what comes back is on no shipment request."""
        values = super()._prepare_move_default_values(new_picking)
        return values | {"b2b_shipment_request_id": False}
