from odoo import api, fields, models
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.website_sale.models.website import (
    CART_SESSION_CACHE_KEY,
    PRICELIST_SELECTED_SESSION_CACHE_KEY,
)

CONTRACT_SESSION_KEY = "b2b_contract_id"
NOTICE_SESSION_KEY = "b2b_checkout_notice"
# How many orders are proposed for repeating, as in `website_sale`.
REORDER_LIMIT = 10
PRICE_FILTER = "website_sale.filter_products_price"


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

    # === THE CONTRACT OF THE VISITOR === #

    def _b2b_get_contracts(self):
        """Return the contracts the visitor may see with the company of this website.

        The access rules choose them. They come sudoed: the names of legal entities
        that are not below his own are needed, and only what the rules let through is
        shown.

        :rtype: b2b.contract
        """
        self.ensure_one()
        if not self.env.user._is_portal():
            return self.env["b2b.contract"].sudo()
        return (
            self.env["b2b.contract"].search([("company_id", "=", self.company_id.id)])
        ).sudo()

    def _b2b_get_current_contract(self):
        """Return the contract that prices the shop, empty for who has none.

        That is the contract of the cart, so that all tabs and sessions of a user
        agree; without a cart the one he chose last.

        :rtype: b2b.contract
        """
        cart_sudo = request.cart
        if cart_sudo._b2b_is_cart_of(self.env.user):
            return cart_sudo.b2b_contract_id
        return self._b2b_choose_contract()

    def _b2b_choose_contract(self):
        """Return the contract to start with: chosen in this session, else chosen
        last, else one of the company he works for, else the first. One he can order
        on goes before one he cannot.

        :rtype: b2b.contract
        """
        contracts = self._b2b_get_contracts()
        chosen_ids = [
            request.session.get(CONTRACT_SESSION_KEY),
            self.env.user.sudo().b2b_contract_id.id,
        ]
        chosen = contracts.browse(
            [contract_id for contract_id in chosen_ids if contract_id in contracts.ids]
        )
        employer = self.env.user.commercial_partner_id
        at_home = contracts.filtered(lambda c: c.legal_entity_id.id == employer.id)
        candidates = chosen | at_home | contracts
        return (
            next((c for c in candidates if not c._order_refusal_reason()), None)
            or candidates[:1]
        )

    def _b2b_set_contract(self, contract_sudo):
        """Make a contract the active one: for the session, the cart and the user's
        next log-in. The caller has checked that he may order on it.
        """
        self.ensure_one()
        request.session[CONTRACT_SESSION_KEY] = contract_sudo.id
        # A portal user may not write users, and here he changes nothing else.
        self.env.user.sudo().b2b_contract_id = contract_sudo
        if cart_sudo := request.cart:
            cart_sudo._b2b_put_on_contract(contract_sudo, self.env.user.partner_id)
        request.b2b_contract = contract_sudo

    def _b2b_leave_notice(self, message):
        """Keep a message for the next page of the checkout."""
        request.session[NOTICE_SESSION_KEY] = str(message)

    def _b2b_take_notice(self):
        """Return the message left for this page, once."""
        return request.session.pop(NOTICE_SESSION_KEY, None)

    # === CART === #

    def _get_and_cache_current_cart(self):
        """Override of `website_sale`, which gives every cart back to the user's own
        partner: keep it on the contract, and find it again after a new log-in.
        """
        if (
            self.env.user._is_portal()
            and CART_SESSION_CACHE_KEY not in request.session
            and self._b2b_get_contracts()
        ):
            self._b2b_resume_cart()
        cart_sudo = super()._get_and_cache_current_cart()
        if cart_sudo and not self.env.cr.readonly:
            self._b2b_align_cart(cart_sudo)
        return cart_sudo

    def _b2b_resume_cart(self):
        """Put the user's abandoned cart in his session.

        The search of `website_sale` would miss it, as its customer is the legal
        entity, and for a user who is the legal entity find those of colleagues.
        """
        own = self.env.user.partner_id
        cart_sudo = (
            self.env["sale.order"]
            .sudo()
            .search(
                Domain("website_id", "=", self.id)
                & Domain("state", "=", "draft")
                & (
                    Domain("b2b_contact_id", "=", own.id)
                    | Domain("partner_id", "=", own.id)
                    & Domain("b2b_contact_id", "=", False)
                ),
                order="write_date desc, id desc",
                limit=1,
            )
        )
        request.session[CART_SESSION_CACHE_KEY] = cart_sudo.id
        request.session["website_sale_cart_quantity"] = cart_sudo.cart_quantity
        if cart_sudo and not self.env.cr.readonly:
            cart_sudo._verify_cart()

    def _b2b_align_cart(self, cart_sudo):
        """Bring a cart in line with its user and contract, if it is not."""
        user = self.env.user
        if cart_sudo._b2b_is_cart_of(user):
            contract_sudo = cart_sudo.b2b_contract_id
        elif user._is_public():
            return
        else:
            contract_sudo = self._b2b_choose_contract()
        if contract_sudo:
            if not cart_sudo._b2b_is_on_contract(contract_sudo, user.partner_id):
                cart_sudo._b2b_put_on_contract(contract_sudo, user.partner_id)
        elif cart_sudo.b2b_contract_id:
            cart_sudo._b2b_leave_contract(user.partner_id)

    def _b2b_prepare_order_history(self):
        """Return what a dealer may repeat: the goods of the last orders of his legal
        entity that are not in the cart yet, each once.

        :return: ``label`` and ``lines`` (sudo) of each order, the newest first
        :rtype: list[dict]
        """
        orders = self.env["sale.order"].search(
            [
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    request.b2b_contract.legal_entity_id.id,
                ),
                ("company_id", "=", self.company_id.id),
                ("state", "=", "sale"),
            ],
            order="date_order desc, id desc",
            limit=REORDER_LIMIT,
        )
        seen = {line._b2b_get_reorder_key() for line in request.cart.order_line}
        history = []
        # Portal users may not read all that a line tells about its product.
        for order in orders.sudo():
            lines = order.order_line.browse()
            for line in order.order_line:
                key = line._b2b_get_reorder_key()
                if key not in seen and line._is_reorder_allowed():
                    seen.add(key)
                    lines |= line
            if lines:
                label = order._b2b_get_reorder_label()
                history.append({"label": label, "lines": lines})
        return history

    def _prepare_sale_order_values(self, partner_sudo):
        values = super()._prepare_sale_order_values(partner_sudo)
        if contract_sudo := self._b2b_get_request_contract():
            values.update(contract_sudo._prepare_cart_values(partner_sudo))
        return values

    def _get_and_cache_current_pricelist(self):
        """Override of `website_sale`: a contract names its prices, whether or not
        the website offers that pricelist and whether or not pricelists are enabled.
        """
        if contract_sudo := self._b2b_get_request_contract():
            request.session.pop(PRICELIST_SELECTED_SESSION_CACHE_KEY, None)
            return contract_sudo._get_pricelist()
        return super()._get_and_cache_current_pricelist()

    def _get_and_cache_current_fiscal_position(self):
        if contract_sudo := self._b2b_get_request_contract():
            return contract_sudo._get_fiscal_position(
                request.cart.partner_shipping_id or None
            )
        return super()._get_and_cache_current_fiscal_position()

    def get_pricelist_available(self, show_visible=False):
        """Override of `website_sale`: who buys on a contract chooses no pricelist."""
        if self._b2b_has_request_contract():
            return request.b2b_contract._get_pricelist().sudo(False)
        return super().get_pricelist_available(show_visible=show_visible)

    def _b2b_has_request_contract(self):
        """Tell whether the running request, if any, is one of a dealer."""
        return bool(self._b2b_get_request_contract())

    def _b2b_get_request_contract(self):
        """Return the contract of the running request (sudo), if it has any."""
        # Not by getattr: what stands in for a request in tests has any attribute.
        return request and request.__dict__.get("b2b_contract")

    def _b2b_shows_contract_bar(self):
        """Tell whether the page says for whom and on which contract he buys: all of
        the shop, but not where the page itself says so or the order is done.
        """
        path = request.httprequest.path
        return (
            self._b2b_has_request_contract()
            and (path == "/shop" or path.startswith("/shop/"))
            and path not in ("/shop/cart", "/shop/confirmation")
        )

    # === CATALOGUE === #

    @api.model
    def is_view_active(self, key):
        """Override of `website`: the filter by price compares list prices, which are
        not those a dealer sees.
        """
        if key == PRICE_FILTER and self._b2b_has_request_contract():
            return False
        return super().is_view_active(key)

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
