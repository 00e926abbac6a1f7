from odoo import models


class SaleOrderLine(models.Model):
    """Goods that others wait for."""

    _inherit = "sale.order.line"

    def _b2b_quantity_free(self):
        """Return how much of the product of this order line is free where it is
        delivered from, in its unit; of what is bought or made for it how much has
        arrived.
        """
        self.ensure_one()
        moves = self._b2b_first_moves()
        if moves and all(move._b2b_waits_for_own() for move in moves):
            return self.product_id.uom_id._compute_quantity(
                sum(move._b2b_quantity_arrived() for move in moves),
                self.product_uom_id,
                rounding_method="DOWN",
            )
        product = self.product_id._b2b_in(self._b2b_take_from())
        return product.uom_id._compute_quantity(
            max(product.free_qty, 0.0), self.product_uom_id, rounding_method="DOWN"
        )

    def _b2b_take_from(self):
        """Return the locations that deliveries of this order line take goods from: what
        is in others of the warehouse, come in or picked, is no good for them.

        :rtype: stock.location
        """
        self.ensure_one()
        return self._b2b_first_moves().location_id or self.warehouse_id.lot_stock_id

    def _b2b_quantity_ahead(self, enough, waits=None):
        """Return what others wait for who came before this order line and may reserve
        it, in its unit.

        :param float enough: no more than this is of interest
        :param b2b.reservation.wait waits: who waits for the product, if that is known
        """
        self.ensure_one()
        if waits is None:
            waits = self.env["b2b.reservation.wait"].sudo()
            waits = waits._get_line(self.product_id, self.warehouse_id)
        ahead = 0.0
        for wait in waits:
            if wait.sale_line_id == self or ahead >= enough:
                break
            if not wait.order_id._b2b_reserve_refusal():
                ahead += wait.product_uom_id._compute_quantity(
                    wait.quantity, self.product_uom_id
                )
        return ahead
