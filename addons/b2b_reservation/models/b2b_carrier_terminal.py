from odoo import api, fields, models


class B2bCarrierTerminal(models.Model):
    """Where a transport company hands cargo over to who receives it."""

    _name = "b2b.carrier.terminal"
    _description = "Carrier's Terminal"
    _order = "carrier_id, city, name, id"

    name = fields.Char(required=True)
    carrier_id = fields.Many2one(
        "b2b.carrier", required=True, index=True, ondelete="cascade"
    )
    city = fields.Char()
    address = fields.Char()
    active = fields.Boolean(default=True)

    @api.depends("name", "city", "address")
    def _compute_display_name(self):
        for terminal in self:
            parts = [terminal.city, terminal.name, terminal.address]
            terminal.display_name = ", ".join(filter(None, parts))
