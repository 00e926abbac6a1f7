"""What keeps a connection sound: its password, its user's name, its bindings."""

from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import Form, HttpCase, new_test_user, tagged
from odoo.tools import SQL

from .common_1c import Builders1c
from .test_exchange import Client


@tagged("post_install", "-at_install")
class TestConnection(Builders1c, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        cls.mine = cls.connection.with_user(cls.user)

    def _open(self, **values):
        client = Client(self, "test", "1c-test", self.password, basic_always=False)
        client.log_in()
        self.assertEqual(client.call("catalog", "init").status_code, 200)
        return client

    # -- sessions

    def test_a_new_password_ends_the_sessions_of_the_one_before(self):
        other = self._create_connection("other")
        theirs = Client(self, "other", other.login, other._make_password(), False)
        theirs.log_in()
        client = self._open()
        self.mine.action_new_password()
        self.assertEqual(client.call("catalog", "init").status_code, 401)
        self.assertEqual(theirs.call("catalog", "init").status_code, 200)

    def test_a_session_ends_a_day_after_its_login_however_busy(self):
        client = self._open()
        exchange = self.env["b2b.1c.exchange"].search([], limit=1)
        for hours, status in ((23, 200), (25, 401)):
            begun = Datetime.now() - timedelta(hours=hours)
            self.env.cr.execute(
                SQL(
                    "UPDATE b2b_1c_exchange SET create_date = %s WHERE id = %s",
                    begun,
                    exchange.id,
                )
            )
            self.env.invalidate_all()
            self.assertEqual(client.call("catalog", "init").status_code, status)

    # -- the name of its user

    def test_a_name_that_cannot_log_in_is_refused(self):
        for login in ("1c:test", "", False, " 1c", "1c "):
            with self.subTest(login=login), self.assertRaises(ValidationError):
                self.mine.write({"login": login})
        with self.assertRaises(ValidationError):
            self.mine.create({"name": "New", "key": "new", "login": "a:b"})
        self.mine.login = "Обмен 1С"
        self.assertEqual(self.connection.user_id.login, "Обмен 1С")
        for login in ("", False):
            made = self.mine.create({"name": "New", "login": login})
            self.assertEqual(made.login, f"1c-{made.key}")

    # -- deleting

    def test_a_connection_that_something_is_bound_by_is_archived_not_deleted(self):
        category = self.env["product.category"].create({"name": "A"})
        bindings = self.env["b2b.1c.binding"]
        bindings._park(self.connection, "product.category", "parked", "P")
        rows = [("a", category.id, "A", False)]
        bindings._bind(self.connection, "product.category", rows)
        with self.assertRaises(UserError):
            self.mine.unlink()
        self.mine.action_archive()
        with self.assertRaises(UserError):
            self.mine.unlink()
        found = bindings.search([("external_id", "=", "a")])
        found.with_user(self.user).unlink()
        self.mine.unlink()
        self.assertFalse(self.connection.exists())

    # -- which 1C it is

    def _receive(self, name):
        exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        self.env["b2b.1c.file"].create({"exchange_id": exchange.id, "name": name})
        self.env.invalidate_all()

    def test_files_that_look_like_another_1c_are_told(self):
        guid = "0a1b2c3d-0000-11ee-8000-000000000001"
        for name, configuration in [
            ("import.xml", "ut10"),
            (f"1cbitrix-{guid}.xml", "ut10"),
            ("import0_1.xml", "ut11"),
            ("offers12_3.xml", "ut11"),
            ("import0.xml", "unf"),
            (f"import___{guid}.xml", "module"),
            (f"goods_1_1_{guid}.xml", "module"),
        ]:
            with self.subTest(name=name):
                self._receive(name)
                self.assertEqual(self.connection.looks_like, configuration)
        seen = self.connection.looks_like
        for name in ("orders-x_1.xml", "import_files/ab/goods_1.jpg", "a.zip"):
            self._receive(name)
            self.assertEqual(self.connection.looks_like, seen)

    def test_the_form_warns_as_long_as_they_differ(self):
        with Form(self.mine) as form:
            self.assertFalse(form.configuration_warning)
        self._receive("import.xml")
        with Form(self.mine) as form:
            self.assertIn("10.3", form.configuration_warning)
            form.configuration = "ut10"
            self.assertFalse(form.configuration_warning)
