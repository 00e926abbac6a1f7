from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common_import import ImportCase


@tagged("post_install", "-at_install")
class TestConflict(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )
        cls.partners = cls.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in ("Alpha", "Beta")]
        )

    def _raise(self, text="Two", kind="tax_number", external_id="c-1", **values):
        conflicts = self.env["b2b.1c.conflict"].with_user(self.connection.user_id)
        connection = values.get("connection", self.connection)
        return (
            conflicts._raise(connection, kind, self.partners, external_id, text)
            .with_user(self.user)
            .sudo(False)
        )

    def test_raised_again_it_stays_one(self):
        conflict = self._raise()
        self.assertEqual(self._raise(), conflict)
        self.assertEqual(conflict.state, "open")
        self.assertEqual(conflict.record, self.partners[0])
        self.assertEqual(conflict.record_count, 2)
        self.assertNotEqual(self._raise(external_id="c-2"), conflict)
        self.assertNotEqual(self._raise(kind="other"), conflict)

    def test_without_an_id_of_1c_the_record_tells_them_apart(self):
        conflict = self._raise(kind="change", external_id=None)
        self.assertEqual(self._raise(kind="change", external_id=None), conflict)

    def test_choice_binds_the_counterparty(self):
        conflict = self._raise()
        with self.assertRaises(UserError):
            conflict.action_solve()
        conflict.choice = self.env["product.category"].create({"name": "X"})
        with self.assertRaises(UserError):
            conflict.action_solve()
        conflict.choice = self.partners[1]
        conflict.action_solve()
        self.assertEqual(self.bound("res.partner", "c-1"), self.partners[1])
        self.assertEqual(conflict.state, "solved")
        self.assertEqual(conflict.user_id, self.user)
        self.assertEqual(conflict.decision, "Beta")

    def test_what_was_decided_comes_again_only_with_something_new(self):
        conflict = self._raise()
        conflict.action_dismiss()
        self._raise()
        self.assertEqual(conflict.state, "solved")
        self._raise("Three")
        self.assertEqual((conflict.state, conflict.text), ("open", "Three"))

    def test_it_may_come_to_an_end_by_itself(self):
        conflict = self._raise()
        conflicts = self.env["b2b.1c.conflict"]
        other = self._create_connection("other")
        conflicts._settle(other, "tax_number", ["c-1"])
        self.assertTrue(conflict.exists())
        conflicts._settle(self.connection, "tax_number", ["c-1"])
        self.assertFalse(conflict.exists())

    def test_only_administrators_of_the_company_decide(self):
        conflict = self._raise()
        self.assertTrue(conflict.read(["text"]))
        sales = new_test_user(self.env, "sales", groups="b2b_portal.group_b2b_manager")
        for act in ("read", "action_solve", "action_dismiss"):
            with self.subTest(act=act), self.assertRaises(AccessError):
                getattr(conflict.with_user(sales), act)()
        company = self.env["res.company"].create({"name": "Other"})
        self.user.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        conflict.invalidate_recordset()
        with self.assertRaises(AccessError):
            conflict.read(["text"])
