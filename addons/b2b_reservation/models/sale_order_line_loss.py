from odoo import models


class SaleOrderLine(models.Model):
    """Goods of dealers that are gone."""

    _inherit = "sale.order.line"

    def _b2b_lose_claims(self, move, quantity, cause):
        """Shorten the reservations of this order line by what is gone, tell the dealer
        and note it on the order; a caller with sudo.

        :param stock.move move: of this order line, which held the goods
        :param float quantity: how much of them, in the unit of the product
        :param stock.move cause: what took them away
        """
        self.ensure_one()
        surplus = self._b2b_quantity_claimed() - self._b2b_quantity_held()
        if self.product_uom_id.compare(surplus, 0.0) > 0:
            self._b2b_claims()._lose(surplus, move.b2b_shipment_request_id)
            # Of kits the other components are free again.
            self._b2b_let_go()
        self.order_id.message_post(
            body=self.env._(
                "%(quantity)s %(unit)s of %(product)s that were kept for this order "
                "are gone: %(cause)s.",
                quantity=move.product_id.uom_id._b2b_format(quantity),
                unit=move.product_id.uom_id.name,
                product=move.product_id.display_name,
                cause=cause.scrap_id.name or cause.reference or cause.display_name,
            )
        )
