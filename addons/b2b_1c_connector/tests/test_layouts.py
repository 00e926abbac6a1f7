"""Files that resemble each layout 1C was seen to write, from the bytes into Odoo."""

from odoo.tests import tagged

from ..models.b2b_1c_file_import import OUTCOMES
from .common import as_1c_writes, catalog, envelope, package
from .common_import import ImportCase, classifier, group, groups
from .common_offers import offer, price, price_type, price_types, prices

OWNER = (
    "<Владелец><Ид>o</Ид><Наименование>Trade</Наименование>"
    "<ОфициальноеНаименование>Trade LLC</ОфициальноеНаименование>"
    "<ЮридическийАдрес><Представление>Moscow</Представление><АдресноеПоле>"
    "<Тип>Город</Тип><Значение>Moscow</Значение></АдресноеПоле></ЮридическийАдрес>"
    "<ИНН>7707083893</ИНН><РасчетныеСчета><РасчетныйСчет><НомерСчета/><Банк><БИК/>"
    "</Банк></РасчетныйСчет></РасчетныеСчета></Владелец>"
)
PROPERTY = (
    "<Свойство><Ид>{id}</Ид><Наименование>Color</Наименование><ТипЗначений>Справочник"
    "</ТипЗначений><Множественное>false</Множественное><ВариантыЗначений><Справочник>"
    "<ИдЗначения>red</ИдЗначения><Значение>Red</Значение><ПоУмолчанию>false"
    "</ПоУмолчанию><Сортировка>500</Сортировка></Справочник></ВариантыЗначений>"
    "<ДляТоваров>true</ДляТоваров></Свойство>"
)
VALUES = (
    "<ЗначенияСвойств><ЗначенияСвойства><Ид>p</Ид><Значение>red</Значение>"
    "</ЗначенияСвойства><ЗначенияСвойства><Ид>CML2_ACTIVE</Ид><Значение>true</Значение>"
    "</ЗначенияСвойства></ЗначенияСвойств>"
)
GROUPS = f"<Группы>{group('gr-1', 'Tools')}</Группы>"


def good(content, external_id="g-1"):
    name = "<Наименование>Saw</Наименование>"
    return f"<Товар><Ид>{external_id}</Ид>{name}{content}</Товар>"


