from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders


@tagged("post_install", "-at_install")
class TestEntries(B2bReservationBuilders, B2bBuilders, HttpCase):
    """Where a dealer finds the way to reserve."""

    def setUp(self):
        super().setUp()
        self.authenticate("b2b_dealer", "b2b_dealer")
        self._set_stock(self.product, 100)
        self.order = self._confirm_order()
        self.order._b2b_issue_bill()
        self.path = f"/my/orders/{self.order.id}/reserve"

    def test_list_of_orders_leads_to_reserving(self):
        self.assertIn(self.path, self.url_open("/my/orders").text)
        self._reserve(self.order)
        self.assertNotIn(self.path, self.url_open("/my/orders").text)

    def test_bill_in_the_journal_leads_to_reserving(self):
        self.assertIn(self.path, self.url_open("/my/journal").text)
        self._reserve(self.order, 2)
        self.assertIn(self.path, self.url_open("/my/journal").text)
        self._reserve(self.order)
        self.assertNotIn(self.path, self.url_open("/my/journal").text)

    def test_who_may_not_order_is_not_led_to_it(self):
        self.dealer_user.b2b_membership_ids.role = "accountant"
        for page in ("/my/orders", "/my/journal"):
            self.assertNotIn(self.path, self.url_open(page).text)

    def _count_queries(self, path):
        self.url_open(path)
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_queries_of_the_journal_do_not_grow_with_the_orders(self):
        few = self._count_queries("/my/journal")
        for _n in range(8):
            self._confirm_order()._b2b_issue_bill()
        self.assertLessEqual(self._count_queries("/my/journal"), few + 1)
