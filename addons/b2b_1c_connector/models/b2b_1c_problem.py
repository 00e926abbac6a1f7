from odoo import fields, models


class B2b1cProblem(models.Model):
    """A row of a file that did not go in, or not yet, with its place and the reason."""

    _name = "b2b.1c.problem"
    _description = "1C Problem"
    _order = "id"

    file_id = fields.Many2one(
        "b2b.1c.file", required=True, readonly=True, index=True, ondelete="cascade"
    )
    exchange_id = fields.Many2one(
        related="file_id.exchange_id", store=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="file_id.company_id", store=True)
    row = fields.Char(string="Element", readonly=True)
    line = fields.Integer(readonly=True, help="Where in the file the row begins.")
    external_id = fields.Char(string="ID in 1C", readonly=True)
    name = fields.Char(readonly=True)
    reason = fields.Text(readonly=True)
    waits = fields.Boolean(
        readonly=True, help="The row is kept, and goes in when what it needs is known."
    )
