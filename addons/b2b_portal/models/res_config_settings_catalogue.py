from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    b2b_stock_threshold = fields.Integer(
        related="website_id.b2b_stock_threshold", readonly=False
    )
