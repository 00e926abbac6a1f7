import io
import time
import zipfile
from base64 import b64encode
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

import requests
from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME
from odoo.tools import config, mute_logger

from ..controllers import dispatcher
from ..models import b2b_1c_file, b2b_1c_protocol
from .common import as_1c_writes, catalog, envelope
from .common_1c import Builders1c

GOODS = as_1c_writes(envelope(catalog("<Товар><Ид>g-1</Ид></Товар>")))


class Client:
    """Talks as 1C does: it takes the cookie from the body, and is never redirected."""

    agent = "1C+Enterprise/8.3"

    def __init__(self, case, key, login, password, basic_always=True):
        self.case = case
        self.key = key
        self.basic = "Basic " + b64encode(f"{login}:{password}".encode()).decode()
        self.basic_always = basic_always
        self.cookie = None

    def call(self, kind, mode, body=None, post=None, login=None, **words):
        query = "".join(f"&{name}={value}" for name, value in words.items())
        url = f"{self.case.base_url()}/b2b/1c/{self.key}?type={kind}&mode={mode}{query}"
        headers = {"User-Agent": self.agent}
        if login or (login is None and (self.basic_always or mode == "checkauth")):
            headers["Authorization"] = self.basic
        if body is not None or post:
            # what 1C says of the content means nothing
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.case.env.flush_all()
        self.case.env.clear()
        with self.case.allow_requests():
            # by which the server knows requests of a test
            ours = f"{TEST_CURSOR_COOKIE_NAME}={self.case.http_request_key}"
            headers["Cookie"] = "; ".join(filter(None, [self.cookie, ours]))
            return requests.request(
                "GET" if body is None and not post else "POST",
                url,
                data=body if body is not None else (b"" if post else None),
                headers=headers,
                allow_redirects=False,
                timeout=30,
            )

    def text(self, *words, **values):
        answer = self.call(*words, **values)
        self.case.assertEqual(answer.status_code, 200)
        return answer.content.decode()

    def log_in(self, kind="catalog", **words):
        lines = self.text(kind, "checkauth", **words).split("\n")
        self.case.assertEqual(lines[0], "success")
        self.cookie = f"{lines[1]}={lines[2]}"
        return lines


