from odoo.fields import Command
from odoo.tests import tagged

from .checkout_common import B2bCheckoutCommon
from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestPassport(B2bCommon):
    """The state of each step, for the dealer's user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 100)

    def _get_steps(self, order, user=None):
        """Return the steps of an order by their key."""
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.dealer_user
        package = self.env["b2b.document"].with_user(user)._get_package(order)
        passport = (
            order.with_user(user).sudo()._b2b_get_passport(package._get_portal_rows())
        )
        return {step["key"]: step for step in passport}

    def _get_states(self, order):
        steps = self._get_steps(order)
        return [steps[key]["state"] for key in ("choose", "bill", "pay", "collect")]

    def _bill(self, **values):
        """Return a confirmed order with its bill."""
        order = self._create_order(**values)
        order.action_confirm()
        order._b2b_issue_bill()
        return order

    def _deliver(self, order, quantity):
        picking = order.picking_ids.filtered(lambda p: p.state == "assigned")
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking._action_done()

    def test_offer_waits_for_the_dealer(self):
        order = self._create_order()
        self.assertEqual(self._get_states(order), ["now", "later", "later", "later"])
        order.action_quotation_sent()
        self.assertIn("Accept this offer", self._get_steps(order)["choose"]["text"])

    def test_cart_is_a_step_for_its_owner_alone(self):
        order = self._create_order(b2b_contact_id=self.dealer_user.partner_id.id)
        action = self._get_steps(order)["choose"]["action"]
        self.assertEqual(action["url"], "/shop/cart")
        colleague = self._create_dealer_user("b2b_colleague", self.dealer)
        step = self._get_steps(order, colleague)["choose"]
        self.assertFalse(step["action"])
        self.assertEqual(step["who"], self.dealer_user.name)

    def test_offer_on_a_closed_contract_is_refused_with_the_reason(self):
        order = self._create_order()
        self.contract.active = False
        step = self._get_steps(order)["choose"]
        self.assertEqual(step["state"], "refused")
        self.assertEqual(step["text"], self.contract._refusal_reason("order"))

    def test_cancelled_order_needs_nothing_more(self):
        order = self._bill()
        order._action_cancel()
        self.assertEqual(
            self._get_states(order), ["refused", "skipped", "skipped", "skipped"]
        )

    def test_missing_bill_is_fetched_by_who_may_order(self):
        order = self._create_order()
        order.action_confirm()
        self.assertEqual(self._get_states(order), ["done", "now", "later", "later"])
        step = self._get_steps(order)["bill"]
        self.assertTrue(step["action"]["is_post"])
        self.assertTrue(step["is_next"])
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self.assertFalse(self._get_steps(order)["bill"]["action"])

    def test_bill_is_there_with_its_paper_and_asks_for_money(self):
        order = self._bill()
        self.assertEqual(self._get_states(order), ["done", "done", "now", "later"])
        steps = self._get_steps(order)
        (paper,) = steps["bill"]["documents"]
        self.assertIn(order.b2b_payment_request_ids.name, paper["name"])
        self.assertTrue(paper["url"].endswith("/pdf"))
        self.assertIn("100.00", steps["pay"]["text"])
        self.assertEqual(
            steps["pay"]["action"]["url"],
            order.with_user(self.dealer_user)._b2b_get_pay_url(),
        )
        offered = [key for key, step in steps.items() if step["action"]]
        standing_out = [key for key, step in steps.items() if step["is_next"]]
        self.assertEqual(standing_out, offered[:1])

    def test_who_may_not_pay_reads_what_is_to_pay(self):
        order = self._bill()
        order.user_id = self.staff_user
        step = self._get_steps(order, self.staff_user)["pay"]
        self.assertEqual(step["state"], "now")
        self.assertFalse(step["action"])

    def test_invoice_that_staff_made_is_the_bill(self):
        self.product.invoice_policy = "order"
        order = self._create_order()
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(self._get_states(order), ["done", "done", "now", "later"])
        self._register_payment(invoice)
        step = self._get_steps(order)["pay"]
        self.assertEqual(step["state"], "done")
        (payment,) = step["documents"]
        self.assertTrue(payment["url"])
        self.assertEqual(step["date"], payment["text"])

    def test_lapsed_bill_says_so(self):
        order = self._bill()
        order.b2b_payment_request_ids._lapse()
        step = self._get_steps(order)["bill"]
        self.assertEqual(step["state"], "refused")
        self.assertIn("has lapsed", step["text"])
        self.assertFalse(step["action"])

    def test_free_order_needs_no_payment(self):
        self.contract.billing_mode = "payment_request"
        self.assertEqual(self._get_states(self._bill(price=0))[2], "skipped")

    def test_goods_leave_in_two_parts(self):
        order = self._bill(quantity=3)
        self.assertEqual(self._get_steps(order)["collect"]["state"], "later")
        order.picking_ids.action_assign()
        self._deliver(order, 1)
        step = self._get_steps(order)["collect"]
        self.assertEqual(step["state"], "now")
        self.assertIn("still to come", step["text"])
        (waybill,) = step["documents"]
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        self.assertIn(done.name, waybill["name"])
        order.picking_ids.action_assign()
        self._deliver(order, 2)
        step = self._get_steps(order)["collect"]
        self.assertEqual(step["state"], "done")
        self.assertTrue(step["date"])

    def test_service_is_not_collected(self):
        service = self._create_product(
            "Advice", "ADV", 50.0, type="service", is_storable=False
        )
        order = self._create_order(
            order_line=[Command.create({"product_id": service.id})]
        )
        order.action_confirm()
        self.assertEqual(self._get_states(order)[3], "skipped")

    def test_stranger_and_visitor_get_no_passport(self):
        order = self._bill()
        public = self.env.ref("base.public_user")
        for user in (self.stranger_user, public):
            self.assertFalse(order.with_user(user).sudo()._b2b_get_passport([]))
        plain = self._create_order(partner_id=self.dealer.id, b2b_contract_id=False)
        plain.b2b_contract_id = False
        self.assertFalse(self._get_steps(plain))

    def test_addon_puts_a_step_between(self):
        order = self._bill()
        orders = type(order)
        base = orders._b2b_get_passport_steps

        def get_steps(self):
            return [*base(self), self._b2b_get_step("test", 35, "Test", "fa-flask")]

        self.patch(orders, "_b2b_get_passport_steps", get_steps)
        self.assertLess(
            list(self._get_steps(order)).index("test"),
            list(self._get_steps(order)).index("pay"),
        )


@tagged("post_install", "-at_install")
class TestPassportPage(B2bCheckoutCommon):
    def _get_order(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        self._order_and_bill()
        return order

    def test_page_shows_the_steps_and_one_button_stands_out(self):
        order = self._get_order()
        page = self._get_page(f"/my/orders/{order.id}")
        passport = page.get_element_by_id("b2b_passport")
        self.assertEqual(passport.xpath("./ol/li/@data-state")[:2], ["done", "done"])
        self.assertEqual(
            len(passport.xpath(".//a[contains(@class, 'btn-primary')]")), 1
        )
        (step,) = passport.find_class("o_b2b_step_bill")
        (pdf,) = step.xpath(".//a[contains(@href, '/pdf')]/@href")
        self.assertEqual(self.url_open(pdf).status_code, 200)

    def test_token_shows_a_stranger_no_steps(self):
        order = self._get_order()
        url = f"/my/orders/{order.id}?access_token={order._portal_ensure_token()}"
        order.flush_recordset()
        for user in (self.stranger_user, None):
            self.authenticate(user and user.login, user and user.login)
            page = self.url_open(url)
            self.assertIn(order.name, page.text)
            self.assertNotIn("b2b_passport", page.text)

    def test_number_of_queries_does_not_depend_on_the_documents(self):
        order = self._get_order()
        order.order_line.product_uom_qty = 6
        url = f"/my/orders/{order.id}"

        def deliver():
            picking = order.picking_ids.filtered(lambda p: p.state != "done")
            picking.action_assign()
            picking.move_ids.quantity = 1
            picking.move_ids.picked = True
            picking._action_done()

        def count():
            for _time in range(3):
                page = self._get_page(url)
            papers = page.xpath("//ul[contains(@class, 'o_b2b_step_documents')]/li")
            before = self.cr.sql_log_count
            self.url_open(url)
            return len(papers), self.cr.sql_log_count - before

        deliver()
        few, queries = count()
        for _time in range(4):
            deliver()
        many, queries_of_many = count()
        self.assertGreaterEqual(many, few + 8)
        self.assertEqual(queries_of_many, queries)
