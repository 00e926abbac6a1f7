from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _b2b_get_pay_url(self):
        """Override of `b2b_portal`: what an order asks for is paid with Balance."""
        bill = self._b2b_get_unpaid_bill()
        if bill._name == "b2b.payment.request":
            # One that is past its date is not paid there.
            if bill._get_amount_to_pay():
                return f"/my/balance/pay?request={bill.id}"
        elif bill:
            lines = self.env["b2b.settlement.line"].search(
                [("move_id", "=", bill.id), ("residual", ">", 0)]
            )
            if lines:
                words = "&".join(f"line={line.id}" for line in lines)
                return f"/my/balance/pay?{words}"
        return super()._b2b_get_pay_url()