@tagged("post_install", "-at_install")
class TestExchange(Builders1c, HttpCase):
    def setUp(self):
        super().setUp()
        self.client = Client(self, "test", "1c-test", self.password)

    @property
    def exchange(self):
        return self.env["b2b.1c.exchange"].search([], limit=1)

    @contextmanager
    def _short_hold(self):
        with patch.object(b2b_1c_protocol, "HOLD", 0):
            yield

    def _import_waiting(self):
        waiting = self.env["b2b.1c.file"].search([("state", "=", "waiting")])
        for file in waiting:
            while file.state == "waiting":
                file._import()

    # -- checkauth

    def test_login_tells_the_cookie_in_the_body(self):
        answer = self.client.call("catalog", "checkauth")
        lines = answer.content.decode().split("\n")
        self.assertEqual(lines[0], "success")
        self.assertRegex(lines[1], r"^\w+$")
        self.assertRegex(lines[2], r"^\w+$")
        self.assertRegex(lines[3], r"^sessid=\w+$")
        self.assertRegex(lines[4], r"^timestamp=\d+$")
        self.assertEqual(len(lines), 5)
        self.assertNotIn("Set-Cookie", answer.headers)
        self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertNotIn(lines[2], str(self.exchange.sudo().read()))
        self.assertNotIn(lines[2], str(self.exchange.call_ids.read()))

    def test_login_by_post_and_later_calls_by_either_verb(self):
        self.assertTrue(self.client.log_in(post=True))
        for post in (True, False):
            reply = self.client.text("catalog", "init", post=post)
            self.assertEqual(reply, "zip=no\nfile_limit=2000000")

    def test_cookie_alone_and_login_alone_are_enough(self):
        self.client.log_in()
        self.assertTrue(self.client.text("catalog", "init", login=False))
        exchange = self.exchange
        self.client.cookie = None
        self.client.text("catalog", "file", b"x", filename="a.jpg")
        self.assertEqual(exchange.file_ids.mapped("name"), ["a.jpg"])

    def test_refused_alike_whatever_is_wrong(self):
        wrong = [
            ("test", "1c-test", "wrong"),
            ("test", "nobody", self.password),
            ("nothing", "1c-test", self.password),
            ("test", "1c-test", ""),
        ]
        replies = set()
        for words in wrong:
            answer = Client(self, *words).call("catalog", "checkauth")
            self.assertEqual(answer.status_code, 401)
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Basic"))
            replies.add(answer.content)
        self.client.basic = "Basic !!!"
        replies.add(self.client.call("catalog", "checkauth").content)
        replies.add(self.client.call("catalog", "init", login=False).content)
        self.assertEqual(len(replies), 1)
        self.assertTrue(replies.pop().startswith(b"failure\n"))
        self.assertFalse(self.exchange)

    def test_archived_connection_is_closed_at_once(self):
        self.client.log_in()
        self.connection.active = False
        for mode in ("checkauth", "init"):
            self.assertEqual(self.client.call("catalog", mode).status_code, 401)

    def test_cookie_of_another_connection_is_refused(self):
        other = self._create_connection("other")
        foreign = Client(self, "other", other.login, other._make_password())
        foreign.log_in()
        self.client.cookie = foreign.cookie
        self.assertEqual(
            self.client.call("catalog", "init", login=False).status_code, 401
        )

    def test_cyrillic_credentials_in_either_encoding(self):
        self.connection.login = "обмен"
        self.connection._set_password("пароль")
        for encoding in ("utf-8", "windows-1251"):
            raw = "обмен:пароль".encode(encoding)
            self.client.basic = "Basic " + b64encode(raw).decode()
            self.client.log_in()

    # -- init

    def test_init_has_two_lines_and_no_more(self):
        self.client.log_in()
        for kind in ("catalog", "sale", "reference"):
            reply = self.client.text(kind, "init")
            self.assertEqual(reply, "zip=no\nfile_limit=2000000")
        self.connection.write({"allow_zip": True, "file_limit": 50000})
        reply = self.client.text("catalog", "init")
        self.assertEqual(reply, "zip=yes\nfile_limit=50000")

    def test_init_has_four_lines_for_who_tells_a_version(self):
        self.client.log_in()
        for asked, told in [("2.09", "2.09"), ("3.1", "3.1"), ("3.2", "3.1")]:
            lines = self.client.text("sale", "init", version=asked).split("\n")
            self.assertEqual(len(lines), 4)
            self.assertEqual(lines[3], f"version={told}")
        lines = self.client.text("sale", "init", version="x\ny").split("\n")
        self.assertEqual(len(lines), 2)

    def test_the_oldest_configuration_reads_texts_of_windows(self):
        self.connection.configuration = "ut10"
        self.client.log_in()
        answer = self.client.call("catalog", "import", filename="Товары.xml")
        self.assertEqual(
            answer.headers["Content-Type"], "text/plain; charset=windows-1251"
        )
        self.assertIn("Товары.xml", answer.content.decode("windows-1251"))
        self.assertEqual(
            self.client.call("catalog", "init").content, b"zip=no\nfile_limit=2000000"
        )

    def test_init_forgets_what_was_uploaded_before(self):
        self.client.log_in()
        for _time in range(2):
            self.client.text("catalog", "init")
            self.client.text("catalog", "file", b"abc", filename="import.xml")
        states = self.exchange.file_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["dropped", "received"])
        self.assertEqual(self.exchange.file_ids[-1].size, 3)

    # -- file

    def _read(self, name):
        file = self.exchange._get_file(name)
        with file._open() as source:
            return source.read()

    def test_parts_are_appended_byte_for_byte(self):
        self.client.log_in()
        self.client.text("catalog", "init")
        # a form to everybody else
        whole = b"\xef\xbb\xbf<a>\xff\x00&b=c\r\n" * 1000
        for start in range(0, len(whole), 4000):
            part = whole[start : start + 4000]
            reply = self.client.text("catalog", "file", part, filename="import0_1.xml")
            self.assertEqual(reply, "success")
        self.assertEqual(self._read("import0_1.xml"), whole)
        [call] = self.exchange.call_ids.filtered(lambda call: call.mode == "file")
        self.assertEqual((call.count, call.size), (4, len(whole)))

    def test_names_as_1c_writes_them(self):
        self.client.log_in()
        names = {
            "import_files/ab/ab12_cd34.jpg": "import_files/ab/ab12_cd34.jpg",
            "import_files\\ab\\c.jpg": "import_files/ab/c.jpg",
            "/tmp/v8_1/import_files/ab/d.jpg": "import_files/ab/d.jpg",
            "Товары.xml": "Товары.xml",
            "a+b.jpg": "a+b.jpg",
        }
        for sent, kept in names.items():
            self.assertEqual(
                self.client.text("catalog", "file", b"", filename=sent), "success"
            )
            self.assertTrue(self.exchange._get_file(kept), kept)

    def test_query_in_the_encoding_of_windows(self):
        raw = "filename=Товары.xml&type=catalog".encode("windows-1251")
        words = dispatcher.read_query({"QUERY_STRING": raw.decode("latin-1")})
        self.assertEqual(words, {"filename": "Товары.xml", "type": "catalog"})

    def test_paths_that_leave_the_folder_are_refused(self):
        self.client.log_in()
        for name in ("../a.xml", "import_files/../../a", "%2e%2e/a", "", "a%00b"):
            reply = self.client.text("catalog", "file", b"x", filename=name)
            self.assertTrue(reply.startswith("failure\n"), name)
        self.assertFalse(self.exchange.file_ids)
        self.assertEqual(self.exchange.state, "failed")

    def test_thousands_of_pictures_do_not_slow_each_other_down(self):
        self.client.log_in()
        exchange = self.exchange
        self.env["b2b.1c.file"].create(
            [{"exchange_id": exchange.id, "name": f"{n}.jpg"} for n in range(300)]
        )
        self.env.flush_all()
        self.env.clear()
        words = {"type": "catalog", "mode": "file", "filename": "new.jpg"}
        exchange = exchange.sudo()
        exchange._answer(words, b"x")
        self.env.flush_all()
        cached = self.env["b2b.1c.file"]._fields["name"]._get_cache(self.env)
        self.assertLess(len(cached), 10)

    def test_too_much_is_refused(self):
        self.client.log_in()
        with patch.object(b2b_1c_protocol, "LARGEST", 10):
            self.assertEqual(
                self.client.text("catalog", "file", b"x" * 10, filename="a"), "success"
            )
            reply = self.client.text("catalog", "file", b"x", filename="a")
        self.assertTrue(reply.startswith("failure\n"))
        with patch.object(b2b_1c_file, "FREE_SPACE", 2**70):
            reply = self.client.text("catalog", "file", b"x", filename="b")
        self.assertTrue(reply.startswith("failure\n"))

    # -- import

    def _send(self, name, content=GOODS, kind="catalog"):
        self.client.text(kind, "file", content, filename=name)

    def test_import_goes_on_in_the_background(self):
        self.client.log_in()
        self._send("import.xml")
        with self._short_hold():
            for _time in range(3):
                reply = self.client.text("catalog", "import", filename="import.xml")
                self.assertEqual(reply.split("\n")[0], "progress")
        jobs = self.env["queue.job"].search([("model_name", "=", "b2b.1c.file")])
        self.assertEqual(len(jobs), 1)
        self.assertEqual(jobs.channel, "root.b2b_1c")

    def test_end_of_the_import_is_told_again_and_again(self):
        self.client.log_in()
        self._send("import.xml")
        self.client.text("catalog", "import", filename="import.xml")
        file = self.exchange.file_ids
        with patch.object(type(file), "_import_content", autospec=True) as content:
            content.return_value = True
            self._import_waiting()
            for _time in range(2):
                reply = self.client.text("catalog", "import", filename="import.xml")
                self.assertEqual(reply, "success")
            file._import()
        self.assertEqual(content.call_count, 1)
        self.assertEqual(self.exchange.state, "done")

    def test_never_success_for_what_is_not_imported(self):
        self.client.log_in()
        self._send("broken.xml", GOODS[:-20])
        self.client.text("catalog", "import", filename="broken.xml")
        self._import_waiting()
        reply = self.client.text("catalog", "import", filename="broken.xml")
        self.assertTrue(reply.startswith("failure\n"), reply)
        self.assertGreater(len(reply), 20)
        self.assertEqual(self.exchange.state, "failed")
        self.exchange.action_run_again()
        self.assertEqual(self.exchange.file_ids.state, "waiting")

    def test_goods_are_products_when_1c_is_told_success(self):
        self.client.log_in()
        self._send("import.xml")
        self.client.text("catalog", "import", filename="import.xml")
        self._import_waiting()
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertEqual(reply, "success")
        binding = self.env["b2b.1c.binding"].search([("external_id", "=", "g-1")])
        self.assertEqual(binding.record._name, "product.template")

    def test_job_and_polling_write_different_rows(self):
        self.client.log_in()
        self._send("import.xml")
        self.client.text("catalog", "import", filename="import.xml")
        query = "SELECT ctid FROM b2b_1c_exchange WHERE id = %s"
        self.env.cr.execute(query, [self.exchange.id])
        before = self.env.cr.fetchone()
        self._import_waiting()
        self.env.flush_all()
        self.env.cr.execute(query, [self.exchange.id])
        self.assertEqual(self.env.cr.fetchone(), before)

    def test_one_request_of_a_connection_is_held(self):
        exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        file = self.env["b2b.1c.file"].create(
            {"exchange_id": exchange.id, "name": "import.xml", "state": "waiting"}
        )
        with db_connect(self.env.cr.dbname).cursor() as another:
            lock = "SELECT pg_advisory_xact_lock(%s, %s)"
            another.execute(lock, [b2b_1c_protocol.HELD, self.connection.id])
            since = time.monotonic()
            self.assertEqual(file._wait(1, 0.1)[0], "waiting")
            self.assertLess(time.monotonic() - since, 0.5)
        since = time.monotonic()
        self.assertEqual(file._wait(1, 0.1)[0], "waiting")
        self.assertGreater(time.monotonic() - since, 0.9)

    def test_several_connections_leave_a_worker_to_others(self):
        exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        file = self.env["b2b.1c.file"].create(
            {"exchange_id": exchange.id, "name": "import.xml", "state": "waiting"}
        )
        with (
            db_connect(self.env.cr.dbname).cursor() as another,
            patch.dict(config.options, {"workers": 2}),
        ):
            # another connection holds the only worker that may be held
            lock = "SELECT pg_advisory_xact_lock(%s, 1)"
            another.execute(lock, [b2b_1c_protocol.HELD_OF_ALL])
            self.assertEqual(file._get_patience(2, 0.2), 0.2)
            config.options["workers"] = 3
            self.assertEqual(file._get_patience(2, 0.2), 2)
            config.options["workers"] = 0
            self.assertEqual(file._get_patience(2, 0.2), 2)

    def test_who_is_held_hears_of_the_end_at_once(self):
        exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        file = self.env["b2b.1c.file"].create(
            {"exchange_id": exchange.id, "name": "import.xml", "state": "waiting"}
        )
        outcomes = [("waiting", None), ("done", None)]
        with patch.object(type(file), "_read_outcome", side_effect=outcomes):
            since = time.monotonic()
            self.assertEqual(file._wait(20, 0.01), ("done", None))
        self.assertLess(time.monotonic() - since, 5)

    def test_exchanges_are_found_by_their_state(self):
        exchanges = self.env["b2b.1c.exchange"]
        states = {
            "done": [],
            "open": ["received", "done"],
            "waiting": ["received", "waiting"],
            "failed": ["failed", "waiting"],
        }
        for state, of_files in states.items():
            exchange, _token = exchanges._begin(self.connection, "catalog")
            for of_file in of_files:
                self.env["b2b.1c.file"].create(
                    {"exchange_id": exchange.id, "name": of_file, "state": of_file}
                )
            self.assertEqual(exchange.state, state)
            self.assertEqual(exchanges.search([("state", "=", state)]), exchange)
        self.assertEqual(len(exchanges.search([("state", "!=", "failed")])), 3)

    @mute_logger("odoo.addons.b2b_1c_connector.models.b2b_1c_file_import")
    def test_a_fault_of_ours_ends_the_polling(self):
        self.client.log_in()
        self._send("import.xml")
        self.client.text("catalog", "import", filename="import.xml")
        file = self.exchange.file_ids
        with patch.object(type(file), "_import_content", side_effect=KeyError("x")):
            self._import_waiting()
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertTrue(reply.startswith("failure\n"))

    def test_import_of_what_was_not_sent_is_refused(self):
        self.client.log_in()
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertTrue(reply.startswith("failure\n"))

    def test_files_of_an_archive_go_by_their_own_names(self):
        self.connection.allow_zip = True
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("import.xml", GOODS)
            archive.writestr("import_files/ab/a.jpg", b"picture")
        self.client.log_in()
        data = packed.getvalue()
        self._send("v8_1_2.zip", data[:100])
        self._send("v8_1_2.zip", data[100:])
        with self._short_hold():
            for _time in range(2):
                reply = self.client.text("catalog", "import", filename="import.xml")
                self.assertEqual(reply, "progress")
        self._import_waiting()
        self.assertEqual(self._read("import_files/ab/a.jpg"), b"picture")
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertEqual(reply, "progress")

    def test_an_archive_with_path_tricks_is_refused(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("../import.xml", GOODS)
        self.client.log_in()
        self._send("v8.zip", packed.getvalue())
        self.client.text("catalog", "import", filename="import.xml")
        self._import_waiting()
        reply = self.client.text("catalog", "import", filename="import.xml")
        self.assertTrue(reply.startswith("failure\n"))

    def test_timer_takes_up_what_was_never_imported(self):
        self.client.log_in("sale")
        self._send("orders-1.xml", kind="sale")
        self._send("import_files/a.jpg", b"picture", kind="sale")
        cron = self.env.ref("b2b_1c_connector.ir_cron_1c_take_up")
        exchange = self.exchange
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        states = exchange.file_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["received", "received"])
        exchange.date_last = Datetime.now() - timedelta(minutes=4)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        states = exchange.file_ids.sorted("id").mapped("state")
        self.assertEqual(states, ["waiting", "received"])
        exchange.file_ids[0].date_waiting = Datetime.now() - timedelta(minutes=20)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(exchange.file_ids[0].state, "done")

    # -- orders and notices

    def test_no_orders_are_a_root_element(self):
        self.client.log_in("sale")
        answer = self.client.call("sale", "query")
        self.assertTrue(answer.content.startswith(b"<?xml"))
        self.assertIn("КоммерческаяИнформация", answer.content.decode())
        self.assertNotIn(b"xmlns", answer.content)
        self.assertIn("utf-8", answer.headers["Content-Type"])
        self.assertEqual(self.client.text("sale", "success"), "success")

    def test_info_is_what_orders_tell_in_the_words_of_bitrix(self):
        self.client.log_in("sale")
        self.env["account.payment.term"].create({"name": "14 дней & ещё"})
        answer = self.client.call("sale", "info")
        self.assertIn("windows-1251", answer.headers["Content-Type"])
        text = answer.content.decode("windows-1251")
        # a Latin C
        self.assertTrue(text.split("\n")[1].startswith("<Справочник><C\u0442атусы>"))
        root = etree.fromstring(answer.content)
        found = {
            part.tag: {item.findtext("Ид"): item.findtext("Название") for item in part}
            for part in root
        }
        self.assertEqual(list(found["C\u0442атусы"]), ["sale", "cancel"])
        self.assertIn("14 дней & ещё", found["ПлатежныеСистемы"].values())

    def test_info_is_for_who_is_logged_in(self):
        stranger = Client(self, "test", "1c-test", "wrong")
        answer = stranger.call("sale", "info")
        self.assertEqual(answer.status_code, 401)
        self.assertNotIn("Справочник", answer.text)

    def test_ends_of_a_run_are_taken_note_of(self):
        self.client.log_in()
        for mode in ("complete", "deactivate"):
            self.assertEqual(self.client.text("catalog", mode), "success")

    def test_unknown_words_are_refused_in_words(self):
        self.client.log_in()
        for kind, mode in [
            ("catalog", "x"),
            ("x", "init"),
            ("", ""),
            ("catalog", "query"),
        ]:
            reply = self.client.text(kind, mode)
            self.assertTrue(reply.startswith("failure\n"), (kind, mode))

    # -- several at once

    def test_two_connections_do_not_mix(self):
        other = self._create_connection("other")
        second = Client(self, "other", other.login, other._make_password())
        for client in (self.client, second):
            client.log_in()
            client.text("catalog", "init")
        self.client.text("catalog", "file", b"first", filename="import.xml")
        second.text("catalog", "file", b"second", filename="import.xml")
        self.client.text("catalog", "file", b"!", filename="import.xml")
        files = self.env["b2b.1c.file"].search([])
        kept = {}
        for file in files:
            with file._open() as source:
                kept[file.backend_id] = source.read()
        self.assertEqual(kept, {self.connection: b"first!", other: b"second"})

    def test_two_sessions_of_one_connection_do_not_mix(self):
        second = Client(self, "test", "1c-test", self.password)
        self.client.log_in()
        second.log_in()
        self.client.text("catalog", "file", b"a", filename="import.xml")
        second.text("catalog", "init")
        second.text("catalog", "file", b"bb", filename="import.xml")
        sizes = self.env["b2b.1c.file"].search([]).mapped("size")
        self.assertEqual(sorted(sizes), [1, 2])

    # -- the log

    def test_only_administrators_read_exchanges_and_files(self):
        self.client.log_in()
        self._send("import.xml")
        manager = new_test_user(
            self.env, login="b2b_mgr", groups="b2b_portal.group_b2b_manager"
        )
        administrator = new_test_user(
            self.env, login="b2b_adm", groups="b2b_portal.group_b2b_administrator"
        )
        attachment = self.exchange.file_ids.part_ids
        self.assertEqual(attachment.with_user(administrator).raw, GOODS)
        for user in (manager, self.connection.user_id):
            for record in (self.exchange, self.exchange.file_ids, attachment):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    record.with_user(user).read(["create_date"])
        with self.assertRaises(AccessError):
            self.exchange.with_user(administrator).read(["token_hash"])

    def test_old_exchanges_go_with_their_files(self):
        self.client.log_in()
        self._send("import.xml")
        exchange, parts = self.exchange, self.exchange.file_ids.part_ids
        exchange._gc_exchanges()
        self.assertTrue(exchange.exists())
        exchange.date_last = Datetime.now() - timedelta(days=15)
        exchange._gc_exchanges()
        self.assertFalse(exchange.exists() or parts.exists())
