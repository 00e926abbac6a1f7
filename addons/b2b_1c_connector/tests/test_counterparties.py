"""The file of counterparties that the separately installed module sends."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from ..models import b2b_1c_file_import
from .common import as_1c_writes, envelope
from .common_import import ImportCase
from .test_settlement import SHIPMENT, document

INN, OTHER_INN = "7701234567", "7707083893"


def party(external_id="c-1", inn=INN, name="Horns", kpp="", deleted="false"):
    number = f"<ИНН>{inn}</ИНН>" if inn else ""
    branch = f"<КПП>{kpp}</КПП>" if kpp else ""
    return (
        f"<Контрагент><Ид>{external_id}</Ид><НомерВерсии>AAAAAQAAAAM=</НомерВерсии>"
        f"<ПометкаУдаления>{deleted}</ПометкаУдаления><Наименование>{name}"
        f"</Наименование><ОфициальноеНаименование>{name} LLC</ОфициальноеНаименование>"
        f"{number}{branch}<ЮридическийАдрес><Представление>Elsewhere</Представление>"
        "</ЮридическийАдрес><Контакты><Контакт><Тип>Почта</Тип>"
        "<Значение>new@example.com</Значение></Контакт></Контакты></Контрагент>"
    )


class CounterpartiesCase(B2bBuilders, ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dealer.vat = INN
        cls.entities = cls.env["b2b.1c.entity"]
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )

    def import_parties(self, *rows):
        body = f"<Контрагенты>{''.join(rows)}</Контрагенты>"
        return self.import_xml(body, "contragents_1_1.xml", version="3.1")

    def assertCounts(self, file, **expected):
        names = ("created", "updated", "unchanged", "skipped", "waiting", "failed")
        found = {name: file[name] for name in names if file[name]}
        self.assertEqual(found, expected)

    def guid(self, partner=None):
        return self.entities._get_guid(self.connection, partner or self.dealer)

    def conflicts(self, kind=None):
        domain = [("kind", "=", kind)] if kind else []
        return self.env["b2b.1c.conflict"].search(domain)

    def solve(self, conflict, choice=None):
        mine = conflict.with_user(self.user)
        if choice:
            mine.choice = choice
        mine.action_solve()


@tagged("post_install", "-at_install")
class TestCounterparties(CounterpartiesCase):
    # -- found by tax number

    def test_a_legal_entity_is_found_by_its_tax_number(self):
        said = self.dealer.read(["name", "email", "street", "vat", "write_date"])
        count = self.env["res.partner"].search_count([])
        file = self.import_parties(party())
        self.assertCounts(file, created=1)
        self.assertEqual(self.bound("res.partner", "c-1"), self.dealer)
        row = self.entities._get(self.connection, self.dealer)
        self.assertEqual((row.state, row.external_id), ("known", "c-1"))
        self.assertEqual(row.name_in_1c, "Horns")
        # what people have typed in stays, and nobody is made of it
        fields = ["name", "email", "street", "vat", "write_date"]
        self.assertEqual(self.dealer.read(fields), said)
        self.assertEqual(self.env["res.partner"].search_count([]), count)

    def test_the_same_again_changes_nothing_and_a_new_name_once(self):
        self.import_parties(party())
        self.assertCounts(self.import_parties(party()), unchanged=1)
        renamed = party(name="Horns 2")
        self.assertCounts(self.import_parties(renamed), updated=1)
        self.assertCounts(self.import_parties(renamed), unchanged=1)
        row = self.entities._get(self.connection, self.dealer)
        self.assertEqual(row.name_in_1c, "Horns 2")

    def test_held_orders_go_as_soon_as_1c_knows_the_legal_entity(self):
        self.connection.write(
            {"new_entities": "hold", "orders_from": Datetime.now().replace(year=2000)}
        )
        rows = self.env["product.template"], self.product.product_tmpl_id
        self.env["b2b.1c.binding"]._bind(
            self.connection, rows[0]._name, [("good-1", rows[1].id, "Filter", False)]
        )
        order = self._create_order()
        order.action_confirm()
        self.assertEqual(order.b2b_1c_order_ids.state, "held")
        self.import_parties(party())
        self.assertEqual(order.b2b_1c_order_ids.state, "waiting")
        self.assertFalse(self.dealer.activity_ids)

    def test_documents_that_waited_for_the_counterparty_go_in(self):
        self.contract.write({"books": "1c", "b2b_1c_backend_id": self.connection.id})
        file = self.import_xml(document(SHIPMENT, 300, party="c-1"))
        self.assertEqual(file.waiting, 1)
        file = self.import_parties(party())
        self.assertCounts(file, created=2)
        self.assertEqual(self.contract.residual, 300)

    def test_those_whose_books_this_1c_keeps_come_first(self):
        self.stranger.vat = INN
        books = {"books": "1c", "b2b_1c_backend_id": self.connection.id}
        self.stranger_contract.write(books)
        self.assertCounts(self.import_parties(party()), created=1)
        self.assertEqual(self.bound("res.partner", "c-1"), self.stranger)

    def test_the_last_row_of_a_repeated_id_counts(self):
        file = self.import_parties(party(name="Old"), party(name="New"))
        self.assertCounts(file, created=1, skipped=1)
        row = self.entities._get(self.connection, self.dealer)
        self.assertEqual(row.name_in_1c, "New")

    # -- not found

    def test_unknown_counterparties_are_told_and_found_later(self):
        rows = party("c-2", OTHER_INN, "Supplier"), party("c-3", "", "Person")
        count = self.env["res.partner"].search_count([])
        for _time in range(2):
            file = self.import_parties(*rows)
            self.assertCounts(file, skipped=2)
            told = file.problem_ids
            self.assertEqual(told.mapped("external_id"), ["c-2", "c-3"])
            self.assertIn(OTHER_INN, told[0].reason)
        self.assertEqual(self.env["res.partner"].search_count([]), count)
        self.assertFalse(self.conflicts())
        self.stranger.vat = OTHER_INN
        self.assertCounts(self.import_parties(*rows), created=1, skipped=1)
        self.assertEqual(self.guid(self.stranger), "c-2")

    def test_unknown_counterparties_leave_room_for_other_reports(self):
        rows = [party(f"u-{n}", str(5000000000 + n)) for n in range(120)]
        file = self.import_parties(*rows)
        self.assertCounts(file, skipped=120)
        self.assertEqual(len(file.problem_ids), 51)
        self.assertIn("70", file.problem_ids[-1].reason)

    def test_a_row_without_an_id_keeps_none_out(self):
        row = party("c-2").replace("<Ид>c-2</Ид>", "")
        file = self.import_parties(row, party())
        self.assertCounts(file, created=1, failed=1)

    def test_legal_entities_of_others_are_not_looked_through(self):
        other = self._create_connection("other")
        self.contract.b2b_1c_backend_id = other
        loose = self._create_entity("Loose", vat=OTHER_INN)
        file = self.import_parties(party(), party("c-2", OTHER_INN))
        self.assertCounts(file, skipped=2)
        self.assertFalse(self.guid() or self.guid(loose))

    def test_a_connection_for_goods_alone_passes_them_over(self):
        self.connection.write({"exchange_orders": False, "exchange_states": False})
        file = self.import_parties(party())
        self.assertCounts(file, skipped=1)
        self.assertFalse(self.guid() or file.problem_ids)

    # -- for people to decide

    def test_two_with_one_number_are_for_people_to_tell_apart(self):
        self.stranger.vat = INN
        for _time in range(2):
            file = self.import_parties(party())
            self.assertCounts(file, skipped=1)
            self.assertTrue(file.problem_ids)
        [conflict] = self.conflicts()
        self.assertEqual(conflict.kind, "tax_number")
        self.assertEqual(conflict._get_records(), self.dealer | self.stranger)
        with self.assertRaises(UserError):
            self.solve(conflict)
        self.solve(conflict, self.stranger)
        self.assertEqual(self.guid(self.stranger), "c-1")
        self.assertFalse(self.guid())
        # 1C's own name comes in place of the chosen one
        self.assertCounts(self.import_parties(party()), updated=1)
        self.assertCounts(self.import_parties(party()), unchanged=1)
        self.assertEqual(conflict.state, "solved")

    def test_told_apart_in_odoo_it_ends_by_itself(self):
        self.stranger.vat = INN
        self.import_parties(party())
        self.stranger.vat = False
        self.assertCounts(self.import_parties(party()), created=1)
        self.assertFalse(self.conflicts())

    def test_another_id_of_one_legal_entity_is_for_people_to_confirm(self):
        self.import_parties(party())
        for _time in range(2):
            file = self.import_parties(party("c-2", name="Horns 2"))
            self.assertCounts(file, skipped=1)
            self.assertTrue(file.problem_ids)
        self.assertEqual(self.guid(), "c-1")
        [conflict] = self.conflicts()
        self.assertEqual((conflict.kind, conflict.choice), ("merged", self.dealer))
        self.solve(conflict)
        self.assertEqual(self.guid(), "c-2")
        self.assertEqual(self.bound("res.partner", "c-1"), self.dealer)
        self.import_parties(party("c-2", name="Horns 2"))
        # the id that is left behind asks nothing
        rows = party(deleted="true"), party("c-2", name="Horns 2")
        self.assertCounts(self.import_parties(*rows), updated=1, unchanged=1)
        self.assertCounts(self.import_parties(*rows), unchanged=2)
        self.assertFalse(self.conflicts() - conflict)

    def test_an_id_that_people_have_bound_by_hand_is_not_replaced(self):
        rows = [("c-0", self.dealer.id, "Horns", False)]
        self.env["b2b.1c.binding"]._bind(self.connection, "res.partner", rows)
        self.import_parties(party())
        self.assertEqual(self.guid(), "c-0")
        self.assertEqual(self.conflicts().kind, "merged")

    def test_left_as_it_is_it_does_not_come_again(self):
        self.import_parties(party())
        self.import_parties(party("c-2"))
        conflict = self.conflicts()
        conflict.with_user(self.user).action_dismiss()
        self.import_parties(party("c-2"))
        self.assertEqual((self.guid(), conflict.state), ("c-1", "solved"))

    # -- branches and duplicates

    def test_a_branch_is_told_by_its_code(self):
        self.dealer.kpp = "770101001"
        file = self.import_parties(
            party("c-1", kpp="770201001"), party("c-2", kpp="770101001"), party("c-3")
        )
        self.assertCounts(file, created=1, skipped=2)
        self.assertEqual(self.guid(), "c-2")
        self.assertEqual(file.problem_ids.mapped("external_id"), ["c-1", "c-3"])
        self.assertFalse(self.conflicts())

    def test_a_branch_is_told_by_its_code_from_those_in_later_batches(self):
        self.dealer.kpp = "770101001"
        own = party("c-1", kpp="770101001")
        with patch.object(b2b_1c_file_import, "BATCH", 1):
            file = self.import_parties(own, party("c-2", name="Branch"))
        self.assertEqual(self.guid(), "c-1")
        self.assertFalse(self.conflicts())
        self.assertCounts(file, created=1, skipped=1)

    def test_several_that_nothing_tells_apart_are_for_people(self):
        rows = party("c-1", kpp="770201001"), party("c-2", kpp="770101001")
        self.assertCounts(self.import_parties(*rows), skipped=2)
        self.assertFalse(self.guid())
        conflicts = self.conflicts()
        self.assertEqual(conflicts.mapped("kind"), ["tax_number"] * 2)
        chosen = conflicts.filtered(lambda one: one.external_id == "c-2")
        self.solve(chosen, self.dealer)
        file = self.import_parties(*rows)
        self.assertCounts(file, updated=1, skipped=1)
        self.assertEqual(self.guid(), "c-2")
        # what is left of the matter ends by itself
        self.assertEqual(self.conflicts(), chosen)

    def test_another_number_in_1c_is_told_and_changes_nothing(self):
        self.import_parties(party())
        file = self.import_parties(party(inn=OTHER_INN))
        self.assertCounts(file, unchanged=1)
        self.assertIn(OTHER_INN, file.problem_ids.reason)
        self.assertEqual((self.dealer.vat, self.guid()), (INN, "c-1"))

    # -- deletion

    def test_a_mark_of_deletion_archives_nobody_and_asks_people(self):
        self.import_parties(party())
        deleted = party(deleted="true")
        file = self.import_parties(deleted)
        self.assertCounts(file, updated=1)
        self.assertTrue(file.problem_ids)
        self.assertTrue(self.dealer.active and self.contract.active)
        self.assertEqual(self.guid(), "c-1")
        [conflict] = self.conflicts("deleted")
        self.assertEqual(conflict._get_records(), self.dealer)
        self.solve(conflict)
        self.assertCounts(self.import_parties(deleted), unchanged=1)
        self.assertEqual(conflict.state, "solved")

    def test_without_the_mark_the_matter_has_ended(self):
        self.import_parties(party())
        self.import_parties(party(deleted="true"))
        self.assertCounts(self.import_parties(party()), updated=1)
        self.assertFalse(self.conflicts())

    def test_deleted_before_they_were_seen_are_passed_over(self):
        file = self.import_parties(party(deleted="true"))
        self.assertCounts(file, skipped=1)
        self.assertFalse(self.guid() or self.conflicts())

    def test_a_merged_duplicate_is_one_matter(self):
        self.import_parties(party())
        rows = party(deleted="true"), party("c-2")
        self.assertCounts(self.import_parties(*rows), updated=1, skipped=1)
        self.assertEqual(self.conflicts().kind, "merged")

    def test_a_deletion_is_no_matter_once_another_one_stands_for_it(self):
        self.import_parties(party())
        self.import_parties(party(deleted="true"))
        self.assertEqual(self.conflicts().kind, "deleted")
        self.import_parties(party("c-2"))
        self.assertEqual(self.conflicts().kind, "merged")

    # -- many

    def test_queries_do_not_grow_with_the_rows(self):
        def count(first, number):
            numbers = range(first, first + number)
            partners = self.env["res.partner"].create(
                [
                    {"name": f"Dealer {n}", "is_company": True, "vat": f"{n}"}
                    for n in numbers
                ]
            )
            self.env["b2b.contract"].create(
                [
                    {"name": f"D-{one.vat}", "legal_entity_id": one.id}
                    for one in partners
                ]
            )
            rows = "".join(
                party(f"g-{n}", n) + party(f"s-{n}", n + 10**9) for n in numbers
            )
            body = f"<Контрагенты>{rows}</Контрагенты>"
            queries = []
            for outcome in ("created", "unchanged"):
                file = self.receive(as_1c_writes(envelope(body)), "contragents.xml")
                file._schedule()
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                file._import()
                self.env.flush_all()
                queries.append(self.env.cr.sql_log_count - before)
                counts = {outcome: number, "skipped": number}
                self.assertCounts(file, **counts)
            return queries

        few = count(5100000000, 5)
        many = count(5200000000, 1000)
        # four batches of 500, and inserts by the hundred
        for less, more in zip(few, many, strict=True):
            self.assertLess(more, 5 * less + 100)
