from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _b2b_in(self, locations):
        """Return these products with the quantities of some locations and what is below
        them.

        :param stock.location locations: one or more
        """
        return self.with_context(location=locations.ids, warehouse_id=False)
