from odoo import api, fields, models


class B2bContract(models.Model):
    _inherit = "b2b.contract"

    has_own_reservation_hours = fields.Boolean(
        string="Own reservation time", tracking=True
    )
    reservation_hours = fields.Float(
        string="Reservation time (hours)",
        compute="_compute_reservation_hours",
        store=True,
        readonly=False,
        tracking=True,
        help="How long goods are kept for the dealer from the minute he reserves them.",
    )

    _reservation_hours_positive = models.Constraint(
        "CHECK(reservation_hours IS NULL OR reservation_hours > 0)",
        "Goods are reserved for some time: more than 0 hours.",
    )

    @api.depends("company_id.b2b_reservation_hours", "has_own_reservation_hours")
    def _compute_reservation_hours(self):
        for contract in self:
            if not contract.has_own_reservation_hours:
                contract.reservation_hours = contract.company_id.b2b_reservation_hours
