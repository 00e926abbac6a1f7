from decimal import Decimal

from odoo.tests import tagged

from ..commerceml import model
from .common import CommerceMLCase, catalog, package, requisites

UT11_GOOD = """
<Товар>
  <Ид>bd72d910-55bc-11d9-848a-00112f43529a</Ид>
  <Штрихкод>2000018987155</Штрихкод>
  <Артикул> Б-130001 </Артикул>
  <Наименование>Ботфорты &quot;Зима&quot;</Наименование>
  <БазоваяЕдиница Код="715 " НаименованиеПолное="Пара (2 шт.)">пар
    <Пересчет><Единица>796</Единица><Коэффициент>2</Коэффициент></Пересчет>
  </БазоваяЕдиница>
  <Группы><Ид>group-1</Ид></Группы>
  <Описание><![CDATA[<b>тёплые</b>]]></Описание>
  <Картинка>import_files/bd/bd72_1.jpg</Картинка>
  <Картинка>import_files/bd/bd72_2.jpg</Картинка>
  <Изготовитель><Ид>m-1</Ид><Наименование>Комбинат</Наименование></Изготовитель>
  <ЗначенияСвойств>
    <ЗначенияСвойства><Ид>p-1</Ид><Значение>v-1</Значение></ЗначенияСвойства>
    <ЗначенияСвойства><Ид>p-2</Ид><Значение>a</Значение><Значение>b</Значение>
    </ЗначенияСвойства>
    <ЗначенияСвойства><Ид>p-3</Ид><Значение/></ЗначенияСвойства>
  </ЗначенияСвойств>
  <СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>20</Ставка>
  </СтавкаНалога></СтавкиНалогов>
  <ЗначенияРеквизитов>
    <ЗначениеРеквизита><Наименование>ОписаниеФайла</Наименование>
      <Значение>import_files/bd/bd72_1.jpg#Фото</Значение></ЗначениеРеквизита>
    <ЗначениеРеквизита><Наименование>ОписаниеФайла</Наименование>
      <Значение>import_files/bd/bd72_2.jpg#Вид</Значение></ЗначениеРеквизита>
  </ЗначенияРеквизитов>
</Товар>
"""


