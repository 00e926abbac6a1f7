from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    b2b_shipment_request_id = fields.Many2one(
        "b2b.shipment.request",
        string="Shipment request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
