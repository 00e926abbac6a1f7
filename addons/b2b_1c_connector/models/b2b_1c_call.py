from odoo import fields, models


class B2b1cCall(models.Model):
    """What 1C asked and what it was told. Calls that repeat each other are one row."""

    _name = "b2b.1c.call"
    _description = "1C Call"
    _order = "id"

    exchange_id = fields.Many2one(
        "b2b.1c.exchange", required=True, index=True, ondelete="cascade"
    )
    mode = fields.Char(readonly=True)
    filename = fields.Char(string="File", readonly=True)
    count = fields.Integer(string="Times", default=1, readonly=True)
    size = fields.Integer(string="Bytes", readonly=True)
    reply = fields.Text(readonly=True)
    refused = fields.Boolean(readonly=True)
