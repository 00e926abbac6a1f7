from decimal import Decimal

from odoo.tests import tagged

from ..commerceml import model
from ..importers.run import Run
from .common import catalog, package
from .common_import import ImportCase


def offer(external_id, deleted=None, name=None, article=None, **characteristics):
    told = [model.Characteristic(key, value) for key, value in characteristics.items()]
    return model.Offer(
        external_id,
        name=name,
        article=article,
        characteristics=told or None,
        deleted=deleted,
    )


@tagged("post_install", "-at_install")
class TestVariants(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shirt = cls.env["product.template"].create({"name": "Shirt"})
        cls.env["b2b.1c.binding"]._bind(
            cls.connection, "product.template", [("s", cls.shirt.id, "Shirt", False)]
        )

    def ensure(self, *offers):
        run = Run(self.receive(b"<x/>")._get_for_import())
        importer = run.env["b2b.1c.importer.variant"]
        return importer._ensure_variants(run, list(offers))

    def describe(self, variant):
        values = variant.product_template_attribute_value_ids
        return {value.attribute_id.name: value.name for value in values}

    @property
    def variants(self):
        return self.shirt.with_context(active_test=False).product_variant_ids

    def test_goods_without_characteristics_are_their_only_variant(self):
        only = self.shirt.product_variant_id
        self.assertEqual(self.ensure(offer("s")), {"s": only})

    def test_row_of_the_goods_beside_characteristics_makes_no_variant(self):
        rows = (offer("s"), offer("s#1", Size="L"), offer("s#2", Size="M"))
        for _time in range(2):
            found = self.ensure(*rows)
            self.assertEqual(self.variants, found["s#1"] | found["s#2"])
            self.assertIn(found["s"], self.variants)

    def test_goods_in_stock_without_characteristic_have_a_variant_without(self):
        rows = (offer("s"), offer("s#1", Size="L"))
        rows[0].quantity = Decimal(3)
        for _time in range(2):
            found = self.ensure(*rows)
            self.assertEqual(self.describe(found["s"]), {"Size": "—"})
            self.assertEqual(self.variants, found["s"] | found["s#1"])

    def test_new_characteristic_of_deleted_goods_is_not_for_sale(self):
        self.ensure(offer("s#1", Size="L"))
        self.shirt.active = False
        self.assertFalse(self.ensure(offer("s#2", Size="M"))["s#2"].active)

    def _import_stock(self, without):
        """Bring in a figure of the goods and one of a characteristic of them."""
        self.shirt.is_storable = True
        file = self.import_xml(
            package(
                "<Предложение><Ид>s</Ид>"
                f"<Количество>{without}</Количество></Предложение>"
                "<Предложение><Ид>s#1</Ид><Наименование>Shirt (L)</Наименование>"
                "<Штрихкод>4600000000017</Штрихкод>"
                "<Количество>5</Количество></Предложение>"
            )
        )
        self.assertFalse(file.failed, file.problem_ids.mapped("reason"))

    def test_figure_of_no_characteristic_is_not_that_of_one(self):
        for _time in range(2):
            self._import_stock(0)
            self.assertEqual(self.variants.qty_available, 5)
            self.assertEqual(self.variants.barcode, "4600000000017")

    def test_figure_of_goods_without_characteristic_is_of_their_variant(self):
        for _time in range(2):
            self._import_stock(3)
            found = {
                self.describe(variant)["Characteristic"]: variant.qty_available
                for variant in self.variants
            }
            self.assertEqual(found, {"—": 3, "L": 5})

    def test_offers_of_unknown_goods_are_absent(self):
        self.assertEqual(self.ensure(offer("x"), offer("x#1", Size="L")), {})

    def test_characteristics_become_variants_and_no_others(self):
        only = self.shirt.product_variant_id
        found = self.ensure(
            offer("s#1", Color="Blue", Size="L"), offer("s#2", Color="Red", Size="M")
        )
        self.assertEqual(self.describe(found["s#1"]), {"Color": "Blue", "Size": "L"})
        self.assertEqual(self.describe(found["s#2"]), {"Color": "Red", "Size": "M"})
        self.assertEqual(found["s#1"], only)
        self.assertEqual(len(self.variants), 2)

    def test_the_same_offers_again_are_the_same_variants(self):
        offers = offer("s#1", Size="L"), offer("s#2", Size="M")
        first = self.ensure(*offers)
        self.assertEqual(self.ensure(*offers), first)
        self.assertEqual(self.ensure(*reversed(offers)), first)

    def test_known_variants_cost_the_same_queries_however_many(self):
        offers = [offer(f"s#{number}", Size=str(number)) for number in range(40)]
        self.ensure(*offers)

        def count(*some):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.ensure(*some)
            return self.env.cr.sql_log_count - before

        count(*offers)
        self.assertEqual(count(*offers), count(*offers[:2]))

    def test_variants_weigh_what_their_goods_weigh(self):
        weight = "<Товар><Ид>s</Ид><Вес>{}</Вес></Товар>"
        self.import_xml(catalog(weight.format("1.5")))
        self.ensure(offer("s#1", Size="L"), offer("s#2", Size="M"))
        self.assertEqual(self.variants.mapped("weight"), [1.5, 1.5])
        self.import_xml(catalog(weight.format("2.5")))
        self.assertEqual(self.variants.mapped("weight"), [2.5, 2.5])

    def _tell_article(self, article):
        row = f"<Товар><Ид>s</Ид><Артикул>{article}</Артикул></Товар>"
        return self.import_xml(catalog(row))

    def test_variants_have_the_articles_that_offers_tell(self):
        self._tell_article("SH")
        found = self.ensure(
            offer("s#1", article=" SH-L ", Size="L"),
            offer("s#2", article="SH-M", Size="M"),
        )
        self.assertEqual(found["s#1"].default_code, "SH-L")
        self.assertEqual(found["s#2"].default_code, "SH-M")
        self.ensure(offer("s#1", article="SH-XL", Size="L"))
        self.assertEqual(found["s#1"].default_code, "SH-XL")
        # neither nothing nor an empty one takes it away
        self.ensure(offer("s#1", Size="L"), offer("s#2", article=" ", Size="M"))
        self.assertEqual(self.variants.mapped("default_code"), ["SH-XL", "SH-M"])
        # of the goods, when variants have their own
        self._tell_article("SHIRT")
        self.assertEqual(self.variants.mapped("default_code"), ["SH-XL", "SH-M"])

    def test_article_that_people_changed_stays_until_1c_says_another_one(self):
        told = offer("s#1", article="SH-L", Size="L")
        variant = self.ensure(told)["s#1"]
        variant.default_code = "OURS"
        self.ensure(told)
        self.assertEqual(variant.default_code, "OURS")
        self.ensure(offer("s#1", article="SH-2", Size="L"))
        self.assertEqual(variant.default_code, "SH-2")

    def test_variants_without_articles_have_that_of_their_goods(self):
        self._tell_article("SH")
        self.ensure(offer("s#1", Size="L"), offer("s#2", Size="M"))
        self.assertEqual(self.variants.mapped("default_code"), ["SH", "SH"])
        self._tell_article("SHIRT")
        self.assertEqual(self.variants.mapped("default_code"), ["SHIRT", "SHIRT"])
        later = self.ensure(offer("s#3", Size="S"))["s#3"]
        self.assertEqual(later.default_code, "SHIRT")
        self._tell_article("")
        self.assertFalse(any(self.variants.mapped("default_code")))

    def test_article_of_one_variant_is_not_that_of_the_others(self):
        self._tell_article("SH")
        own = self.ensure(offer("s#1", article="SH-L", Size="L"))["s#1"]
        other = self.ensure(offer("s#2", Size="M"))["s#2"]
        self.assertEqual((own.default_code, other.default_code), ("SH-L", "SH"))
        self._tell_article("SHIRT")
        self.assertEqual((own.default_code, other.default_code), ("SH-L", "SHIRT"))

    def test_offers_in_a_file_tell_articles(self):
        rows = "".join(
            f"<Предложение><Ид>s#{size}</Ид><Артикул>SH-{size}</Артикул>"
            f"<Наименование>Shirt ({size})</Наименование></Предложение>"
            for size in "LM"
        )
        self.import_xml(package(rows), "offers.xml")
        codes = self.variants.sorted("id").mapped("default_code")
        self.assertEqual(codes, ["SH-L", "SH-M"])

    def test_later_offers_join_in(self):
        first = self.ensure(offer("s#1", Size="L"))
        second = self.ensure(offer("s#2", Size="M"))
        self.assertNotEqual(first["s#1"], second["s#2"])
        self.assertEqual(self.describe(second["s#2"]), {"Size": "M"})
        self.assertEqual(len(self.variants), 2)
        self.assertTrue(all(self.variants.mapped("active")))

    def test_a_new_attribute_archives_no_variant(self):
        first = self.ensure(offer("s#1", Size="L"))["s#1"]
        second = self.ensure(offer("s#2", Size="L", Color="Red"))["s#2"]
        self.assertTrue(first.active and second.active)
        self.assertEqual(self.describe(first), {"Size": "L", "Color": "—"})
        self.assertEqual(self.describe(second), {"Size": "L", "Color": "Red"})

    def test_a_renamed_characteristic_stays_the_same_variant(self):
        first = self.ensure(offer("s#1", Size="L"))["s#1"]
        again = self.ensure(offer("s#1", Size="Large"))["s#1"]
        self.assertEqual(first, again)
        self.assertEqual(self.describe(again), {"Size": "Large"})

    def test_characteristics_without_names_are_in_the_brackets(self):
        found = self.ensure(offer("s#1", name="Shirt (Blue, L)"), offer("s#2"))
        self.assertEqual(list(self.describe(found["s#1"]).values()), ["Blue, L"])
        # prices or stock alone: another file tells what it is
        self.assertNotIn("s#2", found)

    def test_characteristics_that_look_alike_stay_apart(self):
        found = self.ensure(offer("s#1", Size="L"), offer("s#2", Size="L"))
        self.assertEqual(self.describe(found["s#1"]), {"Size": "L"})
        self.assertEqual(self.describe(found["s#2"]), {"Size": "L (2)"})
        again = self.ensure(offer("s#2", name="Other", Size="L"))
        self.assertEqual(again["s#2"], found["s#2"])
        self.assertEqual(self.describe(again["s#2"]), {"Size": "L (2)"})

    def test_characteristics_may_change_places(self):
        first = self.ensure(offer("s#1", Size="L"), offer("s#2", Size="M"))
        second = self.ensure(offer("s#1", Size="M"), offer("s#2", Size="L"))
        self.assertEqual(first, second)
        self.assertEqual(self.describe(first["s#1"]), {"Size": "M"})
        self.assertEqual(self.describe(first["s#2"]), {"Size": "L"})
        self.assertTrue(first["s#1"].active and first["s#2"].active)

    def test_goods_that_return_leave_deleted_characteristics_behind(self):
        self.ensure(offer("s#1", Size="L"), offer("s#2", Size="M"))
        self.ensure(offer("s#2", deleted=True, Size="M"))
        row = "<Товар><Ид>s</Ид><ПометкаУдаления>{}</ПометкаУдаления></Товар>"
        self.import_xml(catalog(row.format("true")))
        self.assertFalse(self.shirt.active)
        self.import_xml(catalog(row.format("false")))
        self.assertTrue(self.shirt.active)
        shown = self.shirt.product_variant_ids
        self.assertEqual([self.describe(one) for one in shown], [{"Size": "L"}])

    def test_brackets_within_brackets(self):
        found = self.ensure(offer("s#1", name="Shirt (Blue (dark))"))
        self.assertEqual(list(self.describe(found["s#1"]).values()), ["Blue (dark)"])

    def test_combinations_that_1c_does_not_know_are_not_for_sale(self):
        found = self.ensure(
            offer("s#1", Color="Blue", Size="L"), offer("s#2", Color="Red", Size="M")
        )
        known = found["s#1"].product_template_attribute_value_ids
        other = found["s#2"].product_template_attribute_value_ids
        self.assertTrue(self.shirt._is_combination_possible(known))
        self.assertFalse(self.shirt._is_combination_possible(known[:1] | other[1:]))

    def test_a_deleted_characteristic_is_archived_and_may_return(self):
        variant = self.ensure(offer("s#1", Size="L"), offer("s#2", Size="M"))["s#1"]
        self.ensure(offer("s#1", deleted=True, Size="L"))
        self.assertFalse(variant.active)
        self.ensure(offer("s#1"))
        self.assertFalse(variant.active)
        self.ensure(offer("s#1", deleted=False, Size="L"))
        self.assertTrue(variant.active)
        self.assertEqual(self.describe(variant), {"Size": "L"})
        self.assertFalse(self.ensure(offer("s#9", deleted=True))["s#9"])

    def test_who_was_sold_without_characteristic_stays_without(self):
        sold = self.shirt.product_variant_id
        partner = self.env["res.partner"].create({"name": "Buyer"})
        self.env["sale.order"].create(
            {"partner_id": partner.id, "order_line": [(0, 0, {"product_id": sold.id})]}
        )
        found = self.ensure(offer("s#1", Size="L"))
        self.assertNotEqual(found["s#1"], sold)
        self.assertEqual(self.describe(sold), {"Size": "—"})
        self.assertTrue(sold.active)
        self.assertEqual(self.ensure(offer("s"))["s"], sold)
