from odoo import api, fields, models
from odoo.fields import Domain

PAID_STATES = ("paid", "in_payment")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    b2b_shipment_request_ids = fields.Many2many(
        "b2b.shipment.request",
        string="Shipment requests",
        readonly=True,
        copy=False,
    )

    def _b2b_is_paid(self):
        """Tell whether a bill of this order is paid in full: its goods may be shipped
        though nobody reserved them.

        :rtype: bool
        """
        self.ensure_one()
        requests = self.b2b_payment_request_ids.filtered(
            lambda request: request.state == "issued"
        )
        invoices = self.invoice_ids.filtered(lambda move: move.state == "posted")
        states = set(requests.mapped("payment_state"))
        states |= set(invoices.mapped("payment_state"))
        # Their money is asked for by others of these.
        states -= {"invoiced", "reversed"}
        return bool(states) and states <= set(PAID_STATES)

    @api.model
    def _b2b_paid_domain(self):
        """Return the domain of orders that may be paid, see :meth:`_b2b_is_paid`."""
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
        claims = self.order_line._b2b_claims()
        by_line = claims.grouped("sale_line_id")
        return self.order_line.filtered(
            lambda line: line._b2b_quantity_to_ship(by_line.get(line, claims.browse()))
        )
