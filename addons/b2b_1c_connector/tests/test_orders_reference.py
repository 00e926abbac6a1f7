"""What the reference says of orders line by line (1.10, 2.5, 2.6, 3), as far as no
other test shows it."""

import re
from base64 import b64decode
from datetime import timedelta
from decimal import Decimal
from time import time_ns

from odoo.fields import Command, Datetime
from odoo.tests import tagged

from .common import as_1c_writes, envelope, requisites
from .test_orders import GUID, OrdersCase


class ReferenceCase(OrdersCase):
    def _create_tax(self, rate, kind="tax_excluded"):
        return self.env["account.tax"].create(
            {
                "name": f"{rate} {kind} {time_ns()}",
                "amount": rate,
                "price_include_override": kind,
            }
        )

    def _import_documents(self, body, kind="sale"):
        """Import documents as they are."""
        exchange, _token = self.env["b2b.1c.exchange"]._begin(self.connection, kind)
        file = self.env["b2b.1c.file"].create(
            {"exchange_id": exchange.id, "name": "orders.xml"}
        )
        file._append(as_1c_writes(envelope(body)))
        file._schedule()
        file._import()
        self.assertEqual(file.state, "done", file.error)
        self.env.invalidate_all()
        return file


@tagged("post_install", "-at_install")
class TestWhatIsTold(ReferenceCase):
    """2.5: the order as 1C wants it."""

    def test_elements_come_in_the_usual_order(self):
        self.confirm(client_order_ref="PO 7").order_line.tax_ids = self._create_tax(20)
        self.client.log_in("sale")
        text = self.client.text("sale", "query")
        document = text[text.index("<Документ>") :]
        usual = (
            "Ид Номер Дата ХозОперация Роль Валюта Курс Сумма Контрагенты Время "
            "Комментарий Налоги Товары ЗначенияРеквизитов"
        )
        places = [document.index(f"<{name}>") for name in usual.split()]
        # the second `Налоги` and `Ид` are those of lines and parties
        self.assertEqual(places, sorted(places))
        line = document[document.index("<Товар>") : document.index("</Товар>")]
        usual = (
            "Ид Артикул Наименование БазоваяЕдиница ЦенаЗаЕдиницу Количество Сумма "
            "Единица Коэффициент ЗначенияРеквизитов"
        )
        places = [
            re.search(f"<{name}[ >]", line).start()
            for name in usual.split()
            if name != "Артикул" or self.product.default_code
        ]
        self.assertEqual(places, sorted(places))
        self.assertRegex(document, r"<Дата>\d{4}-\d\d-\d\d</Дата>")
        self.assertRegex(document, r"<Время>\d\d:\d\d:\d\d</Время>")

    def test_discounts_and_taxes_add_up_to_the_cent(self):
        for method in ("round_per_line", "round_globally"):
            self.env.company.tax_calculation_rounding_method = method
            for kind in ("tax_excluded", "tax_included"):
                taxes = [self._create_tax(rate, kind) for rate in (20, 10)]
                order = self._create_order(quantity=3, price=33.33)
                order.order_line.write({"discount": 7, "tax_ids": taxes[0].ids})
                order.order_line = [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "discount": discount,
                            "tax_ids": [Command.set(taxes[number % 2].ids)],
                        }
                    )
                    for number, (quantity, price, discount) in enumerate(
                        [(7, 0.07, 0), (11, 19.99, 3.5), (1.5, 123.45, 12.25)]
                    )
                ]
                order.action_confirm()
                [document] = self.exchange_all()
                with self.subTest(method=method, kind=kind):
                    self._check_sums(document, kind == "tax_included")

    def _check_sums(self, document, included):
        for line in document.lines:
            less = sum(discount.amount for discount in line.discounts or ())
            cost = line.price * line.quantity - less
            self.assertLessEqual(abs(cost - line.amount), Decimal("0.01"), line)
        amount = sum(line.amount for line in document.lines)
        [tax] = document.taxes
        self.assertEqual(tax.included, included)
        whole = amount if included else amount + tax.amount
        self.assertEqual(whole, document.amount)

    def test_quantities_are_told_in_base_units_of_1c(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._create_order(quantity=2, price=120)
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 120
        order.action_confirm()
        [document] = self.ask()
        [line] = document.lines
        self.assertEqual((line.quantity, line.price, line.amount), (24, 10, 240))
        self.assertEqual(line.unit.code, "796")
        self.assertEqual((line.packaging, line.ratio), ("шт", 1))

    def test_delivery_is_a_service_with_the_id_that_1c_knows(self):
        order = self._create_order(quantity=2)
        carrier = order._b2b_get_stand_in_carrier().product_id
        order.order_line = [
            Command.create(
                {"product_id": carrier.id, "price_unit": 30, "is_delivery": True}
            )
        ]
        order.action_confirm()
        [document] = self.ask()
        delivery = document.lines[-1]
        self.assertEqual((delivery.id, delivery.amount), ("ORDER_DELIVERY", 30))
        self.assertEqual(delivery.requisite("ТипНоменклатуры"), "Услуга")
        self.assertEqual(document.amount, 230)

    def test_warehouse_contract_and_address_are_told(self):
        order = self._create_order()
        rows = [("w-1", order.warehouse_id.id, "Main", False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "stock.warehouse", rows)
        order.commitment_date = "2026-12-24 10:00:00"
        order.action_confirm()
        [document] = self.ask()
        self.assertEqual(document.warehouses, ["w-1"])
        self.assertEqual(document.requisite("Договор контрагента"), self.contract.name)
        self.assertIn("Brussels", document.requisite("Адрес доставки"))
        self.assertEqual(document.requisite("Дата отгрузки"), "2026-12-24")
        self.assertTrue(document.requisite("Сайт"))

    def test_cancelled_before_anybody_asked_never_goes(self):
        order = self.confirm()
        order._action_cancel()
        self.assertEqual(self.ask(), [])
        self.assertFalse(self.row(order))

    def test_number_of_another_order_is_not_used_again(self):
        first = self.confirm(name="S77")
        self.exchange_all()
        second = self.confirm(name="S77")
        [document] = self.exchange_all()
        self.assertNotEqual(document.number, self.row(first).site_number)
        self.assertEqual(document.id, str(second.id))
        self.assertLessEqual(len(document.number), 11)

    def test_reply_is_kept_whole_in_the_log(self):
        for _number in range(3):
            self.confirm()
        self.client.log_in("sale")
        reply = self.client.call("sale", "query").content
        self.assertGreater(len(reply), 2000)
        call = self.env["b2b.1c.call"].search([("mode", "=", "query")], limit=1)
        self.assertEqual(b64decode(call.reply_file), reply)
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", call._name), ("res_id", "=", call.id)]
        )
        call.exchange_id.sudo().unlink()
        self.assertFalse(attachment.exists())


@tagged("post_install", "-at_install")
class TestCounterparty(ReferenceCase):
    """3: who is told to be the buyer, and whom 1C takes him for."""

    def _party(self, **values):
        self.dealer.write(values)
        self.confirm()
        return self.ask()[-1].counterparty

    def test_one_name_whatever_blanks_there_are(self):
        party = self._party(name="Horns  and Hooves ")
        self.assertEqual(party.name, "Horns and Hooves")
        self.assertEqual(party.official_name, "Horns and Hooves")

    def test_sole_proprietor_is_no_legal_entity(self):
        party = self._party(
            vat="780455657865",
            kpp=False,
            name="ИП Иванов",
            country_id=self.env.ref("base.ru").id,
        )
        self.assertFalse(party.official_name)
        self.assertEqual((party.full_name, party.inn), ("ИП Иванов", "780455657865"))
        self.assertFalse(party.kpp)

    def test_country_before_a_tax_number_is_left_out(self):
        self.assertEqual(self._party(vat="BE0477472701", kpp=False).inn, "0477472701")

    def test_branch_with_another_kpp_is_another_counterparty(self):
        order = self.confirm()
        self.exchange_all()
        other = self.party().replace("</ИНН>", "</ИНН><КПП>999901001</КПП>")
        self.receive(order, head=other)
        entities = self.env["b2b.1c.entity"]
        self.assertFalse(entities._get_guid(self.connection, self.dealer))
        conflicts = self.env["b2b.1c.conflict"].search([("kind", "=", "other")])
        self.assertTrue(conflicts)
        same = self.party().replace("</ИНН>", "</ИНН><КПП>770101001</КПП>")
        self.receive(order, head=same)
        guid = entities._get_guid(self.connection, self.dealer)
        self.assertEqual(guid, "guid-party")

    def test_id_of_one_1c_is_not_told_to_another(self):
        other = self._create_connection("other")
        entities = self.env["b2b.1c.entity"]
        entities._bind(self.connection, self.dealer, "guid-1", "Horns")
        self.confirm()
        self.assertEqual(self.ask()[0].counterparty.id, "guid-1")
        self.assertFalse(entities._get_guid(other, self.dealer))

    def test_merged_in_1c_people_say_whether_the_newer_id_counts(self):
        order = self.confirm()
        self.exchange_all()
        self.receive(order, head=self.party(guid="guid-old"))
        self.receive(order, requisites(Проведен="true"), head=self.party(guid="new"))
        self.confirm()
        self.assertEqual(self.ask()[0].counterparty.id, "guid-old")
        conflicts = self.env["b2b.1c.conflict"]
        conflicts.search([("kind", "=", "merged")]).action_solve()
        self.assertEqual(self.ask()[0].counterparty.id, "new")


@tagged("post_install", "-at_install")
class TestWhatComesBack(ReferenceCase):
    """2.6: the state of the order."""

    def setUp(self):
        super().setUp()
        self.order = self.confirm(quantity=4)
        self.exchange_all()

    def _document(self, number, guid=None, day=None, content=""):
        row = self.row(self.order)
        identifier = f"<Ид>{guid}</Ид>" if guid else ""
        return (
            f"<Документ>{identifier}<Номер>{number}</Номер>"
            f"<Дата>{day or row.site_moment[:10]}</Дата>"
            f"<ХозОперация>Заказ товара</ХозОперация>{content}</Документ>"
        )

    def test_found_by_id_of_1c_or_ours_if_the_number_is_another(self):
        row = self.row(self.order)
        self._import_documents(self._document(row.site_number, GUID))
        self.assertEqual(row.guid, GUID)
        # numbers of 1C itself
        posted = requisites(Проведен="true")
        self._import_documents(self._document("ЗК-1", GUID, content=posted))
        self.assertTrue(row.posted)
        # the newer module tells our own id
        paid = requisites(Оплачен="true")
        self._import_documents(self._document("7", self.order.id, content=paid))
        self.assertTrue(row.paid)

    def test_found_without_any_id(self):
        row = self.row(self.order)
        posted = requisites(Проведен="true")
        self._import_documents(self._document(row.site_number, content=posted))
        self.assertTrue(row.posted)

    def test_number_used_again_by_1c_is_another_order(self):
        row = self.row(self.order)
        self._import_documents(self._document(row.site_number, GUID))
        posted = requisites(Проведен="true")
        other = self._document(row.site_number, "other", "2019-01-01", posted)
        file = self._import_documents(other)
        self.assertEqual(file.skipped, 1)
        self.assertFalse(row.posted)

    def test_line_that_cannot_be_read_leaves_lines_as_they_are(self):
        row = self.row(self.order)
        before = self.order.order_line.mapped("product_uom_qty")
        lines = self.line("good-1", "some", 100) + self.line("good-2", 1, 50)
        content = f"<Товары>{lines}</Товары>" + requisites(Проведен="true")
        body = self._document(row.site_number, GUID, content=content)
        file = self._import_documents(body)
        self.assertEqual((file.updated, file.failed), (1, 1))
        self.assertIn("some", file.problem_ids.reason)
        self.assertTrue(row.posted)
        self.assertEqual(self.order.order_line.mapped("product_uom_qty"), before)
        # put right in 1C
        body = body.replace(lines, self.line("good-1", 1, 100))
        self._import_documents(body)
        self.assertEqual(self.order.order_line.product_uom_qty, 1)

    def test_orders_of_managers_without_our_number_are_passed_over(self):
        body = (
            "<Документ><Ид>of-1c</Ид><ХозОперация>Заказ товара</ХозОперация></Документ>"
        )
        file = self._import_documents(body)
        self.assertEqual((file.skipped, file.failed), (1, 0))
        self.assertFalse(file.problem_ids)

    def test_dates_as_1c_writes_them(self):
        said = requisites(
            Номер_по_1С="ЗК-1    ",
            Дата_по_1С="2014-12-12T9:51:39",
            Дата_оплаты_по_1С="0001-01-01",
        )
        row = self.row(self.order)
        due = "<Время>00:00:00</Время><СрокПлатежа>0001-01-01</СрокПлатежа>"
        self._import_documents(
            self._document(row.site_number, GUID, content=due + said)
        )
        self.assertEqual(row.number_in_1c, "ЗК-1")
        self.assertEqual(f"{row.date_in_1c:%F}", "2014-12-12")
        self.assertFalse(row.payment_date)

    def test_layout_of_the_newer_module(self):
        row = self.row(self.order)
        body = (
            f"<Контейнер><Документ><Ид>{self.order.id}</Ид><Номер>ЗК-9</Номер>"
            "<Номер1С>ЗК-9   </Номер1С><Дата1С>2026-03-01T10:00:00</Дата1С>"
            "<ПометкаУдаления>false</ПометкаУдаления>"
            f"<Комментарий>{row.site_number}</Комментарий>"
            "<ХозОперация>Заказ товара</ХозОперация><Товары><Товар><Ид>good-1</Ид>"
            "<Цена>100</Цена><Количество>2</Количество><Единица><Код>796</Код>"
            "</Единица><Коэффициент>1</Коэффициент></Товар></Товары></Документ>"
            "</Контейнер>"
        )
        self._import_documents(body)
        self.assertEqual(row.number_in_1c, "ЗК-9")
        self.assertEqual(self.order.order_line.product_uom_qty, 2)
        self.assertEqual(self.order.state, "sale")

    def test_deleted_in_1c_is_cancelled_here(self):
        row = self.row(self.order)
        deleted = requisites(ПометкаУдаления="true")
        self._import_documents(self._document(row.site_number, GUID, content=deleted))
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.ask(), [])

    def test_thousands_of_repeats_cost_a_few_queries(self):
        orders = [self.order] + [self.confirm() for _number in range(11)]
        self.exchange_all()
        posted = requisites(Проведен="true")
        body = "".join(
            self._document(
                self.row(order).site_number, f"guid-{order.id}", None, posted
            )
            for order in orders
        )
        self.assertEqual(self._import_documents(body).updated, 12)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(self._import_documents(body).unchanged, 12)
        few = self.env.cr.sql_log_count - before
        before = self.env.cr.sql_log_count
        file = self._import_documents(body * 10)
        self.assertEqual(file.unchanged, 120)
        self.assertLess(self.env.cr.sql_log_count - before, few + 30)

    def test_taken_back_here_and_not_confirmed_is_told_again(self):
        self.order._action_cancel()
        [document] = self.ask()
        self.assertTrue(document.cancelled)
        self.row(self.order).date_first = Datetime.now() - timedelta(hours=1)
        [document] = self.ask()
        self.assertTrue(document.cancelled)