@tagged("-at_install", "post_install")
class TestGoods(CommerceMLCase):
    def test_good_of_ut11_is_read_whole(self):
        good = self.read_one(catalog(UT11_GOOD), model.Good)
        self.assertEqual(
            good,
            model.Good(
                id="bd72d910-55bc-11d9-848a-00112f43529a",
                name='Ботфорты "Зима"',
                article="Б-130001",
                barcodes=["2000018987155"],
                unit=model.Unit(
                    "715", "пар", "Пара (2 шт.)", None, [("796", Decimal(2))]
                ),
                groups=["group-1"],
                description="<b>тёплые</b>",
                pictures=["import_files/bd/bd72_1.jpg", "import_files/bd/bd72_2.jpg"],
                properties={"p-1": ("v-1",), "p-2": ("a", "b"), "p-3": ()},
                requisites=[
                    ("ОписаниеФайла", "import_files/bd/bd72_1.jpg#Фото"),
                    ("ОписаниеФайла", "import_files/bd/bd72_2.jpg#Вид"),
                ],
                taxes=[model.Tax("НДС", Decimal(20), "20")],
                manufacturer="Комбинат",
                manufacturer_id="m-1",
            ),
        )
        self.assertEqual(self.reader.unknown, {})

    def test_absent_differs_from_empty(self):
        silent = self.read_good("")
        for name in ("article", "barcodes", "pictures", "groups", "properties"):
            self.assertIsNone(getattr(silent, name), name)
        empty = self.read_good(
            "<Артикул/><Штрихкод/><Картинка/><Группы/><ЗначенияСвойств/>"
        )
        self.assertEqual(
            (empty.article, empty.barcodes, empty.pictures, empty.groups),
            ("", [], [], []),
        )
        self.assertEqual(empty.properties, {})

    def test_version_and_namespace_do_not_matter(self):
        body = catalog(UT11_GOOD)
        expected = self.read(body)
        for namespace in ("", "urn:1C.ru:commerceml_3", "urn:1C.ru:commerceml_210"):
            for version in ("2.021", "3.1", ""):
                with self.subTest(namespace=namespace, version=version):
                    items = self.read(body, namespace=namespace, version=version)
                    self.assertEqual(items, expected)
                    self.assertEqual(self.reader.envelope.version, version)

    def test_prefixed_names_are_read(self):
        root = "КоммерческаяИнформация"
        text = (
            f'<c:{root} xmlns:c="urn:x"><c:Каталог><c:Ид>1</c:Ид><c:Товары><c:Товар>'
            f"<c:Ид>g</c:Ид></c:Товар></c:Товары></c:Каталог></c:{root}>"
        )
        catalog_item, good = self.read_bytes(text.encode())
        self.assertEqual((catalog_item.id, good.id), ("1", "g"))

    def test_unit_of_3_1_is_a_code(self):
        good = self.read_good("<БазоваяЕдиница>796 </БазоваяЕдиница>")
        self.assertEqual(good.unit, model.Unit(code="796"))

    def test_variant_id_is_split(self):
        body = catalog("<Товар><Ид>g-1#c-1</Ид></Товар>")
        good = self.read_one(body, model.Good)
        self.assertEqual((good.good_id, good.characteristic_id), ("g-1", "c-1"))
        self.assertIsNone(self.read_good("").characteristic_id)

    def test_deletion_is_marked_in_each_way(self):
        for content, attribute, expected in (
            ("<Статус>Удален</Статус>", "", True),
            ("<Статус>Изменен</Статус>", "", False),
            ("<ПометкаУдаления>true</ПометкаУдаления>", "", True),
            ("<ПометкаУдаления>false</ПометкаУдаления>", "", False),
            ("", ' Статус="Удален"', True),
            ("", ' Статус="Новый"', False),
            ("", "", None),
            ("<Статус>Активный</Статус>", "", None),
            ("<ПометкаУдаления>возможно</ПометкаУдаления>", "", None),
            ("", ' Статус="Активный"', None),
            ("<Статус>Удален</Статус>", ' Статус="Активный"', True),
        ):
            with self.subTest(content=content, attribute=attribute):
                body = catalog(f"<Товар{attribute}><Ид>g</Ид>{content}</Товар>")
                self.assertIs(self.read_one(body, model.Good).deleted, expected)

    def test_unknown_words_about_deletion_are_counted(self):
        self.read_good("<Статус>Активный</Статус>")
        path = "Товар/Статус: neither true nor false"
        self.assertEqual(self.reader.unknown, {path: 1})
        self.read(catalog('<Товар Статус="Активный"><Ид>g</Ид></Товар>'))
        self.assertEqual(self.reader.unknown, {"Товар: Статус": 1})

    def test_characteristic_that_is_none_is_no_part_of_the_id(self):
        nothing = "00000000-0000-0000-0000-000000000000"
        body = catalog(f"<Товар><Ид>g-1#{nothing}</Ид></Товар>")
        self.assertEqual(self.read_one(body, model.Good).id, "g-1")

    def test_tax_without_number_keeps_its_words(self):
        tax = "<СтавкиНалогов><СтавкаНалога><Ставка>Без НДС</Ставка></СтавкаНалога>"
        good = self.read_good(f"{tax}</СтавкиНалогов>")
        self.assertEqual(good.taxes, [model.Tax(None, None, "Без НДС")])
        self.assertTrue(good.taxes[0].is_free)

    def read_tax(self, content):
        tax = f"<СтавкаНалога>{content}</СтавкаНалога>"
        (found,) = self.read_good(f"<СтавкиНалогов>{tax}</СтавкиНалогов>").taxes
        return found

    def test_tax_rate_is_found_among_words(self):
        for text, expected in (
            ("20", "20"),
            ("20 %", "20"),
            ("0", "0"),
            ("НДС 20%", "20"),
            ("20/120", "20"),
            ("НДС 10 / 110", "10"),
            ("НДС20_120", "20"),
            ("20% (20/120)", "20"),
            ("НДС 13,5 %", "13.5"),
            ("НДС0", "0"),
        ):
            with self.subTest(text=text):
                tax = self.read_tax(f"<Ставка>{text}</Ставка>")
                self.assertEqual((tax.rate, tax.text), (Decimal(expected), text))
                self.assertFalse(tax.is_free)

    def test_only_words_that_say_so_mean_free_of_tax(self):
        for content, is_free in (
            ("<Ставка>Без налога</Ставка>", True),
            ("<Ставка>БезНДС</Ставка>", True),
            ("<Ставка>без НДС (ст. 149)</Ставка>", True),
            ("<Ставка>НДС не облагается</Ставка>", True),
            ("<Ставка>НеОблагается</Ставка>", True),
            ("<Наименование>Без НДС</Наименование>", True),
            ("<Ставка>общая</Ставка>", False),
            ("<Ставка>10/20</Ставка>", False),
            ("<Ставка>10% или 20%</Ставка>", False),
            ("<Наименование>НДС</Наименование>", False),
            ("<Наименование>НДС</Наименование><Ставка/>", False),
            ("", False),
        ):
            with self.subTest(content=content):
                tax = self.read_tax(content)
                self.assertIsNone(tax.rate)
                self.assertIs(tax.is_free, is_free)

    def test_wrong_weight_leaves_only_the_weight_out(self):
        good = self.read_good("<Вес>около 5</Вес><Ширина>1,5</Ширина>")
        self.assertIsNone(good.weight)
        self.assertEqual(good.width, Decimal("1.5"))
        self.assertEqual(self.reader.unknown, {"Товар/Вес: not a number": 1})

    def test_row_without_id_is_reported_and_the_rest_goes_in(self):
        items = self.read(
            catalog(
                "<Товар><Ид>a</Ид></Товар>\n<Товар><Наименование>Без ид</Наименование>"
                "</Товар>\n<Товар><Ид>b</Ид></Товар>"
            )
        )
        goods = [item.id for item in items if isinstance(item, model.Good)]
        self.assertEqual(goods, ["a", "b"])
        problem = next(item for item in items if isinstance(item, model.Problem))
        self.assertEqual((problem.row, problem.number), ("Товар", 2))
        self.assertEqual((problem.line, problem.value), (3, "Без ид"))
        self.assertIn("line 3", str(problem))

    def test_repeated_id_is_delivered_twice(self):
        items = self.read(catalog("<Товар><Ид>a</Ид></Товар>" * 2))
        self.assertEqual(sum(isinstance(item, model.Good) for item in items), 2)

    def test_unknown_elements_are_counted_and_passed_over(self):
        good = self.read_good("<Новинка>да</Новинка><Артикул>1</Артикул>")
        self.assertEqual(good.article, "1")
        self.assertEqual(self.reader.unknown, {"Товар/Новинка": 1})
        items = self.read(
            "<Мусор><Товары><Товар><Ид>x</Ид></Товар></Товары></Мусор>"
            + catalog("<Товар><Ид>a</Ид></Товар><Прочее/><Товар><Ид>b</Ид></Товар>")
        )
        self.assertEqual(
            [item.id for item in items if isinstance(item, model.Good)], ["a", "b"]
        )
        self.assertEqual(
            self.reader.unknown,
            {"КоммерческаяИнформация/Мусор": 1, "Товары/Прочее": 1},
        )

    def test_known_elements_in_odd_places_are_counted(self):
        items = self.read(
            "<Каталог><Ид>c</Ид><Товар><Ид>a</Ид></Товар>"
            "<ПакетПредложений><Предложения><Предложение><Ид>b</Ид></Предложение>"
            "</Предложения></ПакетПредложений><Товары><Группы/></Товары></Каталог>"
            "<Товар><Ид>d</Ид></Товар>"
        )
        self.assertEqual(items, [model.Catalog(id="c")])
        self.assertEqual(
            self.reader.unknown,
            {
                "Каталог/Товар": 1,
                "Каталог/ПакетПредложений": 1,
                "Товары/Группы": 1,
                "КоммерческаяИнформация/Товар": 1,
            },
        )

    def test_requisite_is_found_by_name(self):
        good = self.read_good(requisites(Полное_наименование="Ботфорты", Код=""))
        self.assertEqual(good.requisite("Полное наименование"), "Ботфорты")
        self.assertEqual(good.requisite("Код"), "")
        self.assertIsNone(good.requisite("Вес"))


