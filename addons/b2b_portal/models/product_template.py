from odoo import api, fields, models
from odoo.fields import Domain


class ProductTemplate(models.Model):
    _inherit = "product.template"

    b2b_model = fields.Char(
        string="Model",
        index="trigram",
        help="The manufacturer's model designation. Dealers find the product by it.",
    )

    @api.model
    def _search_get_detail(self, website, order, options):
        """Override of `website_sale`: find by model and barcode too."""
        detail = super()._search_get_detail(website, order, options)
        detail["search_fields"].append("b2b_model")
        extra = detail.get("search_extra")

        def search_extra(env, term):
            domain = self._b2b_search_barcode_domain(term)
            return extra(env, term) | domain if extra else domain

        return {**detail, "search_extra": search_extra}

    @api.model
    def _b2b_search_barcode_domain(self, term):
        """Return the domain of products with a barcode.

        Whole barcodes only: they come from a scanner, and this uses the index. They
        are looked up here: a join would keep the search from the indexes of the other
        fields.

        :param str term: one word of what was searched for
        :rtype: Domain
        """
        variants = self.env["product.product"].search([("barcode", "=", term)])
        return Domain("id", "in", variants.product_tmpl_id.ids)

    @api.model
    def _search_fetch(self, search_detail, search, limit, order):
        """Override of `website`: the product whose article, barcode or model is just
        what was searched for comes first.
        """
        results, count = super()._search_fetch(search_detail, search, limit, order)
        if not search or count < 2:
            return results, count
        exact = self.search(
            Domain.AND(search_detail["base_domain"])
            & self._b2b_search_exact_domain(search.strip()),
            order=search_detail.get("order", order),
            limit=limit,
        )
        return (exact | results)[:limit], count

    @api.model
    def _b2b_search_exact_domain(self, search):
        """Return the domain of products that a search names exactly.

        Articles are compared as typed and in upper and lower case, which the index
        finds at once among any number of products.
        """
        spellings = [search, search.upper(), search.lower()]
        return Domain("b2b_model", "in", spellings) | Domain(
            "product_variant_ids",
            "any",
            Domain("default_code", "in", spellings) | Domain("barcode", "=", search),
        )

    def _search_render_results(self, fetch_fields, mapping, icon, limit):
        """Override of `website_sale`: a dealer sees the article in the proposals of
        the search box.
        """
        results_data = super()._search_render_results(
            fetch_fields, mapping, icon, limit
        )
        if self.env["website"]._b2b_has_request_contract():
            for product, data in zip(self, results_data, strict=False):
                if product.default_code:
                    data["name"] = f"{product.default_code} · {data['name']}"
        return results_data
