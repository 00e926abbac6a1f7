import logging
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

_logger = logging.getLogger(__name__)

REPORT = "b2b_portal.action_report_payment_request"
# What the dealer reads of its payment.
DOCUMENT_STATES = {
    "not_paid": "to_pay",
    "partial": "partial",
    "invoiced": "invoiced",
    "paid": "paid",
}


class B2bPaymentRequest(models.Model):
    """A bill that asks for money before the goods leave (pro-forma).

    It is a paper, not a debt: the debt begins with the customer invoice.
    """

    _name = "b2b.payment.request"
    _description = "Payment Request"
    _inherit = ["mail.thread", "b2b.document.source"]
    _b2b_document_field = "payment_request_id"
    _order = "date desc, id desc"
    _check_company_auto = True

    _one_per_order = models.UniqueIndex(
        "(order_id) WHERE state = 'issued'",
        "This order already has a payment request.",
    )
    _name_company_uniq = models.Constraint(
        "UNIQUE(company_id, name)",
        "This number of a payment request is already used.",
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
    validity_date = fields.Date(
        string="Valid until",
        readonly=True,
        help="Prices and reserve hold until then, if it is paid.",
    )
    amount_total = fields.Monetary(string="Total", readonly=True)
    state = fields.Selection(
        [("issued", "Issued"), ("lapsed", "Lapsed"), ("withdrawn", "Withdrawn")],
        default="issued",
        required=True,
        readonly=True,
        tracking=True,
    )
    pdf_attachment_id = fields.Many2one(
        "ir.attachment", string="PDF as sent", readonly=True, copy=False
    )

    # === ISSUE AND WITHDRAW === #

    @api.model
    def _issue(self, order):
        """Return the new payment request of a confirmed order.

        :param sale.order order: an order without a bill, in sudo; the caller has
            serialised it
        """
        request = self.create(self._prepare_issue_values(order))
        request._b2b_get_pdf_attachment()
        order.message_post(
            body=self.env._("Payment request %(number)s issued.", number=request.name)
        )
        return request

    @api.model
    def _prepare_issue_values(self, order):
        """Return the values of the payment request of an order."""
        company = order.company_id
        today = company._b2b_today()
        days = company.b2b_bill_validity_days
        return {
            "name": company._b2b_next_payment_request_number(today),
            "order_id": order.id,
            "contract_id": order.b2b_contract_id.id,
            "legal_entity_id": order.b2b_legal_entity_id.id,
            "company_id": company.id,
            "currency_id": order.currency_id.id,
            "date": today,
            "validity_date": days and today + timedelta(days=days),
            "amount_total": order.amount_total,
        }

    def action_withdraw(self):
        """Take these payment requests back, for staff."""
        if not self.env.user.has_group("b2b_portal.group_b2b_manager"):
            raise UserError(
                self.env._("Only a B2B manager takes a payment request back.")
            )
        self.check_access("read")
        self.sudo()._withdraw()

    def _withdraw(self):
        """Take back the payment requests among these that are in force or lapsed."""
        self.filtered(lambda request: request.state != "withdrawn").state = "withdrawn"

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A payment request that was sent is withdrawn, not deleted.")
        )

    # === PDF === #

    def _get_pdf_name(self):
        """Return the file name of the PDF, which the report knows it by too."""
        self.ensure_one()
        return f"{self.name.replace('/', '_')}.pdf"

    def _b2b_get_pdf_attachment(self):
        """Return the PDF as it was first printed. Should printing fail, none is
        returned and the next one who asks prints it.

        :rtype: ir.attachment
        """
        self.ensure_one()
        request = self.sudo()
        if not request.pdf_attachment_id:
            request.pdf_attachment_id = (
                request._find_printed_pdf() or request._print_pdf()
            )
        return request.pdf_attachment_id

    def _find_printed_pdf(self):
        """Return the PDF that staff printed from the backend, if any."""
        return self.env.ref(REPORT).retrieve_attachment(self) or None

    def _print_pdf(self):
        """Return a new attachment with the PDF, or none if it cannot be printed."""
        report = self.env["ir.actions.report"].with_context(
            report_pdf_no_attachment=True
        )
        try:
            content, _report_type = report._render_qweb_pdf(REPORT, self.ids)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.warning(
                "Payment request %s could not be printed", self.name, exc_info=True
            )
            return self.env["ir.attachment"]
        return self.env["ir.attachment"].create(
            {
                "name": self._get_pdf_name(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _get_report_lang(self):
        """Return the language this document is printed in: the dealer's."""
        self.ensure_one()
        return self.legal_entity_id.lang or self.order_id.b2b_contact_id.lang

    def _get_report_lines(self):
        """Return the order lines that the document lists."""
        return self.order_id._get_order_lines_to_report()

    @api.model
    def _get_report_line_name(self, line):
        """Return the name of an order line without the article, which has a column
        of its own.
        """
        prefix = f"[{line.product_id.default_code}] "
        return line.name.removeprefix(prefix)

    # === DOCUMENT === #

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._b2b_create_documents()
        return requests

    @api.model
    def _b2b_document_domain(self):
        return Domain("state", "in", ("issued", "lapsed"))

    @api.model
    def _b2b_document_depends(self):
        return [
            "amount_open",
            "amount_total",
            "date",
            "legal_entity_id",
            "name",
            "payment_state",
            "state",
            "validity_date",
        ]

    def _b2b_document_values(self):
        self.ensure_one()
        types = self.env["b2b.document.type"]
        is_lapsed = self.state == "lapsed"
        state = DOCUMENT_STATES.get(self.payment_state, "to_pay")
        return {
            "name": self.name,
            "type_id": types.browse(types._get_id_by_code("payment_request")),
            "date": self.date,
            "date_due": False,
            "legal_entity_id": self.legal_entity_id,
            "company_id": self.company_id,
            "currency_id": self.currency_id,
            "amount": self.amount_total,
            "amount_residual": 0.0 if is_lapsed else self.amount_open,
            "order_ids": self.order_id,
            "state": "lapsed" if is_lapsed else state,
            "is_published": self.state != "withdrawn",
        }

    @api.model
    def _b2b_contract_depends(self):
        return ["contract_id"]

    def _b2b_document_contract(self):
        self.ensure_one()
        return self.contract_id

    def _b2b_document_pdf(self):
        """Return the PDF as it was sent: it never changes."""
        self.ensure_one()
        return self._b2b_get_pdf_attachment().raw or b""
