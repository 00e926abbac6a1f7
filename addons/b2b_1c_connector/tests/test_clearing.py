from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import as_1c_writes, envelope, requisites
from .common_import import ImportCase, classifier, group
from .common_offers import offer, price, price_type, price_types, prices
from .common_properties import good

TEMPLATE = "product.template"


class ClearingCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection.clear_share = 50
        # goods that Odoo alone has made
        cls.own = cls.env[TEMPLATE].create({"name": "Own"})

    def setUp(self):
        super().setUp()
        self.moment = fields.Datetime.now() - timedelta(hours=9)
        self.exchange.date_last = self.moment

    # -- what 1C does

    def send(self, body, name, fail=False):
        """A session of its own with one file, some minutes after the one before."""
        self.moment += timedelta(minutes=5)
        exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        exchange.date_last = self.moment
        content = as_1c_writes(envelope(body))
        file = self.receive(content[: len(content) // 2] if fail else content, name)
        file.exchange_id = exchange
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE b2b_1c_file SET create_date = %s WHERE id = %s",
            [self.moment, file.id],
        )
        file.invalidate_recordset()
        self.run_import(file)
        self.assertEqual(file.state, "failed" if fail else "done", file.error)
        return file

    def send_goods(self, *names, full=False, catalog="cat-1", head="", **options):
        """A portion: the goods that are called so."""
        number = options.pop("number", 1 if full else 2)
        rows = "".join(good("", name, name) for name in names)
        said = "false" if full else "true"
        options.setdefault("name", f"import0_{number}.xml")
        return self.send(
            f'{head}<Каталог СодержитТолькоИзменения="{said}"><Ид>{catalog}</Ид>'
            f"<ИдКлассификатора>cls-1</ИдКлассификатора><Товары>{rows}</Товары>"
            "</Каталог>",
            **options,
        )

    def send_offers(self, catalog="cat-1", head="", rows="", **options):
        options.setdefault("name", "offers0_1.xml")
        return self.send(
            f"<ПакетПредложений><Ид>{catalog}#</Ид><ИдКаталога>{catalog}</ИдКаталога>"
            f"{head}<Предложения>{rows}</Предложения></ПакетПредложений>",
            **options,
        )

    def tell_complete(self):
        """As the newer module: `mode=complete`."""
        self.exchange._answer({"type": "catalog", "mode": "complete"}, b"")
        self.wait()

    def wait(self):
        """Let the timer go off."""
        crons = type(self.env["ir.cron"])
        with patch.object(crons, "_commit_progress", return_value=60.0):
            self.env["b2b.1c.export"]._cron_finish()

    # -- what is there

    def product(self, name):
        return self.bound(TEMPLATE, name)

    def get_shown(self, names="abcdefgh"):
        return "".join(name for name in names if self.product(name).active)

    @property
    def export(self):
        return self.connection.export_ids[:1]


@tagged("post_install", "-at_install")
class TestClearing(ClearingCase):
    """What becomes of goods that a full export does not name any more."""

    def test_drawings_beside_pictures_keep_nothing_from_its_end(self):
        self.send_goods(*"ab", full=True)
        self.send_goods("a", full=True)
        drawing = self.receive(b"<svg/>", "import_files/ab/a.svg")
        self.assertEqual(drawing.content, "other")
        self.tell_complete()
        self.assertFalse(self.export.note)
        self.assertEqual(self.get_shown("ab"), "a")

    # -- not before the end

    def test_nothing_goes_before_the_export_is_complete(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")
        self.send_goods("b", "c")
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abc")
        self.assertFalse(self.product("d").product_variant_id.active)
        self.assertEqual((self.export.state, self.export.archived), ("done", 1))
        self.assertTrue(self.own.active)

    def test_changes_alone_never_archive(self):
        self.send_goods(*"abcd", full=True)
        self.tell_complete()
        self.send_goods("a")
        self.tell_complete()
        self.send_offers()
        self.connection.clear_up = "quiet"
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")

    def test_a_full_export_does_not_touch_what_it_never_listed(self):
        bound = self.env[TEMPLATE].create({"name": "By hand"})
        self.env["b2b.1c.binding"]._bind(
            self.connection, TEMPLATE, [("hand", bound.id, "By hand", False)]
        )
        self.send_goods(*"ab", full=True)
        self.tell_complete()
        self.assertTrue(bound.active)

    def test_what_came_back_is_shown_again(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"abc", full=True)
        self.tell_complete()
        # the very same row as before
        file = self.send_goods("d")
        self.assertEqual(file.updated, 1)
        self.assertEqual(self.get_shown(), "abcd")
        self.assertTrue(self.product("d").product_variant_id)

    def test_what_people_have_archived_stays_so(self):
        self.send_goods(*"abcd", full=True)
        self.product("d").active = False
        self.send_goods(*"abc", full=True)
        self.tell_complete()
        self.assertEqual(self.export.archived, 0)
        self.send_goods("d")
        self.assertEqual(self.get_shown(), "abc")

    def test_goods_that_return_as_deleted_stay_hidden(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"abc", full=True)
        self.tell_complete()
        mark = "<ПометкаУдаления>true</ПометкаУдаления>"
        self.send(
            f"<Каталог><Ид>cat-1</Ид><Товары>{good(mark, 'd')}</Товары></Каталог>",
            "import0_3.xml",
        )
        self.assertEqual(self.get_shown(), "abc")

    def test_rows_that_do_not_go_in_are_not_missing(self):
        self.send_goods(*"abcd", full=True)
        broken = (
            f"<Товар><Ид>d</Ид><Вес>1</Вес>{requisites(X='1')}"
            '<БазоваяЕдиница Код="999">ведро</БазоваяЕдиница></Товар>'
        )
        rows = "".join(good("", name, name) for name in "abc") + broken
        file = self.send(
            '<Каталог СодержитТолькоИзменения="false"><Ид>cat-1</Ид>'
            f"<Товары>{rows}</Товары></Каталог>",
            "import0_1.xml",
        )
        self.assertEqual(file.waiting, 1)
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")

    def test_never_means_never(self):
        self.connection.clear_up = "never"
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"abc", full=True)
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")

    def test_never_stops_what_1c_has_told_before(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.send_goods("b", fail=True)
        self.send_goods("c", number=3)
        self.tell_complete()
        self.assertTrue(self.export.is_told)
        self.connection.clear_up = "never"
        # now nothing else is in the way
        self.send_goods("b")
        self.assertFalse(self.export._is_due())
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")
        # the job that was to do it
        self.export._finish()
        self.assertEqual(self.get_shown(), "abcd")
        self.connection.clear_up = "told"
        self.wait()
        self.assertEqual(self.get_shown(), "abc")

    # -- who is not concerned

    def test_other_catalogues_are_left_alone(self):
        self.send_goods(*"abc", full=True)
        self.send_goods(*"cdef", full=True, catalog="cat-2", name="import1_1.xml")
        self.send_goods("a", full=True)
        self.tell_complete()
        # c is in the other one, too
        self.assertEqual(self.get_shown(), "acdef")
        self.send_goods(*"def", full=True, catalog="cat-2", name="import1_1.xml")
        self.tell_complete()
        self.assertEqual(self.get_shown(), "adef")

    def test_other_connections_are_left_alone(self):
        self.send_goods(*"abcd", full=True)
        shared, mine = self.product("d"), self.connection
        self.connection = self._create_connection("second", clear_share=50)
        self.send_goods(*"xyz", full=True)
        self.env["b2b.1c.binding"]._bind(
            self.connection, TEMPLATE, [("other", shared.id, "D", False)]
        )
        self.send_goods(*"xy", full=True)
        self.exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        self.tell_complete()
        self.assertEqual(self.get_shown("xyz"), "xy")
        self.connection = mine
        self.assertEqual(self.get_shown(), "abcd")
        self.exchange, _token = self.env["b2b.1c.exchange"]._begin(mine, "catalog")
        self.send_goods(*"ab", full=True)
        self.tell_complete()
        # d is goods of the second connection, too
        self.assertEqual(self.get_shown(), "abd")

    # -- portions that fail, and come again

    def test_a_portion_that_failed_keeps_all(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.send_goods("b", fail=True)
        self.send_goods("c", number=3)
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")
        self.assertIn("import0_2.xml", self.export.note)
        # 1C repeats it
        self.send_goods("b")
        self.wait()
        self.assertEqual(self.get_shown(), "abc")
        self.assertFalse(self.export.note)

    def test_a_failed_portion_that_is_run_again(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        file = self.send_goods("b", "c", fail=True)
        self.tell_complete()
        content = as_1c_writes(
            envelope(
                '<Каталог СодержитТолькоИзменения="true"><Ид>cat-1</Ид><Товары>'
                f"{good('', 'b', 'b')}{good('', 'c', 'c')}</Товары></Каталог>"
            )
        )
        file.part_ids.raw = content
        self.run_import(file)
        self.wait()
        self.assertEqual(self.get_shown(), "abc")

    def test_a_portion_that_never_came_keeps_all(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.send_goods("c", number=3)
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")
        self.assertIn("import0_2.xml", self.export.note)
        self.send_goods("b", number=2)
        self.wait()
        self.assertEqual(self.get_shown(), "abc")

    def test_a_refused_portion_keeps_all(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"abc", full=True)
        reply, _type = self.exchange._answer(
            {"type": "catalog", "mode": "import", "filename": "import0_2.xml"}, b""
        )
        self.assertTrue(reply.startswith("failure"))
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")

    def test_files_still_to_be_imported_are_waited_for(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"abc", full=True)
        file = self.receive(as_1c_writes(envelope("")), "import0_2.xml")
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")
        self.run_import(file)
        self.wait()
        self.assertEqual(self.get_shown(), "abc")

    def test_a_portion_sent_twice_changes_nothing(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.send_goods("b")
        self.send_goods("b")
        self.send_goods("c", number=3)
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abc")

    def test_the_first_portion_again_begins_anew(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("d", full=True)
        self.send_goods("a", full=True)
        self.send_goods("b", "c")
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abc")
        states = set(self.connection.export_ids.mapped("state"))
        self.assertEqual(states, {"done", "replaced"})

    def test_each_portion_may_call_itself_full(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.send_goods("b", "c", full=True, number=2)
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abc")

    # -- who does not say that it is complete

    def test_offers_and_quiet_tell_the_end(self):
        self.connection.clear_up = "quiet"
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.send_goods("b", "c")
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")
        # of another catalogue
        self.send_offers("cat-2")
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")
        self.send_offers()
        session = self.env["b2b.1c.exchange"].search([], limit=1)
        session.date_last = fields.Datetime.now()
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")
        session.date_last -= timedelta(minutes=31)
        self.wait()
        self.assertEqual(self.get_shown(), "abc")

    def test_goods_after_the_offers_are_waited_for(self):
        self.connection.clear_up = "quiet"
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        self.send_offers()
        self.send_goods("b", "c")
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")

    def test_without_that_setting_quiet_tells_nothing(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"abc", full=True)
        self.send_offers()
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")

    def test_sessions_of_orders_in_between_do_not_matter(self):
        self.connection.clear_up = "quiet"
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        orders, _token = self.env["b2b.1c.exchange"]._begin(self.connection, "sale")
        file = self.receive(b"<broken", "orders.xml", orders)
        self.run_import(file)
        self.assertEqual(file.state, "failed")
        self.wait()
        self.assertEqual(self.get_shown(), "abcd")
        self.send_goods("b", "c")
        self.send_offers()
        self.wait()
        self.assertEqual(self.get_shown(), "abc")

    # -- deactivate

    def _deactivate(self, timestamp):
        words = {"type": "catalog", "mode": "deactivate", "timestamp": timestamp}
        reply, _type = self.exchange._answer(words, b"")
        self.wait()
        return reply

    def test_deactivate_hides_what_was_not_named_since(self):
        self.send_goods(*"abcd", full=True)
        stamp = int(self.moment.timestamp()) + 60
        self.send_goods("a", full=True)
        self.send_goods("b", "c")
        self.assertEqual(self._deactivate(str(stamp)), "success")
        self.assertEqual(self.get_shown(), "abc")

    def test_deactivate_without_a_full_export_hides_nothing(self):
        self.send_goods(*"abcd", full=True)
        stamp = int(self.moment.timestamp()) + 60
        self.send_goods("a")
        self.assertEqual(self._deactivate(str(stamp)), "success")
        self.assertEqual(self.get_shown(), "abcd")

    def test_deactivate_with_a_strange_moment_hides_nothing(self):
        self.send_goods(*"abcd", full=True)
        self.send_goods("a", full=True)
        for stamp in ("", "0x1", "99999999999999999999", "-1", "٣"):
            self.assertEqual(self._deactivate(stamp), "success")
            self.assertEqual(self.get_shown(), "abcd", stamp)

    # -- too many at once

    def test_too_many_at_once_are_left_to_staff(self):
        self.connection.clear_share = 10
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"ab", full=True)
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")
        self.assertEqual(self.export.state, "asked")
        conflict = self.env["b2b.1c.conflict"].search([("kind", "=", "absent")])
        self.assertEqual(conflict.backend_id, self.connection)
        self.assertEqual(conflict.record_count, 2)
        self.assertIn("2 of 4", conflict.text)
        user = new_test_user(
            self.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            conflict.with_user(nobody).action_solve()
        # 1C has sent another one meanwhile
        self.send_goods("c")
        conflict.with_user(user).action_solve()
        self.assertEqual(conflict.state, "solved")
        self.assertEqual(self.get_shown(), "abc")
        self.assertEqual(self.export.state, "done")

    def test_staff_may_leave_all_as_it_is(self):
        self.connection.clear_share = 10
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"ab", full=True)
        self.tell_complete()
        conflict = self.env["b2b.1c.conflict"].search([("kind", "=", "absent")])
        conflict.action_dismiss()
        self.assertEqual(self.get_shown(), "abcd")

    def test_the_next_full_export_takes_the_question_back(self):
        self.connection.clear_share = 10
        self.send_goods(*"abcd", full=True)
        self.send_goods(*"ab", full=True)
        self.tell_complete()
        self.send_goods(*"abcd", full=True)
        self.assertFalse(self.env["b2b.1c.conflict"].search([("kind", "=", "absent")]))
        self.tell_complete()
        self.assertEqual(self.get_shown(), "abcd")

    # -- groups

    def _groups(self, *names):
        rows = "".join(group(name, f"Group {name}") for name in names)
        return classifier(f"<Группы>{rows}</Группы>")

    def _send_grouped(self, groups, **told):
        """A full export of goods in groups, by name."""
        rows = "".join(
            good(f"<Группы><Ид>{one}</Ид></Группы>", name, name)
            for name, one in told.items()
        )
        return self.send(
            f"{groups}<Каталог СодержитТолькоИзменения='false'><Ид>cat-1</Ид>"
            "<ИдКлассификатора>cls-1</ИдКлассификатора>"
            f"<Товары>{rows}</Товары></Каталог>",
            "import0_1.xml",
        )

    def get_categories(self):
        found = self.env["product.public.category"].search(
            [("name", "=like", "Group %")]
        )
        return "".join(sorted(name[-1] for name in found.mapped("name")))

    def test_groups_that_a_full_export_misses_leave_the_shop_when_empty(self):
        self._send_grouped(self._groups(*"xyz"), a="x", b="y", c="z")
        self._send_grouped(self._groups("x"), a="x", b="x", c="z")
        self.assertEqual(self.get_categories(), "xyz")
        internal = self.bound("product.category", "y")
        self.tell_complete()
        # one still has goods
        self.assertEqual(self.get_categories(), "xz")
        self.assertTrue(internal.exists())
        self._send_grouped(self._groups("x"), a="x", b="x", c="x")
        self.assertEqual(self.get_categories(), "x")
        self._send_grouped(self._groups(*"xy"), a="y", b="y", c="x")
        self.assertEqual(self.get_categories(), "xy")
        self.assertEqual(self.bound("product.category", "y"), internal)
        self.assertEqual(self.product("a").public_categ_ids.name, "Group y")

    def test_groups_marked_as_deleted_leave_the_shop_when_empty(self):
        self._send_grouped(self._groups(*"xy"), a="x", b="y")
        mark = "<ПометкаУдаления>true</ПометкаУдаления>"
        deleted = classifier(
            "<Группы>"
            + group("x", "Group x")
            + group("y", "Group y", mark)
            + group("q", "Group q", mark)
            + "</Группы>"
        )
        self._send_grouped(deleted, a="x")
        self.assertEqual(self.get_categories(), "xy")
        self._send_grouped(deleted, a="x", b="x")
        self.assertEqual(self.get_categories(), "x")
        self.assertTrue(self.bound("product.category", "y"))

    def test_a_full_export_without_groups_says_nothing_of_them(self):
        self._send_grouped(self._groups(*"xy"), a="x")
        self._send_grouped("", a="x")
        self.tell_complete()
        self.assertEqual(self.get_categories(), "xy")

    # -- price types

    def _pricelist(self, external_id):
        return self.bound("product.pricelist", external_id)

    def test_price_types_that_a_full_export_misses_are_archived(self):
        both = price_types(price_type("t1", "Wholesale"), price_type("t2", "Retail"))
        one = price_types(price_type("t1", "Wholesale"))
        self.send_goods("a", full=True)
        self.send_offers(head=both, rows=offer(prices(price(5, "t2")), "a"))
        self.tell_complete()
        self.send_goods("a", full=True)
        self.send_offers(head=one)
        self.assertTrue(self._pricelist("t2").active)
        self.tell_complete()
        self.assertTrue(self._pricelist("t1").active)
        self.assertFalse(self._pricelist("t2").active)
        self.send_goods("a", full=True)
        self.send_offers(head=both)
        self.assertTrue(self._pricelist("t2").active)

    def test_price_types_in_use_are_left_to_staff(self):
        both = price_types(price_type("t1", "Wholesale"), price_type("t2", "Retail"))
        self.send_goods("a", full=True)
        self.send_offers(head=both)
        self.connection.list_pricelist_id = self._pricelist("t2")
        self.send_goods("a", full=True)
        self.send_offers(head=price_types(price_type("t1", "Wholesale")))
        self.tell_complete()
        self.assertTrue(self._pricelist("t2").active)
        conflict = self.env["b2b.1c.conflict"].search([("external_id", "=", "t2")])
        self.assertEqual(conflict.record, self._pricelist("t2"))

    def test_an_export_without_price_types_says_nothing_of_them(self):
        self.send_goods("a", full=True)
        self.send_offers(head=price_types(price_type("t1", "Wholesale")))
        self.send_goods("a", full=True)
        self.send_offers()
        self.tell_complete()
        self.assertTrue(self._pricelist("t1").active)


@tagged("post_install", "-at_install")
class TestClearingOfAnotherCompany(ClearingCase):
    """Whoever clears up, prices of customers are those of the connection's company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.connection = cls._create_connection(
            "elsewhere", company_id=cls.company.id, clear_share=50
        )
        cls.exchange, _token = cls.env["b2b.1c.exchange"]._begin(
            cls.connection, "catalog"
        )

    def _send_without_a_price_type(self, *names):
        """A full export of goods that misses a price type, which a customer has in that
        company alone."""
        both = price_types(price_type("t1", "Wholesale"), price_type("t2", "Retail"))
        self.send_goods(*"abcd", full=True)
        self.send_offers(head=both)
        self.pricelist = self.bound("product.pricelist", "t2")
        customer = self.env["res.partner"].create({"name": "Customer"})
        there = customer.with_company(self.company)
        there.specific_property_product_pricelist = self.pricelist
        self.assertFalse(customer.specific_property_product_pricelist)
        self.send_goods(*names, full=True)
        self.send_offers(head=price_types(price_type("t1", "Wholesale")))

    def assertIsAsked(self):
        conflicts = self.env["b2b.1c.conflict"].search([("external_id", "=", "t2")])
        self.assertEqual(conflicts.record, self.pricelist)
        self.assertTrue(self.pricelist.active)

    def test_the_timer_sees_who_uses_prices(self):
        self._send_without_a_price_type(*"abc")
        self.tell_complete()
        self.assertEqual(self.export.state, "done")
        self.assertIsAsked()

    def test_staff_who_decide_in_another_company_see_who_uses_prices(self):
        self._send_without_a_price_type("a")
        self.tell_complete()
        self.assertEqual(self.export.state, "asked")
        user = new_test_user(
            self.env,
            "b2b",
            groups="b2b_portal.group_b2b_administrator",
            company_ids=[(6, 0, (self.env.company | self.company).ids)],
        )
        self.assertNotEqual(user.company_id, self.company)
        question = self.env["b2b.1c.conflict"].search([("kind", "=", "absent")])
        companies = user.company_ids.ids
        question.with_user(user).with_context(
            allowed_company_ids=sorted(
                companies, key=lambda key: key == self.company.id
            )
        ).action_solve()
        self.assertEqual(self.export.state, "done")
        self.assertIsAsked()
