from odoo import fields, models


class ProductUom(models.Model):
    _inherit = "product.uom"

    b2b_1c_backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Brought by the 1C connection",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Barcodes that 1C has brought go when 1C takes them away.",
    )
