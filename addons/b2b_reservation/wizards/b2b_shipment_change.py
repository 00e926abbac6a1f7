from odoo import fields, models
from odoo.exceptions import UserError


class B2bShipmentChange(models.TransientModel):
    """Reject a shipment request or move its day, and tell the dealer why."""

    _name = "b2b.shipment.change"
    _description = "Change a Shipment Request"

    request_id = fields.Many2one("b2b.shipment.request", required=True, readonly=True)
    kind = fields.Selection(
        [("reject", "Reject"), ("move", "Move the date")],
        required=True,
        readonly=True,
    )
    day = fields.Date(string="New date")
    reason = fields.Text(required=True, help="The dealer reads it.")

    def action_apply(self):
        """Do it; only a B2B manager may make this wizard."""
        self.ensure_one()
        self.check_access("write")
        self.request_id.check_access("write")
        # The required fields of a form do not mind blanks.
        reason = self.reason.strip()
        if not reason:
            raise UserError(self.env._("Say why: the dealer reads it."))
        if self.kind == "reject":
            self.request_id._reject(reason)
        elif self.day:
            self.request_id._move_date(self.day, reason)
        else:
            raise UserError(self.env._("Choose the new date."))
