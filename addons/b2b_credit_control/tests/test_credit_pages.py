from odoo.tests import new_test_user, tagged

from odoo.addons.b2b_portal.tests.checkout_common import B2bCheckoutCommon

from .common import B2bCreditBuilders


@tagged("post_install", "-at_install")
class TestCreditPages(B2bCreditBuilders, B2bCheckoutCommon):
    """What dealer and staff see of holds. A piece costs 108 with tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.write({"has_credit_limit": True, "credit_limit": 1000})

    def _fill_cart(self, quantity):
        self._log_in(self.dealer_user)
        self._choose(self.contract)
        self._add_to_cart(quantity=quantity)
        return self._get_cart()

    def _find(self, url, name):
        """Return the texts of the elements of a class on a page."""
        page = self._get_page(url)
        return [" ".join(e.text_content().split()) for e in page.find_class(name)]

    # === CHECKOUT === #

    def test_cart_says_whether_the_order_fits(self):
        cart = self._fill_cart(1)
        for url in ("/shop/cart", "/shop/payment"):
            (notice,) = self._find(url, "o_b2b_credit_notice")
            self.assertIn("fits today", notice)
        self._create_debt(950, overdue_days=-4)
        cart.order_line.product_uom_qty = 5
        for url in ("/shop/cart", "/shop/payment"):
            (notice,) = self._find(url, "o_b2b_credit_notice")
            self.assertIn("490.00", notice)
            self.assertIn("950.00", notice)
            self.assertIn("credit hold", notice)

    def test_warning_is_no_hold(self):
        self.contract.limit_policy = "warn"
        self._fill_cart(20)
        (notice,) = self._find("/shop/cart", "o_b2b_credit_notice")
        self.assertIn("1,160.00", notice)
        self.assertNotIn("credit hold", notice)
        self._order_and_bill()
        self.assertEqual(self._last_order().state, "sale")

    def test_cart_of_a_contract_without_limit_says_nothing(self):
        self.contract.has_credit_limit = False
        self._fill_cart(20)
        self.assertFalse(self._find("/shop/cart", "o_b2b_credit_notice"))

    def _last_order(self):
        self.env.invalidate_all()
        return self.env["sale.order"].search(
            [("b2b_contact_id", "=", self.dealer_user.partner_id.id)],
            order="id desc",
            limit=1,
        )

    def test_order_over_the_limit_is_kept_and_leaves_the_cart(self):
        order = self._fill_cart(10)
        text = self._get_text(self._order_and_bill())
        self.assertIn("On credit hold", text)
        self.assertIn("80.00", text)
        self.assertEqual(order.state, "sent")
        self.assertTrue(order.b2b_is_on_credit_hold)
        self.assertFalse(order.b2b_is_billed)
        self.assertEqual(order.transaction_ids.state, "pending")
        self.assertTrue(order.transaction_ids.is_post_processed)
        self.assertFalse(self._get_cart(), "the next order begins anew")
        subjects = order.message_ids.filtered("partner_ids").mapped("subject")
        self.assertEqual(len(subjects), 1)
        self.assertIn("on credit hold", subjects[0])

    def test_pressing_twice_holds_once(self):
        order = self._fill_cart(10)
        url, form = self._press_order_and_bill()
        for _press in range(2):
            self._post(url, allow_redirects=True, **form)
        self.env.invalidate_all()
        self.assertEqual(len(order.b2b_credit_hold_ids), 1)

    # === THE ACCOUNT === #

    def test_order_page_and_list_show_the_hold(self):
        order = self._fill_cart(10)
        self._order_and_bill()
        (card,) = self._find(f"/my/orders/{order.id}", "o_b2b_credit_hold")
        self.assertIn("80.00", card)
        (link,) = self._get_page(f"/my/orders/{order.id}").xpath(
            "//div[contains(@class, 'o_b2b_credit_hold')]//a/@href"
        )
        self.assertEqual(link, f"/my/balance?contract={self.contract.id}")
        self.assertEqual(len(self._find("/my/orders", "o_b2b_on_hold")), 1)
        (table,) = self._get_page("/my/orders").xpath("//main//table")
        for row in table.xpath(".//tr[td]"):
            self.assertEqual(len(row.xpath("td")), len(table.xpath(".//th")))
        self.assertIn(order.name, self.url_open("/my/orders").text)
        self.assertNotIn(order.name, self.url_open("/my/quotes").text)
        page = self._get_page(f"/my/orders/{order.id}")
        self.assertTrue(page.xpath("//ol//a[starts-with(@href, '/my/orders')]"))
        self.assertFalse(page.xpath("//ol//a[starts-with(@href, '/my/quotes')]"))
        self.assertFalse(order.validity_date, "it does not end while it waits")

    def test_steps_of_an_order_on_hold_do_not_ask_to_accept_it(self):
        order = self._fill_cart(10)
        self._order_and_bill()
        (step,) = self._find(f"/my/orders/{order.id}", "o_b2b_step_choose")
        self.assertIn("is on credit hold", step)
        self.assertNotIn("Accept", step)

    def test_order_that_is_not_held_has_no_badge(self):
        order = self._fill_cart(1)
        self._order_and_bill()
        self.assertEqual(order.state, "sale")
        self.assertIn(order.name, self.url_open("/my/orders").text)
        self.assertFalse(self._find("/my/orders", "o_b2b_on_hold"))
        self.assertFalse(self._find(f"/my/orders/{order.id}", "o_b2b_credit_hold"))

    def test_stranger_does_not_see_the_held_order(self):
        order = self._fill_cart(10)
        self._order_and_bill()
        self._log_in(self.stranger_user)
        self.assertNotIn(order.name, self.url_open("/my/orders").text)
        self.assertNotIn("credit hold", self.url_open(f"/my/orders/{order.id}").text)

    # === HISTORY === #

    def test_dealer_reads_his_own_history(self):
        self.contract.credit_limit = 2000
        self.stranger_contract.write({"has_credit_limit": True, "credit_limit": 777})
        self._log_in(self.dealer_user)
        text = self._get_text(self.url_open("/my/credit-history"))
        self.assertIn("2,000.00", text)
        self.assertIn(self.env.user.name, text)
        self.assertNotIn("777", text)
        self.assertIn("/my/credit-history", self.url_open("/my/home").text)
        self.assertTrue(self._count_on_home())

    def _count_on_home(self):
        name = "b2b_credit_event_count"
        return self.make_jsonrpc_request("/my/counters", {"counters": [name]})[name]

    def test_filters_of_the_history(self):
        order = self._fill_cart(10)
        self._order_and_bill()
        for query, found in (
            ("kind=hold", True),
            ("kind=terms", False),
            (f"contract={self.contract.id}", True),
            (f"contract={self.entity_contract.id}", False),
            (f"contract={self.stranger_contract.id}", False),
            ("kind=nonsense&contract=x&page=0", True),
        ):
            with self.subTest(query=query):
                response = self.url_open(f"/my/credit-history?{query}")
                self.assertEqual(response.status_code, 200)
                self.assertEqual(order.name in response.text, found)

    def test_history_is_for_dealers_who_are_logged_in(self):
        self.authenticate(None, None)
        response = self.url_open("/my/credit-history", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])
        passer_by = new_test_user(
            self.env, login="b2b_passer_by", groups="base.group_portal"
        )
        for user in (passer_by, self.staff_user):
            with self.subTest(user=user.login):
                self._log_in(user)
                response = self.url_open("/my/credit-history")
                self.assertEqual(response.status_code, 404)
                self.assertFalse(self._count_on_home())

    def test_history_costs_the_same_for_many_events(self):
        self._log_in(self.dealer_user)

        def count():
            self.url_open("/my/credit-history")
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.url_open("/my/credit-history")
            return self.env.cr.sql_log_count - before

        self.contract.credit_limit = 2000
        few = count()
        for limit in range(12):
            self.contract.credit_limit = 3000 + limit
        self.assertLessEqual(count(), few + 1)
