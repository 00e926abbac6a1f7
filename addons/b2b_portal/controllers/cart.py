from odoo.exceptions import AccessError, MissingError, UserError, ValidationError
from odoo.http import request, route

from odoo.addons.website_sale.controllers.cart import Cart
from odoo.addons.website_sale.controllers.reorder import CustomerPortal

from .query import parse_id


class B2bCart(Cart):
    """Fractions of units that allow them; the rules are those of the order.

    Who has no contract buys as in stock Odoo.
    """

    @route()
    def add_to_cart(
        self, product_template_id, product_id, quantity=1.0, uom_id=None, **kwargs
    ):
        """Override of `website_sale`, which casts the quantity to an integer."""
        if not request.website._b2b_has_request_contract():
            return super().add_to_cart(
                product_template_id,
                product_id,
                quantity=quantity,
                uom_id=uom_id,
                **kwargs,
            )
        product = request.env["product.product"].browse(parse_id(product_id)).exists()
        uom = product.uom_id
        if uom_id and product:
            # Stock Odoo takes any: a pump by the millimetre.
            units = product.product_tmpl_id.sudo()._get_available_uoms()
            uom = units.filtered(lambda unit: unit.id == parse_id(uom_id))
            if not uom:
                raise UserError(
                    request.env._("This product is not sold in the unit you chose.")
                )
        kwargs.update(self._b2b_prepare_quantity(quantity))
        return super().add_to_cart(
            product_template_id,
            product.id,
            quantity=kwargs.pop("quantity"),
            uom_id=uom.id,
            **kwargs,
        )

    @route()
    def update_cart(self, line_id, quantity, product_id=None, **kwargs):
        """Override of `website_sale`, which casts the quantity to an integer."""
        if request.website._b2b_has_request_contract():
            kwargs.update(self._b2b_prepare_quantity(quantity))
            quantity = kwargs.pop("quantity")
        return super().update_cart(line_id, quantity, product_id=product_id, **kwargs)

    def _prepare_order_history(self):
        """Override of `website_sale`, which looks for orders of the user's own partner:
        a dealer repeats those of his legal entity.
        """
        if not request.website._b2b_has_request_contract():
            return super()._prepare_order_history()
        return {"order_history": request.website._b2b_prepare_order_history()}

    def _b2b_prepare_quantity(self, value):
        """Return the arguments that carry a quantity through `website_sale`."""
        quantity = request.env["sale.order"]._b2b_parse_quantity(value)
        return {"quantity": int(quantity), "b2b_quantity": quantity}


class B2bReorder(CustomerPortal):
    @route()
    def my_orders_reorder(self, order_id, access_token=None):
        """Override of `website_sale`: it adds lines by a controller that cuts their
        fractions, and fails on less than one.
        """
        if not request.website._b2b_has_request_contract():
            return super().my_orders_reorder(order_id, access_token=access_token)
        order_id = parse_id(order_id)
        try:
            order_sudo = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        lines = order_sudo.order_line.filtered(
            lambda line: line.with_user(request.env.user).sudo()._is_reorder_allowed()
        )
        if all(line.product_uom_qty.is_integer() for line in lines):
            return super().my_orders_reorder(order_id, access_token=access_token)
        if lines.filtered(lambda line: line.product_id.type == "combo"):
            raise ValidationError(
                request.env._("An order with product sets has to be repeated by hand.")
            )
        return self._b2b_reorder_lines(lines)

    def _b2b_reorder_lines(self, lines):
        """Put the goods of an order into the cart once more.

        :param sale.order.line lines: lines of an order the user may see (sudo)
        :return: what the browser expects of this route
        :rtype: dict
        """
        cart = B2bCart()
        warnings, tracking_info = [], []
        for line in lines:
            values = cart.add_to_cart(
                line.product_id.product_tmpl_id.id,
                line.product_id.id,
                quantity=line.product_uom_qty,
                uom_id=line.product_uom_id.id,
                no_variant_attribute_value_ids=(
                    line.product_no_variant_attribute_value_ids.ids
                ),
                product_custom_attribute_values=[
                    {
                        "custom_product_template_attribute_value_id": (
                            custom.custom_product_template_attribute_value_id.id
                        ),
                        "custom_value": custom.custom_value,
                    }
                    for custom in line.product_custom_attribute_value_ids
                ],
            )
            tracking_info += values["tracking_info"]
            if warning := values["notification_info"].get("warning"):
                warnings.append(warning)
        cart_sudo = request.cart
        if warnings:
            cart_sudo.shop_warning = "\n".join(dict.fromkeys(warnings))
        return {
            "tracking_info": tracking_info,
            "cart_quantity": cart_sudo.cart_quantity,
        }
