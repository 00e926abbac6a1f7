from odoo import api, fields, models

# what 1C is told of a line
TOLD = {
    "discount",
    "price_unit",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    b2b_1c_ref = fields.Char(
        string="ID in 1C",
        readonly=True,
        copy=False,
        help="Of what was added to the order in 1C.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._b2b_1c_mark()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if TOLD & vals.keys():
            self._b2b_1c_mark()
        return result

    def unlink(self):
        orders = self.order_id
        result = super().unlink()
        orders.exists().filtered(_is_out)._b2b_1c_mark()
        return result

    def _b2b_1c_mark(self):
        self.order_id.filtered(_is_out)._b2b_1c_mark()


def _is_out(order):
    """Whether 1C may know of an order: of carts it does not."""
    return order.state in ("sale", "cancel")
