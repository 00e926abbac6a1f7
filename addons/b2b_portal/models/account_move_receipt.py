from odoo import api, models


class AccountMove(models.Model):
    """Bank lines that book payments.

    A payment needs no entry: then the line of the bank's statement is the first that
    books it, matched with the invoices that the payment is for.
    """

    _inherit = "account.move"

    @api.model
    def _b2b_receipt_depends(self):
        """Return the fields that decide which payments a bank line books."""
        invoices = (
            "line_ids.matched_debit_ids.debit_move_id.move_id",
            "line_ids.matched_credit_ids.credit_move_id.move_id",
        )
        return [
            "statement_line_id.payment_ids.state",
            *(f"{invoice}.amount_residual" for invoice in invoices),
            *(f"{invoice}.matched_payment_ids.amount" for invoice in invoices),
            *(f"{invoice}.matched_payment_ids.state" for invoice in invoices),
        ]

    def _b2b_receipt_amount(self):
        """Return what this bank line credits to the dealer.

        :return: amount, negative for money paid back, and its currency
        :rtype: tuple
        """
        self.ensure_one()
        items = self._b2b_receivable_items()
        currency = items.currency_id
        if len(currency) == 1:
            return -sum(items.mapped("amount_currency")), currency
        return -sum(items.mapped("balance")), self.company_id.currency_id

    def _b2b_amount_of_payments(self):
        """Return how much of this bank line is in the journal already, as payments
        without entries.

        Several lines may book one payment, and one line several: each sum is told
        once. What is equal belongs together, the rest is taken by date.

        :return: in the currency of the receipt, never more than its amount
        :rtype: float
        """
        self.ensure_one()
        receipts, payments = self._b2b_get_payments_booked()
        amounts = {receipt: receipt._b2b_receipt_amount() for receipt in receipts}
        taken = dict.fromkeys(receipts, 0.0)
        left = {payment: payment.amount for payment in payments}
        for is_rest in (False, True):
            for receipt in receipts.sorted(lambda move: (move.date, move.id)):
                amount, currency = amounts[receipt]
                for payment in payments.sorted(lambda paid: (paid.date, paid.id)):
                    if (payment.payment_type == "inbound") != (amount > 0):
                        continue
                    money = payment.currency_id._convert(
                        left[payment], currency, payment.company_id, payment.date
                    )
                    open_amount = abs(amount) - taken[receipt]
                    is_equal = not currency.compare_amounts(money, open_amount)
                    if currency.is_zero(money) or not (is_rest or is_equal):
                        continue
                    share = min(money, open_amount)
                    taken[receipt] += share
                    left[payment] *= 1 - share / money
        return taken.get(self, 0.0)

    def _b2b_get_payments_booked(self):
        """Return the payments without entries that this bank line may book, and all
        bank lines that may book them.

        :rtype: tuple
        """
        receipts, payments = self, self.env["account.payment"]
        while True:
            candidates = (
                receipts.statement_line_id.payment_ids
                | receipts._b2b_paid_invoices().matched_payment_ids
            ).filtered_domain(payments._b2b_document_domain())
            found = candidates.filtered(lambda payment: not payment.move_id)
            if found <= payments:
                return receipts, payments
            payments |= found
            entries = payments.invoice_ids._b2b_paid_invoices()
            receipts |= entries.filtered(
                lambda move: move.statement_line_id and move.state == "posted"
            )
