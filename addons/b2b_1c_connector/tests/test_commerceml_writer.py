import dataclasses
import datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ..commerceml import OrderError, check_order, model, write_orders, writer
from .common import ROOT, CommerceMLCase
from .test_commerceml_fuzzing import FUZZING

FORMED = datetime.datetime(2026, 3, 1, 8, 5, 9)
WORDS = st.text(max_size=30).map(str.strip)
MONEY = st.decimals(0, 10**9, places=2)


def order(**values):
    """An order with one line of goods."""
    party = model.Counterparty(
        id="k-1",
        name="Ромашка",
        role="Покупатель",
        official_name="ООО «Ромашка»",
        inn="7701234567",
        kpp="770101001",
        addresses=[model.Address("ЮридическийАдрес", "Москва", {"Город": "Москва"})],
        contacts=[model.Contact("Почта", "a@b.ru")],
        representatives=[model.Counterparty(name="Пётр", relation="Контактное лицо")],
    )
    line = model.DocumentLine(
        id="g#c",
        name="Болт",
        article="A1",
        unit=model.Unit("796", "шт"),
        price=Decimal("10.5"),
        quantity=Decimal(2),
        amount=Decimal("20.00"),
        packaging="шт",
        ratio=Decimal(1),
        discounts=[model.Discount("Акция", Decimal("1.00"), None, True)],
    )
    return model.Document(
        **{
            "id": "42",
            "number": "SO42",
            "date": datetime.date(2026, 3, 1),
            "time": datetime.time(8, 5, 9),
            "operation": "Заказ товара",
            "role": "Продавец",
            "currency": "RUB",
            "rate": Decimal(1),
            "amount": Decimal("20.00"),
            "counterparties": [party],
            "lines": [line],
            "taxes": [model.DocumentTax("НДС", True, Decimal("3.33"))],
            "comment": "Срочно",
            **values,
        }
    )


