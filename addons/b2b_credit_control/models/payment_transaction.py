from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    b2b_allocation_ids = fields.One2many(
        "b2b.payment.allocation", "transaction_id", string="Allocations"
    )

    def _create_payment(self, **extra_create_values):
        """Override of `account_payment`: what a dealer has chosen to pay is booked on
        its legal entity and contract, and reconciled with exactly that.
        """
        # What is captured later or given back has a transaction of its own.
        source = self.source_transaction_id
        allocations = self.b2b_allocation_ids or source.b2b_allocation_ids
        if not allocations:
            return super()._create_payment(**extra_create_values)
        contracts = allocations.contract_id
        request = allocations.payment_request_id
        is_refund = self.operation == "refund"
        values = {
            "partner_id": allocations.legal_entity_id.id,
            # Of several contracts, each gets what is reconciled with its documents.
            "b2b_contract_id": contracts.id if len(contracts) == 1 else False,
            "b2b_payment_request_id": not is_refund and request.id,
        }
        if account := allocations.move_line_id.account_id[:1]:
            values["destination_account_id"] = account.id
        # Without an entry there would be nothing to reconcile until the bank statement.
        tx = self.with_context(force_payment_move=not self._b2b_has_payment_account())
        payment = super(PaymentTransaction, tx)._create_payment(
            **(values | extra_create_values)
        )
        if is_refund:
            self._b2b_match_refund(payment, request)
        else:
            allocations.sorted("id")._book(payment)
        return payment

    def _b2b_has_payment_account(self):
        """Tell whether payments of this provider have an account of their own."""
        provider = self.provider_id
        methods = provider.journal_id.inbound_payment_method_line_ids
        return bool(
            methods.filtered(
                lambda method: method.payment_provider_id == provider
            ).payment_account_id
        )
