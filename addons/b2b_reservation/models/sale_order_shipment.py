from odoo import api, fields, models
from odoo.fields import Domain

from .sale_order import PAID_STATES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    b2b_shipment_request_ids = fields.Many2many(
        "b2b.shipment.request",
        string="Shipment requests",
        readonly=True,
        copy=False,
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_unrequested(self):
        """Delete no order of which something is on a shipment request that was sent."""
        # The database deletes its lines by itself.
        self.order_line._unlink_unrequested()

    def _b2b_get_paid(self):
        """Return those of these orders that are paid in full: their goods may be
        shipped though nobody reserved them.
        """
        payment_states = self._b2b_get_payment_states()
        return self.filtered(
            lambda order: (
                # What was reversed asks for nothing.
                bool(states := payment_states[order.id] - {"reversed"})
                and states.issubset(PAID_STATES)
            )
        )

    @api.model
    def _b2b_paid_domain(self):
        """Return the domain of orders that may be paid, see :meth:`_b2b_get_paid`."""
        return Domain(
            "b2b_payment_request_ids.payment_state", "in", PAID_STATES
        ) | Domain("invoice_ids.payment_state", "in", PAID_STATES)

    def _b2b_may_ask_for_shipment(self):
        """Tell whether the current user may ask to ship goods of this order, a caller
        with sudo.

        :rtype: bool
        """
        self.ensure_one()
        user = self.env.user
        return (
            bool(self.b2b_contract_id)
            and self.state == "sale"
            and user._is_portal()
            and user._b2b_may("order", self.b2b_legal_entity_id)
            and bool(self._b2b_lines_to_ship())
        )

    def _b2b_lines_to_ship(self):
        """Return the lines of this order of which something may be asked to ship. The
        number of queries does not depend on their number.

        :rtype: sale.order.line
        """
        quantities = self.order_line._b2b_get_quantities_to_ship()
        return self.order_line.filtered(lambda line: quantities[line] > 0)
