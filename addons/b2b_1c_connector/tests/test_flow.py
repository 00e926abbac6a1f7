"""How it stands with each kind of information, and who is told."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged

from .common import as_1c_writes, envelope, package
from .common_import import group, groups
from .test_settlement import SHIPMENT, SettlementCase, document

TYPE = "b2b_1c_connector.activity_type_exchange"


@tagged("post_install", "-at_install")
class TestFlow(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        cls.connection.responsible_id = cls.user
        for name in ("goods", "stock", "orders", "documents"):
            cls.connection[f"interval_{name}"] = "60"
        # expected from now on
        cls.connection.password_date = Datetime.now()

    def flow(self, kind, connection=None):
        flows = (connection or self.connection).flow_ids
        flows.invalidate_recordset()
        return flows.filtered(lambda flow: flow.kind == kind)

    def _age(self, kind, **ago):
        moment = Datetime.now() - timedelta(**ago)
        self.flow(kind).write({"last_success": moment})

    def _fail(self):
        content = as_1c_writes(envelope(groups(group("a", "A"))))
        file = self.receive(content[:-20])
        self.run_import(file)
        return file

    def test_files_tell_of_what_they_bring(self):
        self.assertEqual(self.flow("goods").state, "new")
        self.import_xml(groups(group("a", "A")))
        self.assertEqual(self.flow("goods").state, "ok")
        self.assertTrue(self.flow("goods").last_data)
        self.assertFalse(self.flow("prices").last_success)
        self.import_xml(package(""), "offers.xml")
        self.assertEqual(self.flow("prices").state, "ok")
        self.assertEqual(self.flow("stock").state, "ok")
        self.assertFalse(self.flow("documents").last_success)
        self.import_xml(document(SHIPMENT, 300))
        self.assertEqual(self.flow("documents").state, "ok")

    def test_failure_stays_until_it_goes_well(self):
        file = self._fail()
        flow = self.flow("goods")
        self.assertEqual(flow.state, "failed")
        self.assertIn(file.name, flow.error)
        self.assertEqual(self.connection.health, "failed")
        other = self._create_connection("other")
        self.assertEqual(self.flow("goods", other).state, "new")
        self.import_xml(groups(group("a", "A")))
        self.assertEqual(self.flow("goods").state, "ok")

    def test_late_is_twice_as_long_as_expected(self):
        self._age("stock", minutes=115)
        self.assertEqual(self.flow("stock").state, "ok")
        self.assertEqual(self.flow("stock").lag, 115)
        self._age("stock", minutes=125)
        self.assertEqual(self.flow("stock").state, "late")
        self.connection.interval_stock = "1440"
        self.assertEqual(self.flow("stock").state, "ok")
        self.connection.interval_stock = "0"
        self._age("stock", days=100)
        self.assertEqual(self.flow("stock").state, "ok")
        self.connection.exchange_stock = False
        self.assertEqual(self.flow("stock").state, "off")

    def test_who_never_called_is_late_from_the_password_on(self):
        self.connection.password_date = Datetime.now() - timedelta(hours=3)
        self.assertEqual(self.flow("goods").state, "late")

    def test_orders_have_arrived_when_1c_says_so(self):
        exchange, _token = self.env["b2b.1c.exchange"]._begin(self.connection, "sale")
        exchange._answer({"type": "sale", "mode": "query"}, b"")
        self.assertTrue(self.flow("orders_out").last_success)

    def test_a_session_without_files_had_nothing_to_say(self):
        self._age("stock", hours=3)
        exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        exchange._answer({"type": "catalog", "mode": "init"}, b"")
        exchange.date_last = Datetime.now() - timedelta(minutes=4)
        self.env["b2b.1c.backend"]._cron_watch()
        self.assertEqual(self.flow("stock").state, "ok")

    # -- who is told

    def test_one_activity_however_often_it_is_looked(self):
        self._fail()
        self.connection._watch()
        activity = self.connection.activity_search([TYPE])
        self.assertEqual(activity.user_id, self.user)
        self.assertIn("import.xml", activity.note)
        self.connection._watch()
        self.assertEqual(self.connection.activity_search([TYPE]), activity)
        activity.action_feedback()
        self.connection._watch()
        self.assertFalse(self.connection.activity_search([TYPE]))
        self._age("stock", hours=3)
        self.flow("stock").error = False
        self.connection._watch()
        self.assertTrue(self.connection.activity_search([TYPE]))

    def test_activity_is_closed_when_all_works_again(self):
        self._fail()
        self.connection._watch()
        self.import_xml(groups(group("a", "A")))
        self.import_xml(package(""), "offers.xml")
        self.connection._watch()
        self.assertFalse(self.connection.activity_search([TYPE]))
        self._fail()
        self.connection._watch()
        self.assertTrue(self.connection.activity_search([TYPE]))

    def test_who_may_not_see_connections_is_told_nothing(self):
        self.connection.responsible_id = self.staff_user
        self._fail()
        self.connection._watch()
        activity = self.connection.activity_search([TYPE])
        self.assertNotEqual(activity.user_id, self.staff_user)
        may = "b2b_portal.group_b2b_administrator"
        self.assertTrue(activity.user_id.has_group(may), "somebody else is told")

    def test_only_administrators_see_how_it_stands(self):
        flow = self.flow("goods")
        self.assertTrue(flow.with_user(self.user).read(["state"]))
        with self.assertRaises(AccessError):
            flow.with_user(self.staff_user).read(["state"])

    # -- stale figures

    def test_books_are_stale_until_1c_has_told_and_when_it_is_late(self):
        self.assertTrue(self.contract._has_stale_books())
        self.assertFalse(self.entity_contract._has_stale_books())
        self.import_xml(document(SHIPMENT, 300))
        self.assertFalse(self.contract._has_stale_books())
        self.assertTrue(self.contract._get_books_time())
        self._age("documents", hours=3)
        self.assertTrue(self.contract._has_stale_books())

    def test_the_dealer_is_told_how_old_the_figures_are(self):
        contracts = self.env["b2b.contract"].with_user(self.dealer_user)
        if not hasattr(contracts, "_get_credit_rows"):
            return
        self.import_xml(document(SHIPMENT, 300))
        rows = {row["contract_id"]: row for row in contracts._get_credit_rows()}
        self.assertTrue(rows[self.contract.id]["as_of"])
        self.assertNotIn("as_of", rows[self.entity_contract.id])
        self.assertEqual(rows[self.contract.id]["debt"], 300)
