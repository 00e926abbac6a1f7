from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.queue_job.exception import RetryableJobError

from ..models import b2b_1c_file_import
from .common import as_1c_writes, envelope, package
from .common_import import ImportCase, group, groups

INCIDENT = "b2b_1c_connector.activity_type_incident"
IMPORT = "odoo.addons.b2b_1c_connector.models.b2b_1c_file_import"


@tagged("post_install", "-at_install")
class TestWatch(ImportCase):
    """What has gone wrong is told, though the next file goes in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups_of = "b2b_portal.group_b2b_administrator"
        cls.user = new_test_user(cls.env, "b2b_adm", groups=groups_of)
        cls.connection.responsible_id = cls.user
        cls.connection.watched_until = Datetime.now() - timedelta(minutes=5)

    def _watch(self):
        """Look a moment later than what has happened in this transaction."""
        now = Datetime.now() + timedelta(minutes=6)
        with patch.object(Datetime, "now", return_value=now):
            self.connection._watch()
        return self.connection.activity_search([INCIDENT])

    def _fail(self):
        content = as_1c_writes(envelope(groups(group("a", "A"))))
        return self.run_import(self.receive(content[:-20], "import0_2.xml"))

    def test_portion_that_failed_is_told_though_the_next_one_went_in(self):
        self._fail()
        self.import_xml(groups(group("a", "A")), "import0_3.xml")
        goods = self.connection.flow_ids.filtered(lambda flow: flow.kind == "goods")
        self.assertEqual(goods.state, "ok")
        activity = self._watch()
        self.assertEqual(activity.user_id, self.user)
        self.assertIn("import0_2.xml", activity.note)

    def test_nothing_is_told_where_nothing_went_wrong(self):
        self.import_xml(groups(group("a", "A")))
        self.assertFalse(self._watch())

    def test_rows_that_failed_are_told(self):
        offer = "<Предложение><Ид>g-1</Ид><Количество>x</Количество></Предложение>"
        self.import_xml(package(offer), "offers.xml")
        self.assertIn("offers.xml", self._watch().note)

    def test_refused_calls_are_told(self):
        self.exchange._answer({"type": "catalog", "mode": "nonsense"}, b"")
        self.assertIn("nonsense", self._watch().note)

    def test_what_people_must_bind_is_told(self):
        self.env["b2b.1c.binding"]._park(
            self.connection, "stock.warehouse", "w-1", "Дальний склад"
        )
        self.assertIn("Дальний склад", self._watch().note)

    def test_told_once_and_added_to_what_is_not_done(self):
        self._fail()
        activity = self._watch()
        self.connection.watched_until = Datetime.now() + timedelta(minutes=2)
        self.assertEqual(self._watch(), activity)
        self.assertEqual(activity.note.count("import0_2.xml"), 1)
        # rows are as old as their transaction
        self.connection.watched_until = self.env.cr.now() - timedelta(seconds=2)
        self.exchange._answer({"type": "catalog", "mode": "nonsense"}, b"")
        self.assertIn("nonsense", self._watch().note)
        self.assertIn("import0_2.xml", activity.note)

    def test_another_administrator_is_told_if_who_is_responsible_has_left(self):
        self.user.active = False
        other = new_test_user(
            self.env, "b2b_adm2", groups="b2b_portal.group_b2b_administrator"
        )
        administrators = self.env.ref("b2b_portal.group_b2b_administrator")
        administrators.user_ids -= administrators.user_ids - other
        self._fail()
        self.assertEqual(self._watch().user_id, other)

    def test_refused_login_is_kept_once_a_minute(self):
        self.connection._note_refused_login("192.0.2.1")
        self.connection._note_refused_login("192.0.2.2")
        self.assertEqual(self.connection.refused_from, "192.0.2.1")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE b2b_1c_refusal SET create_date = create_date - interval '2 min'"
        )
        self.env.invalidate_all()
        self.connection._note_refused_login("192.0.2.3")
        self.assertEqual(self.connection.refused_from, "192.0.2.3")


@tagged("post_install", "-at_install")
class TestOrderOfFiles(ImportCase):
    def test_later_file_gives_way_to_an_earlier_one(self):
        first = self.receive(as_1c_writes(envelope(groups(group("a", "Old")))))
        second = self.receive(
            as_1c_writes(envelope(groups(group("a", "New")))), "b.xml"
        )
        (first | second)._schedule()
        with self.assertRaises(RetryableJobError):
            second._import()
        first._import()
        second._import()
        self.assertEqual(second.state, "done")
        self.assertEqual(self.bound("product.category", "a").name, "New")

    def test_who_waits_for_an_earlier_file_is_not_given_up(self):
        first = self.receive(as_1c_writes(envelope(groups(group("a", "A")))))
        second = self.receive(as_1c_writes(envelope(groups(group("b", "B")))), "b.xml")
        (first | second)._schedule()
        # its job is at work
        first.date_waiting = Datetime.now()
        cron = self.env.ref("b2b_1c_connector.ir_cron_1c_take_up")
        with self.enter_registry_test_mode():
            for _time in range(b2b_1c_file_import.TRIES + 2):
                second.date_waiting = Datetime.now() - timedelta(hours=1)
                cron.method_direct_trigger()
        self.assertEqual((second.state, second.taken_up), ("waiting", 0))

    def test_files_of_another_connection_do_not_wait(self):
        content = as_1c_writes(envelope(groups(group("a", "A"))))
        self.receive(content)._schedule()
        other = self._create_connection("other")
        exchange, _token = self.env["b2b.1c.exchange"]._begin(other, "catalog")
        file = self.receive(content, exchange=exchange)
        self.run_import(file)
        self.assertEqual(file.state, "done")

    @mute_logger(IMPORT)
    def test_what_ends_odoo_each_time_is_given_up(self):
        file = self.receive(as_1c_writes(envelope(groups(group("a", "A")))))
        file._schedule()
        cron = self.env.ref("b2b_1c_connector.ir_cron_1c_take_up")
        with (
            self.enter_registry_test_mode(),
            # as if the process ended there: nothing is written
            patch.object(type(file), "_import", autospec=True) as imported,
        ):
            for _time in range(b2b_1c_file_import.TRIES + 1):
                self.assertEqual(file.state, "waiting")
                file.date_waiting = Datetime.now() - timedelta(hours=1)
                cron.method_direct_trigger()
        self.assertEqual(imported.call_count, b2b_1c_file_import.TRIES)
        self.assertEqual(file.state, "failed")
        file._schedule()
        self.assertEqual((file.state, file.taken_up), ("waiting", 0))
