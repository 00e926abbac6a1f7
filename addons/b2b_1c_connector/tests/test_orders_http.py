"""Orders over real HTTP: what 1C asks for, confirms, and asks for again."""

import io
import secrets
import time

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders
from odoo.addons.b2b_portal.tests.parallel import ParallelCase

from ..commerceml import Reader, model
from ..models import b2b_1c_order_offer
from .common import as_1c_writes, envelope, requisites
from .common_1c import Builders1c
from .test_exchange import Client

LINE = (
    "<Товар><Ид>g-1</Ид><Наименование>Oil filter</Наименование>"
    "<ЦенаЗаЕдиницу>100</ЦенаЗаЕдиницу><Количество>{quantity}</Количество>"
    "<Сумма>{amount}</Сумма></Товар>"
)


def from_1c(row, quantity=2, **said):
    """The order as 1C sends it back; keywords are requisites."""
    lines = LINE.format(quantity=quantity, amount=quantity * 100)
    return (
        f"<Документ><Ид>guid-{row.order_id.id}</Ид><Номер>{row.site_number}</Номер>"
        f"<Дата>{row.site_moment[:10]}</Дата><ХозОперация>Заказ товара</ХозОперация>"
        f"<Товары>{lines}</Товары>{requisites(**said)}</Документ>"
    )


class OrdersHttpCase(B2bBuilders, Builders1c, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._bind_goods(cls.connection)
        # those of other tests and of demo data stay here
        cls.env["b2b.1c.backend"].search([]).orders_from = cls.env.cr.now()

    @classmethod
    def _bind_goods(cls, connection):
        rows = [("g-1", cls.product.id, "Oil filter", False)]
        cls.env["b2b.1c.binding"]._bind(connection, "product.product", rows)

    def setUp(self):
        super().setUp()
        self.client = self._log_in()

    def _log_in(self, key="test", password=None):
        client = Client(self, key, f"1c-{key}", password or self.password)
        client.log_in("sale")
        return client

    def _confirm_order(self, **values):
        order = self._create_order(quantity=2, **values)
        order.action_confirm()
        return order

    def _query(self, client=None, **words):
        """The orders in the reply, as 1C reads them."""
        return self._read((client or self.client).call("sale", "query", **words))

    def _read(self, answer):
        """The orders in an answer."""
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.content.startswith(b"<?xml"), answer.content[:200])
        items = list(Reader(io.BytesIO(answer.content)))
        return [item for item in items if isinstance(item, model.Document)]

    def _ids(self, client=None, **words):
        return [int(document.id) for document in self._query(client, **words)]

    def _success(self, client=None):
        self.assertEqual((client or self.client).text("sale", "success"), "success")

    def _row(self, order, connection=None):
        connection = connection or self.connection
        return order.b2b_1c_order_ids.filtered(lambda row: row.backend_id == connection)

    def _send_back(self, body):
        """1C sends a file of orders and has it imported."""
        client = self._log_in()
        client.text("sale", "init")
        content = as_1c_writes(envelope(body))
        sent = client.text("sale", "file", content, filename="orders.xml")
        self.assertEqual(sent, "success")
        file = self.env["b2b.1c.file"].search([], order="id desc", limit=1)
        file._schedule()
        while file.state == "waiting":
            file._import()
        self.assertEqual(file.state, "done", file.error)
        return file


