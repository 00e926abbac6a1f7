from odoo import models
from odoo.tools import float_round

AVAILABLE, PARTLY, ON_ORDER, SOLD_OUT = "available", "partly", "on_order", "sold_out"


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _b2b_prepare_stock_word(self, website):
        """Say in a word what dealers may count on.

        Several products are the variants of one: then there is no number, as each
        has its own. The quantities of all products that were browsed together are
        read at once.

        :param website website: its warehouse counts, and the limit of what is shown
        :return: ``state`` and ``text``, or nothing if there is nothing to say
        :rtype: dict
        """
        # No `filtered`: the products would forget those they were browsed with.
        quantities = {
            product: product._b2b_round_down(
                website._get_product_available_qty(product)
            )
            for product in self
            if product._b2b_is_stock_shown()
        }
        if not quantities:
            return {}
        if not any(quantity > 0 for quantity in quantities.values()):
            return next(iter(quantities))._b2b_prepare_out_of_stock_word()
        if len(quantities) == 1:
            [(product, quantity)] = quantities.items()
            text = product._b2b_format_stock(quantity, website.b2b_stock_threshold)
            return {"state": AVAILABLE, "text": text}
        if all(quantity > 0 for quantity in quantities.values()):
            return {"state": AVAILABLE, "text": self.env._("In stock")}
        return {"state": PARTLY, "text": self.env._("Partly in stock")}

    def _b2b_is_stock_shown(self):
        """Tell whether dealers see a word about the stock of this product."""
        self.ensure_one()
        return self.type == "consu" and self.is_storable

    def _b2b_round_down(self, quantity):
        """Return what of a quantity can be ordered: whole units unless fractional."""
        digits = 0
        if self.uom_id.b2b_fractional:
            digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_round(quantity, precision_digits=digits, rounding_method="DOWN")

    def _b2b_prepare_out_of_stock_word(self):
        """Return the word for a product of which nothing is left."""
        if not self.allow_out_of_stock_order:
            return {"state": SOLD_OUT, "text": self.env._("Out of stock")}
        if not self.sale_delay:
            return {"state": ON_ORDER, "text": self.env._("On order")}
        if self.sale_delay == 1:
            return {"state": ON_ORDER, "text": self.env._("On order, 1 day")}
        return {
            "state": ON_ORDER,
            "text": self.env._("On order, %(days)s days", days=self.sale_delay),
        }

    def _b2b_format_stock(self, quantity, threshold):
        """Return "12 in stock", "2.5 m in stock" or, above the threshold, ">100".

        :param float quantity: what is free, in the unit of this product
        :param int threshold: above it the quantity itself is not told; 0: never
        """
        is_hidden = bool(threshold) and quantity > threshold
        text = self.uom_id._b2b_format(threshold if is_hidden else quantity)
        # Not `env.ref`: it asks the database each time.
        unit_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_unit")
        if self.uom_id.id != unit_id:
            text = f"{text} {self.uom_id.name}"
        if is_hidden:
            return self.env._(">%(quantity)s in stock", quantity=text)
        return self.env._("%(quantity)s in stock", quantity=text)
