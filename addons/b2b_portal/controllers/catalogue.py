import re

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.website_sale.controllers.main import WebsiteSale
from odoo.addons.website_sale.controllers.variant import WebsiteSaleVariantController

from .query import choose, parse_id

# The id of an attribute and those of its values.
ATTRIBUTE_VALUES = re.compile(r"\d{1,9}-\d{1,9}(,\d{1,9})*")


class B2bCatalogue(WebsiteSale):
    """What dealers see of the goods: articles, models, stock."""

    @route()
    def shop(self, *args, search="", tags="", **post):
        """Override of `website_sale`: words that say nothing are no error."""
        known = [tag for tag in tags.split(",") if parse_id(tag)]
        return super().shop(
            *args, search=search.replace("\x00", ""), tags=",".join(known), **post
        )

    def _get_search_order(self, post):
        sortings = [key for key, _label in request.website._get_product_sort_mapping()]
        order = choose(sortings, post.get("order"), None)
        return super()._get_search_order({**post, "order": order})

    @staticmethod
    def _get_attribute_value_dict(attribute_values):
        return WebsiteSale._get_attribute_value_dict(
            [value for value in attribute_values if ATTRIBUTE_VALUES.fullmatch(value)]
        )

    def _add_search_subdomains_hook(self, search):
        """Override of `website_sale`: the range of prices is that of what is found."""
        domain = Domain("b2b_model", "ilike", search) | request.env[
            "product.template"
        ]._b2b_search_barcode_domain(search)
        if extra := super()._add_search_subdomains_hook(search):
            domain |= Domain(extra)
        return domain

    def _get_additional_shop_values(self, values, **kwargs):
        website = request.website
        extra = super()._get_additional_shop_values(values, **kwargs)
        if website._b2b_has_request_contract():
            extra = {
                **extra,
                "b2b_catalogue": website._b2b_prepare_catalogue(values["products"]),
            }
        return extra

    def _prepare_product_values(self, product, category, **kwargs):
        values = super()._prepare_product_values(product, category, **kwargs)
        values["b2b_details"] = request.website._b2b_prepare_product_details(
            values["product_variant"] or product
        )
        return values


class B2bVariant(WebsiteSaleVariantController):
    @route()
    def get_combination_info_website(self, product_template_id, *args, **kwargs):
        """Override of `website_sale`: the details follow the chosen variant."""
        info = super().get_combination_info_website(
            product_template_id, *args, **kwargs
        )
        product = request.env["product.product"].browse(info["product_id"] or [])
        if not product:
            product = request.env["product.template"].browse(
                info["product_template_id"]
            )
        info["b2b_details"] = request.env["ir.ui.view"]._render_template(
            "b2b_portal.product_details",
            {"b2b_details": request.website._b2b_prepare_product_details(product)},
        )
        return info
