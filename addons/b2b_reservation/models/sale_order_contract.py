from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Confirmed orders that become a dealer's, or are his no more."""

    _inherit = "sale.order"

    def write(self, vals):
        """Override of `sale`: what is reserved goes with the contract.

        :raise UserError: if goods are on a shipment request of who loses the order
        """
        # The contract follows the customer.
        if vals.keys().isdisjoint(("b2b_contract_id", "company_id", "partner_id")):
            return super().write(vals)
        before = {
            order: order.b2b_contract_id for order in self if order.state == "sale"
        }
        if "b2b_contract_id" in vals:
            # First: other papers refuse in words that do not say what to do.
            after = self.env["b2b.contract"].browse(vals["b2b_contract_id"]).sudo()
            for order, contract in before.items():
                if contract.sudo().legal_entity_id != after.legal_entity_id:
                    order.sudo()._b2b_check_no_requests()
        result = super().write(vals)
        for order, contract in before.items():
            if order.b2b_contract_id != contract:
                order.sudo()._b2b_follow_contract(contract.sudo())
        return result

    def _b2b_follow_contract(self, before):
        """Keep for the dealer what the deliveries of this order hold, as staff's; or
        end what is kept for him: then they hold it as in stock Odoo.

        :param b2b.contract before: that of this order until now
        :raise UserError: if goods are on a shipment request of who loses the order
        """
        self.ensure_one()
        if before.legal_entity_id != self.b2b_contract_id.legal_entity_id:
            self._b2b_check_no_requests()
        if not self.b2b_contract_id:
            self.b2b_reservation_ids._release("released")
            waits = self.env["b2b.reservation.wait"]
            waits._of_lines(self.order_line)._end("left")
        elif not before:
            self.order_line._b2b_claim_by_staff()
            self.order_line._b2b_claim_at_gate()

    def _b2b_check_no_requests(self):
        """Refuse to take an order off a dealer who has asked to ship goods of it.

        :raise UserError: saying by which shipment requests
        """
        claims = self.order_line._b2b_claims()
        if requests := claims.reservation_id.shipment_request_id:
            raise UserError(
                self.env._(
                    "Goods of order %(order)s are on shipment request %(requests)s: "
                    "reject or cancel it before you change the contract.",
                    order=self.name,
                    requests=", ".join(requests.mapped("name")),
                )
            )
