"""Payments and shipments of 1C on contracts whose books it keeps."""

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from ..commerceml import model
from ..importers.run import Run
from .common import as_1c_writes, envelope
from .common_import import ImportCase

SHIPMENT, PAYMENT = "Отпуск товара", "Выплата безналичных денег"
RETURN, BILL = "Возврат товара", "Счет на оплату"


def document(operation, amount, external_id="doc-1", **values):
    """A document of 1C; keywords are elements by our names."""
    names = {"basis": "Основание", "currency": "Валюта", "due": "СрокПлатежа"}
    names |= {"deleted": "ПометкаУдаления", "posted": "Проведен", "party": None}
    party = values.pop("party", "c-1")
    inn = values.pop("inn", "")
    day = values.pop("day", "2026-03-01")
    more = "".join(f"<{names[k]}>{v}</{names[k]}>" for k, v in values.items())
    return (
        f"<Документ><Ид>{external_id}</Ид><Номер>N-{external_id}</Номер>"
        f"<Дата>{day}</Дата><ХозОперация>{operation}</ХозОперация>"
        f"<Сумма>{amount}</Сумма>{more}<Контрагенты><Контрагент><Ид>{party}</Ид>"
        f"<Наименование>Horns</Наименование>{inn and f'<ИНН>{inn}</ИНН>'}"
        "</Контрагент></Контрагенты></Документ>"
    )


