from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class AccountPayment(models.Model):
    _name = "account.payment"
    _inherit = ["account.payment", "b2b.document.source"]
    _b2b_document_field = "payment_id"

    b2b_contract_id = fields.Many2one(
        "b2b.contract",
        string="Contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('legal_entity_id', '=', b2b_legal_entity_id),"
        " ('company_id', '=', company_id)]",
        help="Empty: the payment follows the invoices it is reconciled with.",
    )
    b2b_legal_entity_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Legal entity"
    )
    b2b_payment_request_id = fields.Many2one(
        "b2b.payment.request",
        string="Payment request",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        domain="[('legal_entity_id', '=', b2b_legal_entity_id),"
        " ('company_id', '=', company_id), ('state', 'in', ('issued', 'lapsed'))]",
        help="What this prepayment pays, until it is matched with an invoice.",
    )

    @api.constrains("b2b_contract_id", "partner_id")
    def _check_b2b_contract_entity(self):
        for payment in self:
            contract = payment.b2b_contract_id
            entity = payment.b2b_legal_entity_id
            if contract and contract.legal_entity_id != entity:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s belongs to another legal entity than "
                        "%(entity)s.",
                        contract=contract.name,
                        entity=entity.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        payments = super().create(vals_list)
        payments._b2b_create_documents()
        return payments

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._b2b_create_documents()
        if "b2b_payment_request_id" in vals:
            self._b2b_match_with_invoices()
        elif "state" in vals:
            # What is paid online says itself what it pays.
            by_staff = self.filtered(lambda payment: not payment.payment_transaction_id)
            by_staff._b2b_match_with_invoices()
        if "b2b_contract_id" in vals:
            self.move_id.write({"b2b_contract_id": vals["b2b_contract_id"]})
        return result

    def _b2b_match_with_invoices(self):
        """Give this money to the invoices of the orders it was paid for."""
        # The one who takes it in need not see the orders.
        requests = self.sudo().b2b_payment_request_id
        requests._revive()
        requests._match_payments()

    def _b2b_get_amount_unused(self, currency):
        """Return what is left of this customer payment, in a currency.

        :param res.currency currency: converted at the rate of the payment's date
        :return: negative for money that was paid back
        :rtype: float
        """
        self.ensure_one()
        if self.state not in ("in_process", "paid"):
            return 0.0
        if self.move_id:
            items = self.move_id._b2b_receivable_items()
            amount = -sum(items.mapped("amount_residual_currency"))
            own_currency = items.currency_id[:1] or self.currency_id
        else:
            sign = 1 if self.payment_type == "inbound" else -1
            used = self.invoice_ids.filtered(lambda move: move.state == "posted")
            amount = sign * max(self.amount - sum(used.mapped("amount_total")), 0.0)
            own_currency = self.currency_id
        return own_currency._convert(amount, currency, self.company_id, self.date)

    # === DOCUMENTS === #

    @api.model
    def _b2b_document_domain(self):
        """Customer payments and refunds that are under way or done."""
        return (
            Domain("state", "in", ("in_process", "paid"))
            & Domain("partner_type", "=", "customer")
            & Domain("partner_id", "!=", False)
            & Domain("paired_internal_transfer_payment_id", "=", False)
        )

    @api.model
    def _b2b_document_depends(self):
        return [
            "amount",
            "b2b_payment_request_id",
            "currency_id",
            "date",
            "invoice_ids",
            "name",
            "partner_id",
            "payment_type",
            "reconciled_invoice_ids",
            "state",
        ]

    def _b2b_forget_lists(self):
        self.reconciled_invoice_ids._b2b_forget_lists()

    def _b2b_document_values(self):
        self.ensure_one()
        is_inbound = self.payment_type == "inbound"
        types = self.env["b2b.document.type"]
        code = "payment" if is_inbound else "payment_back"
        done_state = "received" if is_inbound else "refunded"
        orders = (
            self.reconciled_invoice_ids.line_ids.sale_line_ids.order_id
            | self.b2b_payment_request_id.order_id
            | self.payment_transaction_id.sale_order_ids
        )
        return {
            "name": self.name or self.payment_reference or self.memo or "/",
            "type_id": types.browse(types._get_id_by_code(code)),
            "date": self.date,
            "date_due": False,
            "legal_entity_id": self.partner_id.commercial_partner_id,
            "company_id": self.company_id,
            "currency_id": self.currency_id,
            "amount": self.amount,
            "amount_residual": 0.0,
            "order_ids": orders,
            "state": done_state if self.state == "paid" else "processing",
            "is_published": self.state in ("in_process", "paid"),
        }

    @api.model
    def _b2b_contract_depends(self):
        return ["b2b_contract_id", "reconciled_invoice_ids"]

    def _b2b_document_contract(self):
        self.ensure_one()
        contracts = self.b2b_contract_id or self.reconciled_invoice_ids.b2b_contract_id
        return contracts if len(contracts) == 1 else contracts.browse()

    def _b2b_document_pdf(self):
        return self._b2b_render_pdf("account.action_report_payment_receipt")
