from collections import namedtuple

from odoo import api, fields, models

# What the invoices of an order ask for, and still ask for, when posted; what they have
# received less what credit notes gave back; and what of that lies on drafts: money
# stays matched with an invoice that is reset, though it asks for nothing.
Invoiced = namedtuple("Invoiced", "asked open received on_drafts")


# Apart from b2b_payment_request.py: together they are more than one can hold in the
# head.
class B2bPaymentRequest(models.Model):
    """The money: what is paid for a request, and what it still asks for.

    A request and the invoices of its order ask for the same money, never twice: what
    an invoice asks for the request no longer does, and what was paid for the request
    is matched with the invoice.
    """

    _inherit = "b2b.payment.request"

    payment_ids = fields.One2many(
        "account.payment", "b2b_payment_request_id", string="Payments"
    )
    amount_paid = fields.Monetary(
        string="Paid", compute="_compute_payment_state", store=True
    )
    amount_open = fields.Monetary(
        string="Open amount",
        compute="_compute_payment_state",
        store=True,
        help="What this request still asks for, beside the invoices of its order.",
    )
    payment_state = fields.Selection(
        [
            ("not_paid", "Not paid"),
            ("partial", "Partially paid"),
            ("invoiced", "Invoiced"),
            ("paid", "Paid"),
        ],
        string="Payment",
        compute="_compute_payment_state",
        store=True,
        index=True,
        help="Invoiced: the invoices of the order ask for what is left to pay.",
    )

    # === PAYMENT STATE === #

    @api.depends(
        "amount_total",
        "payment_ids.state",
        "payment_ids.amount",
        "payment_ids.invoice_ids",
        "payment_ids.move_id.line_ids.amount_residual",
        "order_id.amount_total",
        "order_id.transaction_ids.amount",
        "order_id.transaction_ids.state",
        "order_id.transaction_ids.payment_id",
        "order_id.transaction_ids.child_transaction_ids.payment_id",
        "order_id.transaction_ids.child_transaction_ids.state",
        "order_id.order_line.price_total",
        "order_id.order_line.product_uom_qty",
        "order_id.order_line.invoice_lines.move_id.state",
        "order_id.order_line.invoice_lines.move_id.payment_state",
        "order_id.order_line.invoice_lines.move_id.amount_residual",
    )
    def _compute_payment_state(self):
        """Paid is what the invoices of the order have received, and the money for
        this request that has not gone into an invoice yet. So a prepayment counts
        once, before and after it is matched with the invoice.
        """
        # A salesman may have read there the lines of his own invoices only.
        self.order_id.order_line.invalidate_recordset(["invoice_lines"], flush=False)
        for request in self:
            currency = request.currency_id
            invoiced = request._get_invoiced()
            unused = request._get_amount_unused()
            left = min(
                request.order_id.amount_total * request._get_share_to_invoice(),
                request.amount_total - invoiced.asked,
            )
            still_open = max(left - unused - invoiced.on_drafts, 0.0)
            request.amount_paid = currency.round(invoiced.received + unused)
            request.amount_open = currency.round(still_open)
            request.payment_state = request._get_payment_state(invoiced)

    def _get_payment_state(self, invoiced):
        """Return the payment state that follows from the amounts.

        :param Invoiced invoiced: what the invoices of the order say
        """
        currency = self.currency_id
        is_begun = currency.compare_amounts(self.amount_paid, 0) > 0
        if currency.compare_amounts(self.amount_paid, self.amount_total) >= 0:
            return "paid"
        if currency.is_zero(self.amount_open) and invoiced.asked:
            is_settled = is_begun and currency.is_zero(invoiced.open)
            return "paid" if is_settled else "invoiced"
        return "partial" if is_begun else "not_paid"

    def _get_invoiced(self):
        """Return this order's part of what its invoices say.

        Credit notes lessen what was received, not what was asked for: goods that
        came back are not to be paid for again.

        :rtype: Invoiced
        """
        asked = still_open = received = on_drafts = 0.0
        invoice_lines = self.order_id.order_line.invoice_lines
        for move, lines in invoice_lines.grouped("move_id").items():
            total = sum(move.invoice_line_ids.mapped("price_total"))
            if move.state == "cancel" or not total:
                continue
            # An invoice of several orders is shared in proportion.
            share = sum(lines.mapped("price_total")) / total
            amount = share * self._convert(move, move.amount_total)
            residual = share * self._convert(move, move._b2b_amount_open())
            received -= move.direction_sign * (amount - residual)
            if move.move_type == "out_refund":
                continue
            if move.state == "posted":
                asked += amount
                still_open += residual
            else:
                on_drafts += amount - residual
        return Invoiced(asked, still_open, received, on_drafts)

    def _convert(self, move, amount):
        """Return an amount of an entry in the currency of this request."""
        return move.currency_id._convert(
            amount, self.currency_id, self.company_id, move.date, round=False
        )

    def _get_share_to_invoice(self):
        """Return how much of the order no posted invoice asks for, from 0 to 1."""
        lines = self.order_id.order_line.filtered("product_uom_qty")
        total = sum(lines.mapped("price_total"))
        left = sum(
            line.price_total * self._get_line_share_to_invoice(line) for line in lines
        )
        return left / total if total else 0.0

    @api.model
    def _get_line_share_to_invoice(self, line):
        """Return how much of an order line no posted invoice asks for, from 0 to 1."""
        invoiced = sum(
            item.product_uom_id._compute_quantity(item.quantity, line.product_uom_id)
            for item in line.invoice_lines
            if item.parent_state == "posted" and item.move_type == "out_invoice"
        )
        return min(max(1 - invoiced / line.product_uom_qty, 0.0), 1.0)

    # === MONEY PAID AHEAD === #

    def _get_amount_unused(self):
        """Return the money for this request that no invoice has received yet."""
        # What was paid online has no payment in the books at first.
        transactions = self.order_id.transaction_ids._b2b_get_received().filtered(
            lambda tx: not tx.payment_id
        )
        return sum(transactions.mapped("amount")) + sum(
            payment._b2b_get_amount_unused(self.currency_id)
            for payment in self.payment_ids
        )

    def _match_payments(self):
        """Give the money paid for these requests to the posted invoices of their
        orders: who has paid ahead is not asked again.
        """
        for request in self:
            payments = request.payment_ids.filtered(
                lambda payment: (
                    payment.state in ("in_process", "paid")
                    and payment.payment_type == "inbound"
                )
            )
            invoices = request._get_open_invoices() if payments else payments.move_id
            money = payments.move_id._b2b_receivable_items().filtered(
                lambda item: not item.reconciled and item.amount_residual < 0
            )
            debts = invoices._b2b_receivable_items().filtered(
                lambda item: not item.reconciled and item.amount_residual > 0
            )
            for account in money.account_id & debts.account_id:
                (money | debts).filtered(
                    lambda item, account=account: item.account_id == account
                ).reconcile()
            for payment in payments.filtered(lambda payment: not payment.move_id):
                request._assign_payment_without_entry(payment)

    def _get_open_invoices(self):
        """Return the posted invoices of the order that ask this legal entity."""
        return self.order_id.order_line.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.commercial_partner_id == self.legal_entity_id
                and move._b2b_amount_open()
            )
        ).sorted("invoice_date_due")

    def _assign_payment_without_entry(self, payment):
        """Tell the invoices that a payment pays them, though it is not in the books
        before the bank's statement comes: as far as it covers them wholly.
        """
        for invoice in self._get_open_invoices():
            unused = payment._b2b_get_amount_unused(self.currency_id)
            owed = self._convert(invoice, invoice.amount_residual)
            if self.currency_id.compare_amounts(unused, owed) >= 0:
                payment.invoice_ids |= invoice
