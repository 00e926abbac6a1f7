from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.b2b_portal.tests.parallel import ParallelCase
from odoo.addons.queue_job.exception import RetryableJobError

from ..models import b2b_1c_file_import
from .common import as_1c_writes, envelope
from .common_import import ImportCase, group, groups

CATEGORY = "product.category"
IMPORTER = "odoo.addons.b2b_1c_connector.importers.importer"


@tagged("post_install", "-at_install")
class TestImport(ImportCase):
    def _import_groups(self, *names):
        return self.import_xml(groups("".join(group(n, n.title()) for n in names)))

    @contextmanager
    def _small_slices(self, batch=2):
        module = b2b_1c_file_import
        with patch.object(module, "BATCH", batch), patch.object(module, "SLICE", -1):
            yield

    # -- what becomes of rows

    def test_tree_of_groups_becomes_categories_of_backend_and_shop(self):
        self.import_xml(
            groups(group("a", "Tools", f"<Группы>{group('b', 'Saws')}</Группы>"))
        )
        for res_model in (CATEGORY, "product.public.category"):
            saws = self.bound(res_model, "b")
            self.assertEqual(saws.name, "Saws")
            self.assertEqual(saws.parent_id, self.bound(res_model, "a"))
            self.assertEqual(saws.parent_id.name, "Tools")

    def test_the_same_file_again_changes_nothing(self):
        first = self._import_groups("a", "b")
        self.assertEqual((first.created, first.unchanged), (2, 0))
        categories = self.env[CATEGORY].search_count([])
        again = self._import_groups("a", "b")
        self.assertEqual((again.created, again.updated, again.unchanged), (0, 0, 2))
        self.assertEqual(self.env[CATEGORY].search_count([]), categories)

    def test_renamed_and_moved_groups_stay_the_same_records(self):
        self._import_groups("a", "b")
        moved = self.bound(CATEGORY, "b")
        self.import_xml(
            groups(group("a", "A", f"<Группы>{group('b', 'New')}</Группы>"))
        )
        self.assertEqual(moved, self.bound(CATEGORY, "b"))
        self.assertEqual(moved.name, "New")
        self.assertEqual(moved.parent_id, self.bound(CATEGORY, "a"))

    def test_what_was_deleted_in_odoo_comes_anew(self):
        self._import_groups("a")
        self.bound(CATEGORY, "a").unlink()
        self._import_groups("a")
        self.assertEqual(self.bound(CATEGORY, "a").name, "A")

    def test_connections_do_not_share_what_they_bind(self):
        self._import_groups("a")
        other = self._create_connection("other")
        exchange, _token = self.env["b2b.1c.exchange"]._begin(other, "catalog")
        content = as_1c_writes(envelope(groups(group("a", "Theirs"))))
        self.run_import(self.receive(content, exchange=exchange))
        self.assertEqual(self.bound(CATEGORY, "a").name, "A")

    # -- rows that fail

    def test_a_row_that_cannot_be_read_is_reported_with_its_place(self):
        file = self.import_xml(
            groups(group("a", "A") + "<Группа><Наименование>x</Наименование></Группа>")
        )
        self.assertEqual((file.created, file.failed), (1, 1))
        self.assertEqual(file.problem_ids.row, "Группа")
        self.assertTrue(file.problem_ids.line)
        self.assertTrue(self.bound(CATEGORY, "a"))

    @contextmanager
    def _refusing(self, error):
        importer = self.env.registry["b2b.1c.importer.group"]
        original = importer._import_group

        def refuse(self, run, item):
            original(self, run, item)
            if item.id == "bad":
                raise error

        with patch.object(importer, "_import_group", refuse):
            yield

    def test_one_bad_row_keeps_no_other_out(self):
        names = ["a", "b", "bad", "c", "d"]
        with self._refusing(UserError("No room")):
            file = self._import_groups(*names)
        self.assertEqual((file.created, file.failed), (4, 1))
        self.assertEqual(file.problem_ids.external_id, "bad")
        self.assertEqual(file.problem_ids.reason, "No room")
        for name in names:
            self.assertEqual(bool(self.bound(CATEGORY, name)), name != "bad")

    def test_a_fault_of_ours_in_a_row_is_logged_and_reported(self):
        with self._refusing(KeyError("x")), self.assertLogs(IMPORTER, "ERROR"):
            file = self._import_groups("a", "bad")
        self.assertEqual((file.created, file.failed), (1, 1))
        self.assertNotIn("x", file.problem_ids.reason.split())

    def test_what_is_not_known_is_told_whatever_slice_it_is_in(self):
        odd = "<Новинка>1</Новинка>"
        names = [group(f"g-{n}", f"Group {n}", odd) for n in range(4)]
        with self._small_slices():
            file = self.import_xml(groups("".join(names) + "<Чужой/>"))
        self.assertEqual(file.unknown, "Группа/Новинка: 4\nГруппы/Чужой: 1")
        file = self.import_xml(groups(group("g-1", "Group 1")))
        self.assertFalse(file.unknown)

    def test_nothing_of_a_broken_file_goes_in(self):
        content = as_1c_writes(envelope(groups(group("a", "A"))))
        file = self.run_import(self.receive(content[:-20]))
        self.assertEqual(file.state, "failed")
        self.assertFalse(self.bound(CATEGORY, "a"))

    # -- slices

    def test_a_file_goes_in_slice_by_slice(self):
        body = groups("".join(group(n, n) for n in "abcde"))
        file = self.receive(as_1c_writes(envelope(body)))
        with self._small_slices():
            file._schedule()
            file._import()
            self.assertEqual((file.state, file.position), ("waiting", 1))
            file._import()
            self.assertEqual((file.state, file.position), ("waiting", 3))
            self.assertFalse(self.bound(CATEGORY, "c"))
            self.run_import_on(file)
        self.assertEqual((file.state, file.created), ("done", 5))
        jobs = self.env["queue.job"].search([("model_name", "=", "b2b.1c.file")])
        self.assertEqual(len(set(jobs.mapped("identity_key"))), len(jobs))

    def run_import_on(self, file):
        while file.state == "waiting":
            file._import()

    def test_sections_are_known_to_later_slices(self):
        seen = []
        importer = self.env.registry["b2b.1c.importer.group"]

        def note(self, run, item):
            seen.append(run.classifier.id)

        body = groups("".join(group(n, n) for n in "abc"))
        with self._small_slices(), patch.object(importer, "_import_group", note):
            self.run_import(self.receive(as_1c_writes(envelope(body))))
        self.assertEqual(seen, ["cls-1"] * 3)

    # -- what waits

    def _wait_for(self, needed):
        importer = self.env.registry["b2b.1c.importer.group"]
        original = importer._import_group

        def wait(self, run, item):
            bindings = self.env["b2b.1c.binding"]
            if item.id == "late" and not bindings._find(
                run.backend, CATEGORY, [needed]
            ):
                run.wait(item, CATEGORY, needed, "Not yet")
                return
            original(self, run, item)

        return patch.object(importer, "_import_group", wait)

    def test_a_row_waits_for_what_it_needs(self):
        with self._wait_for("a"):
            file = self._import_groups("late")
            self.assertEqual((file.created, file.waiting), (0, 1))
            self.assertTrue(file.problem_ids.waits)
            self._import_groups("late")
            self._import_groups("b")
            self.assertFalse(self.bound(CATEGORY, "late"))
            waiting = self.env["b2b.1c.waiting"].search([])
            self.assertEqual(len(waiting), 1)
            # in words, as far as they are known
            self.assertEqual(waiting.row_name, "Late")
            self.assertEqual(waiting.needs_name, "Group: a")
            self.env["b2b.1c.binding"]._park(self.connection, CATEGORY, "a", "Pumps")
            waiting.invalidate_recordset()
            self.assertEqual(waiting.needs_name, "Group: Pumps")
            self._import_groups("a")
        self.assertEqual(self.bound(CATEGORY, "late").name, "Late")
        self.assertFalse(self.env["b2b.1c.waiting"].search([]))

    def test_thousands_of_rows_wait_at_the_cost_of_a_few_queries(self):
        def wait(self, run, items):
            for item in items:
                run.wait(item, CATEGORY, "later", "Not yet")

        def count(names):
            file = self.receive(
                as_1c_writes(envelope(groups("".join(group(n, n) for n in names))))
            )
            file._schedule()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            file._import()
            self.env.flush_all()
            self.assertEqual(file.waiting, len(names))
            return self.env.cr.sql_log_count - before

        importer = self.env.registry["b2b.1c.importer.group"]
        with patch.object(importer, "_import_batch", wait):
            few = count([f"a{number}" for number in range(2)])
            many = count([f"b{number}" for number in range(80)])
            again = count([f"b{number}" for number in range(80)])
        self.assertLessEqual(many, few + 2)
        self.assertLessEqual(again, few + 4)
        self.assertEqual(self.env["b2b.1c.waiting"].search_count([]), 82)

    def test_what_waits_for_ever_ends_no_import(self):
        bindings = self.env["b2b.1c.binding"]
        rows = [("gone", 2**31 - 1, "Gone", False)]
        bindings._bind(self.connection, CATEGORY, rows)
        with self._wait_for("gone"):
            self._import_groups("late")
            self._import_groups("a")
        self.assertEqual(self.env["b2b.1c.waiting"].search_count([]), 1)

    # -- bindings

    def test_people_bind_what_is_parked(self):
        bindings = self.env["b2b.1c.binding"]
        bindings._park(self.connection, CATEGORY, "x", "Group X")
        bindings._park(self.connection, CATEGORY, "x", "Group X")
        parked = bindings.search([("external_id", "=", "x")])
        self.assertFalse(parked.record)
        user = new_test_user(
            self.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        category = self.env[CATEGORY].create({"name": "X"})
        parked.with_user(user).record = category
        self.assertEqual(self.bound(CATEGORY, "x"), category)
        bindings._park(self.connection, CATEGORY, "x", "Group X")
        self.assertEqual(self.bound(CATEGORY, "x"), category)

    def test_only_administrators_read_bindings_and_problems(self):
        user = new_test_user(self.env, "sales", groups="sales_team.group_sale_manager")
        for name in ("binding", "problem", "waiting"):
            with self.assertRaises(AccessError):
                self.env[f"b2b.1c.{name}"].with_user(user).search([])


@tagged("post_install", "-at_install")
class TestTurns(ParallelCase):
    def setUp(self):
        super().setUp()
        with self._connection() as env:
            values = {"name": "Race", "key": "race"}
            connection = env["b2b.1c.backend"].create(values)
            user = connection.user_id
            self.made += [("res.partner", user.partner_id.ids), ("res.users", user.ids)]
            self.made.append((connection._name, connection.ids))
            self.connection = connection.id

    def _take(self, env):
        env["b2b.1c.turn"]._take(env["b2b.1c.backend"].browse(self.connection))

    def test_who_finds_another_import_leaves_at_once(self):
        with self._connection() as first, self._connection() as second:
            self._take(first)
            with self.assertRaises(RetryableJobError) as caught:
                self._take(second)
            self.assertTrue(caught.exception.ignore_retry)

    def test_who_began_before_the_other_ended_is_run_again(self):
        with self._connection() as late:
            late["b2b.1c.backend"].search_count([])
            with self._connection() as early:
                self._take(early)
            with self.assertRaises(SerializationFailure):
                self._take(late)
            late.cr.rollback()
            self._take(late)
