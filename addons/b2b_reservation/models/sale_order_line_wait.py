from odoo import models


class SaleOrderLine(models.Model):
    """Goods that others wait for."""

    _inherit = "sale.order.line"

    def _b2b_quantity_free(self):
        """Return how much of the product of this order line is free where it is
        delivered from, in its unit; of what is bought or made for it how much has
        arrived. Nothing is while its delivery takes no more.
        """
        self.ensure_one()
        if self._b2b_is_picked():
            return 0.0
        if self._b2b_waits_for_own():
            moves = self._b2b_first_moves()
            return self.product_id.uom_id._compute_quantity(
                sum(move._b2b_quantity_arrived() for move in moves),
                self.product_uom_id,
                rounding_method="DOWN",
            )
        product = self.product_id._b2b_in(self._b2b_take_from())
        return product.uom_id._compute_quantity(
            max(product.free_qty, 0.0), self.product_uom_id, rounding_method="DOWN"
        )

    def _b2b_waits_for_own(self):
        """Tell whether this order line takes only what arrives for it."""
        self.ensure_one()
        moves = self._b2b_first_moves()
        return bool(moves) and all(move._b2b_waits_for_own() for move in moves)

    def _b2b_is_picked(self):
        """Tell whether staff have picked what there was for this order line: core
        reserves no more for it until that has left. Of kits one component is enough.
        """
        self.ensure_one()
        lacking = self._b2b_first_moves().filtered(
            lambda move: move.state != "assigned"
        )
        picked = lacking.filtered("picked")
        return bool(picked) and (picked == lacking or bool(self._b2b_kit_moves()))

    def _b2b_take_from(self):
        """Return the locations that deliveries of this order line take goods from: what
        is in others of the warehouse, come in or picked, is no good for them.

        :rtype: stock.location
        """
        self.ensure_one()
        return self._b2b_first_moves().location_id or self.warehouse_id.lot_stock_id

    def _b2b_quantity_ahead(self, enough, waits=None):
        """Return what others would take of what is free for this order line, who wait
        for it, came before and could take it now, in its unit.

        :param float enough: no more than this is of interest
        :param b2b.reservation.wait waits: who waits for the product, if that is known
        """
        self.ensure_one()
        if waits is None:
            waits = self.env["b2b.reservation.wait"].sudo()
            waits = waits._get_line(self.product_id, self.warehouse_id)
        locations = self._b2b_take_from()
        unit = self.product_id.uom_id
        ahead = total = 0.0
        for wait in waits:
            if wait.sale_line_id == self or ahead >= enough:
                break
            total += wait._get_quantity_ahead(self.product_id, locations, total)
            ahead = unit._compute_quantity(total, self.product_uom_id)
        return ahead
