from psycopg2 import IntegrityError

from odoo.exceptions import AccessDenied, AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common_1c import Builders1c


@tagged("post_install", "-at_install")
class TestBackend(Builders1c, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(
            cls.env,
            login="b2b_admin",
            groups="b2b_portal.group_b2b_administrator,base.group_allow_export",
        )
        cls.manager = new_test_user(
            cls.env, login="b2b_manager", groups="b2b_portal.group_b2b_manager"
        )

    def _as_administrator(self):
        return self.connection.with_user(self.administrator)

    def test_administrator_connects_1c_in_one_form(self):
        connections = self.env["b2b.1c.backend"].with_user(self.administrator)
        connection = connections.create({"name": "Warehouse", "key": "warehouse"})
        self.assertTrue(connection.address.endswith("/b2b/1c/warehouse"))
        self.assertEqual(connection.login, "1c-warehouse")
        shown = connection.action_new_password()["context"]
        self.assertEqual(shown["default_login"], connection.login)
        self.assertTrue(
            connection._accepts(connection.login, shown["default_password"])
        )

    def test_dialog_shows_the_password_and_stores_nothing(self):
        action = self._as_administrator().action_new_password()
        dialog = self.env[action["res_model"]].with_user(self.administrator)
        shown = dialog.with_context(**action["context"]).onchange(
            {}, [], {"password": {}, "login": {}, "address": {}}
        )
        self.assertEqual(
            shown["value"]["password"], action["context"]["default_password"]
        )
        self.assertFalse(self.env["b2b.1c.credentials"]._auto)

    def test_a_new_password_voids_the_one_before(self):
        before = self.connection._make_password()
        after = self.connection._make_password()
        self.assertFalse(self.connection._accepts("1c-test", before))
        self.assertTrue(self.connection._accepts("1c-test", after))

    def test_wrong_credentials_are_not_accepted(self):
        for login, password in [
            ("1c-test", "other"),
            ("other", self.password),
            ("1c-test", ""),
            (None, self.password),
            ("1С-тест", "пароль"),
        ]:
            with self.subTest(login=login):
                self.assertFalse(self.connection._accepts(login, password))
        self.assertTrue(self.connection._accepts("1c-test", self.password))

    def test_without_password_or_archived_nobody_is_accepted(self):
        fresh = self.env["b2b.1c.backend"].create({"name": "New", "key": "new"})
        for password in ("", "none", "none$"):
            self.assertFalse(fresh._accepts(fresh.login, password))
        self.connection.active = False
        self.assertFalse(self.connection._accepts("1c-test", self.password))

    def test_nobody_reads_the_hash(self):
        connection = self._as_administrator()
        with self.assertRaises(AccessError):
            connection.read(["password_hash"])
        with self.assertRaises(AccessError):
            connection.export_data(["name", "password_hash"])
        with self.assertRaises(AccessError):
            connection.search([("password_hash", "like", "%")])
        with self.assertRaises(AccessError):
            connection.write({"password_hash": "known"})
        self.assertNotIn("password_hash", connection.fields_get())
        self.assertNotIn(self.password, str(connection.sudo().read()))

    def test_only_administrators_see_connections(self):
        for user in (self.manager, self.connection.user_id):
            connection = self.connection.with_user(user)
            for act in (
                lambda c: c.read(["name"]),
                lambda c: c.write({"name": "Mine"}),
                lambda c: c.action_new_password(),
                lambda c: c.create({"name": "Mine"}),
                lambda c: c.unlink(),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    act(connection)
        self.assertEqual(self._as_administrator().read(["name"])[0]["name"], "Test")

    def test_another_company_hides_the_connection(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.administrator.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        with self.assertRaises(AccessError):
            self._as_administrator().read(["name"])

    def test_the_user_of_1c_can_do_nothing(self):
        user = self.connection.user_id
        self.assertTrue(user.share)
        self.assertEqual(
            user.group_ids, self.env.ref("b2b_1c_connector.group_1c_exchange")
        )
        self.assertEqual(user.all_group_ids, user.group_ids)
        for model in ("res.partner", "sale.order", "product.template", "b2b.contract"):
            with self.subTest(model=model):
                self.assertFalse(self.env[model].with_user(user).has_access("read"))

    def test_the_user_of_1c_opens_no_session(self):
        user = self.connection.user_id
        user.password = "known to somebody"
        with self.assertRaises(AccessDenied), mute_logger("odoo.addons.base"):
            self.authenticate(user.login, "known to somebody")
        answer = self.url_open("/my", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_user_follows_its_connection(self):
        user = self.connection.user_id
        self.connection.write({"active": False, "login": "1c-renamed"})
        self.assertEqual((user.active, user.login), (False, "1c-renamed"))
        self.connection.active = True
        self.assertTrue(user.active)
        self.connection.unlink()
        self.assertFalse(user.active)

    def test_key_is_part_of_an_address(self):
        for key in ("a", "Ключ", "a/b", "a b", "ABC", "x" * 41, "-ab"):
            with self.subTest(key=key), self.assertRaises(ValidationError):
                self.env["b2b.1c.backend"].create({"name": "Bad", "key": key})
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["b2b.1c.backend"].create(
                {"name": "Twice", "key": "test", "login": "other"}
            )

    def test_a_copy_has_a_key_and_a_user_of_its_own(self):
        copy = self.connection.copy()
        self.assertNotEqual(copy.key, self.connection.key)
        self.assertNotEqual(copy.user_id, self.connection.user_id)
        self.assertFalse(copy._accepts(copy.login, self.password))

    def test_each_configuration_says_what_to_set(self):
        selection = self.env["b2b.1c.backend"]._fields["configuration"].selection
        for value, _label in selection:
            self.connection.configuration = value
            self.assertIn(self.connection.address, self.connection.instructions)
            self.assertIn("1c-test", self.connection.instructions)
