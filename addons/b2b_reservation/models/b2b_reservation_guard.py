from odoo import models
from odoo.exceptions import UserError

# What only actions and crons set: each of these means more than its value.
SET_BY_ACTIONS = {
    "company_id",
    "contract_id",
    "date_end",
    "date_paying",
    "date_reserved",
    "extension_count",
    "hours_left",
    "is_by_staff",
    "is_paid",
    "is_paid_late",
    "is_reminded",
    "legal_entity_id",
    "line_ids",
    "name",
    "order_id",
    "reason",
    "shipment_request_id",
    "state",
    "user_id",
}


class B2bReservation(models.Model):
    """What people write on reservations: their end, and nothing else."""

    _inherit = "b2b.reservation"

    def write(self, vals):
        """Override: an end that a B2B manager sets is a new one."""
        if not self.env.su:
            self._check_may_write(vals)
            if "date_expiry" in vals:
                # Told of anew, and by money put off or lifted no more.
                fresh = {"date_paying": False, "is_paid": False, "is_reminded": False}
                self.sudo().write(fresh)
        return super().write(vals)

    def _check_may_write(self, vals):
        """Refuse to write what an action is for, or the end of what has none.

        :raise UserError: saying so
        """
        self.check_access("write")
        if kept := SET_BY_ACTIONS & vals.keys():
            labels = self.fields_get(sorted(kept), ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s of a reservation cannot be edited: release it.",
                    fields=", ".join(labels[name]["string"] for name in sorted(labels)),
                )
            )
        if "date_expiry" not in vals:
            return
        for reservation in self:
            if reservation.state != "running":
                raise UserError(
                    self.env._(
                        "Reservation %(number)s has ended.", number=reservation.name
                    )
                )
        self._check_not_requested()
