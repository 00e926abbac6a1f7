import io
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Datetime
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from ..commerceml import Reader
from ..models import b2b_1c_order_offer
from .common import as_1c_writes, envelope, requisites
from .common_1c import Builders1c
from .test_exchange import Client

GUID = "5a1d7b3c-0000-11ee-0000-000000000001"


def read(data):
    return list(Reader(io.BytesIO(data)))


class OrdersCase(Builders1c, B2bBuilders, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, login="b2b_mgr", groups="b2b_portal.group_b2b_manager"
        )
        cls.connection.orders_from = Datetime.now() - timedelta(days=9)
        cls._bind_product(cls.product, "good-1")
        cls.dealer.vat = "7701234567"
        cls.dealer.kpp = "770101001"

    @classmethod
    def _bind_product(cls, product, external_id, connection=None):
        cls.env["b2b.1c.binding"]._bind(
            connection or cls.connection,
            "product.template",
            [(external_id, product.product_tmpl_id.id, product.name, False)],
        )

    def setUp(self):
        super().setUp()
        self.client = Client(self, "test", "1c-test", self.password)

    def confirm(self, **values):
        order = self._create_order(**values)
        order.action_confirm()
        return order

    def row(self, order, connection=None):
        connection = connection or self.connection
        return order.b2b_1c_order_ids.filtered(lambda r: r.backend_id == connection)

    def ask(self, client=None, log_in=True, **words):
        """The orders that 1C is offered."""
        client = client or self.client
        if log_in:
            client.log_in("sale")
        return read(client.call("sale", "query", **words).content)

    def confirm_offer(self, client=None):
        reply = (client or self.client).text("sale", "success")
        self.assertEqual(reply, "success")

    def exchange_all(self):
        documents = self.ask()
        self.confirm_offer()
        return documents

    def receive(self, order, content="", lines=None, number=None, head=""):
        """Import what 1C says of an order."""
        row = self.row(order)
        number = number or row.site_number
        goods = "" if lines is None else f"<Товары>{lines}</Товары>"
        body = (
            f"<Документ><Ид>{GUID}</Ид><Номер>{number}</Номер>"
            f"<Дата>{(row.site_moment or '2026-01-01')[:10]}</Дата>"
            f"<ХозОперация>Заказ товара</ХозОперация>{head}{goods}{content}</Документ>"
        )
        exchange, _token = self.env["b2b.1c.exchange"]._begin(self.connection, "sale")
        file = self.env["b2b.1c.file"].create(
            {"exchange_id": exchange.id, "name": "orders.xml"}
        )
        file._append(as_1c_writes(envelope(body)))
        file._schedule()
        file._import()
        self.assertEqual(file.state, "done", file.error)
        self.env.invalidate_all()
        return file

    def line(self, external_id, quantity, amount, kind="Товар"):
        return (
            f"<Товар><Ид>{external_id}</Ид><Наименование>{external_id}</Наименование>"
            f"<Количество>{quantity}</Количество><Сумма>{amount}</Сумма>"
            f"{requisites(ТипНоменклатуры=kind)}</Товар>"
        )

    def party(self, inn="7701234567", guid="guid-party", name="Horns and Hooves"):
        return (
            f"<Контрагенты><Контрагент><Ид>{guid}</Ид><Наименование>{name}"
            f"</Наименование><ИНН>{inn}</ИНН></Контрагент></Контрагенты>"
        )


