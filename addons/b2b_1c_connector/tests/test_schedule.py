"""When what 1C has sent goes into Odoo."""

from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.fields import Datetime
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.b2b_portal.tests.fake_model_loader import FakeModelLoader

from ..models import b2b_1c_schedule
from .common import as_1c_writes, catalog, envelope, package
from .common_1c import Builders1c
from .common_import import ImportCase, group, groups
from .test_exchange import Client

STOCK = "<Предложение><Ид>g-1</Ид><Количество>{}</Количество></Предложение>"
PRICE = (
    "<Предложение><Ид>g-1</Ид><Цены><Цена><ИдТипаЦены>p-1</ИдТипаЦены>"
    "<ЦенаЗаЕдиницу>5</ЦенаЗаЕдиницу></Цена></Цены></Предложение>"
)
ORDER = "<Документ><Ид>o-1</Ид><Номер>S1</Номер>{}</Документ>"
PAYMENT = (
    "<Документ><Ид>p-1</Ид><ХозОперация>Выплата наличных денег</ХозОперация></Документ>"
)


# Odoo writes these itself, and passes over what others write
MAGIC = {"id", "display_name", *LOG_ACCESS_COLUMNS}


class ScheduleCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )

    def flow(self, kind, connection=None):
        flows = (connection or self.connection).flow_ids
        flows.invalidate_recordset()
        return flows.filtered(lambda flow: flow.kind == kind)

    def every(self, minutes, *kinds):
        for kind in kinds:
            self.flow(kind).with_user(self.admin).start_every = str(minutes)

    def arrive(self, body, **values):
        """1C sends a file and asks to have it imported."""
        file = self.receive(as_1c_writes(envelope(body)), **values)
        file._take_up()
        return file

    def arrive_groups(self, name):
        return self.arrive(groups(group("a", name)))

    def pass_time(self, files):
        files.date_start = Datetime.now() - timedelta(minutes=1)

    def work(self):
        """Do the imports that have begun, as their jobs would."""
        waiting = [("backend_id", "=", self.connection.id), ("state", "=", "waiting")]
        files = self.env["b2b.1c.file"]
        while found := files.search(waiting, order="id", limit=1):
            found._import()

    def soonest(self, *kinds):
        return min(self.flow(kind).next_start for kind in kinds)

    def jobs(self):
        jobs = self.env["queue.job"].search([("method_name", "=", "_start")])
        return jobs.filtered(lambda job: job.records.backend_id == self.connection)


@tagged("post_install", "-at_install")
class TestSlots(ScheduleCase):
    def test_starts_are_spread_over_the_interval(self):
        names = ("second", "third", "fourth")
        connections = [self.connection, *map(self._create_connection, names)]
        now = datetime(2026, 11, 29, 13, 43, 45)
        flows = self.env["b2b.1c.flow"].union(*(c.flow_ids for c in connections))
        for minutes in ("15", "60", "1440"):
            flows.start_every = minutes
            slots = sorted(flow._get_slot(now) for flow in flows)
            self.assertTrue(all(slot >= now for slot in slots))
            whole = b2b_1c_schedule.NIGHT
            if minutes != "1440":
                whole = timedelta(minutes=int(minutes))
                self.assertLess(slots[-1], now + whole)
            gaps = [
                after - before for before, after in zip(slots, slots[1:], strict=False)
            ]
            self.assertGreater(min(gaps), whole / len(slots) / 4)

    def test_starts_come_again_after_each_interval(self):
        flow = self.flow("stock")
        flow.start_every = "15"
        first = flow._get_slot(datetime(2026, 3, 1, 8))
        self.assertEqual(flow._get_slot(first), first)
        second = flow._get_slot(first + timedelta(seconds=1))
        self.assertEqual(second - first, timedelta(minutes=15))

    def test_daily_is_at_night_where_the_company_is(self):
        self.env.company.partner_id.tz = "Asia/Tbilisi"
        flow = self.flow("goods")
        flow.start_every = "1440"
        for hour in (1, 12, 22):
            slot = flow._get_slot(datetime(2026, 3, 1, hour))
            self.assertLess((slot.hour + 4) % 24, 5)
            self.assertLess(slot - datetime(2026, 3, 1, hour), timedelta(days=1))
        self.assertEqual(flow._get_slot(slot), slot)

    def test_nights_with_another_clock_have_one_start(self):
        self.env.company.partner_id.tz = "Europe/Kyiv"
        flow = self.flow("goods")
        flow.start_every = "1440"
        for day in (datetime(2026, 3, 28, 12), datetime(2026, 10, 24, 12)):
            nights = [flow._get_slot(day + timedelta(days=n)).date() for n in range(3)]
            self.assertEqual(len(set(nights)), 3)

    def test_staff_see_the_next_start(self):
        self.every(60, "stock")
        flow = self.flow("stock").with_user(self.admin)
        self.assertGreaterEqual(flow.next_start, Datetime.now())
        self.assertFalse(self.flow("goods").next_start)


