from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    b2b_deferral_days = fields.Integer(
        related="company_id.b2b_deferral_days", readonly=False
    )
    b2b_limit_policy = fields.Selection(
        related="company_id.b2b_limit_policy", readonly=False
    )
    b2b_limit_tolerance_percent = fields.Float(
        related="company_id.b2b_limit_tolerance_percent", readonly=False
    )
    b2b_limit_tolerance_amount = fields.Monetary(
        related="company_id.b2b_limit_tolerance_amount",
        readonly=False,
        currency_field="currency_id",
    )
    b2b_due_soon_days = fields.Integer(
        related="company_id.b2b_due_soon_days", readonly=False
    )
    b2b_promise_max_days = fields.Integer(
        related="company_id.b2b_promise_max_days", readonly=False
    )
    b2b_promise_interval_days = fields.Integer(
        related="company_id.b2b_promise_interval_days", readonly=False
    )
