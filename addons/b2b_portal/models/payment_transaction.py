from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import consteq

from odoo.addons.payment import utils as payment_utils
from odoo.addons.payment.logging import get_payment_logger

from ..controllers.checkout import PAY_BY_BILL_URL
from .payment_provider import PAY_BY_BILL

_logger = get_payment_logger(__name__)

# Who has opened the page of a provider has so long to pay there.
PAYING_MINUTES = 60


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _b2b_is_by_bill(self):
        """Tell whether this transaction pays by bill."""
        self.ensure_one()
        return self.provider_id.custom_mode == PAY_BY_BILL

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `payment`, whose routes take any provider for any order."""
        transactions = super().create(vals_list)
        for tx in transactions:
            if reason := tx._b2b_is_by_bill() and tx._b2b_bill_refusal():
                raise ValidationError(reason)
        return transactions

    def _b2b_bill_refusal(self):
        """Say why the current user may not pay this transaction by bill.

        :return: a translated sentence, or False
        :rtype: str | bool
        """
        self.ensure_one()
        orders = self.sale_order_ids
        if (
            self.provider_id.state == "disabled"
            or not orders
            or not all(order.b2b_contract_id for order in orders)
        ):
            return self.env._("Only orders on a dealer's contract are paid by bill.")
        waiting = orders.filtered(lambda order: order.state in ("draft", "sent"))
        reasons = (order._b2b_order_refusal() for order in waiting)
        return next(filter(None, reasons), False)

    def _b2b_access_token(self):
        """Return what proves that the order was sent from the dealer's own page."""
        self.ensure_one()
        return payment_utils.generate_access_token(
            self.id, self.reference, env=self.env
        )

    def _get_specific_rendering_values(self, processing_values):
        """Override of `payment_custom`: the form goes to a door of ours, which
        confirms the order at once.
        """
        values = super()._get_specific_rendering_values(processing_values)
        if self._b2b_is_by_bill():
            values.update(
                api_url=PAY_BY_BILL_URL,
                access_token=self._b2b_access_token(),
                csrf_token=request.csrf_token() if request else None,
            )
        return values

    def _apply_updates(self, payment_data):
        """Override of `payment_custom`, whose public route takes any reference:
        references can be guessed, our token cannot.
        """
        if self.provider_code == "custom" and self._b2b_is_by_bill():
            token = payment_data.get("access_token") or ""
            if not consteq(str(token), self._b2b_access_token()):
                _logger.warning(
                    "Refused transaction %s: wrong access token.", self.reference
                )
                return
        super()._apply_updates(payment_data)

    def _post_process(self):
        """Override of `sale`: an order paid by bill is confirmed at once, which
        makes its bill. Repeating it changes nothing.
        """
        for tx in self:
            if tx.state == "pending" and tx._b2b_is_by_bill():
                tx._b2b_place_order()
        return super()._post_process()

    def _b2b_place_order(self):
        """Confirm the order of this transaction, or say why it cannot be."""
        for order in self.sale_order_ids:
            order._b2b_serialize()
            if order.state not in ("draft", "sent"):
                continue
            if reason := self._b2b_bill_refusal() or order._b2b_contract_refusal():
                self._set_error(reason)
            else:
                order.with_context(send_email=True).action_confirm()

    def _check_amount_and_confirm_order(self):
        """Override of `sale`: an order that is paid online but may no longer be
        confirmed is left to staff. Raising would only make the cron try for days.
        """
        refused = self.browse()
        for tx in self:
            for order in tx.sale_order_ids:
                if order.state not in ("draft", "sent"):
                    continue
                if reason := order._b2b_contract_refusal():
                    refused |= tx
                    order._b2b_call_staff(self.env._("Paid, but not confirmed"), reason)
        return super(
            PaymentTransaction, self - refused
        )._check_amount_and_confirm_order()

    # === MONEY OF AN ORDER === #

    def _b2b_is_under_way(self):
        """Tell whether the money of this transaction may come, or has come and is not
        in the books yet.

        :rtype: bool
        """
        self.ensure_one()
        if self._b2b_is_by_bill():
            return False
        begun = fields.Datetime.now() - timedelta(minutes=PAYING_MINUTES)
        return (
            self.state in ("pending", "authorized")
            or (self.state == "done" and not self.is_post_processed)
            or (self.state == "draft" and self.create_date > begun)
        )

    def _b2b_get_received(self):
        """Return the transactions that have brought the money of these, and those that
        gave it back: what is captured in parts and what is refunded has transactions
        of its own.
        """
        every, level = self, self
        while level := level.child_transaction_ids:
            every |= level
        return every.filtered(
            lambda tx: tx.state == "done" and not tx._b2b_is_captured_in_parts()
        )

    def _b2b_is_captured_in_parts(self):
        """Tell whether parts of this transaction stand for it."""
        self.ensure_one()
        return any(
            part.operation == self.operation and part.state in ("done", "cancel")
            for part in self.child_transaction_ids
        )

    def _b2b_get_orders(self):
        """Return the orders that this transaction, or the one it is a part or the
        refund of, pays."""
        self.ensure_one()
        tx = self
        while not tx.sale_order_ids and tx.source_transaction_id:
            tx = tx.source_transaction_id
        return tx.sale_order_ids

    def _create_payment(self, **extra_create_values):
        """Override of `account_payment`: money for one order on a contract is that
        legal entity's prepayment on the contract, whoever of the dealer paid, and
        pays the order's payment request.
        """
        order = self._b2b_get_orders()
        if len(order) != 1 or not order.b2b_contract_id:
            return super()._create_payment(**extra_create_values)
        # What was begun in time may arrive late.
        request = order._b2b_get_payment_request() or order._b2b_get_lapsed_request()
        is_refund = self.operation == "refund"
        extra_create_values = {
            "partner_id": order.b2b_legal_entity_id.id,
            "b2b_contract_id": order.b2b_contract_id.id,
            "b2b_payment_request_id": not is_refund and request.id,
            **extra_create_values,
        }
        payment = super()._create_payment(**extra_create_values)
        if is_refund:
            self._b2b_match_refund(payment, request)
        else:
            payment._b2b_match_with_invoices()
        return payment

    def _b2b_match_refund(self, payment, request):
        """Take what was given back off the money that had come. What an invoice has
        received already is owed again.

        :param account.payment payment: what was given back
        :param b2b.payment.request request: of the order, may be empty
        """
        source = self.source_transaction_id.payment_id
        if not payment.move_id:
            # Nothing to match before the bank's statement comes.
            payment.b2b_payment_request_id = request
            return
        items = (payment.move_id | source.move_id)._b2b_receivable_items()
        account = payment.destination_account_id
        items.filtered(
            lambda item: item.account_id == account and not item.reconciled
        ).reconcile()
