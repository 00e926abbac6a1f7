"""Whose a payment or shipment of 1C is, if its order and its counterparty disagree."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .test_settlement import PAYMENT, SHIPMENT, SettlementCase, document


@tagged("post_install", "-at_install")
class TestSettlementParty(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        books = {"books": "1c", "b2b_1c_backend_id": cls.connection.id}
        cls.stranger_contract.write(books)
        cls.dealer.vat = "7701234567"
        cls.stranger.vat = "7707083893"
        rows = [("c-2", cls.stranger.id, "Stranger", False)]
        cls.env["b2b.1c.binding"]._bind(cls.connection, "res.partner", rows)
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )

    def conflicts(self):
        return self.env["b2b.1c.conflict"].search([])

    # -- which order

    def test_a_number_of_1c_is_no_id_of_ours(self):
        padded = str(self.order.id).zfill(9)
        self.import_xml(document(SHIPMENT, 300, party="c-2", basis=padded))
        self.assertFalse(self.papers().order_ids)
        self.assertEqual(self.figures(self.stranger_contract), [(300, 300)])
        self.assertFalse(self.lines())

    def test_orders_that_this_1c_was_never_told_are_none_of_its_own(self):
        loose = self._create_order()
        other = self._create_connection("other")
        theirs = self._create_order()
        self.tell_1c(theirs, other)
        for number, basis in enumerate((loose.name, loose.id, theirs.name, theirs.id)):
            self.import_xml(document(SHIPMENT, 10, f"s-{number}", basis=basis))
        self.assertEqual(len(self.papers()), 4)
        self.assertFalse(self.papers().order_ids)

    def test_an_order_is_known_by_the_number_for_1c_and_by_the_id_of_1c(self):
        row = self.order.b2b_1c_order_ids
        row.write({"site_number": "W-1", "guid": "guid-1"})
        for number, basis in enumerate(("W-1", "guid-1", self.order.id)):
            self.import_xml(document(SHIPMENT, 10, f"s-{number}", basis=basis))
        self.assertEqual(self.papers().order_ids, self.order)
        self.assertEqual(self.papers().filtered("order_ids"), self.papers())

    # -- whose

    def test_another_counterparty_than_the_orders_is_for_people_to_decide(self):
        body = document(SHIPMENT, 300, party="c-2", basis=self.order.name)
        file = self.import_xml(body)
        self.assertEqual((file.waiting, file.created), (1, 0))
        self.assertFalse(self.papers() or self.lines())
        self.assertFalse(self.lines(self.stranger_contract))
        [conflict] = self.conflicts()
        self.assertEqual(conflict.kind, "contract")
        both = self.contract | self.stranger_contract
        self.assertEqual(conflict._get_records(), both)
        self.assertIn(self.order.name, conflict.text)
        mine = conflict.with_user(self.user)
        mine.choice = self.entity_contract
        with self.assertRaises(UserError):
            mine.action_solve()
        mine.choice = self.stranger_contract
        mine.action_solve()
        self._take_up()
        self.assertEqual(self.figures(self.stranger_contract), [(300, 300)])
        self.assertEqual(self.papers().legal_entity_id, self.stranger)
        again = self.import_xml(body)
        self.assertEqual((again.unchanged, again.waiting), (1, 0))
        self.assertEqual(mine.state, "solved")

    def test_another_tax_number_is_another_counterparty(self):
        body = document(
            PAYMENT, 300, party="new", inn="7707083893", basis=self.order.name
        )
        self.import_xml(body)
        self.assertEqual(self.conflicts().kind, "contract")
        self.assertFalse(self.lines() or self.lines(self.stranger_contract))

    def test_the_same_tax_number_or_none_at_all_is_the_orders(self):
        same = {"party": "c-9", "inn": "7701234567", "basis": self.order.name}
        self.import_xml(
            document(SHIPMENT, 10, "s-1", **same)
            + document(SHIPMENT, 10, "s-2", party="c-8", basis=self.order.name)
        )
        self.assertFalse(self.conflicts())
        self.assertEqual(self.figures(), [(10, 10), (10, 10)])

    def test_orders_booked_to_the_substitute_stay_their_buyers(self):
        self.connection.write(
            {"new_entities": "substitute", "substitute_id": self.stranger.id}
        )
        self.import_xml(document(SHIPMENT, 300, party="c-2", basis=self.order.name))
        self.assertFalse(self.conflicts())
        self.assertEqual(self.figures(), [(300, 300)])

    def test_a_counterparty_bound_to_a_contact_is_its_legal_entity(self):
        contact = self.dealer_user.partner_id
        rows = [("c-3", contact.id, "Contact", False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "res.partner", rows)
        self.import_xml(document(SHIPMENT, 300, party="c-3", basis=self.order.name))
        self.assertFalse(self.conflicts())
        self.assertEqual(self.figures(), [(300, 300)])

    def test_in_ukraine_the_code_of_the_company_is_its_number_too(self):
        ukraine = self.env.ref("base.ua").id
        values = {"vat": False, "country_id": ukraine, "company_registry": "12345678"}
        self.dealer.write(values)
        self.dealer.with_context(no_vat_validation=True).vat = "12345678"
        body = document(SHIPMENT, 300, party="new", inn="123456789012")
        self.import_xml(body.replace("</ИНН>", "</ИНН><ОКПО>12345678</ОКПО>"))
        self.assertEqual(self.figures(), [(300, 300)])

    def test_two_legal_entities_that_are_one_counterparty_are_each_right(self):
        entities = self.env["b2b.1c.entity"]
        entities._bind(self.connection, self.dealer, "c-2", "Stranger")
        self.import_xml(document(SHIPMENT, 300, party="c-2", basis=self.order.name))
        self.assertFalse(self.conflicts())
        self.assertEqual(self.figures(), [(300, 300)])

    def test_what_1c_gives_to_another_dealer_leaves_the_one_before(self):
        self.import_xml(document(SHIPMENT, 300, basis=self.order.name))
        self.assertEqual(self.figures(), [(300, 300)])
        self.import_xml(document(SHIPMENT, 300, party="c-2", basis=self.order.name))
        self.assertFalse(self.papers() or self.lines())
        self.assertTrue(self.conflicts())
        self.import_xml(document(SHIPMENT, 300, basis=self.order.name))
        self.assertEqual(self.figures(), [(300, 300)])
        self.assertFalse(self.conflicts())
        self.assertFalse(self.env["b2b.1c.waiting"].search([]))

    def test_money_that_1c_moves_to_another_dealer_is_open_again(self):
        self.import_xml(document(SHIPMENT, 300) + document(PAYMENT, 300, "p-1"))
        self.import_xml(document(PAYMENT, 300, "p-1", party="c-2"))
        self.assertEqual(self.figures(), [(300, 300)])
        self.assertEqual(self.figures(self.stranger_contract), [(-300, -300)])

    # -- what waits

    def test_an_older_version_that_waits_does_not_come_over_a_newer_one(self):
        self.import_xml(document(SHIPMENT, 300, party="new"))
        self.import_xml(document(SHIPMENT, 200))
        rows = [("new", self.dealer.id, "Horns", False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "res.partner", rows)
        self.import_xml(document(PAYMENT, 50, "p-1"))
        self.assertEqual(self.contract.residual, 150)

    def test_what_was_deleted_while_it_waited_stays_away(self):
        self.import_xml(document(SHIPMENT, 300, party="new"))
        self.import_xml(document(SHIPMENT, 300, party="new", deleted="true"))
        self.assertFalse(self.env["b2b.1c.waiting"].search([]))

    def _take_up(self):
        for file in self.env["b2b.1c.file"].search([("content", "=", "waiting")]):
            while file.state == "waiting":
                file._import()