@tagged("-at_install", "post_install")
class TestClassifier(CommerceMLCase):
    def read_classifier(self, content, **values):
        body = f"<Классификатор><Ид>cls-1</Ид>{content}</Классификатор>"
        return self.read(body, **values)

    def test_classifier_inside_a_catalogue_is_read(self):
        groups = "<Группы><Группа><Ид>1</Ид></Группа></Группы>"
        inner = f"<Классификатор><Ид>cls-1</Ид>{groups}</Классификатор>"
        for section in ("Каталог", "ПакетПредложений", "ИзмененияПакетаПредложений"):
            # more than is read at once
            for times in (1, 3000):
                with self.subTest(section=section, times=times):
                    goods = "<Товары>" + "<Товар><Ид>g</Ид></Товар>" * times
                    items = self.read(
                        f"<{section}><Ид>cat-1</Ид>{inner}{goods}</Товары></{section}>"
                    )
                    self.assertEqual(
                        [(type(item), item.id) for item in items[:2]],
                        [(model.Classifier, "cls-1"), (model.Group, "1")],
                    )
                    self.assertEqual(items[2].id, "cat-1")
                    self.assertEqual(items[3:], [model.Good(id="g")] * times)
                    self.assertEqual(self.reader.unknown, {})

    def test_groups_come_parents_first_at_any_depth(self):
        inner = ""
        for level in range(30, 0, -1):
            groups = f"<Группы>{inner}</Группы>" if inner else ""
            inner = (
                f"<Группа><Ид>{level}</Ид><Наименование>Г{level}</Наименование>"
                f"{groups}</Группа>"
            )
        _classifier, *groups = self.read_classifier(f"<Группы>{inner}</Группы>")
        self.assertEqual(
            [(group.id, group.parent_id) for group in groups],
            [(str(n), str(n - 1) if n > 1 else None) for n in range(1, 31)],
        )

    def test_group_without_id_does_not_lose_those_below(self):
        _classifier, problem, group = self.read_classifier(
            "<Группы><Группа><Наименование>Без</Наименование><Группы>"
            "<Группа><Ид>1</Ид></Группа></Группы></Группа></Группы>"
        )
        self.assertIsInstance(problem, model.Problem)
        self.assertEqual((group.id, group.parent_id), ("1", None))

    def test_property_with_variants_of_each_dialect(self):
        for variants, expected in (
            (
                "<Справочник><ИдЗначения>1</ИдЗначения><Значение>Синий</Значение>"
                "</Справочник>",
                {"1": "Синий"},
            ),
            (
                "<Вариант><Ид>2</Ид><Значение>Красный</Значение></Вариант>",
                {"2": "Красный"},
            ),
            ("<Вариант>Белый</Вариант>", {"Белый": "Белый"}),
        ):
            for name in ("Свойство", "СвойствоНоменклатуры"):
                with self.subTest(name=name, variants=variants):
                    _classifier, prop = self.read_classifier(
                        f"<Свойства><{name}><Ид>p</Ид><Наименование>Цвет</Наименование>"
                        "<ТипЗначений>Справочник</ТипЗначений><Множественное>true"
                        f"</Множественное><ВариантыЗначений>{variants}"
                        f"</ВариантыЗначений></{name}></Свойства>"
                    )
                    self.assertEqual(
                        prop,
                        model.Property(
                            id="p",
                            name="Цвет",
                            type="Справочник",
                            multiple=True,
                            variants=expected,
                        ),
                    )

    def test_classifier_of_3_1_defines_prices_warehouses_and_units(self):
        items = self.read_classifier(
            "<ТипыЦен><ТипЦены><Ид>t</Ид><НомерВерсии>AAA=</НомерВерсии>"
            "<ПометкаУдаления>true</ПометкаУдаления><Наименование>Опт</Наименование>"
            "<Валюта>руб</Валюта><Налог><Наименование>НДС</Наименование><УчтеноВСумме>"
            "true</УчтеноВСумме></Налог></ТипЦены></ТипыЦен>"
            "<Склады><Склад><Ид>w</Ид><Наименование>Главный</Наименование></Склад>"
            "</Склады><ЕдиницыИзмерения><ЕдиницаИзмерения><Ид>796 </Ид><Код>796 </Код>"
            "<НаименованиеКраткое>шт</НаименованиеКраткое></ЕдиницаИзмерения>"
            "<ЕдиницаИзмерения><Код>112</Код></ЕдиницаИзмерения></ЕдиницыИзмерения>"
            "<Категории><Категория><Ид>c</Ид></Категория></Категории>",
            namespace="urn:1C.ru:commerceml_3",
        )
        self.assertEqual(
            items[1:],
            [
                model.PriceType("t", "Опт", "руб", "НДС", True, "AAA=", True),
                model.Warehouse("w", "Главный"),
                model.UnitDefinition("796", "796", "шт"),
                model.UnitDefinition("112", "112"),
                model.Category("c"),
            ],
        )

    def test_section_header_comes_before_its_rows(self):
        items = self.read(
            "<Классификатор><Ид>cls-1</Ид><Владелец><Ид>o</Ид><ИНН>7701234567</ИНН>"
            "<ОфициальноеНаименование>ООО</ОфициальноеНаименование></Владелец>"
            "</Классификатор>" + catalog("<Товар><Ид>g</Ид></Товар>") + package("")
        )
        self.assertEqual(
            [type(item).__name__ for item in items],
            ["Classifier", "Catalog", "Good", "OfferPackage"],
        )
        self.assertEqual(items[0].owner.inn, "7701234567")
        self.assertTrue(items[0].owner.is_organisation)
        self.assertEqual(items[1].classifier_id, "cls-1")
        self.assertEqual((items[3].id, items[3].bare_id), ("cat-1#", "cat-1"))

    def test_full_or_changes_is_told_in_each_way(self):
        flag = "<СодержитТолькоИзменения>{}</СодержитТолькоИзменения>"
        for attributes, element, expected in (
            ('СодержитТолькоИзменения="false"', "", False),
            ('СодержитТолькоИзменения="true"', "", True),
            ("", flag.format("false"), False),
            ("", flag.format("true"), True),
            ("", "", None),
        ):
            with self.subTest(attributes=attributes, element=element):
                (item,) = self.read(
                    f"<Каталог {attributes}><Ид>1</Ид>{element}</Каталог>"
                )
                self.assertIs(item.only_changes, expected)

    def test_header_after_the_rows_is_told_once_more(self):
        items = self.read(
            f"<Каталог><Ид>1</Ид><Товары>{'<Товар><Ид>g</Ид></Товар>' * 5000}</Товары>"
            "<Описание>поздно</Описание></Каталог>"
        )
        self.assertEqual(
            [type(item).__name__ for item in (items[0], items[1], items[-1])],
            ["Catalog", "Good", "Catalog"],
        )
        self.assertEqual(
            [items[0].description, items[-1].description], [None, "поздно"]
        )

    def test_portion_without_classifier_names_it(self):
        items = self.read(catalog("<Товар><Ид>g</Ид></Товар>"))
        self.assertEqual(items[0].classifier_id, "cls-1")