@tagged("post_install", "-at_install")
class TestOrdersOut(OrdersCase):
    def test_confirmed_order_goes_with_all_that_1c_needs(self):
        terms = self.env["account.payment.term"].create({"name": "30 days"})
        order = self.confirm(
            quantity=3, client_order_ref="PO 7", payment_term_id=terms.id
        )
        [document] = self.ask()
        # by these 1C finds them in what `mode=info` has told it
        self.assertEqual(document.status_id, "sale")
        self.assertEqual(document.requisite("Метод оплаты ИД"), str(terms.id))
        self.assertEqual(document.number, order.name)
        self.assertEqual(document.id, str(order.id))
        self.assertEqual(document.amount, 300)
        self.assertEqual(document.comment, "PO 7")
        self.assertFalse(document.cancelled)
        party = document.counterparty
        self.assertEqual((party.inn, party.kpp), ("7701234567", "770101001"))
        self.assertEqual(party.official_name, self.dealer.name)
        self.assertFalse(party.id)
        self.assertTrue(party.addresses and party.contacts)
        [line] = document.lines
        self.assertEqual((line.id, line.quantity), ("good-1", 3))
        self.assertEqual((line.price, line.amount), (100, 300))

    def test_drafts_and_orders_without_contract_stay(self):
        self._create_order()
        loose = self._create_order()
        loose.b2b_contract_id = False
        loose.action_confirm()
        self.assertEqual(self.ask(), [])

    def test_only_what_1c_confirms_is_sent(self):
        order = self.confirm()
        self.assertEqual(self.row(order).state, "waiting")
        self.ask()
        self.assertEqual(self.row(order).state, "offered")
        self.confirm_offer()
        self.assertEqual(self.row(order).state, "sent")
        self.assertEqual(self.ask(), [])
        self.confirm_offer()

    def test_lost_success_offers_the_same_again(self):
        self.confirm()
        first = self.ask()
        self.assertEqual(self.ask(log_in=False), first)
        self.assertEqual(self.ask(), first)

    def test_order_changed_between_query_and_success_goes_again(self):
        order = self.confirm()
        self.ask()
        order.order_line.product_uom_qty = 5
        self.confirm_offer()
        self.assertEqual(self.row(order).state, "waiting")
        [document] = self.exchange_all()
        self.assertEqual(document.lines[0].quantity, 5)
        self.assertEqual(self.row(order).state, "sent")

    def test_success_of_an_older_reply_confirms_only_that(self):
        order = self.confirm()
        self.ask()
        order.order_line.product_uom_qty = 5
        second = Client(self, "test", "1c-test", self.password)
        self.ask(second)
        self.confirm_offer()
        self.assertEqual(self.row(order).state, "offered")
        self.confirm_offer(second)
        self.assertEqual(self.row(order).state, "sent")

    def test_sent_again_by_staff_goes_whatever_1c_confirms(self):
        order = self.confirm()
        self.ask()
        self.row(order).with_user(self.manager).action_send_again()
        self.confirm_offer()
        self.assertEqual(len(self.ask()), 1)

    def test_change_and_query_at_once_meet_on_one_row(self):
        row = self.row(self.confirm())
        for number in range(1, 3):
            row._mark()
            self.assertEqual(row.changes, number)

    def test_success_without_query_confirms_nothing(self):
        order = self.confirm()
        self.ask()
        second = Client(self, "test", "1c-test", self.password)
        second.log_in("sale")
        self.confirm_offer(second)
        self.assertEqual(self.row(order).state, "offered")

    def test_changed_order_goes_again_and_unchanged_does_not(self):
        order, other = self.confirm(), self.confirm()
        self.exchange_all()
        order.order_line.price_unit = 90
        # written, but the same
        other.order_line.price_unit = 100
        [document] = self.exchange_all()
        self.assertEqual(document.number, order.name)
        self.assertEqual(self.row(other).state, "sent")

    def test_cancelled_order_goes_only_if_1c_knows_it(self):
        known, unknown = self.confirm(), self.confirm()
        self.row(unknown).date_next = Datetime.now() + timedelta(hours=1)
        self.exchange_all()
        self.row(unknown).date_next = False
        known._action_cancel()
        unknown._action_cancel()
        [document] = self.exchange_all()
        self.assertEqual((document.number, document.cancelled), (known.name, True))
        self.assertFalse(self.row(unknown))
        with self.assertRaisesRegex(UserError, known.name):
            known.unlink()

    def test_number_and_date_stay_for_ever(self):
        order = self._create_order(name="SO/2026/11/00042")
        order.action_confirm()
        [first] = self.ask()
        self.assertLessEqual(len(first.number), 11)
        order.write({"name": "X", "date_order": "2020-01-01 00:00:00"})
        self.row(order).action_send_again()
        [second] = self.ask()
        self.assertEqual(
            (first.number, first.date, first.time),
            (second.number, second.date, second.time),
        )

    def test_numbers_differ_by_their_digits(self):
        orders = self.confirm(name="A00042") | self.confirm(name="B00042")
        numbers = [document.number for document in self.ask()]
        digits = {"".join(filter(str.isdigit, number)) for number in numbers}
        self.assertEqual(len(digits), len(orders))

    def test_unknown_goods_are_set_apart_until_1c_knows_them(self):
        goods = self._create_product("New", "N-1", 10.0)
        order = self.confirm()
        order.order_line.product_id = self.product
        bad = self._create_order()
        bad.order_line.product_id = goods
        bad.action_confirm()
        [document] = self.exchange_all()
        self.assertEqual(document.number, order.name)
        row = self.row(bad)
        self.assertEqual(row.state, "apart")
        self.assertIn("New", row.reason)
        self.assertTrue(bad.activity_ids)
        self._bind_product(goods, "good-2")
        self.assertEqual(self.ask(), [])
        row.date_next = Datetime.now()
        [document] = self.ask()
        self.assertEqual(document.lines[0].id, "good-2")

    def test_discounts_services_and_negative_lines(self):
        service = self._create_product("Packing", "P", 20.0, type="service")
        less = self._create_product("Bonus", "BN", 0.0, type="service")
        order = self._create_order(quantity=2)
        order.order_line.discount = 10
        order.order_line = [
            Command.create({"product_id": service.id, "price_unit": 20}),
            Command.create({"product_id": less.id, "price_unit": -50}),
        ]
        order.action_confirm()
        [document] = self.ask()
        self.assertEqual(document.amount, 150)
        goods, packing = document.lines
        self.assertEqual(goods.amount + packing.amount, 150)
        self.assertEqual(goods.price, 100)
        self.assertEqual(goods.discounts[0].amount, 20)
        self.assertEqual(packing.requisite("ТипНоменклатуры"), "Услуга")

    def test_taxes_say_whether_prices_contain_them(self):
        for kind, price, amount in (
            ("tax_included", 120, 120),
            ("tax_excluded", 100, 100),
        ):
            tax = self.env["account.tax"].create(
                {"name": kind, "amount": 20, "price_include_override": kind}
            )
            order = self._create_order(price=price)
            order.order_line.tax_ids = tax
            order.action_confirm()
            [document] = self.exchange_all()
            self.assertEqual(document.taxes[0].included, kind == "tax_included")
            self.assertEqual(document.lines[0].amount, amount)
            self.assertEqual(document.amount, 120)

    def test_replies_are_small(self):
        orders = [self.confirm().name for _number in range(3)]
        with patch.object(b2b_1c_order_offer, "LARGEST_COUNT", 2):
            names = [document.number for document in self.exchange_all()]
            self.assertEqual(names, orders[:2])
        with patch.object(b2b_1c_order_offer, "LARGEST_SIZE", 1):
            self.assertEqual(len(self.exchange_all()), 1)

    def test_bad_order_is_offered_alone_and_then_set_apart(self):
        bad = self.confirm()
        for _number in range(3):
            self.confirm()
        sizes = []
        for _number in range(20):
            documents = self.ask()
            names = [document.number for document in documents]
            sizes.append(len(names))
            # 1C takes nothing with the bad one in it
            if bad.name not in names and names:
                self.confirm_offer()
            new = self.confirm()
            self.env["b2b.1c.order"].search([("state", "=", "offered")]).date_first = (
                Datetime.now() - timedelta(minutes=1)
            )
        row = self.row(bad)
        self.assertEqual(row.state, "apart")
        self.assertIn(1, sizes)
        self.assertFalse(row.date_next)
        rest = self.env["b2b.1c.order"].search(
            [("order_id", "not in", (bad + new).ids), ("tries", ">", 2)]
        )
        self.assertFalse(rest)
        row.with_user(self.manager).action_send_again()
        self.assertEqual(row.state, "waiting")

    def test_never_confirmed_orders_are_not_set_apart(self):
        order = self.confirm()
        for _number in range(10):
            self.ask()
        self.assertEqual(self.row(order).state, "offered")
        new = self.confirm()
        self.ask()
        self.assertEqual(self.row(new).state, "offered")

    def test_two_connections_each_get_their_orders(self):
        other = self._create_connection("other")
        self._bind_product(self.product, "other-1", other)
        self.entity_contract.b2b_1c_backend_id = other
        both, one = self.confirm(), self.confirm(contract=self.entity_contract)
        second = Client(self, "other", other.login, other._make_password())
        self.assertEqual([d.number for d in self.ask()], [both.name])
        found = {d.number: d.lines[0].id for d in self.ask(second)}
        self.assertEqual(found, {both.name: "other-1", one.name: "other-1"})
        self.confirm_offer(second)
        self.assertEqual(self.row(both).state, "offered")

    def test_newer_module_gets_its_layout(self):
        self.confirm()
        self.client.log_in("sale")
        self.client.text("sale", "init", version="3.1")
        text = self.client.text("sale", "query")
        self.assertIn('ВерсияСхемы="3.1"', text)
        self.assertIn("<Контейнер>", text)

    def test_switched_off_orders_stay(self):
        self.confirm()
        self.connection.exchange_orders = False
        self.assertEqual(self.ask(), [])

    def test_only_managers_send_again(self):
        order = self.confirm()
        self.exchange_all()
        row = self.row(order)
        for user in (self.dealer_user, self.connection.user_id):
            with self.assertRaises(AccessError):
                row.with_user(user).action_send_again()
        with self.assertRaises(AccessError):
            row.with_user(self.manager).write({"state": "waiting"})
        row.with_user(self.manager).action_send_again()
        self.assertEqual(len(self.ask()), 1)


