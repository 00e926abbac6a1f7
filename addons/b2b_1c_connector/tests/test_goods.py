from odoo.tests import tagged

from .common import as_1c_writes, catalog, envelope, package, requisites
from .common_import import ImportCase, group, groups

TEMPLATE = "product.template"


def good(external_id="g", name="Saw", content=""):
    return (
        f"<Товар><Ид>{external_id}</Ид><Наименование>{name}</Наименование>"
        f"{content}</Товар>"
    )


def unit(code="796 ", name="шт"):
    return f'<БазоваяЕдиница Код="{code}">{name}</БазоваяЕдиница>'


def tax(rate):
    return (
        "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование>"
        f"<Ставка>{rate}</Ставка></СтавкаНалога></СтавкиНалогов>"
    )


@tagged("post_install", "-at_install")
class TestGoods(ImportCase):
    def import_goods(self, *rows, **values):
        return self.import_xml(catalog("".join(rows)), **values)

    def product(self, external_id="g"):
        return self.bound(TEMPLATE, external_id)

    # -- what a row says

    def test_goods_become_products_on_sale(self):
        file = self.import_goods(
            good(
                content="<Артикул> A-1 </Артикул><Штрихкод>4600000000017</Штрихкод>"
                + unit()
                + "<Описание>Cuts &lt;b&gt;wood&lt;/b&gt;</Описание>"
                + requisites(ТипНоменклатуры="Товар", Вес="1.5")
            )
        )
        self.assertEqual(file.created, 1)
        product = self.product()
        self.assertEqual(
            (product.name, product.default_code, product.barcode),
            ("Saw", "A-1", "4600000000017"),
        )
        self.assertEqual(product.uom_id, self.env.ref("uom.product_uom_unit"))
        self.assertEqual(product.weight, 1.5)
        self.assertEqual(product.description_ecommerce, "<p>Cuts <b>wood</b></p>")
        self.assertTrue(product.is_storable and product.sale_ok)
        self.assertTrue(product.is_published)
        self.assertEqual(len(product.product_variant_ids), 1)

    def test_the_same_file_again_changes_nothing(self):
        rows = [good(f"g{number}", f"Saw {number}", unit()) for number in range(5)]
        self.import_goods(*rows)
        count = self.env[TEMPLATE].search_count([])
        file = self.import_goods(*reversed(rows))
        self.assertEqual((file.created, file.updated, file.unchanged), (0, 0, 5))
        self.assertEqual(self.env[TEMPLATE].search_count([]), count)

    def test_changed_goods_stay_the_same_product(self):
        self.import_goods(good(content="<Артикул>A</Артикул>"))
        product = self.product()
        file = self.import_goods(good(name="Handsaw"))
        self.assertEqual((file.created, file.updated), (0, 1))
        self.assertEqual((self.product(), product.name), (product, "Handsaw"))
        # what a row does not say stays
        self.assertEqual(product.default_code, "A")

    def test_what_people_changed_stays_if_1c_says_nothing_new(self):
        self.import_goods(good())
        self.product().is_published = False
        self.import_goods(good())
        self.import_goods(good(name="Handsaw"))
        self.assertFalse(self.product().is_published)

    def test_full_names_if_wanted(self):
        row = good(content=requisites(Полное_наименование="Saw  for wood"))
        self.import_goods(row)
        self.assertEqual(self.product().name, "Saw")
        self.connection.full_names = True
        self.import_goods(row)
        self.assertEqual(self.product().name, "Saw for wood")

    def test_grams_of_the_oldest_configuration(self):
        self.connection.configuration = "ut10"
        self.import_goods(good(content=requisites(Вес="1500")))
        self.assertEqual(self.product().weight, 1.5)

    def test_services_are_not_stored(self):
        self.import_goods(good(content=requisites(ТипНоменклатуры="Услуга")))
        self.assertEqual(self.product().type, "service")
        self.assertFalse(self.product().is_storable)

    def test_hostile_descriptions_are_cleaned(self):
        text = "&lt;p onclick='x()'&gt;a&lt;/p&gt;&lt;script&gt;y()&lt;/script&gt;"
        self.import_goods(good(content=f"<Описание>{text}</Описание>"))
        html = str(self.product().description_ecommerce)
        self.assertIn("a", html)
        self.assertNotIn("script", html)
        self.assertNotIn("onclick", html)

    def test_repeated_ids_make_one_product(self):
        file = self.import_goods(good(name="First"), good(name="Second"))
        self.assertEqual((file.created, file.skipped), (1, 1))
        self.assertEqual(self.product().name, "Second")

    # -- groups

    def test_goods_stand_in_their_groups(self):
        self.import_xml(groups(group("a", "Tools") + group("b", "Sale")))
        ids = "<Группы><Ид>a</Ид><Ид>b</Ид></Группы>"
        self.import_goods(good(content=ids))
        product = self.product()
        self.assertEqual(product.categ_id, self.bound("product.category", "a"))
        self.assertEqual(
            set(product.public_categ_ids.mapped("name")), {"Tools", "Sale"}
        )
        self.import_goods(good(content="<Группы><Ид>b</Ид></Группы>"))
        self.assertEqual(product.categ_id.name, "Sale")
        self.assertEqual(product.public_categ_ids.mapped("name"), ["Sale"])

    def _in_groups(self, *ids):
        told = "".join(f"<Ид>{one}</Ид>" for one in ids)
        return f"<Группы>{told}</Группы>"

    def _waiting(self):
        return self.env["b2b.1c.waiting"].search([])

    def test_goods_come_into_a_group_that_comes_later(self):
        row = good(content=self._in_groups("a"))
        file = self.import_goods(row)
        self.assertEqual((file.created, file.waiting), (1, 0))
        self.assertTrue(file.problem_ids.waits)
        product = self.product()
        self.assertFalse(product.public_categ_ids)
        # repeated or not: it waits once
        self.assertEqual(self.import_goods(row).unchanged, 1)
        self.assertEqual(len(self._waiting()), 1)
        file = self.import_xml(groups(group("a", "Tools")))
        self.assertEqual((file.created, file.updated), (1, 1))
        self.assertEqual(product.categ_id.name, "Tools")
        self.assertEqual(product.public_categ_ids.mapped("name"), ["Tools"])
        self.assertEqual(self.product(), product)
        self.assertFalse(self._waiting())
        self.assertEqual(self.import_goods(row).unchanged, 1)

    def test_groups_that_come_one_after_another(self):
        self.import_goods(good(content=self._in_groups("a", "b")))
        self.import_xml(groups(group("b", "Sale")))
        product = self.product()
        self.assertFalse(product.categ_id.name == "Tools")
        self.import_xml(groups(group("a", "Tools")))
        # the first group is the one of the backend
        self.assertEqual(product.categ_id.name, "Tools")
        names = set(product.public_categ_ids.mapped("name"))
        self.assertEqual(names, {"Tools", "Sale"})
        self.assertFalse(self._waiting())

    def test_groups_that_stand_behind_the_goods_in_one_file(self):
        row = good(content=self._in_groups("a"))
        self.import_xml(catalog(row) + groups(group("a", "Tools")))
        self.assertEqual(self.product().categ_id.name, "Tools")
        self.assertFalse(self._waiting())

    def test_what_people_changed_while_a_group_was_awaited_stays(self):
        self.import_goods(good(content=self._in_groups("a")))
        self.product().write({"name": "Handsaw", "is_published": False})
        self.import_xml(groups(group("a", "Tools")))
        self.assertEqual(self.product().categ_id.name, "Tools")
        self.assertEqual(self.product().name, "Handsaw")
        self.assertFalse(self.product().is_published)

    def test_goods_that_moved_meanwhile_do_not_come_into_the_older_group(self):
        self.import_xml(groups(group("b", "Sale")))
        self.import_goods(good(content=self._in_groups("a")))
        self.import_goods(good(content=self._in_groups("b")))
        self.assertFalse(self._waiting())
        self.import_xml(groups(group("a", "Tools")))
        self.assertEqual(self.product().categ_id.name, "Sale")

    def test_a_newer_row_that_is_silent_of_groups_leaves_them_awaited(self):
        self.import_goods(good(content=self._in_groups("a")))
        self.import_goods(good(name="Handsaw"))
        self.import_xml(groups(group("a", "Tools")))
        self.assertEqual(self.product().categ_id.name, "Tools")
        self.assertEqual(self.product().name, "Handsaw")

    def test_goods_that_left_meanwhile_are_not_made_anew(self):
        self.import_goods(good(content=self._in_groups("a")))
        self.product().unlink()
        file = self.import_xml(groups(group("a", "Tools")))
        self.assertEqual((file.created, file.skipped), (1, 1))
        self.assertFalse(self.product() or self._waiting())

    def test_groups_of_another_connection_are_not_awaited(self):
        self.import_goods(good(content=self._in_groups("a")))
        other = self._create_connection("other")
        exchange, _token = self.env["b2b.1c.exchange"]._begin(other, "catalog")
        data = as_1c_writes(envelope(groups(group("a", "Tools"))))
        self.run_import(self.receive(data, exchange=exchange))
        self.assertFalse(self.product().public_categ_ids)
        self.assertEqual(len(self._waiting()), 1)

    def test_many_goods_of_an_unknown_group_are_one_report(self):
        rows = [good(f"g{n}", content=self._in_groups("a")) for n in range(30)]
        file = self.import_goods(*rows)
        self.assertEqual((file.created, len(file.problem_ids)), (30, 1))
        file = self.import_xml(groups(group("a", "Tools")))
        self.assertEqual(file.updated, 30)
        product = self.product("g29")
        self.assertEqual(product.categ_id.name, "Tools")

    # -- units and taxes

    def test_units_by_code_and_by_name(self):
        self.import_goods(
            good("a", content=unit("166", "кг")),
            good("b", content=unit("", "кг.")),
            good("c", content=unit("715", "пар")),
            good("d", content=unit("6", "")),
        )
        kilogram = self.env.ref("uom.product_uom_kgm")
        self.assertEqual(self.product("a").uom_id, kilogram)
        self.assertEqual(self.product("b").uom_id, kilogram)
        self.assertEqual(self.product("c").uom_id.name, "пар")
        self.assertEqual(
            self.product("d").uom_id, self.env.ref("uom.product_uom_meter")
        )

    def test_units_are_known_by_their_usual_spellings(self):
        spellings = {
            "пог.м": "пог. м",
            "м.п.": "пог. м",
            "Упаковка": "Упаковка",
            "к-т": "к-т",
            "кв. м": self.env.ref("uom.product_uom_square_meter").name,
            "штука": self.env.ref("uom.product_uom_unit").name,
        }
        file = self.import_goods(
            *(good(name, content=unit("", name)) for name in spellings),
            good("hundred", content=unit("797", "100 шт")),
        )
        self.assertFalse(file.waiting)
        self.assertEqual(self.product("hundred").uom_id.name, "100 шт")
        for name, known in spellings.items():
            with self.subTest(name=name):
                self.assertIn(self.product(name).uom_id.name, (known, name))

    def test_unit_that_people_have_made_is_known_by_its_name(self):
        pallet = self.env["uom.uom"].create({"name": "паллета"})
        self.import_goods(good("a", content=unit("", "паллета")))
        self.assertEqual(self.product("a").uom_id, pallet)

    def test_goods_of_an_unknown_unit_wait_until_people_choose_it(self):
        file = self.import_goods(good("a"), good("b", content=unit("999", "ведро")))
        self.assertEqual((file.created, file.waiting), (1, 1))
        self.assertFalse(self.product("b"))
        parked = self.env["b2b.1c.binding"].search(
            [("res_model", "=", "uom.uom"), ("res_id", "=", False)]
        )
        self.assertEqual((parked.external_id, parked.name), ("999", "ведро"))
        parked.record = self.env.ref("uom.product_uom_litre")
        self.import_goods(good("a"))
        self.assertEqual(self.product("b").uom_id, parked.record)

    def test_taxes_by_their_rate(self):
        company = self.connection.company_id
        taxes = self.env["account.tax"].create(
            [
                {"name": f"Tax {rate}", "amount": rate, "company_id": company.id}
                for rate in (10, 13.5)
            ]
        )
        self.import_goods(
            good("a", content=tax("13.5")),
            good("b", content=tax("Без НДС")),
            good("c", content=tax("10")),
        )
        self.assertEqual(self.product("a").taxes_id, taxes[1])
        self.assertFalse(self.product("b").taxes_id)
        self.assertEqual(self.product("c").taxes_id.amount, 10)

    def test_an_unknown_tax_is_reported_and_looked_for_again(self):
        row = good(content=tax("77"))
        file = self.import_goods(row)
        self.assertEqual((file.created, file.failed), (1, 0))
        self.assertIn("77", file.problem_ids.reason)
        created = self.env["account.tax"].create({"name": "77", "amount": 77})
        self.import_goods(row)
        self.assertEqual(self.product().taxes_id, created)

    def test_a_rate_that_cannot_be_read_leaves_the_taxes(self):
        created = self.env["account.tax"].create({"name": "77", "amount": 77})
        self.import_goods(good(content=tax("НДС 77%")))
        self.assertEqual(self.product().taxes_id, created)
        for told in ("общая", ""):
            file = self.import_goods(good(content=tax(told)))
            self.assertEqual(self.product().taxes_id, created)
            self.assertEqual(file.failed, 0)
            self.assertIn(told or "НДС", file.problem_ids.reason)
        self.import_goods(good(content=tax("не облагается")))
        self.assertFalse(self.product().taxes_id)

    def test_zero_percent_is_a_rate(self):
        self.env["account.tax"].search([("amount", "=", 0)]).active = False
        kept = self.env["account.tax"].create({"name": "77", "amount": 77})
        self.import_goods(good(content=tax("77")))
        file = self.import_goods(good(content=tax("0")))
        self.assertIn("0 %", file.problem_ids.reason)
        self.assertEqual(self.product().taxes_id, kept)
        zero = self.env["account.tax"].create({"name": "Zero", "amount": 0})
        self.import_goods(good(content=tax("0")))
        self.assertEqual(self.product().taxes_id, zero)

    # -- barcodes

    def test_further_barcodes_are_those_of_the_unit(self):
        codes = "<Штрихкод>111</Штрихкод><Штрихкод>222</Штрихкод>"
        row = good(content=codes + unit())
        self.import_goods(row)
        self.import_goods(good(name="Other name", content=codes + unit()))
        variant = self.product().product_variant_id
        self.assertEqual(variant.barcode, "111")
        self.assertEqual(variant.product_uom_ids.mapped("barcode"), ["222"])

    def test_further_barcodes_that_1c_takes_away_leave(self):
        def told(*codes):
            tags = "".join(f"<Штрихкод>{code}</Штрихкод>" for code in codes)
            self.import_goods(good(content=tags + unit()))
            return set(variant.product_uom_ids.mapped("barcode"))

        self.import_goods(good(content=unit()))
        variant = self.product().product_variant_id
        self.assertEqual(told("111", "222", "333"), {"222", "333"})
        self.env["product.uom"].create(
            {
                "product_id": variant.id,
                "uom_id": variant.uom_id.id,
                "barcode": "by hand",
            }
        )
        self.assertEqual(told("111", "333"), {"333", "by hand"})
        # the further one becomes the first
        self.assertEqual(told("333"), {"by hand"})
        self.assertEqual(variant.barcode, "333")
        # what is not said stays
        self.import_goods(good(name="Other", content=unit()))
        self.assertEqual(variant.barcode, "333")

    def test_a_barcode_of_another_product_keeps_no_row_out(self):
        code = "<Штрихкод>111</Штрихкод>"
        file = self.import_goods(
            good("a", content=code), good("b", content=code), good("c")
        )
        self.assertEqual((file.created, file.failed), (3, 0))
        self.assertEqual(file.problem_ids.external_id, "b")
        self.assertEqual(self.product("a").barcode, "111")
        self.assertFalse(self.product("b").barcode)

    # -- deletion

    def test_deleted_goods_are_archived_and_may_return(self):
        self.import_goods(good())
        for mark in (
            "<ПометкаУдаления>true</ПометкаУдаления>",
            "<Статус>Удален</Статус>",
        ):
            file = self.import_goods(good(content=mark))
            self.assertEqual(file.updated, 1)
            self.assertFalse(self.product().active)
            self.assertFalse(self.product().product_variant_ids)
            self.import_goods(good(content="<Статус>Изменен</Статус>"))
            self.assertTrue(self.product().active, mark)
            self.assertTrue(self.product().product_variant_id)

    def test_goods_deleted_before_they_were_seen_are_passed_over(self):
        file = self.import_goods(good(content="<Статус>Удален</Статус>"))
        self.assertEqual((file.created, file.skipped), (0, 1))

    # -- catalogues by characteristics

    def _repeated(self, number, value):
        told = (
            "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Size"
            f"</Наименование><Значение>{value}</Значение></ХарактеристикаТовара>"
            "</ХарактеристикиТовара>"
        )
        code = f"<Штрихкод>{number * 3}</Штрихкод>"
        return good(f"g#{number}", f"Saw ({value})", told + code)

    def test_goods_repeated_by_characteristic_are_one_product(self):
        rows = [self._repeated("1", "L"), self._repeated("2", "M")]
        self.import_goods(*rows)
        product = self.product()
        self.assertEqual(product.name, "Saw")
        variants = product.product_variant_ids
        self.assertEqual(set(variants.mapped("barcode")), {"111", "222"})
        again = self.import_goods(*reversed(rows))
        self.assertEqual((again.created, again.updated), (0, 0))
        self.assertEqual(self.product().product_variant_ids, variants)

    def test_offers_bring_characteristics_of_known_goods(self):
        self.import_goods(good())
        told = (
            "<Предложение><Ид>g#1</Ид><ХарактеристикиТовара><ХарактеристикаТовара>"
            "<Наименование>Size</Наименование><Значение>L</Значение>"
            "</ХарактеристикаТовара></ХарактеристикиТовара></Предложение>"
        )
        self.import_xml(package(told), name="offers.xml")
        variant = self.bound("product.product", "g#1")
        self.assertEqual(variant.product_tmpl_id, self.product())

    # -- files

    def test_encodings_that_1c_writes(self):
        text = envelope(catalog(good(name="Пила")))
        for number, data in enumerate(
            [
                f'<?xml version="1.0" encoding="windows-1251"?>{text}'.encode("cp1251"),
                f'<?xml version="1.0" encoding="UTF-16"?>{text}'.encode("utf-16"),
                as_1c_writes(text),
                text.encode(),
            ]
        ):
            file = self.run_import(self.receive(data, f"import{number}.xml"))
            self.assertEqual(file.state, "done", file.error)
            self.assertEqual(self.product().name, "Пила")
            self.assertEqual(file.created, not number)

    def test_a_connection_that_brings_no_goods(self):
        self.connection.exchange_goods = False
        file = self.import_goods(good())
        self.assertEqual((file.created, file.skipped), (0, 1))
        self.assertFalse(self.product())

    def test_queries_do_not_grow_with_the_rows(self):
        def count(names):
            rows = "".join(good(name, content=unit()) for name in names)
            file = self.receive(as_1c_writes(envelope(catalog(rows))))
            file._schedule()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            file._import()
            self.env.flush_all()
            self.assertEqual(file.created, len(names))
            return self.env.cr.sql_log_count - before

        count(["w1", "w2"])
        few = count([f"a{number}" for number in range(2)])
        many = count([f"b{number}" for number in range(60)])
        self.assertLessEqual(many, few + 63)
