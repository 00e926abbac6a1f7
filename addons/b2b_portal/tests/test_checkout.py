from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .checkout_common import B2bCheckoutCommon


@tagged("post_install", "-at_install")
class TestChooseContract(B2bCheckoutCommon):
    def test_shop_opens_with_the_prices_of_his_contract(self):
        self._log_in(self.dealer_user)
        self.assertEqual(self._get_shop_price(), 90)

    def test_choice_prices_the_shop(self):
        self._log_in(self.dealer_user)
        response = self._choose(self.entity_contract, redirect="/shop?search=x")
        self.assertEqual(response.status_code, 303)
        self.assertURLEqual(response.headers["Location"], "/shop?search=x")
        self.assertEqual(self._get_shop_price(), 80)

    def test_redirect_stays_on_this_site(self):
        self._log_in(self.dealer_user)
        for target in ("https://evil.example.com/x", "//evil.example.com/x"):
            response = self._choose(self.entity_contract, redirect=target)
            self.assertNotIn("evil", response.headers["Location"])

    def test_redirect_breaks_no_header(self):
        self._log_in(self.dealer_user)
        for target in ("/shop\r\nX-Evil: 1", "\n"):
            response = self._choose(self.entity_contract, redirect=target)
            self.assertEqual(response.status_code, 303)
            self.assertNotIn("X-Evil", response.headers)

    def test_choice_needs_csrf_and_post(self):
        self._log_in(self.dealer_user)
        with self.assertLogs("odoo.http", "WARNING"):
            response = self._choose(self.entity_contract, csrf_token="nonsense")
        self.assertEqual(response.status_code, 400)
        url = f"/my/contract/choose?contract_id={self.entity_contract.id}"
        self.assertEqual(self.url_open(url).status_code, 405)
        self.assertEqual(self._get_shop_price(), 90)

    def test_foreign_contract_is_refused_and_leaks_nothing(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        for contract_id in (str(self.stranger_contract.id), "999999999", "x", ""):
            response = self._post("/my/contract/choose", contract_id=contract_id)
            self.assertEqual(response.status_code, 404, contract_id)
            self.assertNotIn(self.stranger_contract.name, response.text)
            self.assertNotIn("Stranger", response.text)
        cart = self._get_cart()
        self.assertEqual(cart.b2b_contract_id, self.contract)
        self.assertFalse(self.dealer_user.b2b_contract_id)

    def test_accountant_may_not_choose(self):
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self._log_in(self.dealer_user)
        self.assertEqual(self._choose(self.entity_contract).status_code, 403)
        self.assertFalse(self.dealer_user.b2b_contract_id)

    def test_role_counts_per_legal_entity(self):
        self.dealer_user.b2b_membership_ids.filtered(
            lambda membership: membership.legal_entity_id == self.dealer
        ).role = "accountant"
        self._log_in(self.dealer_user)
        self.assertEqual(self._choose(self.contract).status_code, 403)
        self.assertEqual(self._choose(self.entity_contract).status_code, 303)
        self.assertEqual(self._get_shop_price(), 80)

    def test_expired_contract_is_refused_with_its_reason(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        self.entity_contract.write({"date_start": False, "date_end": yesterday})
        self._log_in(self.dealer_user)
        response = self._choose(self.entity_contract, allow_redirects=True)
        page = html.fromstring(response.text)
        notice = page.find_class("o_b2b_notice")[0].text_content()
        self.assertIn("Contract E-1 expired on", notice)
        self.assertEqual(self._get_shop_price(), 90)
        # Said once; from then on only the menu says why it cannot be chosen.
        page = self._get_page("/shop")
        self.assertFalse(page.find_class("o_b2b_notice"))

    def test_archived_contract_is_not_found(self):
        self.entity_contract.active = False
        self._log_in(self.dealer_user)
        self.assertEqual(self._choose(self.entity_contract).status_code, 404)

    def test_contract_of_another_company_is_not_offered(self):
        company = self.env["res.company"].create({"name": "Second supplier"})
        contract = self._create_contract(self.dealer, "D-9", company_id=company.id)
        self._log_in(self.dealer_user)
        self.assertEqual(self._choose(contract).status_code, 404)

    def test_one_contract_is_chosen_by_itself(self):
        self._log_in(self.stranger_user)
        self._add_to_cart()
        cart = self._get_cart(self.stranger_user)
        self.assertEqual(cart.b2b_contract_id, self.stranger_contract)
        page = self._get_page("/shop")
        self.assertFalse(page.xpath("//form[@action='/my/contract/choose']"))
        self.assertIn("S-1", page.find_class("o_b2b_contract_bar")[0].text_content())

    def test_an_orderable_contract_goes_before_an_expired_one(self):
        yesterday = fields.Date.today() - timedelta(days=1)
        self.contract.write({"date_start": False, "date_end": yesterday})
        self.dealer_user.b2b_contract_id = self.contract
        self._log_in(self.dealer_user)
        self.assertEqual(self._get_shop_price(), 80)

    def test_chooser_lists_entities_and_contracts(self):
        self._log_in(self.dealer_user)
        page = self._get_page("/shop")
        bar = page.find_class("o_b2b_contract_bar")[0].text_content()
        for text in ("Horns and Hooves", "Hooves Trade", "D-1", "E-1"):
            self.assertIn(text, bar)
        self.assertNotIn("S-1", bar)

    def test_customer_without_contract_sees_nothing_of_it(self):
        self.stranger_contract.unlink()
        self._log_in(self.stranger_user)
        self.assertFalse(self._get_page("/shop").find_class("o_b2b_contract_bar"))
        self._add_to_cart()
        cart = self._get_cart(self.stranger_user)
        self.assertEqual(cart.partner_id, self.stranger_user.partner_id)
        self.assertFalse(cart.b2b_contract_id)
        self.assertFalse(cart.b2b_contact_id)
        self.assertFalse(cart.carrier_id)


@tagged("post_install", "-at_install")
class TestCartOnContract(B2bCheckoutCommon):
    def _assert_on(self, cart, contract, price, tax):
        self.assertEqual(cart.b2b_contract_id, contract)
        self.assertEqual(cart.partner_id, contract.legal_entity_id)
        self.assertEqual(cart.partner_invoice_id, contract.legal_entity_id)
        self.assertEqual(cart.b2b_contact_id, self.dealer_user.partner_id)
        self.assertEqual(cart.pricelist_id, contract.pricelist_id)
        self.assertEqual(
            cart.fiscal_position_id,
            contract._get_fiscal_position(cart.partner_shipping_id),
        )
        self.assertEqual(cart.order_line.price_unit, price)
        self.assertEqual(cart.order_line.tax_ids, tax)

    def test_cart_carries_entity_prices_and_taxes(self):
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self._add_to_cart()
        self._assert_on(self._get_cart(), self.entity_contract, 80, self.no_tax)

    def test_switching_reprices_the_cart(self):
        self._log_in(self.dealer_user)
        self._add_to_cart(quantity=3)
        self._assert_on(self._get_cart(), self.contract, 90, self.tax)
        self._choose(self.entity_contract)
        self._assert_on(self._get_cart(), self.entity_contract, 80, self.no_tax)
        self._choose(self.contract)
        cart = self._get_cart()
        self._assert_on(cart, self.contract, 90, self.tax)
        self.assertEqual(cart.order_line.product_uom_qty, 3)

    def test_switching_changes_currency_and_payment_term(self):
        foreign = self.env.ref("base.EUR")
        if foreign == self.currency:
            foreign = self.env.ref("base.USD")
        foreign.active = True
        term = self.env["account.payment.term"].create({"name": "45 days"})
        self.entity_contract.write(
            {
                "pricelist_id": self._create_pricelist(
                    "Foreign", 70, currency_id=foreign.id
                ).id,
                "currency_id": foreign.id,
                "payment_term_id": term.id,
            }
        )
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self.assertEqual(self._get_cart().currency_id, self.currency)
        self._choose(self.entity_contract)
        cart = self._get_cart()
        self.assertEqual(cart.currency_id, foreign)
        self.assertEqual(cart.payment_term_id, term)
        self.assertEqual(cart.amount_total, 70)
        self._choose(self.contract)
        self.assertNotEqual(self._get_cart().payment_term_id, term)

    def test_choice_survives_every_page(self):
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self._add_to_cart()
        for url in (
            "/shop",
            self.product.website_url,
            "/shop/cart",
            "/shop/checkout",
            "/shop/payment",
            "/my",
        ):
            self._get_page(url)
            self._assert_on(self._get_cart(), self.entity_contract, 80, self.no_tax)

    def test_choice_survives_a_new_log_in(self):
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self.logout()
        self._log_in(self.dealer_user)
        self.assertEqual(self._get_shop_price(), 80)

    def test_cart_is_found_again_after_a_new_log_in(self):
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self._add_to_cart()
        cart = self._get_cart()
        self.logout()
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self.assertEqual(self._get_cart(), cart)
        self._assert_on(cart, self.entity_contract, 80, self.no_tax)
        self.assertEqual(cart.order_line.product_uom_qty, 2)

    def test_tabs_and_sessions_agree_on_the_contract_of_the_cart(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        first_session = self.session
        self.session = None
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self._assert_on(self._get_cart(), self.entity_contract, 80, self.no_tax)
        self.session = first_session
        self.opener.cookies.set(
            "session_id", first_session.sid, domain="127.0.0.1", path="/"
        )
        self.assertEqual(self._get_shop_price(), 80)
        self._assert_on(self._get_cart(), self.entity_contract, 80, self.no_tax)

    def test_cart_of_a_colleague_is_not_taken(self):
        colleague = self._create_dealer_user("b2b_colleague", self.dealer)
        # The worst case: the user is the legal entity himself.
        colleague.partner_id = self.dealer
        self._log_in(self.dealer_user)
        self._add_to_cart()
        cart = self._get_cart()
        self._log_in(colleague)
        self._add_to_cart(quantity=5)
        self.env.invalidate_all()
        self.assertEqual(cart.b2b_contact_id, self.dealer_user.partner_id)
        self.assertEqual(cart.order_line.product_uom_qty, 1)

    def test_guest_cart_moves_to_the_contract_at_log_in(self):
        self.authenticate(None, None)
        self._add_to_cart(quantity=2)
        cart = self.env["sale.order"].search([], order="id desc", limit=1)
        self.assertEqual(cart.partner_id, self.website.user_id.partner_id)
        self.session.pop("uid", None)
        response = self._post(
            "/web/login", login=self.dealer_user.login, password=self.dealer_user.login
        )
        self.assertEqual(response.status_code, 303)
        self._get_page("/shop/cart")
        self.env.invalidate_all()
        self._assert_on(cart, self.contract, 90, self.tax)

    def test_pricelist_of_the_website_cannot_be_chosen(self):
        bargain = self._create_pricelist(
            "Bargain", 1, selectable=True, code="BARGAIN", website_id=self.website.id
        )
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self.url_open(f"/shop/change_pricelist/{bargain.id}")
        self.url_open("/shop/pricelist?promo=BARGAIN")
        self.url_open("/shop/cart")
        self._assert_on(self._get_cart(), self.contract, 90, self.tax)
        self.assertEqual(self._get_shop_price(), 90)

    def test_pricelist_feature_is_on(self):
        self.assertTrue(
            self.env["res.groups"]._is_feature_enabled(
                "product.group_product_pricelist"
            )
        )

    def test_cart_tells_article_and_price_of_a_unit(self):
        self._log_in(self.dealer_user)
        self._add_to_cart(quantity=3)
        page = self._get_page("/shop/cart")
        (line,) = page.find_class("o_cart_product")[0].xpath(
            ".//div[@name='b2b_article']"
        )
        text = " ".join(line.text_content().split())
        self.assertRegex(text, r"^OF-100 · .*90\.00.* / Units$")

    def test_price_of_a_unit_is_less_the_discount(self):
        self._log_in(self.dealer_user)
        self._add_to_cart(quantity=3)
        line = self._get_cart().order_line
        line.discount = 10
        self.assertAlmostEqual(line._b2b_get_unit_price(), 81)

    def test_contract_prices_without_the_pricelist_feature(self):
        group = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user").implied_ids -= group
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self._assert_on(self._get_cart(), self.contract, 90, self.tax)
        self.assertEqual(self._get_shop_price(), 90)

    def test_new_prices_of_the_contract_reach_an_open_cart(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self.contract.pricelist_id = self._create_pricelist("New", 95)
        self._get_page("/shop/cart")
        self._assert_on(self._get_cart(), self.contract, 95, self.tax)

    def test_contract_that_expires_in_the_cart_stops_the_order(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        url, form = self._press_order_and_bill()
        yesterday = fields.Date.today() - timedelta(days=1)
        self.contract.write({"date_start": False, "date_end": yesterday})
        cart = self._get_cart()
        self.assertFalse(cart._is_cart_ready())
        page = self._get_page("/shop/cart")
        self.assertIn("expired", page.find_class("o_b2b_refusal")[0].text_content())
        page = self._get_page("/shop/payment")
        self.assertFalse(page.xpath("//form[@id='o_payment_form']"))
        self.assertIn("expired", page.text_content())
        response = self._post(url, allow_redirects=True, **form)
        self.assertIn("Contract D-1 expired", self._get_text(response))
        self.env.invalidate_all()
        self.assertEqual(cart.state, "draft")
        self.assertFalse(cart.b2b_payment_request_ids)
        with self.assertRaisesRegex(UserError, "expired"):
            cart.action_confirm()

    def test_accountant_sees_the_cart_refused(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self.dealer_user.b2b_membership_ids.role = "accountant"
        page = self._get_page("/shop/cart")
        self.assertIn("role", page.find_class("o_b2b_refusal")[0].text_content())
        self.assertFalse(
            self._get_page("/shop/payment").xpath("//form[@id='o_payment_form']")
        )

    def test_cart_on_a_closed_contract_can_be_put_on_the_other(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self.contract.active = False
        page = self._get_page("/shop/cart")
        self.assertIn("closed", page.find_class("o_b2b_refusal")[0].text_content())
        (offered,) = page.xpath("//button[@name='contract_id']")
        self.assertEqual(offered.get("value"), str(self.entity_contract.id))
        self._choose(self.entity_contract)
        self._assert_on(self._get_cart(), self.entity_contract, 80, self.no_tax)

    def test_lost_membership_takes_the_cart_off_the_contract(self):
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self._add_to_cart()
        self.dealer_user.b2b_membership_ids.filtered(
            lambda membership: membership.legal_entity_id == self.entity
        ).unlink()
        self._get_page("/shop/cart")
        self._assert_on(self._get_cart(), self.contract, 90, self.tax)


@tagged("post_install", "-at_install")
class TestCheckoutAddresses(B2bCheckoutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"]
        values = {"type": "delivery", "street": "Dock 1", "city": "Ghent"}
        values |= {"zip": "9000", "country_id": cls.env.ref("base.be").id}
        values |= {"phone": "+32470000009", "email": "dock@example.com"}
        cls.own_address = partners.create(
            {**values, "name": "Own dock", "parent_id": cls.entity.id}
        )
        cls.dealer_address = partners.create(
            {**values, "name": "Head office dock", "parent_id": cls.dealer.id}
        )
        cls.foreign_address = partners.create(
            {**values, "name": "Foreign dock", "parent_id": cls.stranger.id}
        )

    def setUp(self):
        super().setUp()
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self._add_to_cart()

    def _set_address(self, partner, address_type="delivery"):
        return self.url_open(
            "/shop/update_address",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "params": {"partner_id": partner.id, "address_type": address_type},
            },
        ).json()

    def test_addresses_of_all_his_entities_are_offered(self):
        text = self._get_page("/shop/checkout").text_content()
        self.assertIn("Own dock", text)
        self.assertIn("Head office dock", text)
        self.assertNotIn("Foreign dock", text)

    def test_delivery_address_is_free_among_his_own(self):
        for address in (self.own_address, self.dealer_address, self.dealer):
            self.assertNotIn("error", self._set_address(address))
            self.assertEqual(self._get_cart().partner_shipping_id, address)
        cart = self._get_cart()
        self.assertEqual(cart.partner_id, self.entity)
        self.assertEqual(cart.partner_invoice_id, self.entity)
        self.assertEqual(cart.order_line.price_unit, 80)

    def test_choice_of_address_survives_pages(self):
        self._set_address(self.dealer_address)
        self._get_page("/shop/payment")
        self.assertEqual(self._get_cart().partner_shipping_id, self.dealer_address)

    def test_foreign_address_is_refused(self):
        before = self._get_cart().partner_shipping_id
        for partner in (self.foreign_address, self.stranger):
            self.assertIn("error", self._set_address(partner))
        self.assertEqual(self._get_cart().partner_shipping_id, before)

    def test_nonsense_for_an_address_is_refused(self):
        for value in ("x", None, [1], -1, 10**30):
            answer = self.url_open(
                "/shop/update_address",
                json={"params": {"partner_id": value, "address_type": "delivery"}},
            ).json()
            self.assertEqual(
                answer["error"]["data"]["name"], "werkzeug.exceptions.Forbidden", value
            )

    def test_billing_address_cannot_be_changed(self):
        for partner in (self.own_address, self.stranger, self.dealer):
            self.assertIn("error", self._set_address(partner, "billing"))
        self.assertEqual(self._get_cart().partner_invoice_id, self.entity)

    def test_legal_entity_cannot_be_edited(self):
        for entity in (self.entity, self.dealer, self.stranger):
            url = f"/shop/address?partner_id={entity.id}&address_type=delivery"
            self.assertEqual(self.url_open(url).status_code, 403)
            response = self._post(
                "/shop/address/submit",
                partner_id=str(entity.id),
                address_type="delivery",
                name="Renamed",
            )
            self.assertEqual(response.status_code, 403)
        self.assertEqual(self.entity.name, "Hooves Trade")
        page = self._get_page("/shop/checkout")
        self.assertFalse(
            page.xpath(f"//a[contains(@href, 'partner_id={self.entity.id}')]")
        )
        self.assertTrue(
            page.xpath(f"//a[contains(@href, 'partner_id={self.own_address.id}')]")
        )

    def test_no_billing_address_can_be_made(self):
        self.assertEqual(
            self.url_open("/shop/address?address_type=billing").status_code, 403
        )

    def test_new_delivery_address_belongs_to_the_legal_entity(self):
        response = self._post(
            "/shop/address/submit",
            address_type="delivery",
            name="New dock",
            email="new@example.com",
            phone="+32470000010",
            street="Quay 5",
            city="Antwerp",
            zip="2000",
            country_id=str(self.env.ref("base.be").id),
        )
        self.assertNotIn("invalid_fields", response.json())
        address = self._get_cart().partner_shipping_id
        self.assertEqual(address.name, "New dock")
        self.assertEqual(address.parent_id, self.entity)

    def test_incomplete_legal_entity_does_not_stop_the_order(self):
        self.entity.write({"street": False, "city": False, "phone": False})
        for url in ("/shop/checkout", "/shop/payment"):
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 200, url)


@tagged("post_install", "-at_install")
class TestCheckoutDelivery(B2bCheckoutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stand_in = cls.env.ref("b2b_portal.delivery_carrier_by_request")
        product = cls.env["product.product"].create(
            {"name": "Courier", "type": "service", "list_price": 10}
        )
        cls.courier = cls.env["delivery.carrier"].create(
            {
                "name": "Courier",
                "product_id": product.id,
                "fixed_price": 10,
                "website_published": True,
            }
        )

    def test_no_method_is_chosen_and_no_line_added(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        cart = self._get_cart()
        self.assertEqual(cart.carrier_id, self.stand_in)
        self._get_page("/shop/checkout")
        self._get_page("/shop/payment")
        self.assertEqual(self._get_cart().carrier_id, self.stand_in)
        self.assertFalse(self._get_cart().order_line.filtered("is_delivery"))

    def test_other_methods_are_not_taken(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self.make_jsonrpc_request(
            "/shop/set_delivery_method", {"dm_id": self.courier.id}
        )
        cart = self._get_cart()
        self.assertEqual(cart.carrier_id, self.stand_in)
        self.assertEqual(cart.order_line.product_id, self.product)

    def test_stand_in_is_hidden_from_other_customers(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self._create_entity("Consumer").id,
                "website_id": self.website.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        methods = order._get_delivery_methods()
        self.assertIn(self.courier, methods)
        self.assertNotIn(self.stand_in, methods)
        order._set_delivery_method(self.courier)
        self.assertEqual(order.order_line.filtered("is_delivery").price_unit, 10)

    def test_delivery_line_of_a_former_cart_goes(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.dealer_user.partner_id.id,
                "b2b_contract_id": False,
                "website_id": self.website.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        order._set_delivery_method(self.courier)
        self._log_in(self.dealer_user)
        self._get_page("/shop/cart")
        self.env.invalidate_all()
        self.assertEqual(order.b2b_contract_id, self.contract)
        self.assertFalse(order.order_line.filtered("is_delivery"))


@tagged("post_install", "-at_install")
class TestPayByBill(B2bCheckoutCommon):
    def _get_providers(self, order, report=None):
        return self.env["payment.provider"]._get_compatible_providers(
            self.company.id,
            order.partner_id.id,
            order.amount_total,
            currency_id=order.currency_id.id,
            sale_order_id=order.id,
            report=report,
        )

    def test_offered_on_a_contract_only(self):
        order = self._create_order()
        self.assertIn(self.provider, self._get_providers(order))
        order.b2b_contract_id = False
        report = {}
        self.assertNotIn(self.provider, self._get_providers(order, report))
        self.assertIn("contract", report["providers"][self.provider]["reason"])

    def test_not_offered_on_an_expired_contract(self):
        order = self._create_order()
        yesterday = fields.Date.today() - timedelta(days=1)
        self.contract.write({"date_start": False, "date_end": yesterday})
        report = {}
        self.assertNotIn(self.provider, self._get_providers(order, report))
        self.assertIn("expired", report["providers"][self.provider]["reason"])

    def test_not_offered_for_a_confirmed_order(self):
        order = self._create_order()
        order.action_confirm()
        self.assertNotIn(self.provider, self._get_providers(order))

    def test_not_offered_without_an_order(self):
        providers = self.env["payment.provider"]._get_compatible_providers(
            self.company.id, self.dealer.id, 10
        )
        self.assertNotIn(self.provider, providers)

    def test_works_at_once_in_a_new_company(self):
        company = self.env["res.company"].create({"name": "Second supplier"})
        provider = self.env["payment.provider"].search(
            [("company_id", "=", company.id), ("custom_mode", "=", "b2b_bill")]
        )
        self.assertEqual(provider.state, "enabled")
        self.assertTrue(provider.is_published)

    def test_button_says_order_and_bill(self):
        self.env["payment.provider"].search(
            [("id", "!=", self.provider.id)]
        ).state = "disabled"
        self._log_in(self.dealer_user)
        self._add_to_cart()
        page = self._get_page("/shop/payment")
        (label,) = {
            button.text_content().strip()
            for button in page.xpath("//button[@name='o_payment_submit_button']")
        }
        self.assertEqual(label, "Order and bill")
        radios = page.xpath("//input[@name='o_payment_radio'][@checked]")
        self.assertEqual(
            [radio.get("data-payment-method-code") for radio in radios], ["b2b_bill"]
        )

    def test_bill_is_preselected_among_several_methods(self):
        transfer = self.env.ref("payment.payment_provider_transfer")
        transfer.write({"state": "enabled", "is_published": True})
        self._log_in(self.dealer_user)
        self._add_to_cart()
        page = self._get_page("/shop/payment")
        self.assertGreater(len(page.xpath("//input[@name='o_payment_radio']")), 1)
        radios = page.xpath("//input[@name='o_payment_radio'][@checked]")
        self.assertEqual(
            [radio.get("data-payment-method-code") for radio in radios], ["b2b_bill"]
        )