@tagged("post_install", "-at_install")
class TestSchedule(ScheduleCase):
    def setUp(self):
        super().setUp()
        # else a start may pass while a slow test looks
        moment = Datetime.now()
        self.startPatcher(
            patch.object(b2b_1c_schedule.fields.Datetime, "now", lambda: moment)
        )

    def test_at_once_unless_staff_want_it_otherwise(self):
        self.assertEqual(self.arrive_groups("A").state, "waiting")
        self.assertFalse(self.jobs())

    def test_what_is_not_due_is_kept_with_a_job_for_its_time(self):
        self.every(60, "goods")
        file = self.arrive_groups("A")
        self.assertEqual(file.state, "kept")
        self.assertEqual(file.date_start, self.flow("goods").next_start)
        self.assertEqual(file.exchange_id.state, "kept")
        self.assertEqual(self.jobs().eta, file.date_start)
        self.assertEqual(self.jobs().channel, "root.b2b_1c")
        self.arrive_groups("B")
        self.assertEqual(len(self.jobs()), 1)
        # the job came too early, as the time was changed meanwhile
        self.flow("goods")._start()
        self.assertEqual(file.state, "kept")

    def test_what_is_kept_goes_in_when_it_is_due(self):
        self.every(60, "goods")
        file = self.arrive_groups("A")
        self.pass_time(file)
        self.flow("goods")._start()
        self.work()
        self.assertEqual(file.state, "done")
        self.assertEqual(self.bound("product.category", "a").name, "A")

    def test_lost_job_is_taken_up_by_the_timer(self):
        self.every(60, "goods")
        file = self.arrive_groups("A")
        self.jobs().unlink()
        cron = self.env.ref("b2b_1c_connector.ir_cron_1c_take_up")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(file.state, "kept")
        self.pass_time(file)
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.work()
        self.assertEqual(file.state, "done")

    def test_file_whose_import_1c_never_asked_for_is_kept_as_well(self):
        self.every(60, "goods")
        file = self.receive(as_1c_writes(envelope(groups(group("a", "A")))))
        file.exchange_id.date_last = Datetime.now() - timedelta(minutes=4)
        cron = self.env.ref("b2b_1c_connector.ir_cron_1c_take_up")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(file.state, "kept")

    # -- which kinds

    def test_file_of_several_kinds_goes_in_with_the_soonest(self):
        self.every(1440, "prices")
        self.every(15, "stock")
        file = self.arrive(package(PRICE + STOCK.format(3)))
        self.assertEqual(file.date_start, self.soonest("prices", "stock"))
        other = self.arrive(package(PRICE))
        self.assertEqual(other.date_start, self.flow("prices").next_start)
        self.every(0, "stock")
        self.assertEqual(self.arrive(package(PRICE + STOCK.format(3))).state, "kept")
        self.assertLessEqual(file.date_start, Datetime.now())

    def test_kinds_that_are_not_exchanged_bring_nothing_forward(self):
        self.every(60, "stock")
        self.connection.exchange_prices = False
        file = self.arrive(package(PRICE + STOCK.format(3)))
        self.assertEqual(file.date_start, self.flow("stock").next_start)

    def test_orders_and_payments_each_have_their_time(self):
        self.exchange.kind = "sale"
        self.every(60, "orders_in")
        self.assertEqual(self.arrive(ORDER.format("")).state, "kept")
        inner = "<ПодчиненныеДокументы>{}</ПодчиненныеДокументы>".format(
            PAYMENT.replace("Документ>", "ПодчиненныйДокумент>")
        )
        keeps = patch.object(
            type(self.connection),
            "_compute_keeps_books",
            lambda me: me.update({"keeps_books": True}),
        )
        with keeps:
            self.connection.invalidate_recordset()
            self.assertEqual(self.arrive(PAYMENT).state, "waiting")
            file = self.arrive(ORDER.format(inner))
            # it takes along the order before it
            self.assertEqual(file.state, "kept")
            self.assertLessEqual(file.date_start, Datetime.now())

    def test_too_long_to_look_is_as_if_it_held_everything(self):
        self.every(60, "goods", "prices")
        self.every(15, "stock")
        with patch.object(b2b_1c_schedule, "LOOK", -1):
            file = self.arrive(package(PRICE))
        self.assertEqual(file.date_start, self.soonest("goods", "prices", "stock"))

    def test_what_it_might_have_brought_is_no_news_when_it_goes_in(self):
        self.every(60, "goods", "prices", "stock")
        with patch.object(b2b_1c_schedule, "LOOK", -1):
            file = self.arrive_groups("A")
        self.assertEqual(file.flows, "goods,prices,stock")
        file._import_now()
        self.work()
        self.assertEqual((file.state, file.flows), ("done", "goods"))
        self.assertTrue(self.flow("goods").last_success)
        for kind in ("prices", "stock"):
            self.assertFalse(self.flow(kind).last_success, kind)

    def test_broken_file_is_not_kept(self):
        self.every(60, "goods")
        content = as_1c_writes(envelope(groups(group("a", "A"))))
        file = self.receive(content[:-20])
        file._take_up()
        self.assertEqual(file.state, "waiting")
        self.work()
        self.assertEqual(file.state, "failed")

    # -- order

    def test_older_files_go_in_before_newer_ones(self):
        self.every(60, "goods")
        files = [self.arrive_groups(name) for name in "ABC"]
        for file in files:
            self.pass_time(file)
        self.flow("goods")._start()
        self.flow("goods")._start()
        self.assertEqual([file.state for file in files], ["waiting", "kept", "kept"])
        files[0]._import()
        self.assertEqual([file.state for file in files], ["done", "waiting", "kept"])
        self.work()
        self.assertEqual([file.state for file in files], ["done"] * 3)
        self.assertEqual(self.bound("product.category", "a").name, "C")

    def test_what_fails_keeps_no_other_out(self):
        self.every(60, "goods")
        first, second = self.arrive_groups("A"), self.arrive_groups("B")
        self.pass_time(first + second)
        first.part_ids.unlink()
        self.flow("goods")._start()
        self.work()
        self.assertEqual((first.state, second.state), ("failed", "done"))

    def test_what_is_at_once_takes_older_files_of_its_kind_along(self):
        self.every(1440, "goods")
        older = self.arrive_groups("A")
        other = self.arrive(package(STOCK.format(1)))
        self.assertEqual(other.state, "waiting")
        newer = self.arrive(
            catalog("<Товар><Ид>g-1</Ид><Наименование>G</Наименование></Товар>")
            + package(STOCK.format(2))
        )
        self.assertEqual(newer.state, "kept")
        self.assertLessEqual(older.date_start, Datetime.now())
        self.assertLessEqual(newer.date_start, Datetime.now())
        self.assertTrue(self.jobs())
        other._import()
        self.work()
        self.assertEqual((older.state, newer.state), ("done", "done"))

    def test_newer_files_do_not_put_off_what_is_kept(self):
        self.every(15, "goods")
        file = self.arrive_groups("A")
        start = file.date_start
        for minutes in (5, 10, 14):
            with self._later(minutes):
                self.arrive_groups("B")
        self.assertEqual(file.date_start, start)

    def _later(self, minutes):
        moment = Datetime.now() + timedelta(minutes=minutes)
        return patch.object(b2b_1c_schedule.fields.Datetime, "now", lambda: moment)

    def test_prices_before_goods_wait_for_them(self):
        self.every(60, "goods")
        file = self.arrive(
            catalog("<Товар><Ид>g-1</Ид><Наименование>G</Наименование></Товар>")
        )
        prices = self.arrive(
            package(
                PRICE,
                "<ТипыЦен><ТипЦены><Ид>p-1</Ид><Наименование>P</Наименование>"
                f"<Валюта>{self.env.company.currency_id.name}</Валюта>"
                "</ТипЦены></ТипыЦен>",
            )
        )
        self.work()
        self.assertEqual((file.state, prices.state), ("kept", "done"))
        self.assertEqual(prices.waiting, 1)
        self.pass_time(file)
        self.flow("goods")._start()
        self.work()
        goods = self.bound("product.template", "g-1")
        rules = self.env["product.pricelist.item"]
        rule = rules.search([("product_tmpl_id", "=", goods.id)])
        self.assertEqual(rule.fixed_price, 5)

    # -- what staff do

    def test_changed_schedule_counts_for_what_is_kept(self):
        self.every(60, "goods")
        file = self.arrive_groups("A")
        self.every(1440, "goods")
        self.assertEqual(file.date_start, self.flow("goods").next_start)
        self.pass_time(file)
        self.every(60, "goods")
        self.assertLess(file.date_start, Datetime.now(), "what is due stays due")
        file.date_start = Datetime.now() + timedelta(hours=1)
        self.every(0, "goods")
        self.assertLessEqual(file.date_start, Datetime.now())
        job = self.jobs().filtered(lambda job: job.eta == file.date_start)
        self.assertTrue(job)
        job.records._start()
        self.work()
        self.assertEqual(file.state, "done")

    def test_import_now(self):
        self.every(1440, "goods")
        first, second = self.arrive_groups("A"), self.arrive_groups("B")
        stranger = new_test_user(self.env, "mgr", groups="b2b_portal.group_b2b_manager")
        flow = self.flow("goods")
        with self.assertRaises(AccessError):
            flow.with_user(stranger).action_import_now()
        with self.assertRaises(AccessError):
            self.exchange.with_user(stranger).action_import_now()
        self.assertEqual(flow.with_user(self.admin).kept_count, 2)
        flow.with_user(self.admin).action_import_now()
        self.work()
        self.assertEqual((first.state, second.state), ("done", "done"))
        third = self.arrive_groups("C")
        self.exchange.with_user(self.admin).action_import_now()
        self.assertEqual(third.state, "waiting")

    def test_staff_change_the_schedule_and_nothing_else(self):
        flow = self.flow("goods").with_user(self.admin)
        flow.start_every = "60"
        for name in flow._fields.keys() - {"start_every"} - MAGIC:
            with self.subTest(name=name), self.assertRaises(AccessError):
                flow.write({name: False})
        with self.assertRaises(AccessError):
            flow.unlink()

    # -- how it stands

    def test_what_we_put_off_is_no_lag(self):
        flow = self.flow("goods")
        flow.last_success = Datetime.now() - timedelta(days=4)
        self.assertEqual(self.flow("goods").state, "late")
        self.every(1440, "goods")
        file = self.arrive_groups("A")
        self.assertEqual(self.flow("goods").state, "ok")
        self.assertLess(flow.lag, 60)
        file.date_start = Datetime.now() - timedelta(minutes=20)
        self.assertEqual(self.flow("goods").state, "late", "due and not gone in")

    def _age(self, file, **ago):
        """Have 1C sent a file so long ago; returns when."""
        sent = Datetime.now() - timedelta(**ago)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE b2b_1c_file SET create_date = %s WHERE id = %s", [sent, file.id]
        )
        self.env.invalidate_all()
        return sent

    def test_as_of_is_when_1c_sent_it(self):
        self.every(60, "goods")
        file = self.arrive_groups("A")
        sent = self._age(file, hours=1)
        file._import_now()
        self.work()
        self.assertEqual(self.flow("goods").last_success, sent)
        self.import_xml(groups(group("a", "B")))
        self.assertGreater(self.flow("goods").last_success, sent)

    def test_silence_of_1c_is_no_lag_of_what_is_kept(self):
        self.every(1440, "goods")
        file = self.arrive_groups("A")
        sent = self._age(file, days=3)
        self.flow("goods").last_success = sent
        self.assertEqual(self.flow("goods").state, "late")
        exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        exchange._answer({"type": "catalog", "mode": "init"}, b"")
        exchange.date_last = Datetime.now() - timedelta(minutes=4)
        self.env["b2b.1c.backend"]._cron_watch()
        flow = self.flow("goods")
        self.assertEqual(flow.last_silence, exchange.date_last)
        self.assertEqual((flow.state, flow.lag), ("ok", 4))
        self.assertEqual(flow.last_success, sent, "the file has not gone in")
        self.assertEqual(file.state, "kept")

    def test_what_has_not_gone_in_is_not_forgotten(self):
        self.connection.keep_days = 1
        self.every(1440, "goods")
        file = self.arrive_groups("A")
        self.exchange.date_last = Datetime.now() - timedelta(days=2)
        self.env["b2b.1c.exchange"]._gc_exchanges()
        self.assertTrue(file.exists())
        file._import_now()
        self.work()
        self.env["b2b.1c.exchange"]._gc_exchanges()
        self.assertFalse(file.exists())


