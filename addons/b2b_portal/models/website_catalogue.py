from odoo import api, fields, models


class Website(models.Model):
    _inherit = "website"

    b2b_stock_threshold = fields.Integer(
        string="Stock shown up to",
        default=100,
        help="Dealers see the free quantity up to this number, above it only that "
        "there is more. 0: they see every quantity.",
    )

    _b2b_stock_threshold_positive = models.Constraint(
        "CHECK(b2b_stock_threshold >= 0)",
        "The stock shown to dealers cannot be negative.",
    )

    def _b2b_prepare_catalogue(self, products):
        """Return what the list of products tells a dealer about each.

        :param product.template products: those of one page
        :return: article, unit and stock word, by product id
        :rtype: dict
        """
        # Portal users may not read stock: all variants of the page in one go.
        products_sudo = products.sudo()
        variants = products_sudo.product_variant_ids
        return {
            product.id: {
                "article": product.default_code,
                "uom": product.uom_id.name,
                "stock": product.product_variant_ids.with_prefetch(
                    variants.ids
                )._b2b_prepare_stock_word(self),
            }
            for product in products_sudo
        }

    def _b2b_prepare_product_details(self, product):
        """Return what the page of a product tells about it beside name and price.

        The model is for everybody; article, barcode and stock are for dealers.

        :param product: a variant, or a template that has none yet
        :rtype: dict
        """
        # Portal users may not read stock.
        product_sudo = product.sudo()
        details = {"model": product_sudo.b2b_model}
        if self._b2b_has_request_contract():
            details.update(
                article=product_sudo.default_code,
                barcode=product_sudo.barcode,
                uom=product_sudo.uom_id.name,
            )
            if product_sudo._name == "product.product":
                details["stock"] = product_sudo._b2b_prepare_stock_word(self)
        return details

    @api.model
    def _search_find_fuzzy_term(
        self, search_details, search, limit=1000, word_list=None
    ):
        """Override of `website`: what names products is searched for as it is.

        The words that are compared break at the signs which articles and models are
        full of, so that "3×1.5" would be taken for a word misspelt.
        """
        for detail in search_details:
            if detail["model"] == "product.template" and not word_list:
                found, _count = self.env["product.template"]._search_fetch(
                    detail, search, limit=1, order="id"
                )
                if found:
                    return search
        return super()._search_find_fuzzy_term(
            search_details, search, limit=limit, word_list=word_list
        )
