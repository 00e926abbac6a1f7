from odoo import fields, models


class B2bPaymentRequest(models.Model):
    """A bill that asks for money before the goods leave (pro-forma).

    It is a paper, not a debt: the debt begins with the customer invoice.
    """

    _name = "b2b.payment.request"
    _description = "Payment Request"
    _inherit = ["mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    _one_per_order = models.UniqueIndex(
        "(order_id) WHERE state = 'issued'",
        "This order already has a payment request.",
    )

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="restrict", readonly=True
    )
    contract_id = fields.Many2one(
        "b2b.contract", index=True, ondelete="restrict", readonly=True
    )
    legal_entity_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    amount_total = fields.Monetary(string="Total", readonly=True)
    state = fields.Selection(
        [("issued", "Issued"), ("withdrawn", "Withdrawn")],
        default="issued",
        required=True,
        readonly=True,
        tracking=True,
    )
    pdf_attachment_id = fields.Many2one(
        "ir.attachment", string="PDF as sent", readonly=True, copy=False
    )
