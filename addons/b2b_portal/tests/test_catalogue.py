"""What dealers find in the shop and what it tells them about the goods."""

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import B2bCommon, B2bHttpCommon


class B2bGoods:
    """Goods with articles and models as they are in life."""

    @classmethod
    def _create_goods(cls):
        cls.website = cls.env["website"].get_current_website()
        cls.website.company_id = cls.company
        cls.valve = cls._create_product(
            "Ball valve", "KV/015-FF", 5.0, barcode="2900000099912", b2b_model="BV 15×1"
        )
        cls.elbow = cls._create_product("Elbow", "0045-12", 2.0)
        cls.other = cls._create_product("Kit for 0045-12 and KV/015-FF", "KIT-1", 9.0)
        cls.hidden = cls._create_product("Valve", "KV/099", 5.0, is_published=False)
        for number, product in enumerate(cls.other | cls.valve | cls.elbow):
            product.website_sequence = number

    @classmethod
    def _create_variants(cls):
        """Return the variants M, L of gloves, with their articles."""
        attribute = cls.env["product.attribute"].create(
            {
                "name": "Glove size",
                "value_ids": [
                    Command.create({"name": "M"}),
                    Command.create({"name": "L"}),
                ],
            }
        )
        gloves = cls.env["product.template"].create(
            {
                "name": "Gloves",
                "type": "consu",
                "is_storable": True,
                "is_published": True,
                "attribute_line_ids": [
                    Command.create(
                        {
                            "attribute_id": attribute.id,
                            "value_ids": [Command.set(attribute.value_ids.ids)],
                        }
                    )
                ],
            }
        )
        for variant, code in zip(
            gloves.product_variant_ids, ("WG-7-M", "WG-7-L"), strict=True
        ):
            variant.default_code = code
        return gloves.product_variant_ids


