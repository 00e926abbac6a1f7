import logging

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

_logger = logging.getLogger(__name__)

# What the dealer reads of the payment of an invoice.
DOCUMENT_STATES = {
    "not_paid": "to_pay",
    "blocked": "to_pay",
    "partial": "partial",
    "in_payment": "processing",
    "paid": "paid",
    "reversed": "reversed",
}
SETTLED_STATES = ("in_payment", "paid", "reversed")


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "b2b.document.source"]
    _b2b_document_field = "move_id"

    b2b_contract_id = fields.Many2one(
        "b2b.contract",
        string="Contract",
        compute="_compute_b2b_contract_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('legal_entity_id', '=', commercial_partner_id),"
        " ('company_id', '=', company_id)]",
        help="The settlements of this entry fall to this contract. Empty: they follow "
        "the invoices it is reconciled with.",
    )

    def _auto_init(self):
        # Entries that exist have no contract yet: computing it for a million of
        # them would only keep the installation waiting.
        if not column_exists(self.env.cr, self._table, "b2b_contract_id"):
            create_column(self.env.cr, self._table, "b2b_contract_id", "int4")
        return super()._auto_init()

    @api.depends(
        "commercial_partner_id",
        "company_id",
        "move_type",
        "origin_payment_id.b2b_contract_id",
    )
    def _compute_b2b_contract_id(self):
        for move in self:
            contract = move.origin_payment_id.b2b_contract_id or move.b2b_contract_id
            entity = move.commercial_partner_id
            if contract and contract.legal_entity_id != entity:
                contract = contract.browse()
            if not contract and move.state == "draft" and move.is_sale_document():
                contract = entity.sudo()._b2b_only_contract(move.company_id)
                contract = contract.filtered("active")
            move.b2b_contract_id = contract

    @api.constrains("b2b_contract_id", "partner_id", "company_id")
    def _check_b2b_contract_entity(self):
        for move in self:
            contract = move.sudo().b2b_contract_id
            if contract and contract.legal_entity_id != move.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s belongs to another legal entity than "
                        "%(entity)s.",
                        contract=contract.name,
                        entity=move.commercial_partner_id.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "b2b_contract_id" in vals:
            # The contract of what it is matched with may follow from this entry's.
            self.line_ids._b2b_with_counterparts()._b2b_sync_settlements()
        elif "state" in vals:
            self.line_ids._b2b_sync_settlements()
        elif not {"date", "name"}.isdisjoint(vals):
            # The items hold them as related fields, which are not written to them.
            posted = self.filtered(lambda move: move.state == "posted")
            posted.line_ids._b2b_sync_settlements()
        return result

    # === DOCUMENTS === #

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._b2b_create_documents()
        posted._b2b_match_prepayments()
        return posted

    def _b2b_match_prepayments(self):
        """Pay these invoices with the money paid for the payment requests of their
        orders, as core does with what was paid online.
        """
        # The one who posts them need not see the orders.
        self._b2b_forget_lists()
        orders = self.sudo().invoice_line_ids.sale_line_ids.order_id
        orders.b2b_payment_request_ids._match_payments()

    def _b2b_amount_open(self):
        """Return what this entry still asks for. A payment under way need not be in
        its residual yet.
        """
        self.ensure_one()
        return 0.0 if self.payment_state in SETTLED_STATES else self.amount_residual

    @api.model
    def _b2b_document_domain(self):
        """Invoices, credit notes, and bank lines booked on a customer directly."""
        return (
            Domain("state", "=", "posted")
            & Domain("commercial_partner_id", "!=", False)
            & (
                Domain("move_type", "in", list(self._b2b_document_types()))
                | self._b2b_receipt_domain()
            )
        )

    @api.model
    def _b2b_receipt_domain(self):
        """Return the domain of bank lines that are themselves a dealer's payment.

        A line matched with a payment is not: that payment is the document. For a
        payment without an entry see :meth:`_b2b_amount_of_payments`.
        """
        return Domain("statement_line_id", "!=", False) & Domain(
            "line_ids.account_id.account_type", "=", "asset_receivable"
        )

    @api.model
    def _b2b_document_types(self):
        """Return the codes of the document types, by kind of invoice."""
        return {
            "out_invoice": "invoice",
            "out_receipt": "invoice",
            "out_refund": "return",
        }

    @api.model
    def _b2b_document_depends(self):
        return [
            "amount_residual",
            "amount_total",
            "commercial_partner_id",
            "currency_id",
            "date",
            "invoice_date",
            "invoice_date_due",
            "line_ids.account_id",
            "line_ids.amount_currency",
            *self._b2b_receipt_depends(),
            "line_ids.sale_line_ids",
            "move_type",
            "name",
            "payment_state",
            "state",
        ]

    def _b2b_forget_lists(self):
        moves = self | self.filtered("statement_line_id")._b2b_paid_invoices()
        moves.line_ids.invalidate_recordset(["sale_line_ids"], flush=False)
        moves.invalidate_recordset(["matched_payment_ids"], flush=False)

    def _b2b_document_values(self):
        self.ensure_one()
        values = {
            "name": self.name,
            "date": self.invoice_date or self.date,
            "legal_entity_id": self.commercial_partner_id,
            "company_id": self.company_id,
            "is_published": self.state == "posted",
        }
        if self.statement_line_id:
            return values | self._b2b_receipt_values()
        return values | self._b2b_invoice_values()

    def _b2b_invoice_values(self):
        """Return the values of the document of an invoice or credit note."""
        is_invoice = self.move_type != "out_refund"
        code = self._b2b_document_types().get(self.move_type)
        types = self.env["b2b.document.type"]
        return {
            "type_id": types.browse(code and types._get_id_by_code(code)),
            "date_due": is_invoice and self.invoice_date_due,
            "currency_id": self.currency_id,
            "amount": abs(self.amount_total),
            "amount_residual": abs(self._b2b_amount_open()) if is_invoice else 0.0,
            "order_ids": self.invoice_line_ids.sale_line_ids.order_id,
            "state": is_invoice and DOCUMENT_STATES.get(self.payment_state) or "issued",
        }

    def _b2b_receipt_values(self):
        """Return the values of the document of a bank line.

        Its sum is what it credits to the dealer, a part of the line may be else or in
        the journal as a payment.
        """
        amount, currency = self._b2b_receipt_amount()
        own_amount = currency.round(abs(amount) - self._b2b_amount_of_payments())
        types = self.env["b2b.document.type"]
        code = "payment" if amount >= 0 else "payment_back"
        return {
            "type_id": types.browse(types._get_id_by_code(code)),
            "date_due": False,
            "currency_id": currency,
            "amount": own_amount,
            "amount_residual": 0.0,
            "order_ids": self._b2b_paid_invoices().line_ids.sale_line_ids.order_id,
            "state": "received" if amount >= 0 else "refunded",
            "is_published": self.state == "posted" and own_amount > 0,
        }

    def _b2b_receivable_items(self):
        """Return the items of these entries that are on receivable accounts."""
        return self.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _b2b_paid_invoices(self):
        """Return the entries that receivable items of this entry are matched with."""
        items = self._b2b_receivable_items()
        return (
            items.matched_debit_ids.debit_move_id.move_id
            | items.matched_credit_ids.credit_move_id.move_id
        )

    @api.model
    def _b2b_contract_depends(self):
        return [
            "b2b_contract_id",
            "line_ids.matched_credit_ids",
            "line_ids.matched_debit_ids",
        ]

    def _b2b_document_contract(self):
        self.ensure_one()
        if self.b2b_contract_id or not self.statement_line_id:
            return self.b2b_contract_id
        contracts = self._b2b_paid_invoices().b2b_contract_id
        return contracts if len(contracts) == 1 else contracts.browse()

    def _b2b_document_pdf(self):
        """Return the official PDF if there is one, else print the entry."""
        self.ensure_one()
        if self.statement_line_id:
            return self._b2b_render_pdf("b2b_portal.action_report_bank_receipt")
        if self.invoice_pdf_report_id:
            return self.invoice_pdf_report_id.raw
        own_report = self.partner_id.invoice_template_pdf_report_id
        return self._b2b_render_pdf(
            own_report.report_name or "account.account_invoices"
        )

    def _b2b_get_pdf_attachment(self):
        """Return the official PDF of this invoice, made once by the machinery that
        staff send invoices with. Should that fail, none is returned and the next
        one who asks makes it.

        :rtype: ir.attachment
        """
        self.ensure_one()
        invoice = self.sudo()
        if not invoice.invoice_pdf_report_id:
            try:
                self.env["account.move.send"].sudo()._generate_and_send_invoices(
                    invoice, sending_methods=[], allow_raising=False
                )
            except psycopg2.OperationalError:
                raise
            except Exception:
                _logger.warning(
                    "Invoice %s could not be printed", invoice.name, exc_info=True
                )
        return invoice.invoice_pdf_report_id
