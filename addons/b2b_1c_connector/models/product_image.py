from odoo import fields, models


class ProductImage(models.Model):
    _inherit = "product.image"

    # which picture of 1C it is, and a sum over its bytes
    b2b_1c_path = fields.Char(readonly=True, copy=False)
    b2b_1c_checksum = fields.Char(readonly=True, copy=False)
