"""Whose a call is: clients without cookie, and what is sent once more in a session of
its own."""

from datetime import timedelta

from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from ..models.b2b_1c_exchange import SILENCE
from .common import as_1c_writes, catalog, envelope
from .common_1c import Builders1c
from .common_properties import good
from .test_exchange import GOODS, Client
from .test_exchange_uploads import pack


class CookielessClient(Client):
    """What comes through a proxy that drops cookies: it logs in with each call."""

    def log_in(self, kind="catalog", **words):
        lines = super().log_in(kind, **words)
        self.cookie = None
        return lines

    def send(self, content, name="import.xml", **words):
        return self.text("catalog", "file", content, filename=name, **words)


@tagged("post_install", "-at_install")
class TestCookielessClients(Builders1c, HttpCase):
    def _client(self, agent=Client.agent, connection=None):
        connection = connection or self.connection
        if connection == self.connection:
            password = self.password
        else:
            password = connection._make_password()
        words = connection.key, connection.login, password
        client = CookielessClient(self, *words)
        client.agent = agent
        return client

    def _get_sizes(self):
        """The sizes of the files that are there, by session."""
        files = self.env["b2b.1c.file"].search([("state", "!=", "dropped")])
        grouped = files.grouped("exchange_id")
        return [grouped[key].mapped("size") for key in sorted(grouped, key=int)]

    def test_two_bases_each_have_their_own(self):
        other = self._create_connection("other")
        clients = [self._client(), self._client(connection=other)]
        for client in clients:
            client.log_in()
        for client in clients:
            client.text("catalog", "init")
        for number, client in enumerate(clients, 1):
            self.assertEqual(client.send(b"x" * number), "success")
        for number, client in enumerate(clients, 1):
            self.assertEqual(client.send(b"y" * number * 10), "success")
        self.assertEqual(self._get_sizes(), [[11], [22]])
        files = self.env["b2b.1c.file"].search([], order="id")
        self.assertEqual(files.mapped("backend_id"), self.connection | other)

    def test_two_sessions_of_one_base_that_name_themselves(self):
        """УТ 11 and newer modules can repeat the fourth line of the login."""
        clients = [self._client(), self._client()]
        named = [client.log_in()[3].partition("=")[2] for client in clients]
        for client, sessid in zip(clients, named, strict=True):
            client.text("catalog", "init", sessid=sessid)
        for number, (client, sessid) in enumerate(zip(clients, named, strict=True), 1):
            client.send(b"x" * number, sessid=sessid)
        clients[1].text("catalog", "init", sessid=named[1])
        clients[0].send(b"x", sessid=named[0])
        self.assertEqual(self._get_sizes(), [[2]])

    def test_two_sessions_of_one_base_from_two_machines(self):
        clients = [self._client("1C+Enterprise/8.2"), self._client()]
        for client in clients:
            client.log_in()
            client.text("catalog", "init")
        for number, client in enumerate(clients, 1):
            client.send(b"x" * number)
        # the second begins anew: nothing of the first is thrown away
        clients[1].text("catalog", "init")
        clients[0].send(b"x")
        self.assertEqual(self._get_sizes(), [[2]])

    def test_who_never_logged_in_begins_a_session_of_its_own(self):
        first, second = self._client("1C+Enterprise/8.2"), self._client()
        first.log_in()
        first.text("catalog", "init")
        first.send(b"x")
        second.text("catalog", "init")
        second.send(b"xxx")
        first.send(b"x")
        self.assertEqual(self._get_sizes(), [[2], [3]])

    def test_goods_and_orders_are_sessions_of_their_own(self):
        client = self._client()
        client.log_in("catalog")
        client.send(b"x")
        client.log_in("sale")
        client.text("sale", "init")
        client.text("sale", "file", b"xx", filename="orders.xml")
        client.send(b"x")
        self.assertEqual(self._get_sizes(), [[2], [2]])
        kinds = self.env["b2b.1c.exchange"].search([]).mapped("kind")
        self.assertEqual(set(kinds), {"catalog", "sale"})

    def test_who_moves_to_another_address_goes_on(self):
        client = self._client("1C+Enterprise/8.2")
        client.log_in()
        client.send(b"x")
        self._client("1C+Enterprise/8.3").send(b"x")
        self.assertEqual(self._get_sizes(), [[2]])

    def test_sessid_leads_to_no_session_of_others(self):
        other = self._create_connection("other")
        foreign = self._client(connection=other)
        sessid = foreign.log_in()[3].partition("=")[2]
        client = self._client()
        client.log_in()
        for named in (sessid, "0", "-1", "x", "1" * 30, "٣"):
            client.send(b"x", sessid=named)
        [file] = self.env["b2b.1c.file"].search([])
        self.assertEqual((file.backend_id, file.size), (self.connection, 6))


