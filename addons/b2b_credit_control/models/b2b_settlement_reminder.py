from odoo import fields, models


class B2bSettlementLine(models.Model):
    _inherit = "b2b.settlement.line"

    reminder_item_ids = fields.One2many("b2b.reminder.item", "line_id", readonly=True)
