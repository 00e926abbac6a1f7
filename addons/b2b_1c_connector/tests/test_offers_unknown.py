from unittest.mock import patch

from odoo.tests import tagged

from .common_offers import OffersCase, offer

CHANGES = "ИзмененияПакетаПредложений"
TEMPLATE = "product.template"
TOLD = (
    "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Size</Наименование>"
    "<Значение>L</Значение></ХарактеристикаТовара></ХарактеристикиТовара>"
)


@tagged("post_install", "-at_install")
class TestOffersUnknown(OffersCase):
    """Offers of characteristics and goods that are not known."""

    def _change(self, content=""):
        """The incremental layout of УТ 11: the characteristic stands apart."""
        row = offer(
            f"<ИдХарактеристики>new</ИдХарактеристики>{content}"
            "<Количество>5</Количество>"
        )
        return self.import_offers(row, section=CHANGES)

    @property
    def variant(self):
        return self.bound("product.product", "good-1#new")

    def test_a_characteristic_that_changes_only_name_by_id_waits(self):
        file = self._change()
        self.assertEqual(self.get_counts(file), {"waiting": 1})
        self.assertFalse(self.variant)
        waiting = self.env["b2b.1c.waiting"].search([])
        self.assertEqual(waiting.external_id, "good-1#new")
        self.assertIn("full export of offers", waiting.reason)
        self.assertEqual(file.problem_ids.reason, waiting.reason)
        # the next full one
        self.import_offers(offer(TOLD, "good-1#new", "Saw (L)"))
        self.assertEqual(self.variant.qty_available, 5)
        self.assertFalse(waiting.exists())

    def test_a_characteristic_that_changes_describe_is_made(self):
        file = self._change(TOLD)
        self.assertFalse(file.waiting)
        values = self.variant.product_template_attribute_value_ids
        self.assertEqual(values.name, "L")
        self.assertEqual(self.variant.qty_available, 5)

    def test_in_a_full_package_it_waits_for_another_file(self):
        self.import_offers(offer("<Количество>5</Количество>", "good-1#new"))
        waiting = self.env["b2b.1c.waiting"].search([])
        self.assertEqual(waiting.reason, "The characteristic is not known yet.")

    def test_goods_are_looked_up_once_for_all_offers(self):
        rows = [offer("<Количество>5</Количество>", f"x{one}") for one in range(3)]
        rows.append(offer("<Количество>5</Количество>"))
        bindings = type(self.env["b2b.1c.binding"])
        find, asked = bindings._find, []

        def spy(model, backend, res_model, external_ids):
            asked.append(res_model)
            return find(model, backend, res_model, external_ids)

        for exchange_goods in (True, False):
            self.connection.exchange_goods = exchange_goods
            asked.clear()
            with patch.object(bindings, "_find", spy):
                file = self.import_offers(*rows)
            self.assertEqual(asked.count(TEMPLATE), 1, exchange_goods)
            self.assertEqual(file.waiting, 3)
            self.assertEqual(self.product.qty_available, 5)
