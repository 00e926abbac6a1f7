"""1C asks without a pause how an import goes on; so may several sessions at once."""

import time
from datetime import timedelta
from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import HttpCase, tagged

from ..models import b2b_1c_call, b2b_1c_protocol
from .common_1c import Builders1c
from .test_exchange import GOODS, Client


@tagged("post_install", "-at_install")
class TestExchangePolling(Builders1c, HttpCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(b2b_1c_protocol, "HOLD", 0))
        self.client = Client(self, "test", "1c-test", self.password)
        self.client.log_in()
        self.client.text("catalog", "file", GOODS, filename="import.xml")
        self.poll()
        self.poll()

    @property
    def exchange(self):
        return self.env["b2b.1c.exchange"].search([], limit=1)

    def poll(self):
        return self.client.text("catalog", "import", filename="import.xml")

    def _versions(self):
        """Which versions of its rows the exchange consists of."""
        self.env.flush_all()
        versions = []
        for table in ("b2b_1c_exchange", "b2b_1c_call", "b2b_1c_file"):
            self.env.cr.execute(f"SELECT ctid, xmin FROM {table} ORDER BY id")
            versions += self.env.cr.fetchall()
        return versions

    def _last_call(self):
        return self.exchange.call_ids.sorted("id")[-1]

    def test_the_same_answer_is_not_written_each_time(self):
        before = self._versions()
        answers = {self.poll() for _time in range(5)}
        self.assertEqual(answers, {"progress"})
        self.assertEqual(self._versions(), before)

    def test_it_is_written_from_time_to_time_that_1c_still_asks(self):
        exchange, count = self.exchange, self._last_call().count
        moment = Datetime.now() - b2b_1c_call.POLLS
        exchange.date_last = moment
        self.poll()
        self.assertGreater(exchange.date_last, moment)
        self.assertEqual(self._last_call().count, count + 1)

    def test_another_answer_is_written_at_once(self):
        count = self._last_call().count
        self.exchange.file_ids.write({"position": 1, "rows": 2})
        self.assertEqual(self.poll(), "progress\n1 of 2")
        call = self._last_call()
        self.assertEqual((call.reply, call.count), ("progress\n1 of 2", count + 1))
        self.exchange.file_ids._fail("Broken")
        self.assertEqual(self.poll(), "failure\nBroken")
        self.assertTrue(self._last_call().refused)

    def test_other_calls_are_written_each_time(self):
        for number in range(1, 4):
            self.client.text("catalog", "file", b"x", filename="a.jpg")
            call = self._last_call()
            self.assertEqual(
                (call.mode, call.count, call.size), ("file", number, number)
            )

    def test_session_that_polls_is_not_taken_for_silent(self):
        exchange = self.exchange
        with patch.object(Datetime, "now") as now:
            start = exchange.date_last
            for seconds in range(0, 60, 2):
                now.return_value = start + timedelta(seconds=seconds)
                words = {"type": "catalog", "mode": "import", "filename": "import.xml"}
                exchange._answer(words, b"")
                silent = now.return_value - exchange.date_last
                self.assertLess(silent, b2b_1c_call.POLLS)

    def test_second_session_of_a_connection_is_answered_soon_but_not_at_once(self):
        """At once, it would ask again at once, and keep a worker busy with nothing."""
        file = self.exchange.file_ids
        # another one is held
        with patch.object(type(file), "_try_lock", return_value=False):
            since = time.monotonic()
            self.assertEqual(file._wait(2, 0.2), ("waiting", None))
            waited = time.monotonic() - since
        self.assertGreater(waited, 0.15)
        self.assertLess(waited, 1)
