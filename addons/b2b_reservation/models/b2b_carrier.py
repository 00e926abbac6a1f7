from odoo import fields, models


class B2bCarrier(models.Model):
    """A transport company that takes goods to dealers."""

    _name = "b2b.carrier"
    _description = "Transport Company"
    _order = "sequence, name, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Empty: dealers of all companies may choose it."
    )
    website = fields.Char(help="Where the dealer follows his cargo.")
    terminal_ids = fields.One2many(
        "b2b.carrier.terminal", "carrier_id", string="Terminals"
    )
