from odoo import fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class B2bPaymentRequest(models.Model):
    """Lapsing: what is no longer to be paid, as its goods are kept no more."""

    _inherit = "b2b.payment.request"

    date_lapsed = fields.Datetime(string="Lapsed on", readonly=True, copy=False)

    def _lapse(self):
        """Let those of these payment requests lapse that are in force, unpaid, and that
        nobody is paying just now. They stay in the journal.

        The caller has serialised their orders: whoever begins to pay passes them too.

        :return: those that have lapsed
        :rtype: b2b.payment.request
        """
        lapsed = self.filtered(
            lambda request: (
                request.state == "issued"
                and request.payment_state == "not_paid"
                and not request._is_being_paid()
            )
        )
        # Thousands may lapse in a night: when it was they say themselves, and nobody
        # did it.
        lapsed.with_context(tracking_disable=True).write(
            {"state": "lapsed", "date_lapsed": fields.Datetime.now()}
        )
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
                request.write({"state": "issued", "date_lapsed": False})

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
        lines = "invoice_ids.invoice_line_ids.sale_line_ids.order_id"
        transactions = self.env["payment.transaction"].search(
            Domain("sale_order_ids", "in", self.ids) | Domain(lines, "in", self.ids)
        )
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
