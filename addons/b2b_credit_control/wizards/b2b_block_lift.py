from odoo import fields, models


class B2bBlockLift(models.TransientModel):
    """Lift blocks by hand, and say why."""

    _name = "b2b.block.lift"
    _description = "Lift Blocks"

    block_ids = fields.Many2many("b2b.block", required=True)
    reason = fields.Char(required=True)
    exempt_until = fields.Date(
        string="Not again until",
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=7),
        help="Until this day the rule that made the block does not make it again.",
    )

    def action_lift(self):
        """Lift the blocks; only a credit controller may make this wizard."""
        self.ensure_one()
        self.check_access("write")
        self.block_ids.check_access("read")
        self.block_ids._lift(self.reason, exempt_until=self.exempt_until)
