from odoo import models
from odoo.exceptions import UserError, ValidationError


class B2bPaymentRequest(models.Model):
    """Lapsing: what is no longer to be paid, as its goods are kept no more."""

    _inherit = "b2b.payment.request"

    def _lapse(self):
        """Let those of these payment requests lapse that are in force, unpaid, and that
        nobody is paying just now. They stay in the journal.

        :return: those that have lapsed
        :rtype: b2b.payment.request
        """
        lapsed = self.browse()
        for request in self:
            # Whoever begins to pay at this moment passes the same row.
            request.order_id._b2b_serialize()
            if (
                request.state == "issued"
                and request.payment_state == "not_paid"
                and not request._is_being_paid()
            ):
                lapsed |= request
        lapsed.state = "lapsed"
        return lapsed

    def _is_being_paid(self):
        """Tell whether money for this request may be on its way; other addons add
        their ways to pay.

        :rtype: bool
        """
        self.ensure_one()
        transactions = self.order_id.transaction_ids
        return any(tx._b2b_is_under_way() for tx in transactions)

    def action_revive(self):
        """Put payment requests that have lapsed in force again, for staff."""
        if not self.env.user.has_group("b2b_portal.group_b2b_manager"):
            raise UserError(self.env._("Only a B2B manager revives a payment request."))
        self.check_access("read")
        for request in self.sudo():
            if request.order_id.state != "sale" or request.order_id._b2b_get_bill():
                raise UserError(
                    self.env._(
                        "Order %(order)s is not in force or has another bill.",
                        order=request.order_id.name,
                    )
                )
            request._revive()

    def _revive(self):
        """Put those of these requests in force again that have lapsed and whose orders
        have no other bill.
        """
        for request in self.filtered(lambda request: request.state == "lapsed"):
            if not request.order_id._b2b_get_bill():
                request.state = "issued"

    def _is_still_true(self):
        """Tell whether this paper says what a new one would say.

        :rtype: bool
        """
        self.ensure_one()
        order = self.order_id
        return (
            not self.currency_id.compare_amounts(self.amount_total, order.amount_total)
            and self.currency_id == order.currency_id
            and self.contract_id == order.b2b_contract_id
            and self.contract_id._get_billing_mode() != "invoice"
            and (
                not self.validity_date
                or self.validity_date >= self.company_id._b2b_today()
            )
        )


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _b2b_is_being_paid(self):
        """Tell whether money for this order, for its payment request or an invoice of
        it, may be on its way; other addons add their ways to pay.

        :rtype: bool
        """
        self.ensure_one()
        request = self._b2b_get_payment_request()
        if request and request._is_being_paid():
            return True
        transactions = self.transaction_ids | self.invoice_ids.transaction_ids
        return any(tx._b2b_is_under_way() for tx in transactions)

    def _b2b_check_not_lapsed(self):
        """Let nobody begin to pay what has lapsed.

        :raise ValidationError: in this case
        """
        self.ensure_one()
        self._b2b_serialize()
        if self.b2b_payment_request_ids and self._b2b_get_lapsed_request():
            raise ValidationError(
                self.env._(
                    "The bill of order %(order)s has lapsed: its goods are no longer "
                    "kept. Please ask your manager.",
                    order=self.name,
                )
            )
