from odoo import models
from odoo.fields import Domain


class B2bPaymentRequest(models.Model):
    _inherit = "b2b.payment.request"

    def _is_being_paid(self):
        """Override of `b2b_portal`: so are those chosen on Balance."""
        if super()._is_being_paid():
            return True
        allocations = self.env["b2b.payment.allocation"].sudo()
        claims = allocations._get_claim_domain() & Domain(
            "payment_request_id", "=", self.id
        )
        return bool(allocations.search_count(claims, limit=1))


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _b2b_is_being_paid(self):
        """Override of `b2b_portal`: so is an order whose invoices are chosen on
        Balance.
        """
        if super()._b2b_is_being_paid():
            return True
        allocations = self.env["b2b.payment.allocation"].sudo()
        claims = allocations._get_claim_domain() & Domain(
            "move_line_id.move_id", "in", self.invoice_ids.ids
        )
        return bool(allocations.search_count(claims, limit=1))
