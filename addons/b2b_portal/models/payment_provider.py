from odoo import api, fields, models

from odoo.addons.payment import utils as payment_utils

PAY_BY_BILL = "b2b_bill"


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    custom_mode = fields.Selection(selection_add=[(PAY_BY_BILL, "Pay by bill")])

    def copy_data(self, default=None):
        """Override of `payment`: paying by bill needs no set-up, so that the copy
        made for another company works at once.
        """
        vals_list = super().copy_data(default=default)
        for provider, vals in zip(self, vals_list, strict=True):
            if provider.custom_mode == PAY_BY_BILL:
                vals.update(
                    name=provider.name,
                    state=provider.state,
                    is_published=provider.is_published,
                )
        return vals_list

    def _get_default_payment_method_codes(self):
        """Override of `payment` to return the default payment method codes."""
        self.ensure_one()
        if self.custom_mode != PAY_BY_BILL:
            return super()._get_default_payment_method_codes()
        return {PAY_BY_BILL}

    @api.model
    def _get_compatible_providers(
        self, *args, sale_order_id=None, report=None, **kwargs
    ):
        """Override of `payment`: a bill is for dealers who order on a contract.

        :param int sale_order_id: the order to be paid, if any
        :param dict report: the availability report
        :rtype: payment.provider
        """
        providers = super()._get_compatible_providers(
            *args, sale_order_id=sale_order_id, report=report, **kwargs
        )
        by_bill = providers.filtered(lambda p: p.custom_mode == PAY_BY_BILL)
        if not by_bill:
            return providers
        order = self.env["sale.order"].browse(sale_order_id).exists()
        if reason := self._b2b_bill_refusal(order):
            payment_utils.add_to_report(report, by_bill, available=False, reason=reason)
            return providers - by_bill
        return providers

    @api.model
    def _b2b_bill_refusal(self, order):
        """Say why an order cannot be paid by bill.

        :param sale.order order: one order or none
        :return: a translated reason, or False
        :rtype: str | bool
        """
        if not order.b2b_contract_id:
            return self.env._("only for orders on a dealer's contract")
        if order.state not in ("draft", "sent"):
            return self.env._("the order is confirmed and has its bill")
        return order._b2b_order_refusal()