@tagged("post_install", "-at_install")
class TestKindsOfOtherAddons(ScheduleCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        loader = FakeModelLoader(cls.env, cls.__module__)
        loader.backup_registry()
        cls.addClassCleanup(loader.restore_registry)
        from .fake_flow import FakeFlow, started

        loader.update_registry((FakeFlow,))
        cls.started = started

    def test_they_use_the_same_schedule(self):
        # connections that were there before get the new kind as well
        self.env["b2b.1c.flow"]._ensure(self.connection)
        acts = self.flow("acts")
        self.assertEqual(acts.state, "new")
        self.every(60, "acts")
        start = acts._plan()
        self.assertEqual(start, self.flow("acts").next_start)
        acts._plan()
        self.assertEqual(self.jobs().records, acts)
        acts._start()
        self.assertEqual(self.started, [self.connection])
        self.assertEqual(self.flow("acts").state, "ok")
        # 1C's own files go their way meanwhile
        self.assertEqual(self.arrive_groups("A").state, "waiting")


@tagged("post_install", "-at_install")
class TestScheduleHttp(Builders1c, HttpCase):
    def test_1c_does_not_wait_for_what_is_kept(self):
        flow = self.connection.flow_ids.filtered(lambda flow: flow.kind == "goods")
        flow.start_every = "60"
        client = Client(self, "test", "1c-test", self.password)
        client.log_in()
        content = as_1c_writes(envelope(groups(group("a", "A"))))
        client.text("catalog", "file", content, filename="import.xml")
        for _time in range(2):
            reply = client.text("catalog", "import", filename="import.xml")
            self.assertEqual(reply, "success")
        file = self.env["b2b.1c.file"].search([], order="id desc", limit=1)
        self.assertEqual((file.state, file.name), ("kept", "import.xml"))
        # 1C was told that it has arrived: what comes again is another file
        reply = client.text("catalog", "file", content, filename="import.xml")
        self.assertEqual(reply, "success")
        self.env.invalidate_all()
        self.assertEqual((file.state, file.size), ("kept", len(content)))
        # without a cookie, too: pictures of what is kept stay
        client.cookie = None
        client.text("catalog", "file", b"picture", filename="import_files/a.jpg")
        picture = self.env["b2b.1c.file"].search([], order="id desc", limit=1)
        self.assertEqual(picture.exchange_id, file.exchange_id)
        client.text("catalog", "init")
        self.env.invalidate_all()
        self.assertEqual(picture.state, "received")
        client.text("catalog", "file", b"other", filename="import_files/a.jpg")
        self.env.invalidate_all()
        self.assertEqual(picture.size, 7)
        # 1C begins anew: nothing of what is kept is thrown away
        client.log_in()
        client.text("catalog", "init")
        self.env.invalidate_all()
        self.assertEqual(file.state, "kept")
