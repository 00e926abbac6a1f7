"""Offers that 1C has deleted."""

from odoo.tests import tagged

from .common_offers import OffersCase, offer, price, price_type, price_types, prices

DELETED = "<ПометкаУдаления>true</ПометкаУдаления>"


@tagged("post_install", "-at_install")
class TestOffersDeleted(OffersCase):
    def _say(self, value, quantity, external_id="good-1", more=""):
        content = prices(price(value)) + f"<Количество>{quantity}</Количество>{more}"
        head = price_types(price_type())
        return self.import_offers(offer(content, external_id), head=head)

    def _figures(self, product):
        items = self.env["product.pricelist.item"].search(
            [("product_tmpl_id", "=", product.product_tmpl_id.id)]
        )
        return items.mapped("fixed_price"), product.qty_available

    def test_a_deleted_offer_sets_neither_price_nor_stock(self):
        for switch in (True, False):
            self.connection.exchange_goods = switch
            self._say(10, 5)
            self.assertEqual(self._figures(self.product), ([10], 5))
            file = self._say(99, 77, more=DELETED)
            self.assertEqual(self._figures(self.product), ([10], 5))
            self.assertEqual(self.get_counts(file).get("skipped"), 1)

    def test_nor_does_it_wait_for_goods_that_come_later(self):
        self._say(10, 5, "later")
        self.assertTrue(self.env["b2b.1c.waiting"].search([]))
        self._say(99, 77, "later", DELETED)
        self.assertFalse(self.env["b2b.1c.waiting"].search([]))

    def test_a_deleted_characteristic_keeps_what_it_had(self):
        variants = self._create_variants("boots", "40", "41")
        self._say(10, 5, "boots#40")
        self._say(99, 77, "boots#40", DELETED)
        self.assertEqual(variants[0].qty_available, 5)
        items = self.env["product.pricelist.item"].search(
            [("product_id", "=", variants[0].id)]
        )
        self.assertEqual(items.mapped("fixed_price"), [10])
