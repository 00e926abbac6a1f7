"""What staff see of the exchange, and do about it."""

from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import as_1c_writes, envelope
from .common_import import ImportCase, group, groups

CATEGORY = "product.category"


@tagged("post_install", "-at_install")
class TestStaff(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )

    def _waiting_for(self, needed):
        """Have the group `late` wait until `needed` is bound."""
        importer = self.env.registry["b2b.1c.importer.group"]
        original = importer._import_group

        def wait(self, run, item):
            bindings = self.env["b2b.1c.binding"]
            if item.id == "late" and not bindings._find(
                run.backend, CATEGORY, [needed]
            ):
                bindings._park(run.backend, CATEGORY, needed, "Needed")
                run.wait(item, CATEGORY, needed, "Not yet")
                return
            original(self, run, item)

        return patch.object(importer, "_import_group", wait)

    def _park(self, connection=None):
        bindings = self.env["b2b.1c.binding"]
        connection = connection or self.connection
        bindings._park(connection, CATEGORY, "x", "Group X")
        return bindings.search(
            [("backend_id", "=", connection.id), ("external_id", "=", "x")]
        ).with_user(self.user)

    def test_what_waited_goes_in_when_people_bind_what_it_needs(self):
        with self._waiting_for("x"):
            self.import_xml(groups(group("late", "Late") + group("a", "A")))
            parked = self._park()
            self.assertEqual(parked.waiting_count, 1)
            parked.res_id = self.env[CATEGORY].create({"name": "X"}).id
            taken = self.env["b2b.1c.file"].search([("content", "=", "waiting")])
            self.assertEqual(len(taken), 1)
            self.assertTrue(taken.exchange_id.is_ours)
            jobs = self.env["queue.job"].search([("model_name", "=", "b2b.1c.file")])
            self.assertIn(f"b2b_1c_file_{taken.id}_0", jobs.mapped("identity_key"))
            taken._import()
        self.assertEqual((taken.state, taken.created), ("done", 1))
        self.assertEqual(self.bound(CATEGORY, "late").name, "Late")
        self.assertFalse(self.env["b2b.1c.waiting"].search([]))

    def test_what_comes_to_wait_again_ends_the_job_all_the_same(self):
        with self._waiting_for("y"):
            self.import_xml(groups(group("late", "Late")))
            waiting = self.env["b2b.1c.waiting"].search([])
            waiting.write({"needs_id": "x"})
            self._park().res_id = self.env[CATEGORY].create({"name": "X"}).id
            taken = self.env["b2b.1c.file"].search([("content", "=", "waiting")])
            taken._import()
        self.assertEqual((taken.state, taken.waiting), ("done", 1))
        self.assertEqual(self.env["b2b.1c.waiting"].search([]).needs_id, "y")

    def test_nothing_is_begun_if_nothing_waits(self):
        self._park().res_id = self.env[CATEGORY].create({"name": "X"}).id
        self.assertFalse(self.env["b2b.1c.file"].search([("content", "=", "waiting")]))

    def test_another_connection_takes_up_nothing(self):
        with self._waiting_for("x"):
            self.import_xml(groups(group("late", "Late")))
            other = self._create_connection("other")
            self._park(other).res_id = self.env[CATEGORY].create({"name": "X"}).id
        self.assertFalse(self.env["b2b.1c.file"].search([("content", "=", "waiting")]))

    def test_binding_to_what_is_not_there_is_refused(self):
        parked = self._park()
        with self.assertRaises(ValidationError):
            parked.res_id = 2**31 - 1

    def test_binding_to_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Other"})
        bindings = self.env["b2b.1c.binding"]
        bindings._park(self.connection, "product.pricelist", "p", "Retail")
        parked = bindings.search([("external_id", "=", "p")]).with_user(self.user)
        lists = self.env["product.pricelist"].create(
            [
                {"name": "Theirs", "company_id": company.id},
                {"name": "Everybody's", "company_id": False},
            ]
        )
        with self.assertRaises(ValidationError):
            parked.res_id = lists[0].id
        parked.res_id = lists[1].id
        self.assertEqual(self.bound("product.pricelist", "p"), lists[1])

    def test_bound_anew_the_next_row_counts_as_changed(self):
        self.import_xml(groups(group("a", "A")))
        binding = self.env["b2b.1c.binding"].search(
            [("res_model", "=", CATEGORY), ("external_id", "=", "a")]
        )
        other = self.env[CATEGORY].create({"name": "Chosen"})
        binding.with_user(self.user).res_id = other.id
        self.import_xml(groups(group("a", "A")))
        self.assertEqual(other.name, "A")

    def test_exchange_sums_up_its_files_and_lists_their_problems(self):
        bad = "<Группа><Наименование>x</Наименование></Группа>"
        self.import_xml(groups(group("a", "A") + bad), "one.xml")
        self.import_xml(groups(group("b", "B") + group("a", "A")), "two.xml")
        exchange = self.exchange.with_user(self.user)
        self.assertEqual((exchange.created, exchange.unchanged), (2, 1))
        self.assertEqual(exchange.failed, 1)
        self.assertEqual(exchange.problem_ids.file_id.name, "one.xml")
        found = exchange.search([("problem_ids", "!=", False)])
        self.assertEqual(found, exchange)

    def test_run_again_brings_in_what_failed(self):
        file = self.receive(as_1c_writes(envelope(groups(group("a", "A")))))
        content = file.part_ids.raw
        file.part_ids.raw = content[:-20]
        self.run_import(file)
        self.assertEqual(file.state, "failed")
        file.part_ids.raw = content
        self.exchange.with_user(self.user).action_run_again()
        self.assertEqual((file.state, file.error), ("waiting", False))
        file._import()
        self.assertEqual((file.state, file.created), ("done", 1))
        sales = new_test_user(self.env, "sales", groups="b2b_portal.group_b2b_manager")
        with self.assertRaises(AccessError):
            self.exchange.with_user(sales).action_run_again()

    def test_what_odoo_began_is_no_contact_of_1c(self):
        self.env["b2b.1c.exchange"].search([]).unlink()
        begun = {"is_ours": True, "date_last": "2026-01-01"}
        self.env["b2b.1c.exchange"].create({"backend_id": self.connection.id, **begun})
        self.assertFalse(self.connection.last_contact)
        exchanges = self.env["b2b.1c.exchange"]
        self.assertFalse(exchanges._resume(self.connection, False).is_ours)

    def test_another_company_hides_what_is_to_be_bound(self):
        parked = self._park()
        company = self.env["res.company"].create({"name": "Other"})
        self.user.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        parked.invalidate_recordset()
        with self.assertRaises(AccessError):
            parked.read(["name"])
