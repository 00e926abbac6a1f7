from lxml import html

from odoo.tests import HttpCase, tagged

from .common_properties import PropertiesCase, good, property_, values


@tagged("post_install", "-at_install")
class TestPropertiesPage(HttpCase, PropertiesCase):
    """What visitors of the shop see of properties."""

    def setUp(self):
        super().setUp()
        self.define(
            property_("color", "Color", variants={"red": "Red", "blue": "Blue"}),
            property_("p", "Purpose", "Строка"),
        )
        self.import_goods(
            good(values(color=["red", "blue"], p="&lt;b&gt;Wood&lt;/b&gt;")),
            good(values(color="red"), "h", "Axe"),
        )

    def _open(self, address):
        response = self.url_open(address)
        self.assertEqual(response.status_code, 200)
        return html.fromstring(response.content)

    def _get_rows(self, page, path):
        return [" ".join(row.text_content().split()) for row in page.xpath(path)]

    def test_visitors_see_attributes_and_table(self):
        page = self._open(self.product.website_url)
        # where Odoo shows attributes: it depends on which addons are there
        rows = self._get_rows(page, "//tr[.//*[normalize-space()='Color']]")
        self.assertEqual(len(rows), 1)
        self.assertIn("Red, Blue", rows[0])
        rows = self._get_rows(page, "//*[@id='b2b_1c_properties']//tr")
        self.assertEqual(rows, ["Purpose <b>Wood</b>"])

    def test_nobody_has_to_choose(self):
        page = self._open(self.product.website_url)
        [choice] = page.xpath("//ul[contains(@class, 'js_add_cart_variants')]")
        self.assertIn("d-none", choice.get("class").split())

    def test_without_properties_there_is_no_table(self):
        page = self._open(self.bound("product.template", "h").website_url)
        self.assertFalse(page.xpath("//*[@id='b2b_1c_properties']"))

    def test_the_shop_filters_by_them(self):
        attribute = self.find_property().attribute_id
        blue = attribute.value_ids.filtered(lambda value: value.name == "Blue")
        page = self._open(f"/shop?attribute_values={attribute.id}-{blue.id}")
        names = self._get_rows(page, "//*[hasclass('o_wsale_products_item_title')]")
        self.assertEqual(names, ["Saw"])
