from odoo import models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _b2b_get_reorder_key(self):
        """Return what two lines have in common that repeat the same goods: the
        product, and what a set of products was made of.

        :rtype: tuple
        """
        self.ensure_one()
        is_set = self.product_type == "combo"
        parts = self.linked_line_ids.product_id if is_set else self.product_id.browse()
        return self.product_id.id, tuple(sorted(parts.ids))

    def _b2b_get_unit_price(self):
        """Return what one unit of this line costs in the cart, less its discount, with
        or without taxes as the website shows prices.

        :rtype: float
        """
        self.ensure_one()
        return self._get_displayed_unit_price() * (1 - self.discount / 100)
