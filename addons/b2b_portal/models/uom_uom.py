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

    def _b2b_allows(self, quantity):
        """Tell whether a part may be so much: of most units only a whole number.

        :param float quantity: how many of this unit
        """
        return self.b2b_fractional or not quantity % 1

    def _b2b_get_step(self, most):
        """Return by how much the input of a form counts this unit.

        :param float most: the highest quantity that may be entered; the whole may be
            taken, though it is a fraction
        :rtype: int | float
        """
        is_whole = not self.b2b_fractional and self._b2b_allows(most)
        return 1 if is_whole else self.rounding

    @api.model
    def _b2b_format_input(self, quantity):
        """Return a quantity as the inputs of browsers hold it, whatever the language.

        :rtype: str
        """
        return format(quantity, ".12g")

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