@tagged("post_install", "-at_install")
class TestSentOnceMore(Builders1c, HttpCase):
    """1C was interrupted, and begins anew with another session: what it sent before
    must not come over what it has sent since."""

    def setUp(self):
        super().setUp()
        self.client = Client(self, "test", "1c-test", self.password)

    def _send(self, content, name="import.xml"):
        """A session that sends a file; it ends there."""
        self.client.log_in()
        self.client.text("catalog", "init")
        self.client.text("catalog", "file", content, filename=name)
        return self.env["b2b.1c.file"].search([], order="id desc", limit=1)

    def _import(self, name="import.xml"):
        self.client.text("catalog", "import", filename=name)
        self._work()
        reply = self.client.text("catalog", "import", filename=name)
        self.assertEqual(reply, "success")

    def _work(self):
        """All jobs, in their order."""
        files = self.env["b2b.1c.file"]
        while waiting := files.search([("state", "=", "waiting")], limit=1):
            waiting._import()

    def _wait(self):
        """Let the timer go off when all sessions have been silent for long."""
        exchanges = self.env["b2b.1c.exchange"].search([])
        exchanges.date_last = Datetime.now() - SILENCE - timedelta(minutes=1)
        cron = self.env.ref("b2b_1c_connector.ir_cron_1c_take_up")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self._work()

    def _named(self, name):
        """Goods g-1 that are called so."""
        return as_1c_writes(envelope(catalog(good("", "g-1", name))))

    def _product(self):
        binding = self.env["b2b.1c.binding"].search([("external_id", "=", "g-1")])
        return binding.record

    def test_half_a_file_is_replaced_by_the_whole_one(self):
        half = self._send(GOODS[:100])
        self._send(GOODS)
        self._import()
        self._wait()
        self.assertEqual((half.state, len(half.part_ids)), ("dropped", 0))
        self.assertEqual(half.exchange_id.state, "done")
        flows = self.connection.flow_ids
        self.assertFalse([error for error in flows.mapped("error") if error])

    def test_older_file_does_not_come_over_the_newer_one(self):
        old = self._send(self._named("Old"))
        self._send(self._named("New"))
        self._import()
        self.assertEqual(self._product().name, "New")
        self._wait()
        self.assertEqual(self._product().name, "New")
        self.assertEqual(old.state, "dropped")

    def test_older_archive_does_not_come_over_the_newer_one(self):
        old = self._send(pack(**{"import.xml": self._named("Old")}), "v8_1.zip")
        self._send(pack(**{"import.xml": self._named("New")}), "v8_2.zip")
        self.client.text("catalog", "import", filename="import.xml")
        self._work()
        self._import()
        self._wait()
        self._wait()
        self.assertEqual(self._product().name, "New")
        self.assertEqual(old.state, "dropped")

    def test_who_never_asks_for_imports_has_all_go_in(self):
        """As УТ 11 may be set: files of the same name hold other changes then."""
        first = self._send(self._named("First"))
        second = self._send(GOODS.replace(b"g-1", b"g-2"))
        self._wait()
        self.assertEqual((first | second).mapped("state"), ["done", "done"])
        self.assertEqual(self._product().name, "First")

    def test_files_of_other_names_and_connections_are_not_replaced(self):
        file = self._send(self._named("Mine"), "import0_1.xml")
        other = self._create_connection("other")
        self._send(GOODS, "import0_2.xml")
        self._import("import0_2.xml")
        self.client = Client(self, "other", other.login, other._make_password())
        self._send(GOODS, "import0_1.xml")
        self._import("import0_1.xml")
        self._wait()
        self.assertEqual(file.state, "done")

    def test_half_a_file_that_never_came_again_is_told(self):
        half = self._send(GOODS[:100])
        self._wait()
        self.assertEqual(half.state, "failed")
        self.assertTrue(half.error)