@tagged("post_install", "-at_install")
class TestLayouts(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.RUB").active = True
        # prices are compared as 1C says them
        cls.connection.company_id.account_sale_tax_id = False

    def bring(self, body, name="import.xml", **said):
        """Import a file twice; nothing fails, and the second time nothing is new.

        :return: the counts of the first time, without zeros
        """
        values = {"version": "2.07", **said}
        encoding = values.pop("encoding", None)
        text = envelope(body, **values)
        data = text.encode(encoding) if encoding else as_1c_writes(text)
        found = []
        for _turn in range(2):
            file = self.run_import(self.receive(data, name))
            self.assertEqual(file.state, "done", file.error)
            self.assertFalse(file.failed, file.problem_ids.mapped("reason"))
            found.append({kind: file[kind] for kind in OUTCOMES if file[kind]})
        self.assertNotIn("created", found[1])
        return found[0]

    def test_ut11_catalogue_with_owner_and_properties(self):
        head = f"{OWNER}{GROUPS}<Свойства>{PROPERTY.format(id='p')}</Свойства>"
        row = good(
            "<Штрихкод/><Артикул> A-1 </Артикул><БазоваяЕдиница Код='796 '"
            " НаименованиеПолное='Штука'>шт</БазоваяЕдиница><Группы><Ид>gr-1</Ид>"
            f"</Группы><Описание/>{VALUES}<Картинка/>"
        )
        # a group, a property, goods
        self.assertEqual(self.bring(classifier(head) + catalog(row)), {"created": 3})
        product = self.bound("product.template", "g-1")
        self.assertEqual((product.name, product.default_code), ("Saw", "A-1"))

    def test_ut11_later_portion_without_classifier(self):
        self.bring(groups(group("gr-1", "Tools")))
        row = good("<Группы><Ид>gr-1</Ид></Группы>", "g-2")
        changes = 'СодержитТолькоИзменения="true"'
        self.bring(catalog(row, changes), "import0_2.xml")
        self.assertEqual(self.bound("product.template", "g-2").categ_id.name, "Tools")

    def test_unf_with_units_and_categories_in_the_classifier(self):
        head = (
            f"{GROUPS}<Категории><Категория><Ид>c</Ид><Наименование>C</Наименование>"
            "</Категория></Категории><ЕдиницыИзмерения><ЕдиницаИзмерения><Код>796</Код>"
            "<НаименованиеПолное>Штука</НаименованиеПолное></ЕдиницаИзмерения>"
            "</ЕдиницыИзмерения>"
        )
        row = good(
            "<Код>00-1</Код><БазоваяЕдиница/><Категория>c</Категория><Группы/>"
            "<Описание></Описание>"
        )
        self.bring(classifier(head) + catalog(row), version="2.08")
        self.assertTrue(self.bound("product.template", "g-1"))

    def test_offers_repeat_the_classifier_and_name_characteristics(self):
        self.bring(catalog(good("")))
        told = (
            "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Color"
            "</Наименование><Значение>Red</Значение></ХарактеристикаТовара>"
            "</ХарактеристикиТовара>"
        )
        body = classifier(f"<Свойства>{PROPERTY.format(id='p')}</Свойства>") + package(
            offer(told + VALUES + prices(price(10500)), "g-1#c-1"),
            price_types(price_type(currency="руб")),
        )
        self.bring(body, "offers.xml", version="2.08")
        variant = self.bound("product.product", "g-1#c-1")
        self.assertEqual(variant.product_template_attribute_value_ids.name, "Red")

    def test_module_3_1_says_each_thing_in_a_file_of_its_own(self):
        spaces = {"version": "3.1", "namespace": "urn:1C.ru:commerceml_3"}
        mark = (
            "<НомерВерсии>AAAA=1</НомерВерсии><ПометкаУдаления>false</ПометкаУдаления>"
        )
        stores = (
            "<Склады><Склад><Ид>w</Ид><Наименование>W</Наименование></Склад></Склады>"
        )
        types = price_types(price_type(currency="руб"))
        self.connection.create_warehouses = True
        self.bring(classifier(GROUPS + types + stores), **spaces)
        self.bring(
            classifier(f"<Свойства>{PROPERTY.format(id='p')}</Свойства>"), **spaces
        )
        rest = (
            "<Остатки><Остаток><Склад><Ид>w</Ид><Количество>4</Количество></Склад>"
            "</Остаток></Остатки>"
        )
        # stock and price before the goods
        counts = self.bring(package(offer(rest, "g-1")), "rests.xml", **spaces)
        self.assertEqual(counts, {"waiting": 1})
        row = good(f"{mark}<БазоваяЕдиница>796</БазоваяЕдиница>{VALUES}")
        self.bring(catalog(row), "goods.xml", **spaces)
        self.bring(package(offer(f"{mark}<Штрихкод/>", "g-1")), "offers.xml", **spaces)
        tax = "<Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме>"
        row = price("2042.66", content=f"<Валюта>руб</Валюта>{tax}</Налог>")
        self.bring(package(offer(prices(row), "g-1")), "prices.xml", **spaces)
        product = self.bound("product.template", "g-1").product_variant_id
        self.assertEqual(product.qty_available, 4)
        pricelist = self.bound("product.pricelist", "type-1")
        self.assertEqual(pricelist._get_product_price(product, 1), 2042.66)

    def test_changes_of_ut11(self):
        self.bring(catalog(good("")))
        self._bind_first_warehouse("w")
        row = offer(
            "<ИдХарактеристики>00000000-0000-0000-0000-000000000000</ИдХарактеристики>"
            '<Склады ИдСклада="w" КоличествоНаСкладе="3"/><Количество>3</Количество>',
            "g-1",
        )
        body = package(row, section="ИзмененияПакетаПредложений")
        self.bring(body, "offers0_1.xml")
        product = self.bound("product.template", "g-1").product_variant_id
        self.assertEqual(product.qty_available, 3)

    def _bind_first_warehouse(self, external_id):
        company = self.connection.company_id
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", company.id)], limit=1
        )
        rows = [(external_id, warehouse.id, warehouse.name, False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "stock.warehouse", rows)

    def test_price_types_whose_ids_are_sentences(self):
        self.bring(catalog(good("")))
        kind = "7f96_CLUB_Россия, Москва"
        rows = prices(price(1760, kind, "<Геометка>Россия, Москва</Геометка>"))
        head = price_types(price_type(kind, kind, "RUB"))
        self.bring(package(offer(rows, "g-1"), head), "offers.xml", version="2.04")
        product = self.bound("product.template", "g-1").product_variant_id
        pricelist = self.bound("product.pricelist", kind)
        self.assertEqual(pricelist._get_product_price(product, 1), 1760)

    # -- goods that come as offers

    IN_GROUP = "<Группы><Ид>gr-1</Ид></Группы>"

    def test_goods_described_by_offers_without_any_catalogue(self):
        head = groups(group("gr-1", "Tools"))
        told = [
            offer("<БитриксТеги/>" + self.IN_GROUP, f"g-{n}", f"Saw {n}")
            for n in (1, 2)
        ]
        body = head + package("".join(told), price_types(price_type(currency="руб")))
        counts = self.bring(body, "import.xml", version="2.05", namespace="")
        # a group, a price type and goods
        self.assertEqual(counts, {"created": 4})
        product = self.bound("product.template", "g-1")
        self.assertEqual((product.name, product.categ_id.name), ("Saw 1", "Tools"))
        rows = offer("<БазоваяЕдиница Код='796 '>шт</БазоваяЕдиница>", "g-1", "Saw 1")
        rows += offer(prices(price(50)), "g-1#c-1", "Saw 1 (Large)")
        rows += offer(prices(price(70)), "g-2", "Saw 2")
        self.bring(package(rows), "offers.xml", version="2.05", namespace="")
        waiting = self.env["b2b.1c.waiting"].search([])
        self.assertFalse(waiting, waiting.mapped("reason"))
        self.assertEqual(product.name, "Saw 1")
        variant = self.bound("product.product", "g-1#c-1")
        self.assertEqual(variant.product_tmpl_id, product)

    def test_goods_described_by_offers_change_and_leave(self):
        self.bring(package(offer(self.IN_GROUP, name="Saw")), "import.xml")
        product = self.bound("product.template", "good-1")
        file = self.import_xml(package(offer(self.IN_GROUP, name="Handsaw")))
        self.assertEqual((file.updated, product.name), (1, "Handsaw"))
        self.assertEqual(file.flows, "goods")
        gone = self.IN_GROUP + "<ПометкаУдаления>true</ПометкаУдаления>"
        self.import_xml(package(offer(gone, name="Handsaw")))
        self.assertFalse(product.active)

    def test_goods_described_with_their_prices_count_once(self):
        rows = offer(self.IN_GROUP + prices(price(50)), "g-1", "Saw")
        body = package(rows, price_types(price_type(currency="руб")))
        self.assertEqual(self.bring(body), {"created": 2})
        product = self.bound("product.template", "g-1").product_variant_id
        pricelist = self.bound("product.pricelist", "type-1")
        self.assertEqual(pricelist._get_product_price(product, 1), 50)

    def test_what_a_catalogue_lists_is_not_described_by_offers(self):
        self.bring(groups(group("gr-1", "Tools")) + catalog(good(self.IN_GROUP)))
        file = self.import_xml(package(offer(self.IN_GROUP, "g-1", "Saw (offer)")))
        product = self.bound("product.template", "g-1")
        self.assertEqual((product.name, file.unchanged), ("Saw", 1))

    def test_offers_of_unknown_goods_or_without_groups_make_none(self):
        rows = offer(prices(price(50)), "g-1", "Saw")
        rows += offer(self.IN_GROUP + prices(price(50)), "g-2#c-1", "Saw (Large)")
        self.import_xml(package(rows))
        self.connection.exchange_goods = False
        self.import_xml(package(offer(self.IN_GROUP, "g-3", "Saw")))
        for external_id in ("g-1", "g-2", "g-3"):
            self.assertFalse(self.bound("product.template", external_id))

    def test_old_base_in_utf_16_without_offers(self):
        body = classifier(OWNER) + package("", f"{OWNER}<ТипыЦен/>")
        counts = self.bring(body, version="2.03", namespace="", encoding="utf-16")
        self.assertEqual(counts, {})

    def test_empty_packages_and_an_empty_root(self):
        body = f"<ПакетПредложений><Ид>c#</Ид>{OWNER}</ПакетПредложений>"
        self.assertEqual(self.bring(body, version="2.05", namespace=""), {})
        self.assertEqual(self.bring("", version="2.04", namespace=""), {})

    def test_order_that_is_not_ours_in_windows_1251(self):
        body = (
            "<Документ><Ид>20</Ид><Номер>20</Номер><Дата>2007-10-30</Дата>"
            "<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль>"
            "<Контрагенты><Контрагент><Наименование>Иванов</Наименование><Роль>"
            "Покупатель</Роль></Контрагент></Контрагенты><Время>15:19:27</Время>"
            "</Документ>"
        )
        counts = self.bring(body, "orders.xml", namespace="", encoding="cp1251")
        self.assertEqual(counts, {"skipped": 1})
