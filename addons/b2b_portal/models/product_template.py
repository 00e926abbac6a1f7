from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    b2b_model = fields.Char(
        string="Model",
        index="trigram",
        help="The manufacturer's model designation. Dealers find the product by it.",
    )
