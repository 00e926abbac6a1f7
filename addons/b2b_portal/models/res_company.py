from odoo import fields, models

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
