from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    b2b_contract_ids = fields.One2many(
        "b2b.contract",
        "company_id",
        string="Contracts",
        help="Access rules ask by them whose supplier this company is.",
    )
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

    b2b_lapse_bills = fields.Boolean(
        string="Bills lapse with their reserve",
        default=True,
        help="When the reserve of an unpaid order ends by time, its payment request "
        "can no longer be paid until the goods are reserved again or staff revive it.",
    )
    b2b_reservation_extensions = fields.Integer(
        string="Extensions of a reservation",
        default=1,
        help="How often a dealer may extend a reservation, each time by the time it "
        "was made for.",
    )
    b2b_reservation_reminder_hours = fields.Float(
        string="Reminder before a reservation ends (hours)",
        default=6.0,
        help="So long before the end whoever reserved gets a mail. 0: nobody does.",
    )

    b2b_unpaid_days_ahead = fields.Integer(
        string="Unpaid goods: days to ask ahead",
        default=7,
        help="A shipment request keeps its goods until they leave. Unpaid ones are "
        "asked for at most so many days ahead. 0: there is no limit.",
    )

    _b2b_unpaid_days_ahead_positive = models.Constraint(
        "CHECK(b2b_unpaid_days_ahead >= 0)",
        "Unpaid goods are asked for 0 days ahead or more.",
    )
    _b2b_reservation_extensions_positive = models.Constraint(
        "CHECK(b2b_reservation_extensions >= 0)",
        "A reservation is extended 0 times or more often.",
    )
    _b2b_reservation_reminder_positive = models.Constraint(
        "CHECK(b2b_reservation_reminder_hours >= 0)",
        "The reminder comes 0 hours before the end or earlier.",
    )
    _b2b_reservation_hours_positive = models.Constraint(
        "CHECK(b2b_reservation_hours > 0)",
        "Goods are reserved for some time: more than 0 hours.",
    )