class SettlementCase(B2bBuilders, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.write({"books": "1c", "b2b_1c_backend_id": cls.connection.id})
        rows = [("c-1", cls.dealer.id, "Horns", False)]
        cls.env["b2b.1c.binding"]._bind(cls.connection, "res.partner", rows)
        cls.order = cls._create_order()
        cls.tell_1c(cls.order)

    @classmethod
    def tell_1c(cls, order, connection=None):
        """Give an order the number by which a 1C knows it."""
        row = cls.env["b2b.1c.order"].create(
            {"backend_id": (connection or cls.connection).id, "order_id": order.id}
        )
        row._set_number()
        return order

    def papers(self, **values):
        domain = [("source", "=", "1c")]
        return self.env["b2b.document"].search(
            domain + [(name, "=", value) for name, value in values.items()], order="id"
        )

    def lines(self, contract=None):
        contract = contract or self.contract
        return self.env["b2b.settlement.line"].search(
            [("contract_id", "=", contract.id)], order="date, id"
        )

    def figures(self, contract=None):
        return [(line.amount, line.residual) for line in self.lines(contract)]


@tagged("post_install", "-at_install")
class TestSettlement(SettlementCase):
    def test_shipments_are_owed_and_payments_pay_them(self):
        self.import_xml(
            document(SHIPMENT, 300, "s-1", day="2026-03-01")
            + document(SHIPMENT, 200, "s-2", day="2026-03-02")
            + document(PAYMENT, 350, "p-1", day="2026-03-03")
        )
        self.assertEqual(self.figures(), [(300, 0), (200, 150), (-350, 0)])
        shipped, partly, payment = self.papers()
        self.assertEqual(shipped.type_id.code, "waybill")
        self.assertEqual((shipped.state, partly.state), ("paid", "partial"))
        self.assertEqual((partly.amount, partly.amount_residual), (200, 150))
        self.assertEqual((payment.amount, payment.state), (350, "received"))
        self.assertEqual(payment.contract_id, self.contract)
        self.assertEqual(shipped.date, date(2026, 3, 1))
        self.assertTrue(shipped.synced_at)
        self.assertEqual(self.contract.residual, 150)

    def test_money_of_an_order_pays_its_own_shipment_first(self):
        other = self.tell_1c(self._create_order())
        self.import_xml(
            document(SHIPMENT, 100, "s-1", basis=other.name)
            + document(SHIPMENT, 100, "s-2", basis=self.order.name)
            + document(PAYMENT, 100, "p-1", basis=self.order.id)
        )
        self.assertEqual(self.figures(), [(100, 100), (100, 0), (-100, 0)])
        self.assertEqual(self.papers()[1:].order_ids, self.order)

    def test_returns_and_money_back_have_their_signs_and_bills_are_no_debt(self):
        self.import_xml(
            document(SHIPMENT, 300, "s-1")
            + document(RETURN, 100, "r-1")
            + document("Возврат безналичных денег", 30, "b-1")
            + document(BILL, 500, "i-1")
        )
        self.assertEqual([line.amount for line in self.lines()], [300, -100, 30])
        self.assertEqual(self.contract.residual, 230)
        self.assertEqual(len(self.papers()), 4)

    def test_the_same_again_changes_nothing(self):
        body = document(SHIPMENT, 300, "s-1") + document(PAYMENT, 100, "p-1")
        self.import_xml(body)
        papers, lines = self.papers(), self.lines()
        again = self.import_xml(body)
        self.assertEqual((again.unchanged, again.created, again.updated), (2, 0, 0))
        self.assertEqual((self.papers(), self.lines()), (papers, lines))

    def test_what_changed_in_1c_changes(self):
        self.import_xml(document(SHIPMENT, 300) + document(PAYMENT, 300, "p-1"))
        paper = self.papers()[0]
        self.import_xml(document(SHIPMENT, 250))
        self.assertEqual(self.figures(), [(250, 0), (-300, -50)])
        self.assertEqual((paper.amount, len(self.papers())), (250, 2))

    def test_deleted_and_unposted_documents_leave(self):
        for mark in ({"deleted": "true"}, {"posted": "false"}):
            with self.subTest(mark=mark):
                self.import_xml(document(SHIPMENT, 300) + document(PAYMENT, 100, "p-1"))
                self.import_xml(document(PAYMENT, 100, "p-1", **mark))
                self.assertEqual(self.figures(), [(300, 300)])
                self.assertEqual(len(self.papers()), 1)
                self.assertEqual(self.papers().amount_residual, 300)

    def test_what_staff_have_hidden_stays_hidden(self):
        self.import_xml(document(SHIPMENT, 300))
        self.assertTrue(self.papers().is_published)
        self.papers().is_published = False
        self.import_xml(document(SHIPMENT, 250))
        self.assertEqual(self.papers().amount, 250)
        self.assertFalse(self.papers().is_published)

    def test_never_seen_and_deleted_is_nothing(self):
        file = self.import_xml(document(SHIPMENT, 300, deleted="true"))
        self.assertEqual((file.skipped, len(self.papers())), (1, 0))

    def test_due_date_of_1c_else_that_of_the_payment_term(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "Ten days",
                "line_ids": [
                    (0, 0, {"value": "percent", "value_amount": 100, "nb_days": 10})
                ],
            }
        )
        self.contract.payment_term_id = term
        self.import_xml(
            document(SHIPMENT, 300, "s-1", due="2026-04-15")
            + document(SHIPMENT, 300, "s-2", due="0001-01-01")
        )
        due = [line.date_maturity for line in self.lines()]
        self.assertEqual(due, [date(2026, 4, 15), date(2026, 3, 11)])

    def test_what_1c_has_shipped_is_no_longer_ordered(self):
        order = self._create_order(price=500)
        order.action_confirm()
        if "b2b_amount_uninvoiced" not in order._fields:
            return
        self.assertEqual(order.b2b_amount_uninvoiced, 500)
        order.b2b_1c_order_ids._set_number()
        self.import_xml(document(SHIPMENT, 300, "s-1", basis=order.name))
        self.assertEqual(order.b2b_amount_uninvoiced, 200)
        self.import_xml(document(SHIPMENT, 300, "s-1", deleted="true"))
        self.assertEqual(order.b2b_amount_uninvoiced, 500)

    # -- whose contract

    def test_order_names_the_contract(self):
        second = self._create_contract(
            self.dealer, "D-2", books="1c", b2b_1c_backend_id=self.connection.id
        )
        order = self.tell_1c(self._create_order(second))
        self.import_xml(document(SHIPMENT, 300, basis=order.name))
        self.assertEqual(self.figures(second), [(300, 300)])
        self.assertFalse(self.lines())

    def test_several_contracts_are_for_people_to_choose(self):
        second = self._create_contract(
            self.dealer, "D-2", books="1c", b2b_1c_backend_id=self.connection.id
        )
        body = document(SHIPMENT, 300)
        self.import_xml(body)
        self.assertFalse(self.papers().contract_id)
        self.assertFalse(self.lines())
        conflict = self.env["b2b.1c.conflict"].search([("kind", "=", "contract")])
        self.assertEqual(conflict.record_count, 2)
        user = new_test_user(
            self.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        conflict = conflict.with_user(user)
        conflict.choice = self.entity_contract
        with self.assertRaises(UserError):
            conflict.action_solve()
        conflict.choice = second
        conflict.action_solve()
        self.assertEqual(self.figures(second), [(300, 300)])
        self.import_xml(body)
        self.assertEqual(self.figures(second), [(300, 300)])
        self.assertEqual(conflict.state, "solved")

    def test_contracts_of_odoo_and_of_another_1c_take_nothing(self):
        other = self._create_connection("other")
        theirs = self._create_contract(
            self.entity, "E-2", books="1c", b2b_1c_backend_id=other.id
        )
        rows = [("c-2", self.entity.id, "Hooves", False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "res.partner", rows)
        file = self.import_xml(
            document(SHIPMENT, 300, "s-1", party="c-2")
            + document(
                SHIPMENT,
                300,
                "s-2",
                party="c-2",
                basis=self.tell_1c(self._create_order(self.entity_contract)).name,
            )
        )
        self.assertEqual(file.skipped, 2)
        self.assertFalse(self.papers())
        self.assertFalse(self.lines(theirs))

    def test_two_connections_do_not_mix_their_ids(self):
        other = self._create_connection("other")
        theirs = self._create_contract(
            self.entity, "E-2", books="1c", b2b_1c_backend_id=other.id
        )
        rows = [("c-1", self.entity.id, "Hooves", False)]
        self.env["b2b.1c.binding"]._bind(other, "res.partner", rows)
        self.import_xml(document(SHIPMENT, 300))
        exchange, _token = self.env["b2b.1c.exchange"]._begin(other, "sale")
        content = as_1c_writes(envelope(document(SHIPMENT, 70)))
        self.run_import(self.receive(content, exchange=exchange))
        self.assertEqual(self.figures(), [(300, 300)])
        self.assertEqual(self.figures(theirs), [(70, 70)])

    def test_unknown_counterparties_wait_until_they_are_known(self):
        file = self.import_xml(document(SHIPMENT, 300, party="new"))
        self.assertEqual((file.waiting, len(self.papers())), (1, 0))
        rows = [("new", self.dealer.id, "Horns", False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "res.partner", rows)
        self.import_xml(document(PAYMENT, 100, "p-1"))
        self.assertEqual(self.contract.residual, 200)

    def test_tax_number_tells_a_counterparty_whose_books_it_keeps(self):
        self.dealer.vat = "7707083893"
        self.import_xml(document(SHIPMENT, 300, party="new", inn="7707083893"))
        self.assertEqual(self.figures(), [(300, 300)])

    def test_a_tax_number_may_have_its_country_before_it(self):
        self.dealer.write({"vat": "RU7707083893", "kpp": "770101001"})
        self.import_xml(document(SHIPMENT, 300, party="new", inn="7707083893"))
        self.assertEqual(self.figures(), [(300, 300)])

    def test_unknown_currency_waits(self):
        file = self.import_xml(document(SHIPMENT, 300, currency="тугр"))
        self.assertEqual((file.waiting, len(self.papers())), (1, 0))
        self.assertFalse(self.lines())

    def test_documents_inside_an_order_are_based_on_it(self):
        inner = model.Document(id="p-1", number="P", operation=PAYMENT, amount=100)
        other = model.Document(id="x-1", operation="Прочие")
        order = model.Document(
            id="guid", number=self.order.name, subordinates=[inner, other]
        )
        run = Run(self.receive(b""))
        importer = self.env["b2b.1c.importer.settlement"]
        importer._import_subordinates(run, order, self.order.b2b_1c_order_ids)
        self.assertEqual(self.papers().order_ids, self.order)
        self.assertEqual(self.contract.residual, -100)
        self.assertEqual((run.counts["created"], run.counts["skipped"]), (1, 1))

    # -- the books of a contract

    def _invoice(self, contract):
        return self._create_invoice(
            contract.legal_entity_id, b2b_contract_id=contract.id
        )

    def test_entries_of_odoo_do_not_count_where_1c_keeps_the_books(self):
        self._invoice(self.contract)
        self.assertFalse(self.lines())
        mine = self._invoice(self.entity_contract)
        self.assertEqual(self.lines(self.entity_contract).move_id, mine)

    def test_entries_without_contract_do_not_fall_to_it_either(self):
        self._create_invoice(self.dealer)
        self.assertFalse(
            self.env["b2b.settlement.line"].search(
                [("legal_entity_id", "=", self.dealer.id)]
            )
        )

    def test_another_owner_of_the_books_has_other_rows(self):
        contract = self.entity_contract
        invoice = self._invoice(contract)
        self.import_xml(document(SHIPMENT, 300))
        self.contract.books = "odoo"
        self.assertFalse(self.lines())
        self.assertTrue(self.papers())
        self.contract.books = "1c"
        self.assertEqual(self.figures(), [(300, 300)])
        values = {"books": "1c", "b2b_1c_backend_id": self.connection.id}
        contract.write(values)
        self.assertFalse(self.lines(contract))
        contract.books = "odoo"
        self.assertEqual(self.lines(contract).move_id, invoice)

    def test_books_of_1c_name_the_connection_of_the_company(self):
        with self.assertRaises(ValidationError):
            self.contract.b2b_1c_backend_id = False
        company = self.env["res.company"].create({"name": "Other"})
        theirs = self._create_connection("theirs", company_id=company.id)
        with self.assertRaises(UserError):
            self.contract.b2b_1c_backend_id = theirs

    def test_odoo_posts_no_invoice_by_itself_there(self):
        self.assertEqual(self.contract._get_invoicing_policy(), "manual")
        self.assertEqual(
            self.entity_contract._get_invoicing_policy(),
            self.company.b2b_invoicing_policy,
        )
        self.contract.invoicing_policy = "on_delivery"
        self.assertEqual(self.contract._get_invoicing_policy(), "on_delivery")

    # -- who sees it

    def test_the_dealer_sees_his_papers_and_rows_and_no_stranger_does(self):
        self.import_xml(document(SHIPMENT, 300))
        paper, line = self.papers(), self.lines()
        row = paper.with_user(self.dealer_user)._get_portal_rows()[0]
        self.assertEqual((row["number"], row["url"]), ("N-doc-1", ""))
        self.assertTrue(row["synced_at"])
        self.assertEqual(line.with_user(self.dealer_user).residual, 300)
        for record in (paper, line):
            with self.assertRaises(AccessError):
                record.with_user(self.stranger_user).read(["name"])

    def test_staff_do_not_delete_papers_of_1c(self):
        self.import_xml(document(SHIPMENT, 300))
        with self.assertRaises(UserError):
            self.papers().with_user(self.staff_user).unlink()
