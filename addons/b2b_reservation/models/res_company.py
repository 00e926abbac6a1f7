from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    b2b_reservation_hours = fields.Float(
        string="Reservation time (hours)",
        default=48.0,
        help="How long goods that a dealer reserves are kept for him, from the minute "
        "he does. A contract may say otherwise.",
    )
    b2b_keep_partly_paid = fields.Boolean(
        string="Keep the reserve of partly paid bills",
        help="The reserve of a paid bill never expires. Here that of a bill of which "
        "only a part is paid does not either.",
    )

    _b2b_reservation_hours_positive = models.Constraint(
        "CHECK(b2b_reservation_hours > 0)",
        "Goods are reserved for some time: more than 0 hours.",
    )
