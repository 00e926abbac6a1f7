"""What an administrator of the B2B portal cannot reach by RPC."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_import import ImportCase, group, groups


@tagged("post_install", "-at_install")
class TestRights(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        cls.victim = new_test_user(cls.env, "victim", groups="base.group_system")
        cls.foreign = cls.env["res.company"].create({"name": "Foreign"})
        cls.mine = cls.connection.with_user(cls.user)

    # -- the user of the connection

    def test_the_user_of_a_connection_cannot_be_replaced(self):
        before = self.connection.user_id
        with self.assertRaises(AccessError):
            self.mine.write({"user_id": self.victim.id})
        with self.assertRaises(AccessError):
            self.mine.create({"name": "New", "user_id": self.victim.id})
        with self.assertRaises(AccessError):
            self.mine.with_context(default_user_id=self.victim.id).create(
                {"name": "New"}
            )
        self.assertEqual(self.connection.user_id, before)
        self.mine.write({"login": "owned", "active": False})
        self.assertEqual((before.login, before.active), ("owned", False))
        self.assertEqual((self.victim.login, self.victim.active), ("victim", True))

    def test_the_connection_is_made_tested_and_renamed_all_the_same(self):
        connection = self.mine.create({"name": "New", "key": "new"})
        self.assertEqual(connection.user_id.login, "1c-new")
        connection.action_new_password()
        self.assertTrue(connection.password_date)
        connection.action_test_address()
        self.assertEqual(connection.test_result, "failed")
        self.assertTrue(connection.copy().user_id)

    # -- its company

    def test_a_foreign_company_is_refused(self):
        for act in (
            lambda: self.mine.create({"name": "New", "company_id": self.foreign.id}),
            lambda: self.mine.write({"company_id": self.foreign.id}),
        ):
            with self.assertRaises(AccessError):
                act()
        self.assertNotIn(self.foreign, self.connection.user_id.company_ids)

    def test_a_company_of_ones_own_takes_the_user_along(self):
        self.user.company_ids = [Command.link(self.foreign.id)]
        self.mine.write({"company_id": self.foreign.id})
        user = self.connection.user_id
        self.assertEqual(user.company_ids, self.foreign)
        self.assertEqual(user.company_id, self.foreign)

    def test_once_something_is_bound_the_company_stays(self):
        self.user.company_ids = [Command.link(self.foreign.id)]
        self.import_xml(groups(group("a", "A")))
        self.mine.write({"company_id": self.env.company.id})
        with self.assertRaises(ValidationError):
            self.mine.write({"company_id": self.foreign.id})

    # -- what the exchange alone writes

    def test_exchanges_are_read_and_run_again_but_not_written(self):
        exchange = self.exchange.with_user(self.user)
        other = self._create_connection("other")
        for values in ({"offered": {"1": "x"}}, {"backend_id": other.id}):
            with self.assertRaises(AccessError):
                exchange.write(values)
        file = self.receive(b"<broken")
        self.run_import(file)
        exchange.action_run_again()
        self.assertEqual(file.state, "waiting")

    def test_of_bindings_and_conflicts_people_write_their_choice_alone(self):
        self.import_xml(groups(group("a", "A")))
        binding = self.env["b2b.1c.binding"].search(
            [("external_id", "=", "a"), ("res_model", "=", "product.category")]
        )
        conflict = self.env["b2b.1c.conflict"]._raise(
            self.connection, "tax_number", self.victim.partner_id, "c-1", "Two"
        )
        other = self._create_connection("other")
        for record, values in (
            (binding, {"backend_id": other.id}),
            (binding, {"res_model": "res.partner"}),
            (binding, {"external_id": "b"}),
            (conflict, {"backend_id": other.id}),
            (conflict, {"res_model": "res.users"}),
            (conflict, {"state": "solved", "user_id": self.victim.id}),
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                record.with_user(self.user).write(values)
        category = self.env["product.category"].create({"name": "Chosen"})
        binding.with_user(self.user).res_id = category.id
        self.assertEqual(self.bound("product.category", "a"), category)
        mine = conflict.with_user(self.user)
        mine.action_dismiss()
        mine.action_reopen()
        mine.choice = self.victim.partner_id
        mine.action_solve()
        self.assertEqual((mine.state, mine.user_id), ("solved", self.user))
