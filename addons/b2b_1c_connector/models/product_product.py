from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _b2b_1c_is_used(self):
        """Whether one of the variants was ever sold or moved.

        :rtype: bool
        """
        domain = [("product_id", "in", self.ids)]
        return any(
            self.env[name].search_count(domain, limit=1)
            for name in ("sale.order.line", "stock.move")
        )
