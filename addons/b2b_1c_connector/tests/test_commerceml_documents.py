import datetime
from decimal import Decimal

from odoo.tests import tagged

from ..commerceml import model
from .common import CommerceMLCase, requisites

LINE = (
    "<Товар><Ид>g#c</Ид><Артикул>A1</Артикул><Наименование>Болт</Наименование>"
    '<БазоваяЕдиница Код="796 ">шт</БазоваяЕдиница><ЦенаЗаЕдиницу>10.50</ЦенаЗаЕдиницу>'
    "<Количество>2</Количество><Сумма>21</Сумма><Единица>шт</Единица>"
    "<Коэффициент>1</Коэффициент><Скидки><Скидка><Наименование>Акция</Наименование>"
    "<Сумма>1</Сумма><УчтеноВСумме>true</УчтеноВСумме></Скидка></Скидки></Товар>"
)
HEAD = (
    "<Ид>guid-1</Ид><Номер>SO42</Номер><Дата>2026-02-03</Дата><Время>09:05:00</Время>"
    "<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Валюта>RUB</Валюта>"
    "<Курс>1</Курс><Сумма>21.00</Сумма>"
)


@tagged("-at_install", "post_install")
class TestDocuments(CommerceMLCase):
    def read_document(self, content, head=HEAD, **values):
        body = f"<Документ>{head}{content}</Документ>"
        return self.read_one(body, model.Document, **values)

    def test_order_of_2_x_is_read_whole(self):
        order = self.read_document(
            f"<Товары>{LINE}</Товары><Налоги><Налог><Наименование>НДС</Наименование>"
            "<УчтеноВСумме>true</УчтеноВСумме><Сумма>3.50</Сумма></Налог></Налоги>"
            "<Комментарий>Срочно</Комментарий><СрокПлатежа>0001-01-01</СрокПлатежа>"
        )
        self.assertEqual((order.id, order.number), ("guid-1", "SO42"))
        self.assertEqual(order.date, datetime.date(2026, 2, 3))
        self.assertEqual(order.time, datetime.time(9, 5))
        self.assertEqual(order.amount, Decimal("21.00"))
        self.assertIsNone(order.due)
        self.assertEqual(order.taxes, [model.DocumentTax("НДС", True, Decimal("3.50"))])
        (line,) = order.lines
        self.assertEqual(
            (line.id, line.price, line.quantity, line.amount, line.ratio),
            ("g#c", Decimal("10.50"), Decimal(2), Decimal(21), Decimal(1)),
        )
        self.assertEqual((line.unit, line.packaging), (model.Unit("796", "шт"), "шт"))
        self.assertEqual(
            line.discounts, [model.Discount("Акция", Decimal(1), None, True)]
        )
        self.assertEqual(self.reader.unknown, {})

    def test_state_of_an_order_comes_in_requisites(self):
        order = self.read_document(
            requisites(
                Номер_по_1С="ЗК-0042    ",
                Дата_по_1С="2014-12-12T9:51:39",
                ПометкаУдаления="false",
                Проведен="true",
                Номер_оплаты_по_1С="П-1",
                Дата_оплаты_по_1С="2014-12-13",
                Номер_отгрузки_по_1С="Р-1",
                Дата_отгрузки_по_1С="14.12.2014 8:05:00",
                Отменен="false",
                Отгружен="true",
                Статус_заказа="[F] Доставлен",
                Статуса_заказа_ИД="F",
            )
        )
        self.assertEqual(order.number_in_1c, "ЗК-0042")
        self.assertEqual(order.date_in_1c, datetime.datetime(2014, 12, 12, 9, 51, 39))
        self.assertEqual(
            (order.deleted, order.posted, order.cancelled, order.shipped),
            (False, True, False, True),
        )
        self.assertEqual(
            (order.payment_number, order.payment_date),
            ("П-1", datetime.datetime(2014, 12, 13)),
        )
        self.assertEqual(
            (order.shipment_number, order.shipment_date),
            ("Р-1", datetime.datetime(2014, 12, 14, 8, 5)),
        )
        self.assertEqual((order.status, order.status_id), ("[F] Доставлен", "F"))

    def test_goods_without_characteristic_are_goods_themselves(self):
        nothing = "00000000-0000-0000-0000-000000000000"
        line = LINE.replace("g#c", f"g#{nothing}")
        (line,) = self.read_document(f"<Товары>{line}</Товары>").lines
        self.assertEqual(line.id, "g")

    def test_missing_requisites_are_not_false(self):
        order = self.read_document(requisites(Проведен="", Сайт="s1"))
        for name in ("posted", "cancelled", "paid", "shipped", "deleted"):
            self.assertIsNone(getattr(order, name), name)
        for name in ("payment_number", "payment_date", "status", "number_in_1c"):
            self.assertIsNone(getattr(order, name), name)
        self.assertEqual(order.requisite("Сайт"), "s1")

    def test_odd_requisite_does_not_lose_the_order(self):
        order = self.read_document(requisites(Дата_по_1С="вчера", Проведен="true"))
        self.assertIsNone(order.date_in_1c)
        self.assertTrue(order.posted)

    def test_odd_date_does_not_lose_the_order(self):
        for text, expected in (
            ("2014-12-12T9:51:39", datetime.date(2014, 12, 12)),
            ("12.12.2014", datetime.date(2014, 12, 12)),
            ("2026-02-03T10:00:00.123+03:00", datetime.date(2026, 2, 3)),
            ("0001-01-01", None),
            ("вчера", None),
            ("2026-02-30", None),
        ):
            with self.subTest(text=text):
                order = self.read_document("", head=HEAD.replace("2026-02-03", text))
                self.assertEqual((order.number, order.date), ("SO42", expected))

    def test_container_of_3_1_holds_order_payment_and_shipment(self):
        def document(identifier, operation, more=""):
            return (
                f"<Документ><Ид>{identifier}</Ид><НомерВерсии>AA=</НомерВерсии>"
                "<ПометкаУдаления>false</ПометкаУдаления><Номер>7</Номер>"
                "<Номер1С>0000-000007 </Номер1С><Дата1С>2026-02-03T10:00:00</Дата1С>"
                f"<ХозОперация>{operation}</ХозОперация>{more}</Документ>"
            )

        body = (
            "<Контейнер>"
            + document(
                "o",
                "Заказ товара",
                "<Товары><Товар><Ид>g</Ид><Цена>5</Цена><Количество>2</Количество>"
                "<Единица><Ид>796</Ид><Код>796</Код><НаименованиеКраткое>шт"
                "</НаименованиеКраткое></Единица></Товар></Товары>",
            )
            + document("p", "Выплата безналичных денег", "<Основание>o</Основание>")
            + "</Контейнер><Контейнер>"
            + document("s", "Отпуск товара", "<Основание>o</Основание>")
            + "</Контейнер>"
            + document("x", "Прочие")
        )
        # some put the documents one level deeper
        deeper = body.replace("<Контейнер>", "<Контейнер><Документы>")
        deeper = deeper.replace("</Контейнер>", "</Документы></Контейнер>")
        for text in (deeper, body):
            order, payment, shipment, other = self.read(
                text, namespace="urn:1C.ru:commerceml_3", version="3.1"
            )
            self.assertEqual(
                [one.container for one in (order, payment, shipment, other)],
                [1, 1, 2, None],
            )
            self.assertEqual(self.reader.unknown, {})
        self.assertEqual((payment.basis, shipment.basis), ("o", "o"))
        self.assertEqual(order.number_in_1c, "0000-000007")
        self.assertIs(order.deleted, False)
        (line,) = order.lines
        self.assertEqual((line.price, line.unit), (Decimal(5), model.Unit("796", "шт")))

    def test_documents_of_unf_lie_below_the_order(self):
        order = self.read_document(
            "<ПодчиненныеДокументы><ПодчиненныйДокумент><Ид>p</Ид><Номер>1</Номер>"
            "<ХозОперация>Эквайринговая операция</ХозОперация><Сумма>21</Сумма>"
            "</ПодчиненныйДокумент><ПодчиненныйДокумент><Ид>s</Ид><ХозОперация>"
            f"Отпуск товара</ХозОперация><Товары>{LINE}</Товары></ПодчиненныйДокумент>"
            "</ПодчиненныеДокументы>"
        )
        payment, shipment = order.subordinates
        self.assertEqual(payment.amount, Decimal(21))
        self.assertEqual(len(shipment.lines), 1)

    def test_subordinate_documents_are_left_out_one_by_one(self):
        order, problem, nameless = self.read(
            f"<Документ>{HEAD}<ПодчиненныеДокументы>\n<ПодчиненныйДокумент><Ид>p</Ид>"
            "<Сумма>даром</Сумма></ПодчиненныйДокумент>\n<ПодчиненныйДокумент/>"
            "<ПодчиненныйДокумент><Ид>s</Ид></ПодчиненныйДокумент>"
            "</ПодчиненныеДокументы></Документ>"
        )
        self.assertEqual([one.id for one in order.subordinates], ["s"])
        self.assertEqual(
            (problem.row, problem.id, problem.line, problem.value),
            ("Документ", "guid-1", 3, "даром"),
        )
        self.assertEqual(problem.path, "ПодчиненныйДокумент/Сумма")
        self.assertEqual((nameless.path, nameless.line), ("ПодчиненныйДокумент", 4))

    def test_document_with_a_broken_line_tells_no_lines(self):
        body = (
            f"<Документ>{HEAD}<Товары>{LINE}\n{LINE.replace('10.50', 'дорого')}{LINE}"
            f"</Товары></Документ><Документ>{HEAD}<Товары/></Документ>"
        )
        order, problem, other = self.read(body)
        # the others alone would mean that it was taken out
        self.assertIsNone(order.lines)
        self.assertEqual((order.number, order.amount), ("SO42", Decimal(21)))
        self.assertEqual(
            (problem.row, problem.number, problem.id, problem.value),
            ("Документ", 1, "guid-1", "дорого"),
        )
        self.assertEqual((problem.path, problem.line), ("Товар/ЦенаЗаЕдиницу", 3))
        self.assertEqual(other.lines, [])

    def test_odd_sums_of_discounts_and_taxes_do_not_lose_the_order(self):
        more = (
            "<Скидки><Скидка><Наименование>Акция</Наименование><Сумма>5%</Сумма>"
            "<Процент>пять</Процент></Скидка></Скидки><Налоги><Налог><Наименование>НДС"
            "</Наименование><УчтеноВСумме>true</УчтеноВСумме><Сумма>20%</Сумма></Налог>"
            "</Налоги>"
        )
        line = LINE.replace("</Товар>", f"{more}</Товар>")
        order = self.read_document(f"<Товары>{line}</Товары>{more}")
        for one in (order, order.lines[0]):
            self.assertEqual(one.taxes, [model.DocumentTax("НДС", True)])
            self.assertEqual(one.discounts[-1], model.Discount("Акция"))
        self.assertEqual(
            self.reader.unknown,
            {
                "Скидка/Сумма: not a number": 2,
                "Скидка/Процент: not a number": 2,
                "Налог/Сумма: not a number": 2,
            },
        )

    def test_document_needs_a_number_or_an_id(self):
        (problem,) = self.read("<Документ><Дата>2026-01-01</Дата></Документ>")
        self.assertIsInstance(problem, model.Problem)
        order = self.read_document("", head="<Номер>5</Номер>")
        self.assertEqual((order.id, order.number), (None, "5"))

    def test_no_documents_is_an_empty_file(self):
        self.assertEqual(self.read(""), [])

    def test_goods_of_documents_are_no_goods_of_a_catalogue(self):
        items = self.read(f"<Документ>{HEAD}<Товары>{LINE * 3}</Товары></Документ>")
        self.assertEqual([type(item) for item in items], [model.Document])


