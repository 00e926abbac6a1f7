"""Clearing up after full exports of the stand-in, through real HTTP."""

import io
from unittest.mock import patch

from odoo.tests import tagged

from tests.journeys.test_1c_exchange import SIZE, ExchangeWith1c, Wire
from tests.standin_1c.errors import NoConnection
from tests.standin_1c.exchange import Exchange, Options
from tests.standin_1c.infobase import Infobase
from tests.standin_1c.journal import Journal
from tests.standin_1c.profiles import PROFILES

# what is moved back when time passes: a test is one transaction, with one time
MOMENTS = {
    "b2b_1c_file": ("create_date", "date_waiting"),
    "b2b_1c_exchange": ("create_date", "date_last"),
    "b2b_1c_call": ("create_date", "write_date"),
    "b2b_1c_listing": ("seen",),
    "b2b_1c_export": ("begin", "last_goods", "last_offers"),
}


class Shrinking(Infobase):
    """A base whose full exports do not name some goods any more."""

    gone = frozenset()

    @property
    def numbers(self):
        return [number for number in super().numbers if number not in self.gone]


class WatchedWire(Wire):
    """Notes after each call which goods are shown, and may break off.

    :ivar breaks_at: a text of the address of a call that gets no reply
    """

    breaks_at = None

    def call(self, query, *words, **values):
        if self.breaks_at and self.breaks_at in query:
            raise NoConnection("broken off")
        answer = super().call(query, *words, **values)
        self.case.seen.append((query, self.case.get_shown()))
        return answer


@tagged("post_install", "-at_install")
class TestClearingWith1c(ExchangeWith1c):
    def setUp(self):
        super().setUp()
        # parts are for other tests
        self.connection.file_limit = 2_000_000
        self.base = Shrinking(size=SIZE)
        self.numbers = {self.base.good(one).id: one for one in self.base.numbers}
        self.seen = []

    def send_all(self, profile, breaks_at=None):
        """A full export.

        :return: whether it went well
        """
        wire = WatchedWire(self, self.connection.login, self.password)
        wire.breaks_at = breaks_at
        self.seen = []
        options = Options(
            catalog="full", portion=8, give_up=60, retries=0, with_orders=False
        )
        journal = Journal(io.StringIO())
        exchange = Exchange(PROFILES[profile](), self.base, wire, journal, options)
        try:
            return exchange.run()
        except NoConnection:
            return False

    def pass_time(self, minutes):
        """Let time pass, and the timers go off."""
        self.import_waiting()
        self.env.flush_all()
        for table, columns in MOMENTS.items():
            for column in columns:
                self.env.cr.execute(
                    f"UPDATE {table} SET {column} = {column} - %s * interval '1 min'",
                    [minutes],
                )
        self.env.invalidate_all()
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", return_value=60.0
        ):
            self.env["b2b.1c.export"]._cron_finish()

    def get_shown(self):
        """The numbers of the goods that are shown."""
        found = self.env["b2b.1c.binding"]._find(
            self.connection, "product.template", self.numbers
        )
        return {self.numbers[key] for key, product in found.items() if product.active}

    @property
    def export(self):
        return self.connection.export_ids[:1]

    def begin(self, profile):
        """A first full export; some goods are shown then."""
        self.assertTrue(self.send_all(profile))
        self.pass_time(60)
        shown = self.get_shown()
        self.assertGreater(len(shown), SIZE // 2)
        return shown

    def forget(self, shown, count=1):
        """Some goods are named no more; returns which."""
        self.base.gone = frozenset(sorted(shown)[-count:])
        return self.base.gone

    def check_end_is_told(self, profile):
        shown = self.begin(profile)
        gone = self.forget(shown)
        self.assertTrue(self.send_all(profile))
        # the last thing that is said
        self.assertIn("mode=complete", self.seen[-1][0])
        self.assertEqual([there for _query, there in self.seen if there != shown], [])
        self.pass_time(1)
        self.assertEqual(self.get_shown(), shown - gone)
        self.assertEqual((self.export.state, self.export.archived), ("done", 1))
        # named again, it is shown again
        self.base.gone = frozenset()
        self.pass_time(60)
        self.assertTrue(self.send_all(profile))
        self.pass_time(1)
        self.assertEqual(self.get_shown(), shown)

    def test_the_module_2_09_tells_the_end(self):
        self.check_end_is_told("bitrix-2.09")

    def test_the_module_3_1_tells_the_end(self):
        self.check_end_is_told("bitrix")

    def test_end_of_who_does_not_tell_it_is_quiet_after_the_offers(self):
        self.connection.clear_up = "quiet"
        shown = self.begin("ut11")
        gone = self.forget(shown)
        self.assertTrue(self.send_all("ut11"))
        self.pass_time(self.connection.clear_minutes - 5)
        self.assertEqual(self.get_shown(), shown)
        self.pass_time(10)
        self.assertEqual(self.get_shown(), shown - gone)

    def test_more_than_the_share_is_never_archived(self):
        shown = self.begin("bitrix")
        self.forget(shown, count=len(shown) * self.connection.clear_share // 100 + 2)
        self.assertTrue(self.send_all("bitrix"))
        for _time in range(3):
            self.pass_time(60)
            self.assertEqual(self.get_shown(), shown)
        self.assertEqual((self.export.state, self.export.archived), ("asked", 0))
        asked = self.env["b2b.1c.conflict"].search([("kind", "=", "absent")])
        self.assertEqual(asked.record_count, len(self.base.gone))

    def test_export_that_broke_off_archives_nothing(self):
        self.connection.clear_up = "quiet"
        shown = self.begin("bitrix")
        gone = self.forget(shown)
        # while goods come, when they have come, and just before the end is told
        for place in (
            "file&filename=goods_1_2_",
            "file&filename=prices_",
            "deactivate",
        ):
            self.assertFalse(self.send_all("bitrix", breaks_at=place), place)
            self.assertEqual(
                {tuple(there) for _query, there in self.seen}, {tuple(shown)}
            )
            self.pass_time(10)
            self.assertEqual(self.get_shown(), shown, place)
        self.assertTrue(self.send_all("bitrix"))
        self.pass_time(1)
        self.assertEqual(self.get_shown(), shown - gone)
