from odoo.fields import Command
from odoo.http import request, route

from odoo.addons.account_payment.controllers.payment import PaymentPortal
from odoo.addons.account_payment.controllers.portal import PortalAccount

from .pay import B2bPay


class B2bInvoicePayment(B2bPay, PaymentPortal):
    """Core's way to pay an invoice, from its page or by a link. What is owed on a
    contract is claimed and booked as what is paid from Balance."""

    def _process_transaction(
        self, partner_id, currency_id, invoice_ids, payment_reference, **kwargs
    ):
        """Override of `account_payment`, which knows neither legal entities nor what
        is being paid already."""
        # The route has checked that the invoices may be paid, perhaps by a token.
        allocations_sudo = request.env["b2b.payment.allocation"].sudo()
        payables = allocations_sudo._claim_invoices(
            request.env["account.move"].sudo().browse(invoice_ids),
            kwargs.get("amount"),
        )
        if not payables:
            return super()._process_transaction(
                partner_id, currency_id, invoice_ids, payment_reference, **kwargs
            )
        total = self._get_total(payables)
        self._check_provider(payables[0], total, kwargs)
        kwargs |= {
            "amount": total,
            "currency_id": currency_id,
            "partner_id": partner_id,
            "reference_prefix": payment_reference,
        }
        tx_sudo = self._create_transaction(
            custom_create_values={
                "invoice_ids": [Command.set(invoice_ids)],
                "b2b_allocation_ids": [
                    Command.create(allocations_sudo._prepare_allocation_values(payable))
                    for payable in payables
                ],
            },
            **kwargs,
        )
        return tx_sudo._get_processing_values()


class B2bOverdueInvoices(PortalAccount):
    """Dealers pay what is overdue on the page made for it: core's asks for the whole
    amount of invoices that are paid in part, and mixes legal entities."""

    @route()
    def portal_my_overdue_invoices(self, *args, **kwargs):
        if request.env.user._b2b_sees_dealer_pages():
            return request.redirect("/my/balance?due=overdue")
        return super().portal_my_overdue_invoices(*args, **kwargs)
