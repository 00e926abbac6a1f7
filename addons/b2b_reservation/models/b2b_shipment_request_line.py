from odoo import api, fields, models


class B2bShipmentRequestLine(models.Model):
    """How much of an order line is to be shipped."""

    _name = "b2b.shipment.request.line"
    _description = "Goods to Ship"
    _order = "request_id, id"

    request_id = fields.Many2one(
        "b2b.shipment.request", required=True, index=True, ondelete="cascade"
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order line",
        required=True,
        index=True,
        ondelete="restrict",
    )
    order_id = fields.Many2one(related="sale_line_id.order_id")
    product_id = fields.Many2one(related="sale_line_id.product_id", store=True)
    product_uom_id = fields.Many2one(related="sale_line_id.product_uom_id")
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        help="What is to be shipped, in the unit of the order line.",
    )
    quantity_shipped = fields.Float(
        string="Shipped", digits="Product Unit", readonly=True, copy=False
    )
    quantity_apart = fields.Float(
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="What of it left by other transfers before the request was confirmed.",
    )
    state = fields.Selection(related="request_id.state", store=True)
    weight = fields.Float(
        digits="Stock Weight", compute="_compute_measures", store=True
    )
    volume = fields.Float(digits="Volume", compute="_compute_measures", store=True)

    _quantity_positive = models.Constraint(
        "CHECK(quantity > 0)", "Enter a quantity above 0 for each of the goods to ship."
    )
    _sale_line_uniq = models.UniqueIndex(
        "(request_id, sale_line_id)",
        "These goods of the order are on the shipment request already.",
    )

    @api.depends("quantity", "sale_line_id")
    def _compute_measures(self):
        for line in self:
            product = line.product_id
            quantity = line.product_uom_id._compute_quantity(
                line.quantity, product.uom_id, rounding_method="HALF-UP"
            )
            line.weight = product.weight * quantity
            line.volume = product.volume * quantity