@tagged("post_install", "-at_install")
class TestOrdersHttp(OrdersHttpCase):
    def test_offered_until_confirmed_and_never_after(self):
        order = self._confirm_order()
        first = self._query()
        self.assertEqual([document.number for document in first], [order.name])
        again = self._query()
        # the same in every letter: safe to deliver twice
        self.assertEqual(first, again)
        self.assertEqual(self._row(order).state, "offered")
        self._success()
        self.assertEqual(self._row(order).state, "sent")
        self.assertEqual(self._ids(), [])

    def test_what_is_offered_is_what_1c_needs(self):
        self.dealer.write({"vat": "7701234567", "kpp": "770101001"})
        order = self._confirm_order()
        [document] = self._query()
        self.assertEqual(document.operation, "Заказ товара")
        self.assertEqual(document.role, "Продавец")
        self.assertEqual(document.amount, order.amount_total)
        party = document.counterparty
        self.assertEqual((party.inn, party.kpp), ("7701234567", "770101001"))
        self.assertEqual(party.official_name, "Horns and Hooves")
        self.assertFalse(party.id)
        [line] = document.lines
        self.assertEqual((line.id, line.quantity, line.amount), ("g-1", 2, 200))

    def test_reply_is_plain_without_namespace_and_mark(self):
        self._confirm_order()
        answer = self.client.call("sale", "query")
        self.assertTrue(answer.content.startswith(b'<?xml version="1.0" encoding='))
        self.assertNotIn(b"xmlns", answer.content)
        kind = answer.headers["Content-Type"]
        self.assertEqual(kind, "application/xml; charset=utf-8")

    def test_newer_modules_get_the_layout_that_they_ask_for(self):
        self._confirm_order()
        self.client.text("sale", "init", version="3.1")
        answer = self.client.call("sale", "query")
        self.assertIn("<Контейнер>", answer.text)
        answer = self._log_in().call("sale", "query")
        self.assertNotIn("<Контейнер>", answer.text)

    def test_drafts_and_other_companies_never_go(self):
        self._create_order()
        company = self.env["res.company"].create({"name": "Other"})
        other = self._create_connection("other", company_id=company.id)
        self._confirm_order()
        client = self._log_in("other", other._make_password())
        self.assertEqual(self._ids(client), [])
        self.assertEqual(len(self._ids()), 1)

    def test_setting_off_nothing_goes(self):
        self._confirm_order()
        self.connection.exchange_orders = False
        self.assertEqual(self._ids(), [])

    # -- what is confirmed

    def test_changed_between_query_and_success_goes_again(self):
        order = self._confirm_order()
        self._query()
        order.order_line.product_uom_qty = 5
        self._success()
        self.assertEqual(self._row(order).state, "waiting")
        [document] = self._query()
        self.assertEqual(document.lines[0].quantity, 5)
        self._success()
        self.assertEqual(self._ids(), [])

    def test_success_confirms_what_the_last_reply_of_its_session_held(self):
        order = self._confirm_order()
        self._query()
        later = self._confirm_order()
        self._success()
        self.assertEqual(self._row(order).state, "sent")
        self.assertEqual(self._row(later).state, "waiting")
        self.assertEqual(self._ids(), [later.id])

    def test_success_for_an_older_reply_confirms_no_newer_version(self):
        order = self._confirm_order()
        older, newer = self.client, self._log_in()
        self._query(older)
        order.order_line.product_uom_qty = 7
        self._query(newer)
        self._success(older)
        self.assertEqual(self._row(order).state, "offered")
        self._success(newer)
        self.assertEqual(self._row(order).state, "sent")

    def test_success_of_a_session_without_query_confirms_nothing(self):
        order = self._confirm_order()
        self._query()
        self._success(self._log_in())
        self.assertEqual(self._row(order).state, "offered")

    def test_success_twice_does_no_more_than_once(self):
        order = self._confirm_order()
        self._query()
        self._success()
        order.order_line.product_uom_qty = 3
        self._success()
        self.assertEqual(self._ids(), [order.id])

    def test_two_bases_each_get_the_order_and_confirm_for_themselves(self):
        other = self._create_connection("second", orders_from=self.env.cr.now())
        self._bind_goods(other)
        order = self._confirm_order()
        client = self._log_in("second", other._make_password())
        self.assertEqual(self._ids(), [order.id])
        self._success()
        self.assertEqual(self._ids(client), [order.id])
        self.assertEqual(self._row(order).state, "sent")
        self.assertEqual(self._row(order, other).state, "offered")

    def test_sent_again_at_request_although_an_older_reply_is_confirmed(self):
        order = self._confirm_order()
        self._query()
        row = self._row(order).with_user(self.staff_user)
        row.action_send_again()
        self._success()
        self.assertEqual(self._ids(), [order.id])

    def test_cancelled_goes_if_1c_has_it_and_not_if_it_has_not(self):
        order, unheard = self._confirm_order(), self._create_order()
        self._query()
        self._success()
        unheard.action_confirm()
        (order | unheard)._action_cancel()
        [document] = self._query()
        self.assertEqual(int(document.id), order.id)
        self.assertIs(document.cancelled, True)

    # -- small replies, and orders that stop the others

    def test_replies_are_small(self):
        orders = [self._confirm_order() for _n in range(5)]
        self.patch(b2b_1c_order_offer, "LARGEST_COUNT", 2)
        seen = []
        while ids := self._ids():
            self.assertLessEqual(len(ids), 2)
            self._success()
            seen += ids
        self.assertEqual(seen, [order.id for order in orders])

    def test_goods_unknown_to_1c_are_set_apart_and_the_others_go(self):
        unknown = self._create_product("Unknown", "U-1", 10.0)
        line = {"product_id": unknown.id, "product_uom_qty": 1}
        bad = self._confirm_order(order_line=[Command.create(line)])
        good = self._confirm_order()
        self.assertEqual(self._ids(), [good.id])
        row = self._row(bad)
        self.assertEqual(row.state, "apart")
        self.assertIn("Unknown", row.reason)
        rows = [("g-2", unknown.id, "Unknown", False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "product.product", rows)
        row.with_user(self.staff_user).action_send_again()
        self.assertIn(bad.id, self._ids())

    # -- back

    def test_states_come_back_and_do_not_go_out_again(self):
        order = self._confirm_order()
        self._query()
        self._success()
        row = self._row(order)
        body = from_1c(row, quantity=3, Номер_по_1С="РТ-000012   ", Проведен="true")
        file = self._send_back(body)
        self.assertEqual((file.updated, file.failed), (1, 0))
        self.assertEqual(order.order_line.product_uom_qty, 3)
        self.assertEqual((row.number_in_1c.strip(), row.posted), ("РТ-000012", True))
        self.assertFalse(row.paid)
        self.assertEqual(row.state, "sent")
        self.assertEqual(self._ids(), [])
        again = self._send_back(body)
        self.assertEqual((again.unchanged, again.updated), (1, 0))

    def test_back_before_success_counts_as_taken(self):
        order = self._confirm_order()
        self._query()
        self._send_back(from_1c(self._row(order)))
        self.assertEqual(self._row(order).state, "sent")

    def test_unknown_number_is_success(self):
        order = self._confirm_order()
        self._query()
        body = from_1c(self._row(order)).replace(order.name, "S-NOBODY")
        body = body.replace(f"guid-{order.id}", "guid-nobody")
        file = self._send_back(body)
        self.assertEqual((file.skipped, file.failed), (1, 0))
        self.assertIn("S-NOBODY", file.problem_ids.reason)

    # -- speed

    def test_query_looks_at_what_has_changed_only(self):
        order = self._confirm_order()
        self._query()
        self._success()
        row = self._row(order)
        self.env.flush_all()
        # as many orders that 1C has, of which nothing is asked
        self.env.cr.execute(
            """
            INSERT INTO sale_order (name, company_id, partner_id, partner_invoice_id,
                partner_shipping_id, date_order, state, b2b_contract_id, currency_id,
                warehouse_id, picking_policy)
            SELECT 'X' || number, company_id, partner_id, partner_invoice_id,
                partner_shipping_id, date_order, state, b2b_contract_id, currency_id,
                warehouse_id, picking_policy
            FROM sale_order, generate_series(1, 20000) number WHERE id = %s
            """,
            [order.id],
        )
        self.env.cr.execute(
            """
            INSERT INTO b2b_1c_order (backend_id, company_id, order_id, state, tries,
                site_number, site_digits, digest_offered, digest_confirmed)
            SELECT %s, company_id, id, 'sent', 0, name, name, 'x', 'x'
            FROM sale_order WHERE name ~ '^X[0-9]+$'
            """,
            [row.backend_id.id],
        )
        self.env.cr.execute("ANALYZE sale_order")
        self.env.cr.execute("ANALYZE b2b_1c_order")
        self.env.invalidate_all()
        for _n in range(10):
            self._confirm_order()
        started = time.monotonic()
        ids = self._ids()
        seconds = time.monotonic() - started
        self.assertEqual(len(ids), 10)
        self.assertLess(seconds, 3, "a query with 20,000 orders is quick")


@tagged("post_install", "-at_install")
class TestOrdersRace(ParallelCase):
    def _prepare(self, env):
        # users of connections stay, archived: each needs a login of its own
        key = f"race-{secrets.token_hex(4)}"
        connection = self._create(env, "b2b.1c.backend", name="Race", key=key)
        partner = self._create(env, "res.partner", name="Race dealer", is_company=True)
        contract = self._create(
            env,
            "b2b.contract",
            name="R-1",
            legal_entity_id=partner.id,
            company_id=connection.company_id.id,
        )
        product = self._create(
            env, "product.product", name="Race", type="service", list_price=10
        )
        line = {"product_id": product.id, "product_uom_qty": 1, "price_unit": 10}
        order = self._create(
            env,
            "sale.order",
            partner_id=partner.id,
            b2b_contract_id=contract.id,
            order_line=[Command.create(line)],
        )
        order.action_confirm()
        exchange = env["b2b.1c.exchange"]._begin(connection, "sale")[0]
        return connection, order, exchange

    def _remove(self):
        with self._connection() as env:
            kept = env["sale.order"].browse(
                [key for name, ids in self.made if name == "sale.order" for key in ids]
            )
            env["b2b.1c.order"].search([("order_id", "in", kept.ids)]).unlink()
            kept._action_cancel()
        return super()._remove()

    def test_changed_while_it_is_offered_goes_again(self):
        """Also what nobody has been offered yet: the older version must not be taken
        for what was confirmed."""
        with self._connection() as env:
            _connection, order, exchange = self._prepare(env)

        def change(env):
            env["sale.order"].browse(order.id).order_line.product_uom_qty = 9

        def query(env):
            env["b2b.1c.order"]._offer(env["b2b.1c.exchange"].browse(exchange.id))

        _attempts, errors = self._do_in_parallel([change, query])
        self.assertEqual(errors, [])
        with self._connection() as env:
            rows = env["b2b.1c.order"]
            session = env["b2b.1c.exchange"].browse(exchange.id)
            rows._confirm(session)
            row = rows.search([("order_id", "=", order.id)])
            if row.state == "sent":
                document = row._prepare_document()
                self.assertEqual(row.digest_confirmed, row._digest(document))
            else:
                self.assertIn("<Количество>9<".encode(), rows._offer(session))

    def test_two_queries_at_once_make_one_row_and_one_number(self):
        with self._connection() as env:
            connection, order, exchange = self._prepare(env)
            env["b2b.1c.order"].search([("order_id", "=", order.id)]).unlink()

        def query(env):
            env["b2b.1c.order"]._offer(env["b2b.1c.exchange"].browse(exchange.id))

        attempts, errors = self._do_in_parallel([query, query])
        self.assertEqual(errors, [])
        self.assertGreater(sum(attempts), 2)
        with self._connection() as env:
            rows = env["b2b.1c.order"].search([("backend_id", "=", connection.id)])
            self.assertEqual(len(rows.filtered(lambda row: row.order_id == order)), 1)
