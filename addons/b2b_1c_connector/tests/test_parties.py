"""Counterparties of 1C that only people can tell apart, and what 1C is told of them."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_orders import OrdersCase
from .test_settlement import SHIPMENT, SettlementCase, document


@tagged("post_install", "-at_install")
class TestTaxNumberConflict(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        books = {"books": "1c", "b2b_1c_backend_id": cls.connection.id}
        cls.stranger_contract.write(books)
        (cls.dealer | cls.stranger).vat = "7707083893"
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )

    def conflicts(self):
        return self.env["b2b.1c.conflict"].search([("kind", "=", "tax_number")])

    def test_two_with_one_number_are_for_people_to_tell_apart(self):
        body = document(SHIPMENT, 300, party="new", inn="7707083893")
        file = self.import_xml(body)
        self.assertEqual((file.waiting, len(self.papers())), (1, 0))
        [conflict] = self.conflicts()
        self.assertEqual(conflict._get_records(), self.dealer | self.stranger)
        self.assertIn("7707083893", conflict.text)
        mine = conflict.with_user(self.user)
        mine.choice = self.stranger
        mine.action_solve()
        taken = self.env["b2b.1c.file"].search([("content", "=", "waiting")])
        taken._import()
        self.assertEqual(self.figures(self.stranger_contract), [(300, 300)])
        self.assertFalse(self.lines())
        entities = self.env["b2b.1c.entity"]
        self.assertEqual(entities._get_guid(self.connection, self.stranger), "new")
        self.import_xml(body)
        self.assertEqual(mine.state, "solved")

    def test_told_apart_in_odoo_it_ends_by_itself(self):
        body = document(SHIPMENT, 300, party="new", inn="7707083893")
        self.import_xml(body)
        self.stranger.vat = False
        self.import_xml(body)
        self.assertEqual(self.figures(), [(300, 300)])
        self.assertFalse(self.conflicts())

    def test_a_choice_of_another_company_is_refused(self):
        self.import_xml(document(SHIPMENT, 300, party="new", inn="7707083893"))
        company = self.env["res.company"].create({"name": "Other"})
        theirs = self._create_entity("Theirs", company_id=company.id)
        self.user.company_ids = [Command.link(company.id)]
        mine = self.conflicts().with_user(self.user)
        mine.choice = theirs
        with self.assertRaises(UserError):
            mine.action_solve()
        self.assertFalse(self.bound("res.partner", "new"))
        mine.choice = self.dealer
        mine.action_solve()
        self.assertEqual(self.bound("res.partner", "new"), self.dealer)


@tagged("post_install", "-at_install")
class TestMerged(OrdersCase):
    def setUp(self):
        super().setUp()
        self.entities = self.env["b2b.1c.entity"]
        self.order = self.confirm()
        self.exchange_all()
        self.receive(self.order, head=self.party(guid="first"))
        self.user = new_test_user(
            self.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )

    def guid(self):
        return self.entities._get_guid(self.connection, self.dealer)

    def test_another_id_of_one_legal_entity_is_for_people_to_confirm(self):
        self.assertEqual(self.guid(), "first")
        self.receive(self.order, head=self.party(guid="second", name="Horns 2"))
        self.assertEqual(self.guid(), "first")
        conflict = self.env["b2b.1c.conflict"].search([("kind", "=", "merged")])
        self.assertEqual(conflict._get_records(), self.dealer)
        self.assertEqual(conflict.choice, self.dealer)
        mine = conflict.with_user(self.user)
        mine.action_solve()
        self.assertEqual(self.guid(), "second")
        self.confirm()
        [new] = self.ask()
        self.assertEqual(new.counterparty.id, "second")
        bindings = self.env["b2b.1c.binding"]
        found = bindings._find(self.connection, "res.partner", ["first", "second"])
        self.assertEqual(set(found.values()), {self.dealer})

    def test_left_as_it_is_it_stays_and_does_not_come_again(self):
        self.receive(self.order, head=self.party(guid="second"))
        conflict = self.env["b2b.1c.conflict"].search([("kind", "=", "merged")])
        conflict.with_user(self.user).action_dismiss()
        other = self.confirm()
        self.exchange_all()
        self.receive(other, head=self.party(guid="second"))
        self.assertEqual((self.guid(), conflict.state), ("first", "solved"))

    def test_a_new_name_of_the_same_counterparty_is_no_conflict(self):
        self.receive(self.order, head=self.party(guid="first", name="Horns 2"))
        self.assertFalse(self.env["b2b.1c.conflict"].search([]))
        row = self.entities._get(self.connection, self.dealer)
        self.assertEqual(row.name_in_1c, "Horns 2")


@tagged("post_install", "-at_install")
class TestWhoIsAPerson(OrdersCase):
    def _tell(self, vat, country, **values):
        partner = self._create_entity("Party", vat=False, **values)
        country = country and self.env.ref(f"base.{country}")
        partner.write({"country_id": country and country.id, "kpp": "770101001"})
        # not checked here: what number 1C is told is the matter
        partner.with_context(no_vat_validation=True).vat = vat
        entities = self.env["b2b.1c.entity"]
        told = entities._prepare_counterparty(self.connection, partner)
        self.assertEqual(bool(told.official_name), not told.full_name)
        self.assertEqual(bool(told.kpp), bool(told.official_name))
        return bool(told.full_name)

    def test_twelve_digits_are_a_sole_proprietor_in_russia_alone(self):
        for vat, country, is_person in [
            ("500100732259", "ru", True),
            ("500100732259", None, True),
            ("7707083893", "ru", False),
            ("123456789012", "ua", False),
            ("UA123456789012", None, False),
        ]:
            with self.subTest(vat=vat, country=country):
                self.assertIs(self._tell(vat, country), is_person)

    def test_in_kazakhstan_the_fifth_digit_says_it(self):
        for vat, is_person in [
            ("980540000123", False),
            ("980550000123", False),
            ("980560000123", True),
            ("980512300123", True),
        ]:
            with self.subTest(vat=vat):
                self.assertIs(self._tell(vat, "kz"), is_person)

    def test_people_are_people_everywhere(self):
        self.assertTrue(self._tell("1234567890", "ua", is_company=False))

    def test_a_name_is_no_html_in_the_note_to_staff(self):
        self.connection.new_entities = "hold"
        self.dealer.name = "Horns <b>bold</b>"
        self.confirm()
        note = self.dealer.activity_ids.note
        self.assertIn("Horns &lt;b&gt;bold", note)
