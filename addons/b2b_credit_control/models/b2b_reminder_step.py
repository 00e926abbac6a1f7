from odoo import api, fields, models

# How late a reminder may still be sent, for nights on which the server slept. What was
# long overdue when the step was made is not reminded of in one go.
CATCH_UP_DAYS = 3


class B2bReminderStep(models.Model):
    """When dealers are reminded of a debt: so many days before or after it is due."""

    _name = "b2b.reminder.step"
    _description = "Reminder Step"
    _order = "company_id, days"
    _rec_name = "days"

    _days_company_uniq = models.Constraint(
        "UNIQUE(company_id, days)", "There is already a reminder on this day."
    )

    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    days = fields.Integer(
        string="Days after the due date",
        help="0: on the due date. Negative: before it.",
    )

    @api.depends("days")
    def _compute_display_name(self):
        for step in self:
            if not step.days:
                step.display_name = self.env._("On the due date")
            elif step.days < 0:
                step.display_name = self.env._(
                    "Days before the due date: %(days)s", days=-step.days
                )
            else:
                step.display_name = self.env._(
                    "Days after the due date: %(days)s", days=step.days
                )

    def _get_line_domain(self, today):
        """Return the domain of the debts that this step is due for and that it has not
        been taken for.

        :param datetime.date today: the day of sending
        """
        self.ensure_one()
        last = fields.Date.subtract(today, days=self.days)
        return [
            ("company_id", "=", self.company_id.id),
            ("residual", ">", 0),
            ("date_maturity", "<=", last),
            ("date_maturity", ">=", fields.Date.subtract(last, days=CATCH_UP_DAYS)),
            ("legal_entity_id.b2b_has_reminders", "=", True),
            ("reminder_item_ids", "not any", [("step_id", "=", self.id)]),
        ]
