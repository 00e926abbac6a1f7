from odoo import fields, models

LIMIT_POLICIES = [
    ("ignore", "Do nothing"),
    ("warn", "Warn"),
    ("hold", "Hold the order"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    b2b_deferral_days = fields.Integer(
        string="Deferral (days)",
        default=14,
        help="How many days after the invoice a dealer pays, unless his contract says "
        "otherwise.",
    )
    b2b_limit_policy = fields.Selection(
        LIMIT_POLICIES,
        string="Order over the credit limit",
        default="hold",
        required=True,
        help="What happens to an order that the credit limit has no room for.",
    )
    b2b_limit_tolerance_percent = fields.Float(
        string="Tolerance (%)",
        # Dealers can read companies.
        groups="base.group_user",
        help="An order may exceed the credit limit by so many percent of the limit.",
    )
    b2b_limit_tolerance_amount = fields.Monetary(
        string="Tolerance (amount)",
        groups="base.group_user",
        help="An order may exceed the credit limit by this amount of the company's "
        "currency as well.",
    )
    b2b_due_soon_days = fields.Integer(
        string="Due soon (days)",
        default=7,
        help="What falls due within so many days is shown apart.",
    )
    b2b_promise_max_days = fields.Integer(
        string="Promise to pay within (days)",
        default=7,
        help="How far ahead a blocked dealer may promise to pay, which opens his "
        "account until then. 0: he may not.",
    )
    b2b_promise_interval_days = fields.Integer(
        string="One promise in (days)",
        default=30,
        help="A dealer may promise once in so many days.",
    )

    _b2b_promise_settings_positive = models.Constraint(
        "CHECK(b2b_promise_max_days >= 0 AND b2b_promise_interval_days >= 0)",
        "Days of a promise to pay cannot be negative.",
    )
    _b2b_credit_settings_positive = models.Constraint(
        "CHECK(b2b_deferral_days >= 0 AND b2b_due_soon_days >= 0"
        " AND b2b_limit_tolerance_percent >= 0 AND b2b_limit_tolerance_amount >= 0)",
        "Days and tolerances of credit cannot be negative.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "b2b_deferral_days" in vals:
            self._b2b_update_open_due_dates()
        if any(name.startswith("b2b_limit_") for name in vals):
            contracts = self.env["b2b.contract"].sudo()
            self.env["b2b.credit.hold"]._recheck_soon(
                contracts._search([("company_id", "in", self.ids)])
            )
        return result

    def _b2b_update_open_due_dates(self):
        """Give the open settlement lines whose due date came from the deferral of
        these companies another one. Posted documents keep theirs.
        """
        self.env["b2b.settlement.line"].sudo().search(
            [
                ("company_id", "in", self.ids),
                ("contract_id.has_own_deferral", "=", False),
                ("is_due_by_deferral", "=", True),
                ("residual", "!=", 0),
            ]
        )._set_due_by_deferral()
