from decimal import Decimal

from odoo.tests import tagged

from ..commerceml import model
from .common import CommerceMLCase, package

PRICE = (
    "<Цена><Представление>1\u00a0234,50 руб. за шт</Представление>"
    "<ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>{}</ЦенаЗаЕдиницу><Валюта>руб</Валюта>"
    "<Единица>шт</Единица><Коэффициент>1</Коэффициент></Цена>"
)


@tagged("-at_install", "post_install")
class TestOffers(CommerceMLCase):
    def test_offer_of_ut11_is_read_whole(self):
        offer = self.read_offer(
            "<ХарактеристикиТовара><ХарактеристикаТовара><Ид>c</Ид>"
            "<Наименование>Размер</Наименование><Значение>40</Значение>"
            "</ХарактеристикаТовара></ХарактеристикиТовара>"
            f"<Цены>{PRICE.format('1234.5')}</Цены><Количество>7</Количество>"
            '<Склад ИдСклада="w1" КоличествоНаСкладе="5"/>'
            '<Склад ИдСклада="w2" КоличествоНаСкладе="2.5"/>'
        )
        self.assertEqual(
            offer,
            model.Offer(
                id="g-1",
                characteristics=[model.Characteristic("Размер", "40", "c")],
                prices=[
                    model.Price("t", Decimal("1234.5"), "руб", "шт", Decimal(1)),
                ],
                quantity=Decimal(7),
                stocks=[
                    model.Stock("w1", Decimal(5)),
                    model.Stock("w2", Decimal("2.5")),
                ],
            ),
        )
        self.assertEqual(self.reader.unknown, {})

    def test_silence_is_not_zero(self):
        offer = self.read_offer("")
        self.assertIsNone(offer.prices)
        self.assertIsNone(offer.quantity)
        self.assertIsNone(offer.stocks)
        offer = self.read_offer("<Цены/><Количество/>")
        self.assertEqual(offer.prices, [])
        self.assertIsNone(offer.quantity)
        self.assertEqual(
            self.read_offer("<Количество>0</Количество>").quantity, Decimal(0)
        )

    def test_price_type_without_a_price_is_not_zero(self):
        offer = self.read_offer(f"<Цены>{PRICE.format('')}</Цены>")
        self.assertEqual(
            [(price.type_id, price.value) for price in offer.prices], [("t", None)]
        )

    def test_stock_comes_in_four_forms(self):
        by_warehouse = [model.Stock("w1", Decimal(3)), model.Stock("w2", Decimal(-1))]
        for form, quantity, stocks in (
            ("<Количество>2</Количество>", Decimal(2), None),
            (
                '<Склад ИдСклада="w1" КоличествоНаСкладе="3"/>'
                '<Склад ИдСклада="w2" КоличествоНаСкладе="-1"/>',
                None,
                by_warehouse,
            ),
            (
                "<Остатки><Остаток><Склад><Ид>w1</Ид><Количество>3</Количество></Склад>"
                "</Остаток><Остаток><Склад><Ид>w2</Ид><Количество>-1</Количество>"
                "</Склад></Остаток></Остатки>",
                None,
                by_warehouse,
            ),
            (
                "<Остатки><Остаток><Количество>2</Количество></Остаток></Остатки>",
                Decimal(2),
                None,
            ),
            (
                "<Остатки><Остаток><Склад><Ид>w1</Ид></Склад><Количество>3</Количество>"
                '</Остаток><Остаток><Количество>-1</Количество><Склад ИдСклада="w2"/>'
                "</Остаток></Остатки>",
                None,
                by_warehouse,
            ),
            (
                "<Остатки><Остаток><Склад><Ид>w1</Ид><Количество>3</Количество></Склад>"
                "<Склад><Ид>w2</Ид><Количество>-1</Количество></Склад>"
                "<Количество>2</Количество></Остаток></Остатки>",
                Decimal(2),
                by_warehouse,
            ),
            (
                '<Склады ИдСклада="w1" КоличествоНаСкладе="3"/>'
                '<Склады ИдСклада="w2" КоличествоНаСкладе="-1"/>',
                None,
                by_warehouse,
            ),
            (
                '<Склады><Склад ИдСклада="w1" КоличествоНаСкладе="3"/>'
                '<Склад ИдСклада="w2" КоличествоНаСкладе="-1"/></Склады>',
                None,
                by_warehouse,
            ),
        ):
            with self.subTest(form=form):
                offer = self.read_offer(form)
                self.assertEqual((offer.quantity, offer.stocks), (quantity, stocks))
                self.assertEqual(self.reader.unknown, {})

    def test_warehouse_without_quantity_says_nothing(self):
        offer = self.read_offer('<Склад ИдСклада="w1" КоличествоНаСкладе=""/>')
        self.assertEqual(offer.stocks, [])

    def test_one_quantity_of_several_warehouses_is_passed_over(self):
        offer = self.read_offer(
            "<Остатки><Остаток><Склад><Ид>w1</Ид></Склад><Склад><Ид>w2</Ид></Склад>"
            "<Количество>3</Количество></Остаток></Остатки>"
        )
        self.assertEqual((offer.quantity, offer.stocks), (None, []))
        path = "Остаток: one Количество of several Склад"
        self.assertEqual(self.reader.unknown, {path: 1})

    def test_changes_of_ut11_name_the_characteristic_apart(self):
        row = (
            "<Предложение><Ид>g</Ид><ИдХарактеристики>{}</ИдХарактеристики>"
            '<Склады ИдСклада="w" КоличествоНаСкладе="1"/><Количество>1</Количество>'
            "</Предложение>"
        )
        nothing = "00000000-0000-0000-0000-000000000000"
        offers = "".join(map(row.format, ("c1", "c2", "", nothing)))
        offers += f"<Предложение><Ид>h#{nothing}</Ид></Предложение>"
        head, *items = self.read(package(offers, section="ИзмененияПакетаПредложений"))
        self.assertTrue(head.is_changes)
        self.assertEqual([item.id for item in items], ["g#c1", "g#c2", "g", "g", "h"])
        self.assertEqual(items[0].characteristic_id, "c1")

    def test_prices_and_rests_come_apart(self):
        prices = package(
            f"<Предложение><Ид>g#c</Ид><Цены>{PRICE.format('5')}</Цены></Предложение>"
        )
        rests = package(
            "<Предложение><Ид>g#c</Ид><Остатки><Остаток><Количество>4</Количество>"
            "</Остаток></Остатки></Предложение>"
        )
        _head, price = self.read(prices)
        _head, rest = self.read(rests)
        self.assertEqual((price.id, price.quantity), (rest.id, None))
        self.assertEqual((rest.prices, rest.quantity), (None, Decimal(4)))

    def test_warehouses_defined_beside_offers_are_not_their_stock(self):
        items = self.read(
            package(
                "<Предложение><Ид>g</Ид><Склад ИдСклада='w' КоличествоНаСкладе='1'/>"
                "</Предложение><Предложение><Ид>h</Ид></Предложение>",
                head="<ТипыЦен><ТипЦены><Ид>t</Ид><Валюта>RUB</Валюта></ТипЦены>"
                "</ТипыЦен><Склады><Склад><Ид>w</Ид><Наименование>Главный"
                "</Наименование><Адрес><Представление>Тверь</Представление>"
                "<АдресноеПоле><Тип>Город</Тип><Значение>Тверь</Значение>"
                "</АдресноеПоле></Адрес><Контакты><Контакт><Тип>Почта</Тип>"
                "<Значение>a@b.ru</Значение></Контакт></Контакты></Склад></Склады>",
            )
        )
        self.assertEqual(
            [type(item).__name__ for item in items],
            ["OfferPackage", "PriceType", "Warehouse", "Offer", "Offer"],
        )
        self.assertEqual(
            items[2].addresses, [model.Address("Адрес", "Тверь", {"Город": "Тверь"})]
        )
        self.assertEqual(items[2].contacts, [model.Contact("Почта", "a@b.ru")])

    def test_empty_package_is_normal(self):
        for body in (
            "<ПакетПредложений><Ид>#1</Ид></ПакетПредложений>",
            "<ПакетПредложений><Ид>#1</Ид><Предложения/></ПакетПредложений>",
        ):
            (item,) = self.read(body)
            self.assertEqual(item.bare_id, "1")

    def test_numbers_are_read_as_people_write_them(self):
        for text, expected in (
            ("2042.66", "2042.66"),
            ("2\u00a0042,66", "2042.66"),
            ("1 234 567,8", "1234567.8"),
            ("1.234,56", "1234.56"),
            ("1,234.56", "1234.56"),
            ("\u22125", "-5"),
            (" 7 ", "7"),
            (",5", "0.5"),
            ("12.", "12"),
        ):
            with self.subTest(text=text):
                offer = self.read_offer(f"<Количество>{text}</Количество>")
                self.assertEqual(offer.quantity, Decimal(expected))

    def test_broken_number_refuses_its_row_only(self):
        for text in ("много", "1e400", "NaN", "Infinity", "1_000", "٣", "5 шт", "--1"):
            with self.subTest(text=text):
                _head, first, problem, last = self.read(
                    package(
                        "<Предложение><Ид>a</Ид></Предложение>"
                        f"<Предложение><Ид>b</Ид><Количество>{text}</Количество>"
                        "</Предложение><Предложение><Ид>c</Ид></Предложение>"
                    )
                )
                self.assertEqual((first.id, last.id), ("a", "c"))
                self.assertEqual((problem.id, problem.number), ("b", 2))
                self.assertEqual(problem.path, "Предложение/Количество")
                self.assertEqual(problem.value, text)

    def test_broken_price_is_left_out_of_its_offer(self):
        good = PRICE.format("5").replace(">t<", ">u<")
        for text in ("много", "1e400", "5 шт", "100 USD", "1 руб. 20 коп."):
            for more, expected in ((good, Decimal(5)), ("", None)):
                with self.subTest(text=text, more=more):
                    _head, offer, problem, last = self.read(
                        package(
                            f"<Предложение><Ид>b</Ид><Цены>{more}\n\n"
                            f"{PRICE.format(text)}</Цены><Количество>3</Количество>"
                            "</Предложение><Предложение><Ид>c</Ид><Цены/></Предложение>"
                        )
                    )
                    self.assertEqual((offer.id, offer.quantity), ("b", Decimal(3)))
                    # no list is not an empty one, which takes all prices back
                    found = offer.prices and [one.value for one in offer.prices]
                    self.assertEqual(found, expected and [expected])
                    self.assertTrue(offer.prices_left_out)
                    self.assertEqual(
                        (problem.row, problem.id, problem.number, problem.line),
                        ("Предложение", "b", 1, 4),
                    )
                    self.assertEqual(problem.path, "Цена/ЦенаЗаЕдиницу")
                    self.assertEqual(problem.value, text)
                    self.assertEqual((last.id, last.prices), ("c", []))
                    self.assertIsNone(last.prices_left_out)

    def test_price_without_type_is_left_out_of_its_offer(self):
        price = PRICE.format("5").replace(">t<", "><")
        _head, offer, problem = self.read(
            package(f"<Предложение><Ид>b</Ид><Цены>{price}</Цены></Предложение>")
        )
        self.assertEqual((offer.id, offer.prices), ("b", None))
        self.assertEqual((problem.path, problem.id), ("Цена", "b"))

    def test_what_a_refused_offer_lacks_is_not_told_of_the_next(self):
        _head, problem, offer = self.read(
            package(
                f"<Предложение><Цены>{PRICE.format('много')}</Цены></Предложение>"
                "<Предложение><Ид>c</Ид></Предложение>"
            )
        )
        self.assertEqual((problem.reason, offer.id), ("without id", "c"))

    def test_amounts_may_name_roubles(self):
        for text, expected in (
            ("1 200,00 руб.", "1200"),
            ("1\u00a0200.50 руб", "1200.5"),
            ("1200р.", "1200"),
            ("1 200 ₽", "1200"),
            ("1200 RUB", "1200"),
        ):
            with self.subTest(text=text):
                offer = self.read_offer(f"<Цены>{PRICE.format(text)}</Цены>")
                self.assertEqual(offer.prices[0].value, Decimal(expected))

    def test_broken_quantity_in_an_attribute_is_shown(self):
        _head, problem = self.read(
            package(
                "<Предложение><Ид>a</Ид>"
                '<Склад ИдСклада="w" КоличествоНаСкладе="много"/></Предложение>'
            )
        )
        self.assertEqual((problem.id, problem.value), ("a", "много"))
        self.assertEqual(problem.path, "Предложение/Склад")

    def test_offers_in_place_of_goods_are_described(self):
        offer = self.read_offer(
            "<Наименование>Лицензия</Наименование><Группы><Ид>gr</Ид></Группы>"
            "<ЗначенияСвойств><ЗначенияСвойства><Ид>p</Ид><Значение>v</Значение>"
            "<ЗначениеСвойства><Значение>v</Значение></ЗначениеСвойства>"
            "</ЗначенияСвойства><ЗначенияСвойства><Значение>x</Значение>"
            "</ЗначенияСвойства></ЗначенияСвойств>"
        )
        self.assertEqual((offer.name, offer.groups), ("Лицензия", ["gr"]))
        self.assertEqual(offer.properties, {"p": ("v",)})
        self.assertEqual(self.reader.unknown, {"ЗначенияСвойства: without id": 1})
