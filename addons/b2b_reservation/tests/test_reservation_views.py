from ast import literal_eval
from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import B2bReservationCommon

# The views of which model there are, as its menu opens them.
VIEWS = {
    "b2b.reservation": ("list", "form", "calendar", "search"),
    "b2b.reservation.wait": ("list", "search"),
}


@tagged("post_install", "-at_install")
class TestReservationViews(B2bReservationCommon):
    """Staff's screens of reservations and of who waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            "warehouse": cls._create_staff("b2b_picker", "stock.group_stock_user"),
            "reader": cls._create_staff("b2b_reader", "b2b_portal.group_b2b_user"),
            "manager": cls.staff_user,
        }
        cls._set_stock(cls.product, 5)
        order = cls._confirm_order(8)
        order.with_user(cls.dealer_user)._b2b_reserve()
        cls.reservation = order.b2b_reservation_ids
        order.with_user(cls.dealer_user)._b2b_wait(order.order_line.ids)
        cls.wait = cls.env["b2b.reservation.wait"]._of_lines(order.order_line)

    @classmethod
    def _create_staff(cls, login, groups):
        return new_test_user(
            cls.env, login=login, groups=groups, email=f"{login}@example.com"
        )

    def _get_records(self, user):
        """Return a record of each model for a user."""
        return [record.with_user(user) for record in (self.reservation, self.wait)]

    def _get_arch(self, record, kind):
        return etree.fromstring(record.get_view(view_type=kind)["arch"])

    def test_views_open_for_each_group(self):
        for name, user in self.users.items():
            for record in self._get_records(user):
                for kind in VIEWS[record._name]:
                    with self.subTest(user=name, model=record._name, view=kind):
                        view = record.get_view(view_type=kind)
                        names = view["models"][record._name]
                        self.assertTrue(record.read(list(names)))

    def test_goods_of_a_reservation_are_read_with_it(self):
        for name, user in self.users.items():
            with self.subTest(user=name):
                reservation = self.reservation.with_user(user)
                view = reservation.get_view(view_type="form")
                names = view["models"]["b2b.reservation.line"]
                (line,) = reservation.line_ids.read(list(names))
                self.assertEqual(line["quantity"], 5)

    def test_menus_open_the_views_that_there_are(self):
        for xmlid, model in (
            ("b2b_reservation_action", "b2b.reservation"),
            ("b2b_reservation_wait_action", "b2b.reservation.wait"),
        ):
            action = self.env.ref(f"b2b_reservation.{xmlid}")
            self.assertEqual(action.res_model, model)
            self.assertLessEqual(set(action.view_mode.split(",")), set(VIEWS[model]))

    def test_filters_find_what_they_name(self):
        for record in self._get_records(self.users["reader"]):
            arch = self._get_arch(record, "search")
            for node in arch.iter("filter"):
                with self.subTest(model=record._name, filter=node.get("name")):
                    record.search(literal_eval(node.get("domain") or "[]"))
                    context = literal_eval(node.get("context") or "{}")
                    if group := context.get("group_by"):
                        record.formatted_read_group([], [group], ["__count"])

    def test_only_managers_put_off_the_end(self):
        later = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        for name in ("warehouse", "reader"):
            reservation = self.reservation.with_user(self.users[name])
            with self.subTest(user=name), self.assertRaises(AccessError):
                reservation.date_expiry = later
        with Form(self.reservation.with_user(self.users["manager"])) as form:
            form.date_expiry = later
        self.assertEqual(self.reservation.date_expiry, later)

    def test_only_managers_see_what_they_may_press(self):
        for name, user in self.users.items():
            with self.subTest(user=name):
                arch = self._get_arch(self.reservation.with_user(user), "form")
                buttons = arch.xpath("//header/button")
                self.assertEqual(bool(buttons), name == "manager")
                arch = self._get_arch(self.wait.with_user(user), "list")
                buttons = arch.xpath("//button[@name='action_leave']")
                self.assertEqual(bool(buttons), name == "manager")

    def test_nothing_is_made_or_deleted_by_hand(self):
        for record in self._get_records(self.users["manager"]):
            arch = self._get_arch(record, "list")
            self.assertEqual((arch.get("create"), arch.get("delete")), ("0", "0"))
            with self.assertRaises(AccessError):
                record.unlink()

    def test_manager_takes_somebody_off_the_line(self):
        with self.assertRaises(AccessError):
            self.wait.with_user(self.users["reader"]).action_leave()
        self.wait.with_user(self.users["manager"]).action_leave()
        self.assertEqual(self.wait.state, "left")
