"""What a dealer's browser does in the shop, for tests over HTTP."""

import re

from lxml import html

from odoo.fields import Command
from odoo.http import Request

from .common import B2bHttpCommon


class B2bCheckoutCommon(B2bHttpCommon):
    """A dealer with a contract for each of two legal entities, which differ in
    prices and taxes: 90 with 20 % tax for one, 80 without tax for the other.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.website = cls.env["website"].get_current_website()
        cls.website.company_id = cls.company
        cls.tax = cls._create_tax("VAT 20%", 20)
        cls.product.taxes_id = cls.tax
        cls._set_stock(cls.product, 1000)
        cls.fiscal_position = cls.env["account.fiscal.position"].create(
            {"name": "Without VAT", "company_id": cls.company.id}
        )
        cls.no_tax = cls._create_tax(
            "VAT 0%",
            0,
            fiscal_position_ids=[Command.set(cls.fiscal_position.ids)],
            original_tax_ids=[Command.set(cls.tax.ids)],
        )
        cls.contract.pricelist_id = cls._create_pricelist("Dealers", 90)
        cls.entity_contract.write(
            {
                "pricelist_id": cls._create_pricelist("Trade", 80).id,
                "fiscal_position_id": cls.fiscal_position.id,
            }
        )
        cls.provider = cls.env.ref("b2b_portal.payment_provider_b2b_bill")

    @classmethod
    def _create_tax(cls, name, amount, **values):
        return cls.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "company_id": cls.company.id,
                "country_id": cls.company.account_fiscal_country_id.id,
                "type_tax_use": "sale",
                **values,
            }
        )

    @classmethod
    def _create_pricelist(cls, name, price, **values):
        """Return a pricelist that the website does not offer for choice."""
        return cls.env["product.pricelist"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "selectable": False,
                "currency_id": cls.currency.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "1_product",
                            "product_tmpl_id": cls.product.product_tmpl_id.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                        }
                    )
                ],
                **values,
            }
        )

    # === THE BROWSER === #

    def _log_in(self, user):
        self.authenticate(user.login, user.login)

    def _post(self, url, allow_redirects=False, **data):
        """Post a form with its CSRF token, as a page of ours does."""
        data.setdefault("csrf_token", Request.csrf_token(self))
        return self.url_open(url, data=data, allow_redirects=allow_redirects)

    def _get_page(self, url):
        """Return a page as a tree, having checked that it is there."""
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.text)

    def _choose(self, contract, **data):
        return self._post("/my/contract/choose", contract_id=str(contract.id), **data)

    def _add_to_cart(self, product=None, quantity=1):
        product = product or self.product
        return self.make_jsonrpc_request(
            "/shop/cart/add",
            {
                "product_template_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "quantity": quantity,
            },
        )

    def _get_cart(self, user=None):
        """Return the open cart of a user."""
        user = user or self.dealer_user
        self.env.invalidate_all()
        return self.env["sale.order"].search(
            [
                ("state", "=", "draft"),
                ("website_id", "!=", False),
                "|",
                ("b2b_contact_id", "=", user.partner_id.id),
                ("partner_id", "=", user.partner_id.id),
            ],
            order="id desc",
            limit=1,
        )

    def _get_shop_price(self):
        """Return the price on the product page."""
        page = self._get_page(self.product.website_url)
        price = page.find_class("oe_price")[0].find_class("oe_currency_value")[0]
        return float(price.text)

    def _press_order_and_bill(self):
        """Press the button of the payment page, but do not send its form yet.

        :return: the address and the data of the form that the browser would send
        """
        page = self._get_page("/shop/payment")
        (form,) = page.xpath("//form[@id='o_payment_form']")
        (radio,) = form.xpath(
            ".//input[@name='o_payment_radio'][@data-payment-method-code='b2b_bill']"
        )
        values = self.make_jsonrpc_request(
            form.get("data-transaction-route"),
            {
                "provider_id": int(radio.get("data-provider-id")),
                "payment_method_id": int(radio.get("data-payment-option-id")),
                "token_id": None,
                "amount": float(form.get("data-amount")),
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": form.get("data-landing-route"),
                "access_token": form.get("data-access-token"),
            },
        )
        redirect_form = html.fromstring(values["redirect_form_html"])
        fields = {i.get("name"): i.get("value") for i in redirect_form.xpath("//input")}
        return redirect_form.get("action"), fields

    def _order_and_bill(self):
        """Send the cart and return the thank-you page."""
        url, fields = self._press_order_and_bill()
        response = self._post(url, allow_redirects=True, **fields)
        self.assertEqual(response.status_code, 200)
        self.env.invalidate_all()
        return response

    def _get_text(self, response):
        """Return what the reader of a page sees, with single spaces."""
        content = html.fromstring(response.text).xpath("//main")[0].text_content()
        return re.sub(r"\s+", " ", content)
