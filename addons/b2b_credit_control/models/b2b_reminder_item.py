from odoo import fields, models


class B2bReminderItem(models.Model):
    """A step taken for a debt: none is taken twice."""

    _name = "b2b.reminder.item"
    _description = "Debt in a Reminder"
    _rec_name = "line_id"

    _line_step_uniq = models.Constraint(
        "UNIQUE(line_id, step_id)", "A reminder is sent once for each debt and step."
    )

    reminder_id = fields.Many2one(
        "b2b.reminder", required=True, index=True, ondelete="cascade"
    )
    line_id = fields.Many2one(
        "b2b.settlement.line", string="Debt", required=True, ondelete="cascade"
    )
    step_id = fields.Many2one("b2b.reminder.step", required=True, ondelete="restrict")