@tagged("-at_install", "post_install")
class TestCounterparties(CommerceMLCase):
    def read_counterparty(self, content):
        body = (
            f"<Документ>{HEAD}<Контрагенты><Контрагент><Ид>k</Ид>{content}"
            "</Контрагент></Контрагенты></Документ>"
        )
        return self.read_one(body, model.Document).counterparty

    def test_organisation_with_address_contacts_and_account(self):
        found = self.read_counterparty(
            "<Наименование>Ромашка</Наименование><ОфициальноеНаименование>ООО Ромашка"
            "</ОфициальноеНаименование><ИНН>7701234567</ИНН><КПП>770101001</КПП>"
            "<КодПоОКПО>123</КодПоОКПО><ЮридическийАдрес><Представление>Москва"
            "</Представление><АдресноеПоле><Тип>Город</Тип><Значение>Москва</Значение>"
            "</АдресноеПоле></ЮридическийАдрес><АдресРегистрации/><Контакты><Контакт>"
            "<Тип>Телефон рабочий</Тип><Значение>123</Значение></Контакт></Контакты>"
            "<РасчетныеСчета><РасчетныйСчет><НомерСчета>4070</НомерСчета><Банк>"
            "<СчетКорреспондентский>3010</СчетКорреспондентский><Наименование>Банк"
            "</Наименование><БИК>0440</БИК></Банк></РасчетныйСчет></РасчетныеСчета>"
        )
        self.assertEqual(
            found,
            model.Counterparty(
                id="k",
                name="Ромашка",
                official_name="ООО Ромашка",
                inn="7701234567",
                kpp="770101001",
                okpo="123",
                addresses=[
                    model.Address("ЮридическийАдрес", "Москва", {"Город": "Москва"})
                ],
                contacts=[model.Contact("Телефон рабочий", "123")],
                accounts=[model.BankAccount("4070", "Банк", "0440", "3010")],
            ),
        )
        self.assertTrue(found.is_organisation)
        self.assertFalse(found.is_entrepreneur)

    def test_entrepreneur_and_person(self):
        found = self.read_counterparty(
            "<ПолноеНаименование>ИП Иванов И.И.</ПолноеНаименование>"
            "<ИНН>780455657865</ИНН><КПП/>"
        )
        self.assertTrue(found.is_entrepreneur)
        self.assertFalse(found.is_organisation)
        person = self.read_counterparty("<Фамилия>Иванов</Фамилия><Имя>Иван</Имя>")
        self.assertFalse(person.is_entrepreneur or person.is_organisation)

    def test_representatives_nest_or_lie_flat(self):
        for content in (
            "<Контрагент><Отношение>Контактное лицо</Отношение><Ид>r</Ид>"
            "<Наименование>Пётр</Наименование></Контрагент>",
            "<Отношение>Контактное лицо</Отношение><Ид>r</Ид>"
            "<Наименование>Пётр</Наименование>",
        ):
            found = self.read_counterparty(
                f"<Представители><Представитель>{content}</Представитель>"
                "</Представители>"
            )
            (person,) = found.representatives
            self.assertEqual(
                (person.id, person.name, person.relation),
                ("r", "Пётр", "Контактное лицо"),
            )

    def test_file_of_counterparties(self):
        items = self.read(
            "<Контрагенты><Контрагент><Ид>a</Ид><ПометкаУдаления>true</ПометкаУдаления>"
            "</Контрагент><Контрагент><Ид>b</Ид></Контрагент></Контрагенты>",
            version="3.1",
        )
        self.assertEqual(
            [(item.id, item.deleted) for item in items], [("a", True), ("b", None)]
        )
