from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from odoo.addons.account.controllers.portal import PortalAccount
from odoo.addons.sale.controllers.portal import PaymentPortal
from odoo.addons.sale_stock.controllers.portal import SaleStockPortal

from .query import choose, parse_date


class B2bCustomerPortal(SaleStockPortal):
    """Core's pages of orders, with the legal entities that a user acts for."""

    def _prepare_orders_domain(self, partner):
        return self._b2b_by_membership(super()._prepare_orders_domain(partner))

    def _prepare_quotations_domain(self, partner):
        return self._b2b_by_membership(super()._prepare_quotations_domain(partner))

    def _b2b_by_membership(self, domain):
        """Return a domain without its condition on the tree of partners, for those
        whose access rules are about legal entities."""
        if not request.env.user.b2b_by_membership:
            return domain
        return [
            condition
            for condition in domain
            if not (isinstance(condition, tuple) and condition[0] == "partner_id")
        ]

    def _prepare_sale_portal_rendering_values(
        self, page=1, date_begin=None, date_end=None, sortby=None, **kwargs
    ):
        """Override of `sale`: a word that says nothing is no error."""
        begin, end = parse_date(date_begin), parse_date(date_end)
        return super()._prepare_sale_portal_rendering_values(
            page=page,
            date_begin=begin and date_begin,
            date_end=end and date_end,
            sortby=choose(self._get_sale_searchbar_sortings(), sortby, None),
            **kwargs,
        )

    @route()
    def portal_quote_accept(self, order_id, access_token=None, **kwargs):
        """Override of `sale`: who may not order may not sign a quotation either."""
        try:
            order_sudo = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return super().portal_quote_accept(order_id, access_token, **kwargs)
        if reason := order_sudo.with_user(request.env.user).sudo()._b2b_order_refusal():
            return {"error": reason}
        return super().portal_quote_accept(order_id, access_token, **kwargs)

    def _get_page_view_values(self, document, *args, **kwargs):
        values = super()._get_page_view_values(document, *args, **kwargs)
        if document._name == "sale.order":
            rows = self._get_package_rows(document)
            order_sudo = document.with_user(request.env.user).sudo()
            values["b2b_rows"] = rows
            values["b2b_passport"] = order_sudo._b2b_get_passport(rows)
        return values

    def _get_package_rows(self, order_sudo):
        """Return the documents of an order. Unlike the order itself, they are not
        opened by its access token: the rules must let the user read them."""
        user = request.env.user
        if user._is_portal() and not user._b2b_sees_dealer_pages():
            return []
        package = request.env["b2b.document"]._get_package(order_sudo)
        return package._get_portal_rows()

    def _stock_picking_check_access(self, picking_id, access_token=None):
        """Override of `sale_stock`: a token opens no order that has none, where core
        answers with an error of the server."""
        order = request.env["stock.picking"].browse(picking_id).sudo().exists().sale_id
        return super()._stock_picking_check_access(
            picking_id, access_token=order.access_token and access_token
        )


class B2bOrderPayment(PaymentPortal):
    """Core's way to pay an order, from its page or by a link."""

    @route()
    def portal_order_transaction(self, order_id, access_token, **kwargs):
        """Override of `sale`: to pay a quotation is to order. No money is taken from
        who may not, nor for what could not be confirmed.
        """
        try:
            order_sudo = self._document_check_access(
                "sale.order", order_id, access_token=access_token
            )
        except (AccessError, MissingError):
            return super().portal_order_transaction(order_id, access_token, **kwargs)
        order_sudo = order_sudo.with_user(request.env.user).sudo()
        if order_sudo.state in ("draft", "sent"):
            if reason := order_sudo._b2b_order_refusal():
                raise ValidationError(reason)
        elif order_sudo.b2b_contract_id:
            order_sudo._b2b_check_not_lapsed()
        return super().portal_order_transaction(order_id, access_token, **kwargs)


class B2bPortalAccount(PortalAccount):
    """Core's pages of invoices: a word that says nothing is no error."""

    def _prepare_my_invoices_values(
        self, page, date_begin, date_end, sortby, filterby, *args, **kwargs
    ):
        begin, end = parse_date(date_begin), parse_date(date_end)
        return super()._prepare_my_invoices_values(
            page,
            begin and date_begin,
            end and date_end,
            choose(self._get_account_searchbar_sortings(), sortby, None),
            choose(self._get_account_searchbar_filters(), filterby, None),
            *args,
            **kwargs,
        )
