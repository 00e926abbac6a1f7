from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    b2b_reservation_hours = fields.Float(
        related="company_id.b2b_reservation_hours", readonly=False
    )
    b2b_reservation_extensions = fields.Integer(
        related="company_id.b2b_reservation_extensions", readonly=False
    )
    b2b_reservation_reminder_hours = fields.Float(
        related="company_id.b2b_reservation_reminder_hours", readonly=False
    )
    b2b_unpaid_days_ahead = fields.Integer(
        related="company_id.b2b_unpaid_days_ahead", readonly=False
    )
    b2b_lapse_bills = fields.Boolean(
        related="company_id.b2b_lapse_bills", readonly=False
    )
    b2b_keep_partly_paid = fields.Boolean(
        related="company_id.b2b_keep_partly_paid", readonly=False
    )
