"""Which files tell that the books of 1C are as of now."""

from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import Form, new_test_user, tagged

from .common import as_1c_writes, envelope
from .test_settlement import PAYMENT, SHIPMENT, SettlementCase, document

ORDER = "Заказ товара"


@tagged("post_install", "-at_install")
class TestFlowDocuments(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.password_date = Datetime.now()
        cls.connection.interval_documents = "60"

    def setUp(self):
        super().setUp()
        self.exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "sale"
        )

    def flow(self, kind="documents"):
        flows = self.connection.flow_ids
        flows.invalidate_recordset()
        return flows.filtered(lambda flow: flow.kind == kind)

    def _age(self):
        self.flow().last_success = Datetime.now() - timedelta(hours=3)

    def _say_nothing(self):
        """Have a session with 1C in which it asks for orders and sends nothing."""
        exchange, _token = self.env["b2b.1c.exchange"]._begin(self.connection, "sale")
        exchange._answer({"type": "sale", "mode": "query"}, b"")
        exchange.date_last = Datetime.now() - timedelta(minutes=4)
        self.env["b2b.1c.exchange"]._note_silent(self.connection)

    def test_orders_of_trade_management_say_nothing_of_debts(self):
        for configuration in ("ut10", "ut11"):
            self.connection.configuration = configuration
            self.import_xml(document(ORDER, 300))
            self.assertEqual(self.flow("orders_in").state, "ok")
            self.assertFalse(self.flow().last_success or self.flow().last_data)
            self.assertTrue(self.contract._has_stale_books())
            self.assertFalse(self.contract._get_books_time())

    def test_documents_and_those_inside_orders_say_it(self):
        self.import_xml(document(PAYMENT, 300))
        self.assertTrue(self.flow().last_data)
        self.assertFalse(self.flow("orders_in").last_data)
        self.assertFalse(self.contract._has_stale_books())
        self.flow().write({"last_data": False, "last_success": False})
        inner = document(SHIPMENT, 300, "s-1")
        inner = inner.replace("Документ>", "ПодчиненныйДокумент>")
        inside = f"<ПодчиненныеДокументы>{inner}</ПодчиненныеДокументы>"
        order = document(ORDER, 300, "o-1").removesuffix("</Документ>")
        self.import_xml(f"{order}{inside}</Документ>")
        self.assertTrue(self.flow().last_data and self.flow("orders_in").last_data)

    def test_silence_of_trade_management_says_nothing_of_debts(self):
        self.import_xml(document(SHIPMENT, 300))
        self._age()
        self._say_nothing()
        self.import_xml(document(ORDER, 300, "o-1"))
        self.assertTrue(self.contract._has_stale_books())

    def test_silence_of_those_who_send_documents_says_that_nothing_is_new(self):
        self.connection.configuration = "unf"
        self._say_nothing()
        self.assertTrue(self.contract._has_stale_books())
        self.assertFalse(self.contract._get_books_time())
        self.import_xml(document(SHIPMENT, 300))
        told = self.flow().last_data
        for act in (self._say_nothing, lambda: self.import_xml(document(ORDER, 1))):
            self._age()
            self.assertTrue(self.contract._has_stale_books())
            act()
            self.assertFalse(self.contract._has_stale_books())
            self.assertEqual(self.flow().last_data, told)

    def test_a_broken_file_of_orders_is_over_with_the_next_good_one(self):
        for configuration in ("ut11", "unf"):
            self.connection.configuration = configuration
            content = as_1c_writes(envelope(document(ORDER, 300)))
            self.run_import(self.receive(content[:-20]))
            self.assertEqual(self.flow("orders_in").state, "failed")
            self.import_xml(document(ORDER, 300))
            self.assertFalse(any(self.connection.flow_ids.mapped("error")))

    def test_who_has_trade_management_keep_books_is_warned(self):
        user = new_test_user(
            self.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        self.connection.configuration = "unf"
        with Form(self.contract.with_user(user)) as form:
            self.assertFalse(form.b2b_1c_warning)
        self.connection.configuration = "ut11"
        self.env.invalidate_all()
        with Form(self.contract.with_user(user)) as form:
            self.assertTrue(form.b2b_1c_warning)
            form.books = "odoo"
            self.assertFalse(form.b2b_1c_warning)
