from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class B2bReservationRelease(models.TransientModel):
    """What staff release of reservations, and why."""

    _name = "b2b.reservation.release"
    _description = "Release Reservations"

    reservation_ids = fields.Many2many("b2b.reservation", required=True)
    line_ids = fields.One2many(
        "b2b.reservation.release.line",
        "release_id",
        string="Goods",
        compute="_compute_line_ids",
        # What the user may not read he does not see here either.
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    reason = fields.Text(required=True, help="The dealer reads it.")

    @api.depends("reservation_ids")
    def _compute_line_ids(self):
        for release in self:
            kept = release.reservation_ids.line_ids.filtered(
                lambda line: line.state == "running" and line.quantity
            )
            release.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "reservation_line_id": line.id,
                            "quantity_kept": line.quantity,
                            "quantity": line.quantity,
                        }
                    )
                    for line in kept
                ),
            ]

    def action_apply(self):
        """Do it; only a B2B manager may make this wizard.

        :raise UserError: if nothing is chosen or something of it cannot be released
        """
        self.ensure_one()
        self.check_access("write")
        # The required fields of a form do not mind blanks.
        reason = self.reason.strip()
        if not reason:
            raise UserError(self.env._("Say why: the dealer reads it."))
        chosen = self.line_ids.filtered("quantity")
        if not chosen:
            raise UserError(self.env._("Nothing is chosen: enter how much."))
        by_reservation = chosen.grouped(lambda line: line.reservation_id)
        for reservation in chosen.reservation_id.sorted("id"):
            lines = by_reservation[reservation]
            reservation._release_by_staff(
                {line.reservation_line_id.id: line.quantity for line in lines},
                {line.reservation_line_id.id: line.quantity_kept for line in lines},
                reason,
            )
        return {"type": "ir.actions.act_window_close"}


class B2bReservationReleaseLine(models.TransientModel):
    _name = "b2b.reservation.release.line"
    _description = "Goods to Release"

    release_id = fields.Many2one(
        "b2b.reservation.release", required=True, ondelete="cascade"
    )
    reservation_line_id = fields.Many2one(
        "b2b.reservation.line", required=True, ondelete="cascade"
    )
    reservation_id = fields.Many2one(
        related="reservation_line_id.reservation_id", related_sudo=False
    )
    order_id = fields.Many2one(related="reservation_id.order_id", related_sudo=False)
    product_id = fields.Many2one(
        related="reservation_line_id.product_id", related_sudo=False
    )
    product_uom_id = fields.Many2one(
        related="reservation_line_id.product_uom_id", related_sudo=False
    )
    quantity_kept = fields.Float(
        string="Reserved",
        digits="Product Unit",
        help="When the form was opened: what has changed since is looked at again.",
    )
    quantity = fields.Float(string="To release", digits="Product Unit")