@tagged("post_install", "-at_install")
class TestNewEntities(OrdersCase):
    def test_held_until_a_manager_has_checked(self):
        self.connection.new_entities = "hold"
        order = self.confirm()
        self.assertEqual(self.row(order).state, "held")
        self.assertTrue(self.dealer.activity_ids)
        self.assertEqual(self.ask(), [])
        entity = self.env["b2b.1c.entity"].search([])
        self.assertEqual(entity.partner_id, self.dealer)
        with self.assertRaises(AccessError):
            entity.with_user(self.dealer_user).action_check()
        with self.assertRaises(UserError):
            self.row(order).with_user(self.manager).action_send_again()
        entity.with_user(self.manager).action_check()
        self.assertFalse(self.dealer.activity_ids)
        self.assertEqual(len(self.exchange_all()), 1)
        self.assertEqual(self.row(self.confirm()).state, "waiting")

    def test_the_activity_ends_whatever_language_it_was_made_in(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        self.connection.new_entities = "hold"
        order = self._create_order()
        order.with_context(lang="ru_RU").action_confirm()
        activity = self.dealer.activity_ids
        # as a translation would: there may be none here
        activity.summary = "Проверьте юридическое лицо для 1С"
        other = self.dealer.activity_schedule(summary="Check a legal entity for 1C")
        entity = self.env["b2b.1c.entity"].search([])
        entity.with_user(self.manager).with_context(lang="en_US").action_check()
        self.assertEqual(self.dealer.activity_ids, other)

    def test_change_of_the_rule_lets_go_what_is_held(self):
        self.connection.new_entities = "hold"
        order = self.confirm()
        self.connection.new_entities = "send"
        self.assertEqual(self.row(order).state, "waiting")

    def test_substitute_and_then_the_real_one(self):
        substitute = self._create_entity("Web orders", vat="7709999999")
        self.connection.write(
            {"new_entities": "substitute", "substitute_id": substitute.id}
        )
        order = self.confirm()
        [document] = self.exchange_all()
        self.assertEqual(document.counterparty.inn, "7709999999")
        self.assertIn("7701234567", document.comment)
        self.assertEqual(document.requisite("ИНН"), "7701234567")
        self.receive(order, head=self.party("7709999999", "guid-web", "Web orders"))
        entities = self.env["b2b.1c.entity"]
        self.assertFalse(entities._get_guid(self.connection, self.dealer))
        self.assertEqual(entities._get_guid(self.connection, substitute), "guid-web")
        self.receive(order, head=self.party())
        self.confirm()
        [document] = self.ask()
        self.assertEqual(document.counterparty.id, "guid-party")
        self.assertEqual(document.counterparty.inn, "7701234567")

    def test_two_entities_may_be_one_counterparty(self):
        entities = self.env["b2b.1c.entity"]
        for partner in (self.dealer, self.entity):
            entities._bind(self.connection, partner, "guid-1", "Horns")
            self.assertEqual(entities._get_guid(self.connection, partner), "guid-1")

    def test_another_counterparty_is_for_people_to_decide(self):
        order = self.confirm()
        self.exchange_all()
        self.receive(order, head=self.party(inn="7700000000"))
        self.assertFalse(
            self.env["b2b.1c.entity"]._get_guid(self.connection, self.dealer)
        )
        conflict = self.env["b2b.1c.conflict"].search([("kind", "=", "other")])
        self.assertIn("7700000000", conflict.text)


@tagged("post_install", "-at_install")
class TestOrdersBack(OrdersCase):
    def setUp(self):
        super().setUp()
        self.order = self.confirm(quantity=4)
        self.exchange_all()

    def _conflicts(self):
        return self.env["b2b.1c.conflict"].search([("kind", "=", "change")])

    def test_number_and_states_are_kept_and_shown(self):
        said = {"Номер_по_1С": "ЗК-000001", "Проведен": "true", "Оплачен": "true"}
        self.receive(self.order, requisites(**said))
        row = self.row(self.order)
        self.assertEqual(row.number_in_1c, "ЗК-000001")
        self.assertTrue(row.posted and row.paid)
        self.assertFalse(row.shipped)
        # what is absent is not "no"
        self.receive(self.order, requisites(Номер_отгрузки_по_1С="7"))
        self.assertTrue(row.paid and row.shipped)
        self.receive(self.order, requisites(Оплачен="false"))
        self.assertFalse(row.paid)
        self.authenticate("b2b_dealer", "b2b_dealer")
        page = self.url_open(f"/my/orders/{self.order.id}").text
        self.assertIn("ЗК-000001", page)
        self.assertEqual(self.ask(), [])

    def test_what_1c_has_undone_is_undone(self):
        self.connection.configuration = "ut11"
        number = requisites(Номер_по_1С="ЗК-000001")
        paid = requisites(
            Номер_по_1С="ЗК-000001",
            Номер_оплаты_по_1С="5",
            Дата_оплаты_по_1С="2026-03-02",
            Номер_отгрузки_по_1С="7",
        )
        row = self.row(self.order)
        for said, done in ((paid, True), (number, False)):
            self.receive(self.order, said)
            self.assertEqual((row.paid, row.shipped), (done, done))
        self.assertFalse(row.payment_number or row.payment_date)
        # who says it in so many words has not taken it back by leaving out the number
        self.connection.configuration = "unf"
        self.receive(self.order, paid)
        self.receive(self.order, number)
        self.assertTrue(row.paid and row.shipped)

    def test_the_same_again_changes_nothing(self):
        self.receive(self.order, lines=self.line("good-1", 3, 300))
        self.order.order_line.product_uom_qty = 2
        file = self.receive(self.order, lines=self.line("good-1", 3, 300))
        self.assertEqual(file.unchanged, 1)
        self.assertEqual(self.order.order_line.product_uom_qty, 2)

    def test_unknown_numbers_are_logged_and_no_failure(self):
        file = self.receive(self.order, number="nobody's")
        row = self.row(self.order)
        self.assertFalse(row.digest_received)
        self.assertIn("nobody's", file.problem_ids.reason)

    def test_lines_of_1c_are_taken_and_do_not_bounce(self):
        other = self._create_product("Belt", "B-1", 50.0)
        self._bind_product(other, "good-2")
        lines = (
            self.line("good-1", 3, 270)
            + self.line("good-2", 2, 100)
            + self.line("delivery", 1, 25, "Услуга")
        )
        self.receive(self.order, lines=lines)
        self.assertFalse(self._conflicts())
        self.assertEqual(self.order.amount_total, 395)
        self.assertEqual(self.order.order_line.mapped("product_uom_qty"), [3, 2, 1])
        self.assertEqual(self.order.order_line[0].price_unit, 90)
        self.assertEqual(self.row(self.order).state, "sent")
        self.assertEqual(self.ask(), [])
        moves = self.order.picking_ids.move_ids
        demand = sum(
            moves.filtered(lambda m: m.product_id == other).mapped("product_uom_qty")
        )
        self.assertEqual(demand, 2)
        # what 1C added keeps its id when the order is changed here
        self.order.order_line[0].product_uom_qty = 1
        [document] = self.ask()
        self.assertIn("delivery", [line.id for line in document.lines])

    def test_removed_and_replaced_goods(self):
        other = self._create_product("Belt", "B-1", 50.0)
        self._bind_product(other, "good-2")
        self.receive(self.order, lines=self.line("good-2", 1, 50))
        self.assertEqual(self.order.order_line.mapped("product_uom_qty"), [0, 1])
        self.assertEqual(self.ask(), [])

    def test_locked_order_is_changed_and_stays_locked(self):
        self.order.action_lock()
        self.receive(self.order, lines=self.line("good-1", 1, 100))
        self.assertEqual(self.order.order_line.product_uom_qty, 1)
        self.assertTrue(self.order.locked)

    def _deliver(self, quantity):
        self._set_stock(self.product, 10)
        picking = self.order.picking_ids
        picking.action_assign()
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(self.order.order_line.qty_delivered, quantity)

    def test_delivered_goods_stay(self):
        self._deliver(3)
        self.receive(self.order, lines=self.line("good-1", 2, 200))
        self.assertEqual(self.order.order_line.product_uom_qty, 4)
        self.assertEqual(len(self._conflicts()), 1)
        self.receive(self.order, requisites(Отменен="true"))
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(len(self._conflicts()), 1)
        self.assertEqual(self._conflicts().state, "open")

    def test_cancelled_in_1c_is_cancelled_here(self):
        self.receive(self.order, requisites(Отменен="true"))
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(self.ask(), [])

    def test_unknown_goods_leave_the_order_as_it_is(self):
        lines = self.line("good-1", 1, 100) + self.line("strange", 1, 10)
        self.receive(self.order, lines=lines)
        self.assertEqual(self.order.order_line.product_uom_qty, 4)
        self.assertIn("strange", self._conflicts().text)

    def test_conflict_about_lines_stays_until_lines_are_told(self):
        strange = self.line("good-1", 4, 400) + self.line("strange", 1, 10)
        self.receive(self.order, lines=strange)
        self.receive(self.order, requisites(Проведен="true"))
        self.assertTrue(self.row(self.order).posted)
        self.assertEqual(self._conflicts().state, "open")
        self.receive(self.order, lines=self.line("good-1", 4, 400))
        self.assertFalse(self._conflicts())

    def test_conflict_about_lines_ends_with_the_order(self):
        strange = self.line("good-1", 4, 400) + self.line("strange", 1, 10)
        self.receive(self.order, lines=strange)
        self.receive(self.order, requisites(Отменен="true"))
        self.assertEqual(self.order.state, "cancel")
        self.assertFalse(self._conflicts())

    def test_changes_on_both_sides_are_for_people(self):
        self.order.order_line.product_uom_qty = 7
        self.receive(self.order, lines=self.line("good-1", 2, 200))
        self.assertEqual(self.order.order_line.product_uom_qty, 7)
        self.assertTrue(self._conflicts())
        self.assertEqual(len(self.ask()), 1)

    def test_what_1c_says_of_an_order_confirms_it(self):
        order = self.confirm()
        self.ask()
        self.receive(order, requisites(Проведен="true"))
        self.assertEqual(self.row(order).state, "sent")

    def test_changes_of_one_connection_go_to_the_other(self):
        other = self._create_connection("other")
        self._bind_product(self.product, "other-1", other)
        other.orders_from = Datetime.now() - timedelta(days=9)
        second = Client(self, "other", other.login, other._make_password())
        self.ask(second)
        self.confirm_offer(second)
        self.receive(self.order, lines=self.line("good-1", 1, 100))
        [document] = self.ask(second)
        self.assertEqual(document.lines[0].quantity, 1)
