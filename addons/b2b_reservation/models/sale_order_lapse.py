from odoo import models


class SaleOrder(models.Model):
    """The payment request of an order, which lapses with its reserve."""

    _inherit = "sale.order"

    def _b2b_lapse_bill(self, reservation):
        """Let the payment request of this order lapse, as a reservation runs out. It
        stays while other goods are kept, or lie at the gate, and for what has left
        already. The caller, with sudo, has serialised the order.

        :param b2b.reservation reservation: of this order, about to be released
        """
        self.ensure_one()
        request = self._b2b_get_payment_request()
        others = self.b2b_reservation_ids - reservation
        if (
            not request
            or "running" in others.mapped("state")
            or reservation._has_picked()
            or any(line.qty_delivered for line in self.order_line)
        ):
            return
        request._lapse()

    def _b2b_revive_bill(self):
        """Have what is reserved again paid again: by the payment request that has
        lapsed, or a new one if that is no longer true.
        """
        self.ensure_one()
        if self.b2b_payment_request_ids and self._b2b_get_lapsed_request():
            self._b2b_bill_on_submission()
