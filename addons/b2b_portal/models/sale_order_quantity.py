import math

from odoo import api, models
from odoo.exceptions import UserError

# No shelf holds more; beyond it numbers lose their last digits.
MAX_QUANTITY = 1e9


class SaleOrder(models.Model):
    _inherit = "sale.order"

    @api.model
    def _b2b_parse_quantity(self, value):
        """Return the number a customer has typed: 2.5 for "2,5", "2.5" or 2.5.

        :param value: text or number as it came from the browser
        :rtype: float
        :raise UserError: for what is no number
        """
        text = "".join(str(value).split())
        if "," in text and "." in text:
            # The last of both is the decimal sign, the other one groups digits.
            grouping = "," if text.rindex(".") > text.rindex(",") else "."
            text = text.replace(grouping, "")
        try:
            quantity = float(text.replace(",", "."))
        except ValueError:
            quantity = math.nan
        if isinstance(value, bool) or not abs(quantity) <= MAX_QUANTITY:
            raise UserError(
                self.env._("“%(value)s” is not a quantity.", value=str(value)[:40])
            )
        return quantity

    def _cart_add(
        self, product_id, quantity=1.0, *, uom_id=None, b2b_quantity=None, **kwargs
    ):
        """Override of `website_sale`, whose controllers cut the fraction off.

        :param float b2b_quantity: the quantity that was really asked for
        """
        # What is linked to a product comes with its own quantity, uncut.
        if b2b_quantity is not None and not kwargs.get("linked_line_id"):
            quantity = b2b_quantity
        return super()._cart_add(product_id, quantity, uom_id=uom_id, **kwargs)

    def _cart_update_line_quantity(
        self, line_id, quantity, *, b2b_quantity=None, **kwargs
    ):
        """Override of `website_sale`, whose controllers cut the fraction off.

        :param float b2b_quantity: the quantity that was really asked for
        """
        if b2b_quantity is not None:
            quantity = b2b_quantity
        return super()._cart_update_line_quantity(line_id, quantity, **kwargs)

    def _verify_updated_quantity(
        self, order_line, product_id, new_qty, uom_id, **kwargs
    ):
        """Override of `website_sale`: say it if the unit does not allow a quantity.

        Then the cart stays as it is: who wants 2.5 pumps must not get 2 or 3.
        """
        uom = self.env["uom.uom"].browse(uom_id)
        rounded, warning = self._b2b_round_quantity(new_qty, uom)
        if rounded is None:
            return order_line.product_uom_qty if order_line else 0, warning
        quantity, stock_warning = super()._verify_updated_quantity(
            order_line, product_id, rounded, uom_id, **kwargs
        )
        return quantity, stock_warning or warning

    @api.model
    def _b2b_round_quantity(self, quantity, uom):
        """Return the quantity a unit allows, and a warning if it is another one.

        :param float quantity: what was asked for, more than 0
        :param uom.uom uom: the unit
        :return: (quantity or None if it is refused, translated warning or "")
        :rtype: tuple
        """
        rounded = uom.round(quantity)
        unit = uom.name
        if not uom.b2b_fractional and not float(rounded).is_integer():
            return None, self.env._(
                "%(quantity)s %(unit)s cannot be ordered: this unit is sold in whole "
                "numbers only.",
                quantity=uom._b2b_format(quantity),
                unit=unit,
            )
        if quantity > 0 and uom.is_zero(rounded):
            return None, self.env._(
                "The smallest quantity is %(quantity)s %(unit)s.",
                quantity=uom._b2b_format(uom.rounding),
                unit=unit,
            )
        if abs(rounded - quantity) > 1e-9:
            return rounded, self.env._(
                "The quantity was rounded to %(quantity)s %(unit)s.",
                quantity=uom._b2b_format(rounded),
                unit=unit,
            )
        return rounded, ""

    @api.depends("order_line.product_uom_id.b2b_fractional")
    def _compute_cart_info(self):
        """Override of `website_sale`: a length of cable is one thing in the cart,
        half a litre too, which else would make an empty cart.
        """
        super()._compute_cart_info()
        for order in self:
            lines = order.website_order_line
            measured = lines.filtered(lambda line: line.product_uom_id.b2b_fractional)
            if measured:
                counted = sum((lines - measured).mapped("product_uom_qty"))
                order.cart_quantity = int(counted) + len(measured)
