from odoo import fields, models


class UomUom(models.Model):
    _inherit = "uom.uom"

    b2b_fractional = fields.Boolean(
        string="May be ordered in fractions",
        help="In the shop 2.5 of this unit may be ordered. Otherwise whole numbers only.",
    )
