from odoo import api, fields, models

PAYMENT_REQUEST_SEQUENCE = "b2b.payment.request"

BILLING_MODES = [
    ("payment_request", "Payment request (pro-forma)"),
    ("invoice", "Customer invoice"),
]
INVOICING_POLICIES = [
    ("on_delivery", "Automatically, when the delivery is validated"),
    ("manual", "By staff"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    b2b_billing_mode = fields.Selection(
        BILLING_MODES,
        string="Bill of a dealer's order",
        default="payment_request",
        required=True,
        help="The paper a dealer gets when he sends his order. A payment request asks "
        "for money and is no debt yet; a customer invoice is posted at once.",
    )
    b2b_invoicing_policy = fields.Selection(
        INVOICING_POLICIES,
        string="Customer invoice after a payment request",
        default="on_delivery",
        required=True,
    )
    b2b_bill_validity_days = fields.Integer(
        string="Payment request valid for (days)",
        default=5,
        help="How long the prices of a payment request hold. 0: without limit.",
    )

    _b2b_bill_validity_positive = models.Constraint(
        "CHECK(b2b_bill_validity_days >= 0)",
        "The days a payment request is valid for cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._b2b_create_payment_request_sequences()
        return companies

    def _b2b_create_payment_request_sequences(self):
        """Give each of these companies numbers of its own, if it has none.

        A branch numbers with its head company.
        """
        sequences = self.env["ir.sequence"].sudo()
        numbered = sequences.search(
            [("code", "=", PAYMENT_REQUEST_SEQUENCE), ("company_id", "in", self.ids)]
        ).company_id
        sequences.create(
            [
                {
                    "name": self.env._("Payment requests"),
                    "code": PAYMENT_REQUEST_SEQUENCE,
                    "prefix": "PR/%(range_year)s/",
                    "padding": 5,
                    "use_date_range": True,
                    "company_id": company.id,
                }
                for company in self.filtered(lambda c: not c.parent_id) - numbered
            ]
        )

    def _b2b_next_payment_request_number(self, day):
        """Return the next number of a payment request of this company.

        :param datetime.date day: the date of the payment request
        :rtype: str
        """
        self.ensure_one()
        root = self.root_id
        return (
            self.env["ir.sequence"]
            .sudo()
            .with_company(root)
            .next_by_code(PAYMENT_REQUEST_SEQUENCE, sequence_date=day)
        )

    def _b2b_today(self):
        """Return the day it is where this company is; without a time zone of its own,
        where the user is.

        :rtype: datetime.date
        """
        self.ensure_one()
        timezone = self.sudo().partner_id.tz or self.env.user.tz
        return fields.Date.context_today(self.with_context(tz=timezone))
