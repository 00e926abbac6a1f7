from unittest.mock import patch

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.b2b_portal.tests.checkout_common import B2bCheckoutCommon

from .common import B2bReservationBuilders


@tagged("post_install", "-at_install")
class TestShopWithoutReserved(B2bReservationBuilders, B2bCheckoutCommon):
    """What a dealer has reserved is not sold to others in the shop."""

    def setUp(self):
        super().setUp()
        self.pump = self._create_product(
            "Pump", "PU-1", 100, allow_out_of_stock_order=False, show_availability=True
        )
        self.pump.available_threshold = 100
        self._set_stock(self.pump, 5)
        self.order = self._confirm_order(5, product=self.pump)

    def _get_info(self):
        """Return what the product page asks the server for."""
        return self.make_jsonrpc_request(
            "/website_sale/get_combination_info",
            {
                "product_template_id": self.pump.product_tmpl_id.id,
                "product_id": self.pump.id,
                "combination": [],
                "add_qty": 1,
            },
        )

    def _get_in_cart(self, cart):
        lines = cart.order_line.filtered(lambda line: line.product_id == self.pump)
        return sum(lines.mapped("product_uom_qty"))

    def _find_visitors_cart(self):
        self.env.invalidate_all()
        lines = self.env["sale.order.line"].search(
            [
                ("product_id", "=", self.pump.id),
                ("order_id", "!=", self.order.id),
            ]
        )
        return lines.order_id

    def test_another_dealer_is_not_offered_what_is_reserved(self):
        self._log_in(self.stranger_user)
        page = self._get_page(self.pump.website_url)
        self.assertIn("5 in stock", page.text_content())
        self._reserve(self.order)
        page = self._get_page(self.pump.website_url)
        self.assertNotIn("in stock", page.text_content().replace("out of stock", ""))
        info = self._get_info()
        self.assertEqual(info["free_qty"], 0)
        self.assertNotIn("5 in stock", info["b2b_details"])

    def test_another_dealer_cannot_put_it_into_his_cart(self):
        self._reserve(self.order, 3)
        self._log_in(self.stranger_user)
        values = self._add_to_cart(self.pump, 5)
        self.assertEqual(self._get_in_cart(self._get_cart(self.stranger_user)), 2)
        self.assertTrue(values["notification_info"]["warning"])
        self._reserve(self.order)
        self.assertEqual(self._get_info()["free_qty"], 0)

    def test_what_is_in_a_cart_and_reserved_since_is_not_ordered(self):
        self._log_in(self.stranger_user)
        self._add_to_cart(self.pump, 5)
        cart = self._get_cart(self.stranger_user)
        self.assertEqual(self._get_in_cart(cart), 5)
        get_page = self._get_page

        def get_page_before_the_other_reserves(url):
            page = get_page(url)
            self._reserve(self.order)
            return page

        with (
            patch.object(self, "_get_page", get_page_before_the_other_reserves),
            mute_logger("odoo.http"),
            self.assertRaises(JsonRpcException) as caught,
        ):
            self._press_order_and_bill()
        self.assertIn("ValidationError", str(caught.exception))
        self.assertEqual(cart.state, "draft")

    def test_visitor_without_a_contract_neither(self):
        self.website.account_on_checkout = "optional"
        self._reserve(self.order)
        self.authenticate(None, None)
        info = self._get_info()
        self.assertEqual(info["free_qty"], 0)
        self._add_to_cart(self.pump, 1)
        self.assertFalse(self._get_in_cart(self._find_visitors_cart()))

    def test_what_is_released_is_offered_again(self):
        reservation = self._reserve(self.order)
        reservation._release_by_dealer()
        self._log_in(self.stranger_user)
        self.assertEqual(self._get_info()["free_qty"], 5)
        self._add_to_cart(self.pump, 5)
        self.assertEqual(self._get_in_cart(self._get_cart(self.stranger_user)), 5)
