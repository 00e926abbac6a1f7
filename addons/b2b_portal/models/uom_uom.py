from odoo import api, fields, models
from odoo.tools import float_compare
from odoo.tools.misc import formatLang

# What is sold by weight, length, area and volume.
FRACTIONAL_UNITS = [
    "product_uom_kgm",
    "product_uom_ton",
    "product_uom_lb",
    "product_uom_meter",
    "product_uom_km",
    "product_uom_foot",
    "product_uom_yard",
    "product_uom_square_meter",
    "product_uom_square_foot",
    "product_uom_litre",
    "product_uom_gal",
    "product_uom_cubic_meter",
    "product_uom_cubic_foot",
]


class UomUom(models.Model):
    _inherit = "uom.uom"

    b2b_fractional = fields.Boolean(
        string="May be ordered in fractions",
        help="In the shop 2.5 of this unit may be ordered, else whole numbers only.",
    )

    @api.model
    def _b2b_mark_fractional_units(self):
        """Let the usual units of weight, length, area and volume be ordered in
        fractions; done once, at installation.
        """
        units = self.browse()
        for name in FRACTIONAL_UNITS:
            units |= self.env.ref(f"uom.{name}", raise_if_not_found=False) or units
        units.b2b_fractional = True

    def _b2b_format(self, quantity):
        """Return a quantity in the user's language, without zeros at its end.

        :param float quantity: how many of this unit
        :rtype: str
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        needed = next(
            number
            for number in range(digits + 1)
            if number == digits
            or not float_compare(
                round(quantity, number), quantity, precision_digits=digits
            )
        )
        return formatLang(self.env, quantity, digits=needed)