@tagged("post_install", "-at_install")
class TestStockWord(B2bGoods, B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_goods()

    def _get_word(self, products):
        self.env.invalidate_all()
        return products._b2b_prepare_stock_word(self.website)

    def test_quantity_is_told_up_to_the_threshold(self):
        self._set_stock(self.valve, 100)
        self.assertEqual(
            self._get_word(self.valve), {"state": "available", "text": "100 in stock"}
        )
        self._set_stock(self.valve, 1)
        self.assertEqual(self._get_word(self.valve)["text"], ">100 in stock")

    def test_threshold_is_the_websites(self):
        self._set_stock(self.valve, 12)
        self.website.b2b_stock_threshold = 10
        self.assertEqual(self._get_word(self.valve)["text"], ">10 in stock")
        self.website.b2b_stock_threshold = 0
        self.assertEqual(self._get_word(self.valve)["text"], "12 in stock")

    def test_reserved_goods_are_not_told(self):
        self._set_stock(self.valve, 12)
        order = self._create_order()
        order.order_line.write({"product_id": self.valve.id, "product_uom_qty": 5})
        order.action_confirm()
        order.picking_ids.action_assign()
        self.assertEqual(order.picking_ids.state, "assigned")
        self.assertEqual(self._get_word(self.valve)["text"], "7 in stock")

    def test_goods_on_order_tell_how_long_it_takes(self):
        self.assertEqual(
            self._get_word(self.valve), {"state": "on_order", "text": "On order"}
        )
        self.valve.sale_delay = 5
        self.assertEqual(self._get_word(self.valve)["text"], "On order, 5 days")
        self.valve.sale_delay = 1
        self.assertEqual(self._get_word(self.valve)["text"], "On order, 1 day")

    def test_goods_that_cannot_be_ordered_are_out_of_stock(self):
        self.valve.allow_out_of_stock_order = False
        self.assertEqual(
            self._get_word(self.valve), {"state": "sold_out", "text": "Out of stock"}
        )

    def test_what_is_not_kept_in_stock_has_no_word(self):
        self.valve.is_storable = False
        self.assertFalse(self._get_word(self.valve))

    def test_fractions_are_told_of_units_that_allow_them(self):
        metre = self.env.ref("uom.product_uom_meter")
        pipe = self._create_product("Pipe", "P-1", 1.0, uom_id=metre.id)
        self._set_stock(pipe, 2.5)
        self.assertEqual(self._get_word(pipe)["text"], "2.5 m in stock")

    def test_variants_together_tell_no_number(self):
        medium, large = variants = self._create_variants()
        self.assertEqual(self._get_word(variants)["text"], "On order")
        self._set_stock(medium, 5)
        self.assertEqual(self._get_word(variants)["state"], "partly")
        self._set_stock(large, 7)
        self.assertEqual(self._get_word(variants)["text"], "In stock")

    def test_a_page_of_goods_takes_as_many_queries_as_one_product(self):
        templates = self.env["product.template"]
        for number in range(20):
            product = self._create_product(f"Thing {number}", f"T-{number}", 1.0)
            self._set_stock(product, number + 1)
            templates |= product.product_tmpl_id

        def count_queries(products):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            catalogue = self.website._b2b_prepare_catalogue(products)
            self.assertEqual(len(catalogue), len(products))
            return self.env.cr.sql_log_count - before

        count_queries(templates)  # what is read once for all time
        self.assertEqual(count_queries(templates), count_queries(templates[:1]))

    def test_staff_find_products_by_model_in_the_backend(self):
        found = self.env["product.template"].search([("b2b_model", "ilike", "bv 15")])
        self.assertEqual(found, self.valve.product_tmpl_id)


@tagged("post_install", "-at_install")
class TestCatalogueHttp(B2bGoods, B2bHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_goods()
        cls._set_stock(cls.valve, 12)

    def _get_page(self, url):
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        return html.fromstring(response.text)

    def _get_cards(self, page):
        """Return the names of the products listed, in their order."""
        return [
            title.text_content().strip()
            for title in page.find_class("o_wsale_products_item_title")
        ]

    def _search(self, text):
        response = self.url_open("/shop", params={"search": text})
        self.assertEqual(response.status_code, 200, text)
        return self._get_cards(html.fromstring(response.text))

    # === SEARCH === #

    def test_search_finds_article_in_any_case_and_puts_it_first(self):
        both = ["Ball valve", "Kit for 0045-12 and KV/015-FF"]
        for text in ("KV/015-FF", "kv/015-ff", " KV/015-FF "):
            self.assertEqual(self._search(text), both, text)

    def test_search_keeps_leading_zeros(self):
        self.assertEqual(
            self._search("0045-12"), ["Elbow", "Kit for 0045-12 and KV/015-FF"]
        )

    def test_search_finds_a_part_of_the_article(self):
        self.assertIn("Ball valve", self._search("KV/015"))

    def test_search_finds_barcode(self):
        self.assertEqual(self._search("2900000099912"), ["Ball valve"])
        self.assertEqual(self._search("2900000099999"), [])

    def test_search_finds_model(self):
        for text in ("BV 15×1", "15×1", "bv 15×1"):
            self.assertEqual(self._search(text), ["Ball valve"], text)

    def test_search_finds_article_of_any_variant(self):
        self._create_variants()
        for text in ("WG-7-M", "WG-7-L", "wg-7-l"):
            self.assertEqual(self._search(text), ["Gloves"], text)

    def test_search_is_not_led_astray_by_words_alike(self):
        """Words of `website` break at "×": a Latin x seems nearer than the model."""
        self._create_product("Coupling", "CL-1", 1.0, b2b_model="BV15×10")
        self._create_product("Pipe", "BV15X10", 1.0)
        self.assertEqual(self._search("BV15×10"), ["Coupling"])
        self.assertEqual(self._search("BV15X1O"), ["Pipe"], "misspelt words are mended")

    def test_search_shows_no_unpublished_product(self):
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        self.assertEqual(self._search("KV/099"), [])

    def test_search_endures_nonsense(self):
        for text in ("%", "_", "\\", "'", "×" * 300, "0" * 500, "a b c d e"):
            self._search(text)

    def test_nonsense_in_the_address_is_no_error(self):
        for query in (
            "search=%00",
            "order=nonsense",
            "order=list_price;drop",
            "tags=nonsense",
            "tags=,",
            "attribute_values=x",
            "attribute_values=1-x",
            "attribute_values=99999999999-1",
            "min_price=x&max_price=x",
            "ppg=x",
        ):
            self.assertEqual(self.url_open(f"/shop?{query}").status_code, 200, query)

    def test_words_of_the_address_still_count(self):
        cards = self._get_cards(self._get_page("/shop?order=list_price+desc"))
        self.assertLess(cards.index("Ball valve"), cards.index("Elbow"))
        cards = self._get_cards(self._get_page("/shop?order=list_price+asc"))
        self.assertGreater(cards.index("Ball valve"), cards.index("Elbow"))
        tag = self.env["product.tag"].create(
            {"name": "Brass", "product_template_ids": self.valve.product_tmpl_id.ids}
        )
        page = self._get_page(f"/shop?tags={tag.id},nonsense")
        self.assertEqual(self._get_cards(page), ["Ball valve"])

    def test_price_range_is_that_of_what_is_found(self):
        page = self._get_page("/shop?search=2900000099912")
        slider = page.xpath("//input[@data-range-currency or @type='range']")
        for element in slider:
            self.assertEqual(float(element.get("max")), 5.0)
        self.assertTrue(slider)

    def _propose(self, text):
        return self.make_jsonrpc_request(
            "/website/snippet/autocomplete",
            {
                "search_type": "products_only",
                "term": text,
                "order": "website_sequence asc",
                "limit": 1,
                "options": {
                    "displayImage": False,
                    "displayDescription": False,
                    "displayExtraLink": False,
                    "displayDetail": False,
                    "allowFuzzy": True,
                },
            },
        )["results"]

    def test_search_box_proposes_the_article_first(self):
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        (proposed,) = self._propose("KV/015-FF")
        text = html.fromstring(proposed["name"]).text_content()
        self.assertEqual(text, "KV/015-FF · Ball valve")

    def test_search_box_tells_visitors_no_article(self):
        (proposed,) = self._propose("Ball valve")
        self.assertNotIn("KV/015-FF", proposed["name"])

    # === FILTERS === #

    def test_characteristics_filter_without_any_customisation(self):
        attribute = self.env["product.attribute"].create({"name": "Thread type"})
        values = self.env["product.attribute.value"].create(
            [
                {"name": name, "attribute_id": attribute.id}
                for name in ("G 1/2", "G 3/4")
            ]
        )
        for product, value in zip(self.valve | self.elbow, values, strict=True):
            product.product_tmpl_id.attribute_line_ids = [
                Command.create(
                    {
                        "attribute_id": attribute.id,
                        "value_ids": [Command.set(value.ids)],
                    }
                )
            ]
        page = self._get_page("/shop")
        field = f"{attribute.id}-{values[0].id}"
        self.assertTrue(page.xpath(f"//input[@value='{field}']"))
        page = self._get_page(f"/shop?attribute_values={field}")
        self.assertEqual(self._get_cards(page), ["Ball valve"])

    # === LIST AND PAGE === #

    def _get_info(self, page, name):
        return [
            " ".join(element.text_content().split())
            for element in page.xpath(f"//*[@name='{name}']")
        ]

    def test_dealer_sees_article_stock_and_unit_on_the_list(self):
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        page = self._get_page("/shop?search=KV/015-FF")
        self.assertEqual(self._get_info(page, "b2b_article"), ["KV/015-FF", "KIT-1"])
        words = [
            " ".join(e.text_content().split()) for e in page.find_class("o_b2b_stock")
        ]
        self.assertEqual(words, ["12 in stock", "On order"])
        self.assertEqual(self._get_info(page, "b2b_uom")[0], "/ Units")

    def test_dealer_sees_the_prices_of_his_contract_on_the_list(self):
        self.contract.pricelist_id = self.env["product.pricelist"].create(
            {
                "name": "Dealers",
                "company_id": self.company.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "3_global",
                            "compute_price": "percentage",
                            "percent_price": 20,
                        }
                    )
                ],
            }
        )
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        page = self._get_page("/shop?search=2900000099912")
        price = page.find_class("product_price")[0].find_class("oe_currency_value")[0]
        self.assertEqual(price.text, "4.00")

    def test_list_prices_do_not_filter_what_a_dealer_sees(self):
        slider = "//*[@id='o_wsale_price_range_option']"
        self.assertTrue(self._get_page("/shop").xpath(slider))
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        self.assertFalse(self._get_page("/shop").xpath(slider))

    def test_visitors_see_the_shop_as_in_stock_odoo(self):
        page = self._get_page("/shop?search=KV/015-FF")
        self.assertFalse(page.find_class("o_b2b_card_info"))
        self.assertFalse(self._get_info(page, "b2b_uom"))
        page = self._get_page(self.valve.website_url)
        self.assertFalse(page.find_class("o_b2b_stock"))
        self.assertFalse(self._get_info(page, "b2b_article"))

    def test_model_is_shown_to_everybody(self):
        page = self._get_page(self.valve.website_url)
        self.assertEqual(self._get_info(page, "b2b_model"), ["Model: BV 15×1"])

    def test_dealer_sees_article_barcode_and_stock_on_the_product_page(self):
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        page = self._get_page(self.valve.website_url)
        self.assertEqual(self._get_info(page, "b2b_article"), ["Article: KV/015-FF"])
        self.assertEqual(
            self._get_info(page, "b2b_barcode"), ["Barcode: 2900000099912"]
        )
        self.assertIn("12 in stock", page.text_content())

    def test_details_follow_the_variant(self):
        medium, large = self._create_variants()
        self._set_stock(large, 3)
        self.authenticate(self.dealer_user.login, self.dealer_user.login)

        def get_details(variant):
            info = self.make_jsonrpc_request(
                "/website_sale/get_combination_info",
                {
                    "product_template_id": variant.product_tmpl_id.id,
                    "product_id": variant.id,
                    "combination": variant.product_template_attribute_value_ids.ids,
                    "add_qty": 1,
                },
            )
            return info["b2b_details"]

        self.assertIn("WG-7-M", get_details(medium))
        self.assertIn("On order", get_details(medium))
        self.assertIn("WG-7-L", get_details(large))
        self.assertIn("3 in stock", get_details(large))

    @mute_logger("odoo.http")
    def test_stock_of_a_warehouse_is_that_of_the_website(self):
        other = self.env["stock.warehouse"].create(
            {"name": "Far away", "code": "FAR", "company_id": self.company.id}
        )
        self.website.warehouse_id = other
        self.authenticate(self.dealer_user.login, self.dealer_user.login)
        page = self._get_page("/shop?search=2900000099912")
        self.assertIn("On order", page.text_content())

    def test_details_follow_the_variant_in_the_browser(self):
        _medium, large = self._create_variants()
        self._set_stock(large, 3)
        self.start_tour(
            large.product_tmpl_id.website_url, "b2b_variant_details", login="b2b_dealer"
        )
