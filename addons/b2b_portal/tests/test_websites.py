"""One user shops on several websites: each has a cart of its own."""

from odoo.tests import tagged

from .checkout_common import B2bCheckoutCommon

DOMAIN = "parts.example.com"


@tagged("post_install", "-at_install")
class TestWebsites(B2bCheckoutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_website = cls.env["website"].create(
            {
                "name": "Spare parts",
                "domain": f"http://{DOMAIN}",
                "company_id": cls.company.id,
            }
        )

    def _visit(self, website):
        """Log in on a website: each has its own domain and therefore its session."""
        self.session = None
        self._log_in(self.dealer_user)
        if website.domain:
            self.opener.headers["Host"] = DOMAIN
            self.opener.cookies.set(
                "session_id", self.session.sid, domain=DOMAIN, path="/"
            )

    def _get_cart_of(self, website):
        self.env.invalidate_all()
        return self.env["sale.order"].search(
            [
                ("state", "=", "draft"),
                ("website_id", "=", website.id),
                ("b2b_contact_id", "=", self.dealer_user.partner_id.id),
            ]
        )

    def _assert_cart(self, website, contract, price):
        """Check the only cart of a website: contract, legal entity and price."""
        cart = self._get_cart_of(website)
        self.assertEqual(len(cart), 1)
        self.assertEqual(cart.b2b_contract_id, contract)
        self.assertEqual(cart.partner_id, contract.legal_entity_id)
        self.assertEqual(cart.order_line.price_unit, price)
        return cart

    def _fill_both_carts(self):
        self._visit(self.website)
        self._choose(self.contract)
        self._add_to_cart()
        self._visit(self.other_website)
        self._add_to_cart(quantity=5)
        self._choose(self.entity_contract)

    def test_each_cart_keeps_contract_and_entity(self):
        self._fill_both_carts()
        for website, contract, price in (
            (self.website, self.contract, 90),
            (self.other_website, self.entity_contract, 80),
            (self.website, self.contract, 90),
        ):
            with self.subTest(website.name):
                self._visit(website)
                self.assertEqual(self._get_shop_price(), price)
                self._get_page("/shop/cart")
                self._assert_cart(website, contract, price)
        first = self._get_cart_of(self.website)
        second = self._get_cart_of(self.other_website)
        self.assertEqual(first.order_line.product_uom_qty, 1)
        self.assertEqual(second.order_line.product_uom_qty, 5)

    def test_new_contract_of_one_cart_leaves_the_other(self):
        self._fill_both_carts()
        self._visit(self.website)
        self._choose(self.entity_contract)
        self._assert_cart(self.website, self.entity_contract, 80)
        self._choose(self.contract)
        self._assert_cart(self.website, self.contract, 90)
        self._assert_cart(self.other_website, self.entity_contract, 80)

    def test_order_on_one_website_leaves_the_cart_of_the_other(self):
        self._fill_both_carts()
        self._visit(self.other_website)
        order = self._get_cart_of(self.other_website)
        self._order_and_bill()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.b2b_contract_id, self.entity_contract)
        self._assert_cart(self.website, self.contract, 90)
        self.assertFalse(self._get_cart_of(self.other_website))