@tagged("-at_install", "post_install")
class TestWriter(CommerceMLCase):
    # pylint: disable=method-required-super
    def write(self, *orders, **values):
        return write_orders(orders, FORMED, **values)

    def test_what_is_written_is_read_again(self):
        for version in ("2.04", "2.05", "2.08", "2.10"):
            for encoding in ("utf-8", "windows-1251"):
                with self.subTest(version=version, encoding=encoding):
                    data = self.write(order(), version=version, encoding=encoding)
                    self.assertEqual(self.read_bytes(data), [order()])
                    self.assertEqual(self.reader.unknown, {})
                    self.assertEqual(self.reader.envelope.version, version)

    def test_newer_module_gets_its_layout(self):
        text = self.write(order(), version="3.1").decode()
        self.assertIn("<Контейнер><Документ>", text)
        self.assertIn("<Цена>10.5</Цена>", text)
        self.assertNotIn("ЦенаЗаЕдиницу", text)
        self.assertIn("<Единица><Ид>796</Ид>", text)
        (found,) = self.read_bytes(text.encode())
        expected = order(deleted=False, container=1)
        expected.lines[0].packaging = None
        self.assertEqual(found, expected)

    def test_reply_begins_with_the_declaration_and_has_no_namespace(self):
        for encoding in ("utf-8", "windows-1251"):
            data = self.write(order(), encoding=encoding)
            head = f'<?xml version="1.0" encoding="{encoding}"?>\n<{ROOT} '
            self.assertTrue(data.startswith(head.encode(encoding)))
            self.assertNotIn(b"xmlns", data)
            data.decode(encoding)

    def test_packaging_is_named_beside_the_base_unit(self):
        line = dataclasses.replace(
            order().lines[0], packaging="упак", ratio=Decimal(10)
        )
        (found,) = self.read_bytes(self.write(order(lines=[line])))
        self.assertEqual(found.lines, [line])
        unnamed = dataclasses.replace(line, packaging=None, ratio=None)
        (found,) = self.read_bytes(self.write(order(lines=[unnamed])))
        self.assertEqual(found.lines[0].packaging, "шт")
        self.assertEqual(found.lines[0].ratio, Decimal(1))

    def test_no_orders_is_a_root_without_documents(self):
        data = self.write()
        self.assertIn(ROOT.encode(), data)
        self.assertEqual(self.read_bytes(data), [])

    def test_formats_are_those_that_ut11_glues_together(self):
        text = self.write(order()).decode()
        self.assertIn("<Дата>2026-03-01</Дата>", text)
        self.assertIn("<Время>08:05:09</Время>", text)
        self.assertIn("<Сумма>20.00</Сумма>", text)

    def test_letters_outside_windows_1251_arrive(self):
        data = self.write(order(comment="5 м² ≥ ✓"), encoding="windows-1251")
        (found,) = self.read_bytes(data)
        self.assertEqual(found.comment, "5 м² ≥ ✓")

    def test_state_is_told_by_requisites(self):
        data = self.write(
            order(paid=True, cancelled=False, requisites=[("Сайт", "портал")])
        )
        (found,) = self.read_bytes(data)
        self.assertEqual(
            found.requisites,
            [("Сайт", "портал"), ("Отменен", "false"), ("Заказ оплачен", "true")],
        )
        self.assertEqual((found.paid, found.cancelled), (True, False))

    def test_delivery_is_a_service(self):
        delivery = model.DocumentLine(
            id=writer.DELIVERY_ID,
            name="Доставка",
            price=Decimal(348),
            quantity=Decimal(1),
            amount=Decimal(348),
            requisites=writer.SERVICE,
        )
        goods = order().lines[0]
        (found,) = self.read_bytes(self.write(order(lines=[goods, delivery])))
        self.assertEqual(found.lines[1].requisite("ТипНоменклатуры"), "Услуга")

    def test_empty_values_are_left_out(self):
        party = model.Counterparty(name="Иванов", inn="780455657865", kpp="")
        text = self.write(order(counterparties=[party], comment="")).decode()
        self.assertNotIn("КПП", text)
        self.assertNotIn("Комментарий", text)

    def test_line_without_quantity_is_left_out(self):
        line = order().lines[0]
        nothing = dataclasses.replace(line, id="h", quantity=Decimal(0))
        (found,) = self.read_bytes(self.write(order(lines=[nothing, line])))
        self.assertEqual([line.id for line in found.lines], ["g#c"])

    def test_too_long_texts_are_cut(self):
        data = self.write(
            order(comment="x" * 5000, requisites=[("Комментарии", "y" * 5000)])
        )
        (found,) = self.read_bytes(data)
        self.assertEqual(len(found.comment), 3000)
        self.assertEqual(len(found.requisites[0][1]), 1000)

    def test_what_1c_would_misread_is_refused(self):
        line = order().lines[0]
        for values in (
            {"number": None},
            {"number": ""},
            {"number": "SO4200000000"},
            {"number": "SO42 "},
            {"id": None},
            {"date": None},
            {"time": None},
            {"operation": "Выплата безналичных денег"},
            {"currency": "руб."},
            {"currency": None},
            {"amount": None},
            {"counterparties": None},
            {"counterparties": [model.Counterparty(name=" ")]},
            {"counterparties": [model.Counterparty("k" * 41, "Ромашка")]},
            {"lines": None},
            {"lines": [dataclasses.replace(line, quantity=Decimal(0))]},
            {"lines": [dataclasses.replace(line, id="")]},
            {"lines": [dataclasses.replace(line, name=None)]},
            {"lines": [dataclasses.replace(line, price=None)]},
        ):
            with self.subTest(values=values):
                with self.assertRaises(OrderError):
                    check_order(order(**values))
                with self.assertRaises(OrderError):
                    self.write(order(), order(**values))
        check_order(order())

    def test_other_operations_go_only_where_they_are_wanted(self):
        payment = order(operation="Выплата безналичных денег")
        with self.assertRaises(OrderError):
            self.write(payment)
        (found,) = self.read_bytes(self.write(payment, only_orders=False))
        self.assertEqual(found.operation, "Выплата безналичных денег")

    @FUZZING
    @given(WORDS, WORDS, WORDS, MONEY, st.sampled_from(["utf-8", "windows-1251"]))
    def test_any_words_and_amounts_arrive(self, name, comment, value, amount, encoding):
        line = dataclasses.replace(order().lines[0], name=name, price=amount)
        written = order(
            comment=comment,
            lines=[line],
            amount=amount,
            requisites=[("Сайт", value)],
        )
        try:
            data = self.write(written, encoding=encoding)
        except OrderError:
            self.assertFalse(name)
            return
        (found,) = self.read_bytes(data)
        self.assertEqual(found.amount, amount)
        self.assertEqual(found.lines[0].price, amount)
        for text, got in ((comment, found.comment), (value, found.requisite("Сайт"))):
            legal = writer._clean(text).strip()
            self.assertEqual(got or "", legal)
