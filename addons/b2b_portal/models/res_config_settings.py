from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    b2b_billing_mode = fields.Selection(
        related="company_id.b2b_billing_mode", readonly=False
    )
    b2b_invoicing_policy = fields.Selection(
        related="company_id.b2b_invoicing_policy", readonly=False
    )
    b2b_bill_validity_days = fields.Integer(
        related="company_id.b2b_bill_validity_days", readonly=False
    )
    b2b_stock_threshold = fields.Integer(
        related="website_id.b2b_stock_threshold", readonly=False
    )
