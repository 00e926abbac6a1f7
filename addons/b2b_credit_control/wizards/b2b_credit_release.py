from odoo import api, fields, models
from odoo.exceptions import ValidationError


class B2bCreditRelease(models.TransientModel):
    """What a credit controller says when he releases orders from hold."""

    _name = "b2b.credit.release"
    _description = "Release from Credit Hold"

    hold_ids = fields.Many2many("b2b.credit.hold", string="Orders", required=True)
    reason = fields.Char(
        required=True, help="The dealer sees it in the history of his credit."
    )
    owner_id = fields.Many2one(
        "res.users",
        string="Answers for it",
        required=True,
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        help="Who sees to it that the order is paid.",
    )
    date_end = fields.Date(
        string="Release ends",
        help="The order is confirmed at once. If something else keeps it from that, it "
        "may be confirmed until this day; then it is held again.",
    )

    @api.constrains("date_end")
    def _check_date_end(self):
        today = fields.Date.context_today(self)
        if any(release.date_end and release.date_end < today for release in self):
            raise ValidationError(self.env._("The release would have ended already."))

    @api.constrains("reason")
    def _check_reason(self):
        if any(not release.reason.strip() for release in self):
            raise ValidationError(self.env._("Say why the order is released."))

    def action_release(self):
        """Release the orders and let them go on."""
        for release in self:
            release.hold_ids.check_access("read")
            # Holds are changed here only, orders confirmed also by who sells nothing.
            release.hold_ids.sudo()._release(
                release.reason.strip(), release.owner_id, release.date_end
            )
        return {"type": "ir.actions.act_window_close"}
