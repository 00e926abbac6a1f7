from odoo import api, fields, models


class B2bBlockDryRun(models.TransientModel):
    """Whom a block rule would block tonight. It blocks nobody."""

    _name = "b2b.block.dry.run"
    _description = "Dry Run of a Block Rule"

    rule_id = fields.Many2one(
        "b2b.block.rule", readonly=True, help="Empty: a rule that is not saved."
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    scope = fields.Selection(
        selection=lambda self: (
            self.env["b2b.block.rule"]._fields["scope"]._description_selection(self.env)
        ),
        required=True,
        default="contract",
    )
    overdue_days = fields.Integer(string="Overdue for more than (days)")
    overdue_amount = fields.Monetary(string="Overdue more than")
    preview = fields.Html(
        string="Who would be blocked tonight", compute="_compute_preview"
    )

    @api.depends("rule_id", "company_id", "scope", "overdue_days", "overdue_amount")
    def _compute_preview(self):
        rules = self.env["b2b.block.rule"]
        names = ("company_id", "scope", "overdue_days", "overdue_amount")
        for run in self:
            rule = rules.new({name: run[name] for name in names}, origin=run.rule_id)
            run.preview = rule.preview
