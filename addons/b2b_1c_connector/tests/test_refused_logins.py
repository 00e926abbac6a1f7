from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .common_1c import Builders1c
from .test_exchange import Client


@tagged("post_install", "-at_install")
class TestRefusedLogins(Builders1c, HttpCase):
    """Who tries to log in in vain is kept in a row of its own: imports write that of
    the connection."""

    def setUp(self):
        super().setUp()
        self.stranger = Client(self, "test", "1c-test", "wrong")

    def _get_version(self):
        self.env.flush_all()
        query = "SELECT ctid, xmin FROM b2b_1c_backend WHERE id = %s"
        self.env.cr.execute(query, [self.connection.id])
        return self.env.cr.fetchone()

    def test_row_is_written_and_that_of_the_connection_is_not(self):
        before = self._get_version()
        self.assertEqual(self.stranger.call("catalog", "checkauth").status_code, 401)
        self.assertEqual(self._get_version(), before)
        self.assertEqual(len(self.connection.refusal_ids), 1)
        self.assertEqual(self.connection.refused_from, "127.0.0.1")
        self.assertTrue(self.connection.refused_date)

    def test_who_asks_without_login_first_is_not_refused_one(self):
        """1C may send its login only when it is asked for it."""
        answer = self.stranger.call("catalog", "checkauth", login=False)
        self.assertEqual(answer.status_code, 401)
        self.assertFalse(self.connection.refusal_ids)

    def test_administrators_see_when_and_from_where_and_not_the_rows(self):
        self.stranger.call("catalog", "checkauth")
        group = "b2b_portal.group_b2b_administrator"
        user = new_test_user(self.env, login="b2b_adm", groups=group)
        seen = self.connection.with_user(user)
        self.assertEqual(seen.refused_from, "127.0.0.1")
        with self.assertRaises(AccessError):
            self.connection.refusal_ids.with_user(user).read(["address"])

    def test_they_are_forgotten_after_a_month(self):
        self.stranger.call("catalog", "checkauth")
        self.env.cr.execute(
            "UPDATE b2b_1c_refusal SET create_date = create_date - interval '29 days'"
        )
        refusals = self.env["b2b.1c.refusal"]
        refusals.invalidate_model()
        refusals._gc_refusals()
        self.assertTrue(self.connection.refusal_ids)
        self.env.cr.execute(
            "UPDATE b2b_1c_refusal SET create_date = create_date - interval '2 days'"
        )
        refusals.invalidate_model()
        refusals._gc_refusals()
        self.assertFalse(self.connection.refusal_ids)
