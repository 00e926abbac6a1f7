from werkzeug.exceptions import Forbidden, NotFound

from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import consteq

from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.addons.website_sale.controllers.main import WebsiteSale

from .access import find_order
from .query import parse_id

PAY_BY_BILL_URL = "/shop/bill/process"


class B2bCheckout(WebsiteSale):
    """Choosing a contract, and the checkout of a cart that is on one."""

    # === CONTRACT === #

    @route(
        "/my/contract/choose",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_choose_contract(self, contract_id=None, redirect="/shop", **_post):
        """Make a contract the active one and go back to where the user was.

        :param str contract_id: one of the user's own contracts
        :param str redirect: a path of this site
        """
        contract_sudo = self._b2b_get_contract(contract_id)
        user = request.env.user
        if not user._b2b_may("order", contract_sudo.legal_entity_id):
            raise Forbidden(contract_sudo._order_refusal_reason() or None)
        if reason := contract_sudo._refusal_reason("order"):
            request.website._b2b_leave_notice(reason)
        else:
            request.website._b2b_set_contract(contract_sudo)
        # A line break cannot be part of an answer's header.
        return request.redirect("".join(redirect.split()) or "/shop")

    def _b2b_get_contract(self, contract_id):
        """Return a contract of this website that the user may see (sudo).

        :raise NotFound: for anything else, be it somebody's or nonsense
        """
        contracts_sudo = request.website._b2b_get_contracts()
        contract_sudo = contracts_sudo.filtered(
            lambda contract: str(contract.id) == contract_id
        )
        if not contract_sudo:
            raise NotFound()
        return contract_sudo

    # === ADDRESSES === #

    def _prepare_checkout_page_values(self, order_sudo, **kwargs):
        values = super()._prepare_checkout_page_values(order_sudo, **kwargs)
        if order_sudo.b2b_contract_id:
            addresses_sudo = order_sudo._b2b_get_delivery_addresses()
            values.update(
                delivery_addresses=addresses_sudo.with_context(show_address=1),
                billing_addresses=order_sudo.partner_invoice_id,
                use_delivery_as_billing=False,
            )
        return values

    def _prepare_address_update(self, order_sudo, partner_id=None, address_type=None):
        """Override of `website_sale`: on a contract there are no billing addresses,
        the bill is the legal entity's.
        """
        partner_sudo, address_type = super()._prepare_address_update(
            order_sudo, partner_id=partner_id, address_type=address_type
        )
        if order_sudo.b2b_contract_id and address_type == "billing":
            raise Forbidden()
        return partner_sudo, address_type

    def _complete_address_values(  # pylint: disable=missing-return
        self, address_values, *args, order_sudo=False, **kwargs
    ):
        """Override of `website_sale`: a new address belongs to the legal entity that
        buys, not to the company of the user.
        """
        # It changes the dictionary and returns nothing.
        super()._complete_address_values(
            address_values, *args, order_sudo=order_sudo, **kwargs
        )
        if order_sudo and order_sudo.b2b_contract_id:
            address_values["parent_id"] = order_sudo.b2b_legal_entity_id.id

    @route()
    def shop_update_address(self, partner_id, address_type="billing", **kw):
        """Override of `website_sale`: the delivery address may be one of any legal
        entity the user acts for; the customer and the billing address stay.
        """
        order_sudo = request.cart
        if not order_sudo.b2b_contract_id:
            return super().shop_update_address(
                partner_id, address_type=address_type, **kw
            )
        address_id = parse_id(partner_id)
        addresses_sudo = order_sudo._b2b_get_delivery_addresses()
        if address_type != "delivery" or address_id not in addresses_sudo.ids:
            raise Forbidden()
        order_sudo._update_address(address_id, {"partner_shipping_id"})
        return None

    # === PAYMENT === #

    def _get_shop_payment_errors(self, order):
        errors = super()._get_shop_payment_errors(order)
        if reason := order._b2b_order_refusal():
            errors.append((request.env._("This order cannot be sent."), reason))
        return errors

    def _get_shop_payment_values(self, order, **kwargs):
        values = super()._get_shop_payment_values(order, **kwargs)
        if order.b2b_contract_id:
            methods_sudo = values["payment_methods_sudo"]
            by_bill = methods_sudo.filtered(lambda pm: pm.code == "b2b_bill")
            values["default_payment_method_id"] = by_bill.id
            if by_bill and by_bill == methods_sudo and not values["tokens_sudo"]:
                values["submit_button_label"] = request.env._("Order and bill")
        return values

    @route()
    def shop_payment(self, **post):
        """Override of `website_sale`: the thank-you page shows this order, also if
        the user came without the page of delivery methods.
        """
        if request.cart.b2b_contract_id:
            request.session["sale_last_order_id"] = request.cart.id
        return super().shop_payment(**post)

    @route()
    def shop_payment_validate(self, sale_order_id=None, **post):
        """Override of `website_sale`: opening an address confirms no free order."""
        cart_sudo = request.cart
        if (
            cart_sudo.b2b_contract_id
            and not cart_sudo.amount_total
            and not cart_sudo.get_portal_last_transaction()
            and request.httprequest.method != "POST"
        ):
            return request.redirect("/shop/payment")
        return super().shop_payment_validate(sale_order_id=sale_order_id, **post)

    # === THANK-YOU PAGE === #

    @route()
    def shop_payment_confirmation(self, **post):
        """Override of `website_sale`: the order is the last one of this session, and
        its user must still be the one who may see it.
        """
        order_id = request.session.get("sale_last_order_id")
        order_sudo = request.env["sale.order"].sudo().browse(order_id or 0).exists()
        if order_sudo.b2b_contract_id and not order_sudo.with_user(
            request.env.user
        ).has_access("read"):
            request.session.pop("sale_last_order_id")
            return request.redirect(self._get_shop_path())
        return super().shop_payment_confirmation(**post)

    def _prepare_shop_payment_confirmation_values(self, order):
        values = super()._prepare_shop_payment_confirmation_values(order)
        if order.b2b_contract_id and order.state == "sale":
            values["b2b_bill"] = order._b2b_get_bill_values()
        return values


class B2bPayByBill(PaymentPortal):
    """The way of an order that is paid by bill: no waiting page, the bill at once."""

    @route(
        PAY_BY_BILL_URL,
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_process_bill(self, **post):
        """Confirm the order of a transaction and go to the thank-you page.

        :param dict post: `reference` and `access_token` of the transaction
        """
        transactions_sudo = request.env["payment.transaction"].sudo()
        tx_sudo = transactions_sudo._search_by_reference("custom", post)
        token = post.get("access_token") or ""
        if (
            not tx_sudo
            or not tx_sudo._b2b_is_by_bill()
            or not consteq(token, tx_sudo._b2b_access_token())
        ):
            raise NotFound()
        order_sudo = tx_sudo.sale_order_ids[:1]
        if order_sudo.website_id:
            request.session["sale_last_order_id"] = order_sudo.id
        try:
            with request.env.cr.savepoint():
                self._b2b_place_order(tx_sudo, order_sudo, post)
        except UserError as error:
            request.website._b2b_leave_notice(error)
            return request.redirect("/shop/cart")
        return request.redirect(tx_sudo.landing_route or "/shop/confirmation")

    def _b2b_place_order(self, tx_sudo, order_sudo, post):
        """Process the transaction and all that follows, unless it was done before.

        :raise UserError: when the order may not be sent any more
        """
        if order_sudo.state in ("draft", "sent"):
            if reason := order_sudo._b2b_order_refusal():
                raise UserError(reason)
        tx_sudo._process("custom", post)
        if not tx_sudo.is_post_processed:
            tx_sudo._post_process()

    # === THE BILL OF AN ORDER === #

    @route(
        "/my/orders/<int:order_id>/bill/issue",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_issue_bill(self, order_id, **_post):
        """Issue the bill of a confirmed order that has none, and show the order."""
        order_sudo = find_order(order_id)
        if not request.env.user._b2b_may("order", order_sudo.b2b_legal_entity_id):
            raise Forbidden()
        if order_sudo._b2b_is_bill_missing():
            order_sudo._b2b_bill_on_submission()
        return request.redirect(f"/my/orders/{order_sudo.id}")
