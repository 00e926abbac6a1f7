"""Fractions of units that allow them, over the routes that the browser uses."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import JsonRpcException, tagged

from .checkout_common import B2bCheckoutCommon
from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestQuantityRules(B2bCommon):
    def _parse(self, value):
        return self.env["sale.order"]._b2b_parse_quantity(value)

    def test_numbers_are_read_as_people_type_them(self):
        for text, expected in {
            "2,5": 2.5,
            "2.5": 2.5,
            " 2,5 ": 2.5,
            "1 200,5": 1200.5,
            "1\u00a0200,5": 1200.5,
            "1,200.5": 1200.5,
            "1.200,5": 1200.5,
            3: 3.0,
            0.25: 0.25,
            "-1": -1.0,
        }.items():
            self.assertEqual(self._parse(text), expected, text)

    def test_what_is_no_number_is_refused(self):
        for text in ("", "abc", "nan", "inf", "1e400", "1,2,3", None, True, [], {}):
            with self.assertRaises(UserError, msg=repr(text)):
                self._parse(text)

    def test_usual_measures_may_be_ordered_in_fractions_after_install(self):
        for name in ("kgm", "ton", "meter", "litre", "square_meter", "cubic_meter"):
            self.assertTrue(self.env.ref(f"uom.product_uom_{name}").b2b_fractional)
        for name in ("unit", "dozen", "gram", "hour"):
            self.assertFalse(self.env.ref(f"uom.product_uom_{name}").b2b_fractional)

    def test_quantities_are_written_without_needless_zeros(self):
        metre = self.env.ref("uom.product_uom_meter")
        self.assertEqual(metre._b2b_format(2), "2")
        self.assertEqual(metre._b2b_format(2.5), "2.5")
        self.assertEqual(metre._b2b_format(0.25), "0.25")
        self.assertEqual(metre._b2b_format(1250), "1,250")


@tagged("post_install", "-at_install")
class TestQuantityHttp(B2bCheckoutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        metre = cls.env.ref("uom.product_uom_meter")
        cls.cable = cls._create_product("Cable", "VVG-3X1.5", 1.0, uom_id=metre.id)

    def setUp(self):
        super().setUp()
        self._log_in(self.dealer_user)

    def _update(self, line, quantity):
        return self.make_jsonrpc_request(
            "/shop/cart/update",
            {
                "line_id": line.id,
                "product_id": line.product_id.id,
                "quantity": quantity,
            },
        )

    def _get_quantities(self):
        return self._get_cart().order_line.mapped("product_uom_qty")

    # === ADDING === #

    def test_fraction_is_added_where_the_unit_allows_it(self):
        for quantity in (2.5, "2,5", "0.5"):
            self._add_to_cart(self.cable, quantity)
        self.assertEqual(self._get_quantities(), [5.5])

    def test_less_than_one_makes_a_cart(self):
        values = self._add_to_cart(self.cable, 0.5)
        self.assertEqual(values["quantity"], 0.5)
        self.assertEqual(values["cart_quantity"], 1)
        self.assertTrue(self._get_cart()._is_cart_ready())

    def test_a_length_counts_as_one_thing_in_the_cart(self):
        self._add_to_cart(self.cable, 150.5)
        self.assertEqual(self._add_to_cart(quantity=3)["cart_quantity"], 4)

    def test_whole_units_are_not_cut_silently(self):
        values = self._add_to_cart(quantity=2.5)
        self.assertEqual(values["quantity"], 0)
        warning = values["notification_info"]["warning"]
        self.assertIn("Only whole numbers of Units can be ordered", warning)
        self.assertFalse(self._get_quantities())

    def test_refused_addition_leaves_what_is_in_the_cart(self):
        self._add_to_cart(quantity=2)
        values = self._add_to_cart(quantity=1.5)
        self.assertIn("Only whole numbers", values["notification_info"]["warning"])
        self.assertEqual(self._get_quantities(), [2])

    def test_finer_than_the_precision_is_rounded_and_said(self):
        values = self._add_to_cart(self.cable, 2.123)
        self.assertEqual(self._get_quantities(), [2.12])
        self.assertIn("2.12 m", values["notification_info"]["warning"])

    def test_nothing_worth_a_unit_is_refused(self):
        values = self._add_to_cart(self.cable, 0.001)
        self.assertIn("smallest quantity", values["notification_info"]["warning"])
        self.assertFalse(self._get_quantities())

    def test_nonsense_is_refused_in_words(self):
        for value in ("abc", "nan", None, [1], "1e400"):
            response = self.url_open(
                "/shop/cart/add",
                json={
                    "params": {
                        "product_template_id": self.cable.product_tmpl_id.id,
                        "product_id": self.cable.id,
                        "quantity": value,
                    }
                },
            )
            error = response.json()["error"]["data"]
            self.assertEqual(error["name"], "odoo.exceptions.UserError", value)
            self.assertIn("is not a quantity", error["message"])
        self.assertFalse(self._get_quantities())

    def test_sum_of_additions_has_the_same_limit(self):
        self._add_to_cart(quantity=1e9)
        with self.assertRaises(JsonRpcException) as error:
            self._add_to_cart(quantity=1)
        self.assertIn("UserError", str(error.exception))
        self.assertEqual(self._get_quantities(), [1e9])

    def test_quantity_of_what_is_linked_is_read_too(self):
        for quantity in ("1e300", "NaN", '"abc"'):
            body = """{"params": {"product_template_id": %s, "product_id": %s,
                "linked_products": [{"product_template_id": %s, "product_id": %s,
                    "parent_product_template_id": %s, "quantity": %s,
                    "product_custom_attribute_values": [],
                    "no_variant_attribute_value_ids": []}]}}"""
            response = self.url_open(
                "/shop/cart/add",
                data=body
                % (
                    self.product.product_tmpl_id.id,
                    self.product.id,
                    self.cable.product_tmpl_id.id,
                    self.cable.id,
                    self.product.product_tmpl_id.id,
                    quantity,
                ),
                headers={"Content-Type": "application/json"},
            )
            error = response.json()["error"]["data"]
            self.assertIn("is not a quantity", error["message"])
        self.assertFalse(self._get_quantities())

    def test_only_units_of_the_product_are_taken(self):
        pack = self.env["uom.uom"].create(
            {
                "name": "Pack of 12",
                "relative_factor": 12,
                "relative_uom_id": self.product.uom_id.id,
            }
        )
        self.product.uom_ids = pack
        for unit in (self.env.ref("uom.product_uom_millimeter").id, 10**9, "x", -1):
            response = self._add_in_unit(unit)
            error = response.json()["error"]["data"]
            self.assertEqual(error["name"], "odoo.exceptions.UserError", unit)
        self.assertFalse(self._get_quantities())
        self._add_in_unit(pack.id)
        line = self._get_cart().order_line
        self.assertEqual(line.product_uom_id, pack)
        self.assertEqual(line.price_unit, 12 * 90)

    def _add_in_unit(self, unit_id):
        return self.url_open(
            "/shop/cart/add",
            json={
                "params": {
                    "product_template_id": self.product.product_tmpl_id.id,
                    "product_id": self.product.id,
                    "uom_id": unit_id,
                }
            },
        )

    def test_product_that_is_not_there_is_refused_in_words(self):
        for value in ("x", None, 10**30):
            response = self.url_open(
                "/shop/cart/add",
                json={"params": {"product_template_id": value, "product_id": value}},
            )
            error = response.json()["error"]["data"]
            self.assertEqual(error["name"], "odoo.exceptions.UserError", value)

    def test_who_has_no_contract_buys_as_in_stock_odoo(self):
        self._log_in(self._create_customer())
        for product, count in ((self.product, 2), (self.cable, 4)):
            values = self._add_to_cart(product, 2.5)
            self.assertEqual((values["quantity"], values["cart_quantity"]), (2, count))
            self.assertFalse(values["notification_info"]["warning"])
        line = self.env["sale.order.line"].search([("product_id", "=", self.cable.id)])
        self.assertFalse(line.order_id.b2b_contract_id)
        values = self._update(line, 7.5)
        self.assertEqual((values["quantity"], values["cart_quantity"]), (7, 9))

    def test_fields_of_who_has_no_contract_take_no_fractions(self):
        for user, mode in (
            (self.dealer_user, "decimal"),
            (self._create_customer(), None),
        ):
            self._log_in(user)
            self._add_to_cart(self.cable, 1)
            for url, name in (
                (self.cable.website_url, "//input[@name='add_qty']"),
                ("/shop/cart", "//input[hasclass('js_quantity')]"),
            ):
                field = self._get_page(url).xpath(name)[0]
                self.assertEqual(field.get("inputmode"), mode, (user.login, url))

    def _create_customer(self):
        return self._create_dealer_user(
            "b2b_customer", self.env["res.partner"].create({"name": "A customer"})
        )

    # === CHANGING === #

    def test_line_takes_a_fraction(self):
        self._add_to_cart(self.cable, 1)
        line = self._get_cart().order_line
        for quantity, expected in ((0.5, 0.5), ("2,75", 2.75), (3, 3)):
            values = self._update(line, quantity)
            self.assertEqual(values["quantity"], expected)
            self.assertFalse(values["warning"])
            self.assertEqual(self._get_quantities(), [expected])

    def test_line_of_whole_units_stays_and_says_why(self):
        self._add_to_cart(quantity=2)
        values = self._update(self._get_cart().order_line, 2.5)
        self.assertEqual(values["quantity"], 2)
        self.assertIn("Only whole numbers", values["warning"])
        self.assertEqual(self._get_quantities(), [2])

    def test_zero_removes_a_line(self):
        self._add_to_cart(self.cable, 1.5)
        self._update(self._get_cart().order_line, 0)
        self.assertFalse(self._get_quantities())

    def test_line_of_somebody_else_is_not_touched(self):
        self._add_to_cart(self.cable, 1.5)
        line = self._get_cart().order_line
        self._log_in(self.stranger_user)
        self._update(line, 7.5)
        self.assertEqual(line.product_uom_qty, 1.5)

    # === REORDERING === #

    def _reorder(self, order):
        return self.make_jsonrpc_request("/my/orders/reorder", {"order_id": order.id})

    def _create_past_order(self, product, quantity):
        order = self._create_order()
        order.order_line.write({"product_id": product.id, "product_uom_qty": quantity})
        order.action_confirm()
        return order

    def test_reorder_repeats_fractions(self):
        for quantity in (0.5, 2.25):
            self._reorder(self._create_past_order(self.cable, quantity))
        self.assertEqual(self._get_quantities(), [2.75])

    def test_reorder_of_whole_numbers_is_that_of_odoo(self):
        self._reorder(self._create_past_order(self.product, 3))
        self.assertEqual(self._get_quantities(), [3])

    def test_reorder_of_who_has_no_contract_is_that_of_odoo(self):
        customer = self._create_customer()
        order = self.env["sale.order"].create(
            {
                "partner_id": customer.partner_id.id,
                "website_id": self.website.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.cable.id, "product_uom_qty": 2.5}
                    )
                ],
            }
        )
        order.action_confirm()
        self._log_in(customer)
        self._reorder(order)
        self.assertEqual(self._get_cart(customer).order_line.product_uom_qty, 2)

    def test_reorder_of_nonsense_is_refused(self):
        for value in ("x", None, 10**30):
            response = self.url_open(
                "/my/orders/reorder", json={"params": {"order_id": value}}
            )
            self.assertNotIn("error", response.json())
        self.assertFalse(self._get_quantities())

    def test_reorder_of_a_foreign_order_is_refused(self):
        order = self._create_order(self.stranger_contract)
        order.order_line.write({"product_id": self.cable.id, "product_uom_qty": 1.5})
        order.action_confirm()
        self.url_open("/my/orders/reorder", json={"params": {"order_id": order.id}})
        self.assertFalse(self._get_quantities())

    # === BROWSER === #

    def test_fractions_are_typed_on_page_and_cart(self):
        self._set_stock(self.cable, 30)
        self.start_tour(
            self.cable.website_url, "b2b_fractional_quantity", login="b2b_dealer"
        )
        self.assertEqual(sorted(self._get_quantities()), [2, 3.75])

    def test_quick_reorder_repeats_fractions(self):
        """The sidebar of the cart."""
        self._create_past_order(self.cable, 2.5)
        self.start_tour("/shop/cart", "b2b_quick_reorder", login="b2b_dealer")
        self.assertEqual(self._get_quantities(), [0.75])
