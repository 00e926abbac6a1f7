from io import BytesIO
from unittest.mock import patch

from lxml import html
from pypdf import PdfReader

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .checkout_common import B2bCheckoutCommon
from .common import B2bCommon

BILL_LOGGER = "odoo.addons.b2b_portal.models.sale_order_bill"


@tagged("post_install", "-at_install")
class TestIssueBill(B2bCommon):
    def _confirm(self, **values):
        order = self._create_order(**values)
        order.action_confirm()
        return order

    def test_payment_request_by_default(self):
        order = self._confirm(quantity=3)
        bill = order._b2b_issue_bill()
        self.assertEqual(bill._name, "b2b.payment.request")
        self.assertEqual(bill.state, "issued")
        self.assertEqual(bill.order_id, order)
        self.assertEqual(bill.contract_id, self.contract)
        self.assertEqual(bill.legal_entity_id, self.dealer)
        self.assertEqual(bill.amount_total, order.amount_total)
        self.assertEqual((bill.validity_date - bill.date).days, 5)
        self.assertFalse(order.invoice_ids, "a payment request is no debt")
        self.assertTrue(bill.pdf_attachment_id)

    def test_validity_without_limit(self):
        self.company.b2b_bill_validity_days = 0
        self.assertFalse(self._confirm()._b2b_issue_bill().validity_date)

    def test_repeated_it_returns_the_same_bill(self):
        order = self._confirm()
        bill = order._b2b_issue_bill()
        self.assertEqual(order._b2b_issue_bill(), bill)
        self.assertEqual(len(order.b2b_payment_request_ids), 1)

    def test_numbers_count_up_per_company(self):
        first = self._confirm()._b2b_issue_bill()
        second = self._confirm()._b2b_issue_bill()
        self.assertRegex(first.name, r"^PR/\d{4}/\d{5}$")
        self.assertEqual(int(second.name[-5:]), int(first.name[-5:]) + 1)
        company = self.env["res.company"].create({"name": "Second supplier"})
        other = company._b2b_next_payment_request_number(first.date)
        self.assertEqual(other[-5:], "00001")

    def test_draft_order_and_order_without_contract_get_none(self):
        order = self._create_order()
        with self.assertRaises(UserError):
            order._b2b_issue_bill()
        order.b2b_contract_id = False
        order.action_confirm()
        with self.assertRaises(UserError):
            order._b2b_issue_bill()

    def test_dealers_do_not_issue_bills_by_rpc(self):
        order = self._confirm()
        for user in (self.stranger_user, self.dealer_user):
            with self.assertRaises(AccessError):
                order.with_user(user).action_b2b_issue_bill()
        self.assertFalse(order.b2b_payment_request_ids)
        order.user_id = self.staff_user
        order.with_user(self.staff_user).action_b2b_issue_bill()
        self.assertTrue(order.b2b_payment_request_ids)

    def test_invoice_by_setting_of_the_company(self):
        self.company.b2b_billing_mode = "invoice"
        order = self._confirm(quantity=2)
        bill = order._b2b_issue_bill()
        self.assertEqual(bill._name, "account.move")
        self.assertEqual(bill.state, "posted")
        self.assertEqual(bill.b2b_contract_id, self.contract)
        self.assertEqual(bill.amount_total, order.amount_total)
        self.assertTrue(bill.invoice_pdf_report_id, "the official PDF")
        self.assertFalse(order.b2b_payment_request_ids)
        self.assertEqual(order._b2b_issue_bill(), bill)
        self.assertEqual(order.invoice_ids, bill)

    def test_official_pdf_is_made_once(self):
        self.contract.billing_mode = "invoice"
        bill = self._confirm()._b2b_issue_bill()
        attachment = bill.invoice_pdf_report_id
        self.assertEqual(bill._b2b_get_pdf_attachment(), attachment)

    def test_contract_goes_before_the_company(self):
        self.company.b2b_billing_mode = "invoice"
        self.contract.billing_mode = "payment_request"
        bill = self._confirm()._b2b_issue_bill()
        self.assertEqual(bill._name, "b2b.payment.request")

    def test_invoice_reset_by_staff_is_posted_again(self):
        self.contract.billing_mode = "invoice"
        order = self._confirm()
        bill = order._b2b_issue_bill()
        bill.button_draft()
        self.assertFalse(order.b2b_is_billed)
        self.assertEqual(order._b2b_issue_bill(), bill)
        self.assertEqual(bill.state, "posted")

    def test_invoice_cancelled_by_staff_is_replaced(self):
        self.contract.billing_mode = "invoice"
        order = self._confirm()
        bill = order._b2b_issue_bill()
        bill.button_draft()
        bill.button_cancel()
        again = order._b2b_issue_bill()
        self.assertNotEqual(again, bill)
        self.assertEqual(again.state, "posted")

    def test_salesman_issues_it_without_rights_on_invoices(self):
        self.contract.billing_mode = "invoice"
        order = self._confirm()
        salesman = new_test_user(
            self.env, "b2b_sales", groups="sales_team.group_sale_salesman_all_leads"
        )
        order.with_user(salesman).action_b2b_issue_bill()
        self.assertTrue(order.b2b_is_billed)

    def test_payment_term_of_the_contract(self):
        term = self.env["account.payment.term"].create({"name": "60 days"})
        self.contract.payment_term_id = term
        self.contract.billing_mode = "invoice"
        order = self._confirm()
        self.assertEqual(order.payment_term_id, term)
        self.assertEqual(order._b2b_issue_bill().invoice_payment_term_id, term)

    def test_pdf_is_frozen(self):
        bill = self._confirm()._b2b_issue_bill()
        content = bill.pdf_attachment_id.raw
        self.dealer.name = "Renamed"
        self.assertEqual(bill._b2b_get_pdf_attachment().raw, content)
        printed, _type = (
            self.env["ir.actions.report"]
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf("b2b_portal.action_report_payment_request", bill.ids)
        )
        self.assertEqual(printed, content, "staff print the same file")

    def test_bill_without_pdf_is_printed_later(self):
        order = self._confirm()
        reports = self.env.registry["ir.actions.report"]
        with (
            patch.object(reports, "_render_qweb_pdf", side_effect=UserError("no Qt")),
            self.assertLogs("odoo.addons.b2b_portal.models.b2b_payment_request"),
        ):
            bill = order._b2b_issue_bill()
        self.assertFalse(bill.pdf_attachment_id)
        self.assertTrue(order._b2b_get_bill_attachment())
        self.assertTrue(bill.pdf_attachment_id)

    def test_order_gets_the_only_contract_of_its_customer(self):
        order = self.env["sale.order"].create({"partner_id": self.dealer.id})
        self.assertEqual(order.b2b_contract_id, self.contract)
        order.partner_id = self.entity
        self.assertEqual(order.b2b_contract_id, self.entity_contract)
        order.partner_id = self._create_entity("Consumer")
        self.assertFalse(order.b2b_contract_id)


@tagged("post_install", "-at_install")
class TestWithdrawBill(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.order.action_confirm()
        cls.bill = cls.order._b2b_issue_bill()

    def test_cancelled_order_withdraws_it(self):
        self.order.action_cancel()
        self.assertEqual(self.bill.state, "withdrawn")
        self.assertFalse(self.order.b2b_is_billed)

    def test_order_confirmed_again_gets_a_new_one(self):
        self.order.action_cancel()
        self.order.action_draft()
        self.order.action_confirm()
        new = self.order._b2b_get_bill()
        self.assertTrue(new)
        self.assertNotEqual(new.name, self.bill.name)
        self.assertEqual(self.bill.state, "withdrawn")

    def test_salesman_cancels(self):
        salesman = new_test_user(
            self.env, "b2b_sales", groups="sales_team.group_sale_salesman_all_leads"
        )
        self.order.with_user(salesman).action_cancel()
        self.assertEqual(self.bill.state, "withdrawn")

    def test_dealer_sees_only_what_is_in_force(self):
        requests = self.env["b2b.payment.request"].with_user(self.dealer_user)
        self.assertIn(self.bill, requests.search([]))
        self.bill._withdraw()
        self.assertNotIn(self.bill, requests.search([]))
        with self.assertRaises(AccessError):
            self.bill.with_user(self.dealer_user).check_access("read")

    def test_stranger_does_not_see_it(self):
        requests = self.env["b2b.payment.request"].with_user(self.stranger_user)
        self.assertFalse(requests.search([]))

    def test_dealer_changes_nothing(self):
        bill = self.bill.with_user(self.dealer_user)
        for operation in ("write", "create", "unlink"):
            self.assertFalse(bill.has_access(operation))

    def test_manager_withdraws_by_hand(self):
        with self.assertRaises(UserError):
            self.bill.with_user(self.dealer_user).action_withdraw()
        self.bill.with_user(self.staff_user).action_withdraw()
        self.assertEqual(self.bill.state, "withdrawn")

    def test_it_is_never_deleted(self):
        with self.assertRaises(UserError):
            self.bill.unlink()


@tagged("post_install", "-at_install")
class TestPaymentState(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 100)
        cls.order = cls._create_order(quantity=10, price=10)
        cls.order.action_confirm()
        cls.bill = cls.order._b2b_issue_bill()
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _pay(self, amount):
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.dealer.id,
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "journal_id": self.journal.id,
                "b2b_contract_id": self.contract.id,
                "b2b_payment_request_id": self.bill.id,
            }
        )
        payment.action_post()
        return payment

    def _deliver(self, quantity=10):
        picking = self.order.picking_ids.filtered(lambda p: p.state != "done")
        picking.action_assign()
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking._action_done()

    def _assert_paid(self, state, amount):
        self.assertEqual(self.bill.payment_state, state)
        self.assertAlmostEqual(self.bill.amount_paid, amount)

    def test_unpaid(self):
        self._assert_paid("not_paid", 0)

    def test_prepayment_in_parts(self):
        self._pay(40)
        self._assert_paid("partial", 40)
        last = self._pay(60)
        self._assert_paid("paid", 100)
        last.action_draft()
        self._assert_paid("partial", 40)

    def test_matched_prepayment_counts_once(self):
        payment = self._pay(100)
        self._deliver()
        invoice = self.order.invoice_ids
        self.assertEqual(invoice.amount_residual, 0)
        self._assert_paid("paid", 100)
        payment.move_id.line_ids.remove_move_reconcile()
        self.assertEqual(invoice.amount_residual, 100)
        self._assert_paid("paid", 100)

    def test_paid_through_the_invoice(self):
        self._deliver()
        self._assert_paid("invoiced", 0)
        self._register_payment(self.order.invoice_ids, amount=30)
        self._assert_paid("invoiced", 30)
        self._register_payment(self.order.invoice_ids)
        self._assert_paid("paid", 100)

    def test_prepayment_used_for_something_else_does_not_count(self):
        payment = self._pay(100)
        other = self._create_invoice(amount=100)
        lines = (payment.move_id | other).line_ids
        lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        self._assert_paid("not_paid", 0)

    def test_invoice_of_several_orders_is_shared(self):
        second = self._create_order(quantity=30, price=10)
        second.action_confirm()
        other_bill = second._b2b_issue_bill()
        self.contract.invoicing_policy = "manual"
        self._deliver()
        picking = second.picking_ids
        picking.action_assign()
        picking.move_ids.picked = True
        picking._action_done()
        invoice = (self.order | second)._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        self._register_payment(invoice, amount=200)
        self._assert_paid("invoiced", 50)
        self.assertAlmostEqual(other_bill.amount_paid, 150)

    def test_online_payment_is_a_prepayment_of_the_legal_entity(self):
        entity_order = self._create_order(contract=self.entity_contract)
        entity_order.action_confirm()
        bill = entity_order._b2b_issue_bill()
        provider = self.env.ref("payment.payment_provider_transfer")
        provider.write({"state": "enabled", "journal_id": self.journal.id})
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref(
                    "payment_custom.payment_method_wire_transfer"
                ).id,
                "amount": 100,
                "currency_id": self.currency.id,
                # A contact of the head office pays for the other legal entity.
                "partner_id": self.dealer_user.partner_id.id,
                "sale_order_ids": [Command.set(entity_order.ids)],
                "reference": "TX-1",
                "state": "done",
            }
        )
        self.assertEqual(bill.payment_state, "paid", "before it is in the books")
        payment = transaction._create_payment(
            payment_method_line_id=self.journal.inbound_payment_method_line_ids[:1].id
        )
        self.assertEqual(payment.partner_id, self.entity)
        self.assertEqual(payment.b2b_contract_id, self.entity_contract)
        self.assertEqual(payment.b2b_payment_request_id, bill)
        self.assertEqual(bill.amount_paid, 100)


@tagged("post_install", "-at_install")
class TestInvoiceOnDelivery(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 100)
        cls.order = cls._create_order(quantity=10, price=10)
        cls.order.action_confirm()
        cls.stock_user = new_test_user(
            cls.env, "b2b_stock", groups="stock.group_stock_user"
        )

    def _deliver(self, quantity=10, order=None):
        order = order or self.order
        picking = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        picking.move_ids.quantity = quantity
        picking.move_ids.picked = True
        picking.with_user(self.stock_user).with_context(
            skip_backorder=True
        ).button_validate()
        self.assertEqual(picking.state, "done")
        return picking

    def test_delivery_posts_the_invoice(self):
        self._deliver()
        invoice = self.order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 100)
        self.assertEqual(invoice.b2b_contract_id, self.contract)

    def test_each_part_is_invoiced(self):
        self._deliver(4)
        self.assertEqual(self.order.invoice_ids.amount_total, 40)
        self._deliver(6)
        self.assertEqual(len(self.order.invoice_ids), 2)
        self.assertEqual(sum(self.order.invoice_ids.mapped("amount_total")), 100)

    def test_services_go_with_the_first_delivery(self):
        service = self.env["product.product"].create(
            {
                "name": "Assembly",
                "type": "service",
                "invoice_policy": "order",
                "taxes_id": [Command.clear()],
            }
        )
        order = self._create_order(quantity=2, price=10)
        order.order_line = [Command.create({"product_id": service.id, "price_unit": 7})]
        order.action_confirm()
        self._deliver(2, order)
        self.assertEqual(order.invoice_ids.amount_total, 27)

    def test_by_staff_when_the_contract_says_so(self):
        self.contract.invoicing_policy = "manual"
        self._deliver()
        self.assertFalse(self.order.invoice_ids)

    def test_by_staff_when_the_company_says_so(self):
        self.company.b2b_invoicing_policy = "manual"
        self._deliver()
        self.assertFalse(self.order.invoice_ids)

    def test_billed_by_invoice_is_not_invoiced_again(self):
        self.contract.billing_mode = "invoice"
        bill = self.order._b2b_issue_bill()
        self._deliver()
        self.assertEqual(self.order.invoice_ids, bill)

    def test_order_without_contract_is_stock_odoo(self):
        order = self._create_order()
        order.b2b_contract_id = False
        order.action_confirm()
        self._deliver(1, order)
        self.assertFalse(order.invoice_ids)

    def test_receipt_and_return_post_nothing(self):
        picking = self._deliver()
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = 3
        back = wizard._create_return()
        back.move_ids.picked = True
        back._action_done()
        self.assertEqual(back.state, "done")
        self.assertEqual(len(self.order.invoice_ids), 1)

    def test_failure_keeps_the_delivery_and_calls_staff(self):
        self.contract.user_id = self.staff_user
        moves = self.env.registry["account.move"]
        with (
            patch.object(moves, "action_post", side_effect=UserError("Period locked")),
            self.assertLogs(BILL_LOGGER, "WARNING"),
        ):
            self._deliver()
        self.assertFalse(self.order.invoice_ids, "rolled back to the savepoint")
        activity = self.order.activity_ids
        self.assertEqual(activity.user_id, self.staff_user)
        self.assertIn("Period locked", activity.note)


@tagged("post_install", "-at_install")
class TestSelfBilling(B2bCheckoutCommon):
    def test_sending_the_order_bills_it_at_once(self):
        self._log_in(self.dealer_user)
        self._choose(self.entity_contract)
        self._add_to_cart(quantity=2)
        order = self._get_cart()
        response = self._order_and_bill()
        self.assertURLEqual(response.url, "/shop/confirmation")
        self.assertEqual(order.state, "sale")
        bill = order._b2b_get_bill()
        self.assertEqual(bill.legal_entity_id, self.entity)
        self.assertEqual(bill.amount_total, 160)
        text = self._get_text(response)
        self.assertIn(bill.name, text)
        self.assertIn("160.00", text)
        self.assertFalse(self._get_cart(), "the cart is empty")

    def test_manager_of_the_contract_looks_after_the_order(self):
        self.website.salesperson_id = self.env.ref("base.user_admin")
        self.contract.user_id = self.staff_user
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        self.assertFalse(order.user_id, "a cart has nobody yet")
        self._order_and_bill()
        self.assertEqual(order.user_id, self.staff_user)

    def test_contract_without_a_manager_leaves_it_to_the_website(self):
        self.website.salesperson_id = self.env.ref("base.user_admin")
        self.contract.user_id = False
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        self._order_and_bill()
        self.assertEqual(order.user_id, self.website.salesperson_id)

    def test_list_of_orders_tells_for_whom_each_is(self):
        for contract in (self.contract, self.entity_contract):
            self._create_order(contract=contract).action_confirm()
        self._log_in(self.dealer_user)
        texts = [
            " ".join(element.text_content().split())
            for element in self._get_page("/my/orders").xpath(
                "//div[@name='b2b_contract']"
            )
        ]
        self.assertCountEqual(
            texts, ["Horns and Hooves — contract D-1", "Hooves Trade — contract E-1"]
        )

    def test_summary_tells_fractions(self):
        metre = self.env.ref("uom.product_uom_meter")
        cable = self._create_product("Cable", "VVG", 1.0, uom_id=metre.id)
        self._log_in(self.dealer_user)
        self._add_to_cart(cable, 12.5)
        for response in (self.url_open("/shop/payment"), self._order_and_bill()):
            page = html.fromstring(response.text)
            counts = {
                count.text_content().strip()
                for table in page.find_class("o_cart_products_table")
                for count in table.find_class("o_cart_item_count")
            }
            self.assertEqual(counts, {"12.5"})

    def _get_bill_links(self, response):
        card = html.fromstring(response.text).find_class("o_b2b_bill")[0]
        return [
            card.find_class(name)[0].get("href")
            for name in ("o_b2b_bill_open", "o_b2b_bill_download")
        ]

    def test_bill_opens_and_downloads(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        open_url, save_url = self._get_bill_links(self._order_and_bill())
        bill = order._b2b_get_bill()
        opened = self.url_open(open_url)
        self.assertEqual(opened.headers["Content-Type"], "application/pdf")
        self.assertIn("inline", opened.headers["Content-Disposition"])
        self.assertEqual(opened.content, bill.pdf_attachment_id.raw)
        saved = self.url_open(save_url)
        self.assertIn("attachment", saved.headers["Content-Disposition"])
        self.assertEqual(saved.content, opened.content)

    def test_bill_is_an_invoice_when_so_set(self):
        self.contract.billing_mode = "invoice"
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        response = self._order_and_bill()
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertIn(invoice.name, self._get_text(response))
        opened = self.url_open(self._get_bill_links(response)[0])
        self.assertEqual(opened.content, invoice.invoice_pdf_report_id.raw)

    def test_bill_that_was_not_printed_is_printed_when_opened(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        requests = self.env.registry["b2b.payment.request"]
        with patch.object(
            requests, "_print_pdf", lambda request: request.env["ir.attachment"]
        ):
            response = self._order_and_bill()
        bill = order._b2b_get_bill()
        self.assertFalse(bill.pdf_attachment_id)
        opened = self.url_open(self._get_bill_links(response)[0])
        self.assertEqual(opened.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(opened.content, bill.pdf_attachment_id.raw)

    def test_ordering_needs_no_visit_to_the_checkout_page(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        # Straight to the payment page: no delivery method was ever looked at.
        order.carrier_id = False
        self._order_and_bill()
        self.assertTrue(order.b2b_is_billed)

    def test_bill_of_somebody_else_is_not_found(self):
        order = self._create_order()
        order.action_confirm()
        order._b2b_issue_bill()
        self._log_in(self.stranger_user)
        url = order._b2b_get_bill_document()._get_pdf_url()
        self.assertEqual(self.url_open(url).status_code, 404)
        for order_id in (order.id, 999999999):
            response = self._post(f"/my/orders/{order_id}/bill/issue")
            self.assertEqual(response.status_code, 404)

    # === ONCE === #

    def test_repeated_post_makes_one_order_and_one_bill(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        url, form = self._press_order_and_bill()
        first = self._post(url, allow_redirects=True, **form)
        second = self._post(url, allow_redirects=True, **form)
        self.env.invalidate_all()
        self.assertEqual(len(order.b2b_payment_request_ids), 1)
        bill = order.b2b_payment_request_ids
        for response in (first, second):
            self.assertIn(bill.name, self._get_text(response))

    def test_two_tabs_make_one_bill(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        first = self._press_order_and_bill()
        second = self._press_order_and_bill()
        self.assertNotEqual(first[1]["reference"], second[1]["reference"])
        for url, form in (first, second):
            response = self._post(url, allow_redirects=True, **form)
        self.env.invalidate_all()
        self.assertEqual(len(order.b2b_payment_request_ids), 1)
        self.assertIn(order.b2b_payment_request_ids.name, self._get_text(response))
        self.assertEqual(len(order.picking_ids), 1)

    def test_lost_answer_is_finished_by_the_cron(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        _url, form = self._press_order_and_bill()
        transaction = order.transaction_ids
        transaction._process("custom", form)
        self.assertEqual(order.state, "draft")
        transaction._post_process()
        self.assertEqual(order.state, "sale")
        transaction._post_process()
        self.assertEqual(len(order.b2b_payment_request_ids), 1)

    def test_cron_does_not_confirm_on_a_contract_that_has_expired(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        _url, form = self._press_order_and_bill()
        transaction = order.transaction_ids
        transaction._process("custom", form)
        self.contract.active = False
        transaction._post_process()
        self.assertEqual(order.state, "draft")
        self.assertEqual(transaction.state, "error")
        self.assertTrue(transaction.is_post_processed, "not tried for days")

    # === WHO MAY === #

    def test_wrong_token_confirms_nothing(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        url, form = self._press_order_and_bill()
        response = self._post(url, **{**form, "access_token": "nonsense"})
        self.assertEqual(response.status_code, 404)
        with mute_logger("odoo.addons.b2b_portal.models.payment_transaction"):
            # The public door of core takes any reference, but not for this provider.
            self._post("/payment/custom/process", reference=form["reference"])
        self.env.invalidate_all()
        self.assertEqual(order.transaction_ids.state, "draft")
        self.assertEqual(order.state, "draft")

    def test_get_confirms_nothing(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        url, form = self._press_order_and_bill()
        query = "&".join(f"{key}={value}" for key, value in form.items())
        self.assertEqual(self.url_open(f"{url}?{query}").status_code, 405)
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")

    def test_role_is_asked_again_at_the_last_moment(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        url, form = self._press_order_and_bill()
        self.dealer_user.b2b_membership_ids.role = "accountant"
        response = self._post(url, allow_redirects=True, **form)
        self.assertIn("Your role does not let you order", self._get_text(response))
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")

    def test_free_order_is_not_confirmed_by_a_link(self):
        self.contract.pricelist_id = self._create_pricelist("Free", 0)
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        self.assertEqual(order.amount_total, 0)
        self._get_page("/shop/payment")
        self.url_open("/shop/payment/validate")
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")
        response = self._post("/shop/payment/validate", allow_redirects=True)
        self.env.invalidate_all()
        self.assertEqual(order.state, "sale")
        self.assertIn(order._b2b_get_bill().name, self._get_text(response))

    def test_thank_you_page_is_of_this_session_and_user(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        self._order_and_bill()
        self.assertIn("o_b2b_bill", self.url_open("/shop/confirmation").text)
        self.dealer_user.b2b_membership_ids.unlink()
        response = self.url_open("/shop/confirmation", allow_redirects=False)
        self.assertEqual(response.status_code, 303)

    # === FAILURE === #

    def _fail_billing(self, error):
        requests = self.env.registry["b2b.payment.request"]
        return patch.object(requests, "_issue", side_effect=error)

    def test_failed_billing_keeps_the_order(self):
        self.contract.user_id = self.staff_user
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        with (
            self._fail_billing(UserError("No income account")),
            self.assertLogs(BILL_LOGGER, "WARNING"),
        ):
            response = self._order_and_bill()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.b2b_is_billed)
        self.assertIn("its bill follows", self._get_text(response))
        self.assertNotIn("No income account", response.text)
        activity = order.activity_ids
        self.assertEqual(activity.user_id, self.staff_user)
        self.assertIn("No income account", activity.note)

    def test_failed_billing_is_not_hidden_from_the_log(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        with (
            self._fail_billing(KeyError("bug")),
            self.assertLogs(BILL_LOGGER, "WARNING") as log,
        ):
            self._order_and_bill()
        self.assertEqual(order.state, "sale")
        self.assertIn("Traceback", log.output[0])

    def test_locked_period_in_invoice_mode(self):
        self.contract.billing_mode = "invoice"
        moves = self.env.registry["account.move"]
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        with (
            patch.object(moves, "action_post", side_effect=UserError("Locked")),
            self.assertLogs(BILL_LOGGER, "WARNING"),
        ):
            self._order_and_bill()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.invoice_ids, "no draft is left behind")

    def test_dealer_gets_the_missing_bill_by_himself(self):
        order = self._create_order()
        order.action_confirm()
        self._log_in(self.dealer_user)
        page = self._get_page(f"/my/orders/{order.id}")
        (form,) = page.find_class("o_b2b_step_bill")[0].xpath(".//form")
        for _repeat in range(2):
            response = self._post(form.get("action"), allow_redirects=True)
        self.env.invalidate_all()
        self.assertEqual(len(order.b2b_payment_request_ids), 1)
        self.assertIn(order.b2b_payment_request_ids.name, self._get_text(response))
        self.assertNotIn("bill/issue", response.text)

    def test_accountant_does_not_issue_the_missing_bill(self):
        order = self._create_order()
        order.action_confirm()
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self._log_in(self.dealer_user)
        self.assertNotIn("bill/issue", self.url_open(f"/my/orders/{order.id}").text)
        response = self._post(f"/my/orders/{order.id}/bill/issue")
        self.assertEqual(response.status_code, 403)
        self.assertFalse(order.b2b_payment_request_ids)

    # === MAIL === #

    def test_mail_carries_the_bill_and_is_no_quotation(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        self._order_and_bill()
        message = order.message_ids.filtered("attachment_ids")
        self.assertEqual(len(message), 1)
        bill = order._b2b_get_bill()
        self.assertEqual(message.attachment_ids, bill.pdf_attachment_id)
        self.assertIn(bill.name, message.subject)
        self.assertIn(bill.name, message.body)
        self.assertIn(self.dealer_user.partner_id, message.partner_ids)
        self.assertIn(self.dealer, message.partner_ids)
        for content in (message.subject, str(message.body)):
            self.assertNotIn("uotation", content)

    def test_mail_of_an_order_without_bill_is_the_usual_one(self):
        self._log_in(self.dealer_user)
        self._add_to_cart()
        order = self._get_cart()
        with (
            self._fail_billing(UserError("No")),
            self.assertLogs(BILL_LOGGER, "WARNING"),
        ):
            self._order_and_bill()
        template = order._get_confirmation_template()
        self.assertNotEqual(
            template, self.env.ref("b2b_portal.mail_template_order_bill")
        )

    def test_order_paid_online_is_left_to_staff_if_the_contract_expired(self):
        order = self._create_order()
        self.contract.active = False
        provider = self.env.ref("payment.payment_provider_transfer")
        transaction = self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref(
                    "payment_custom.payment_method_wire_transfer"
                ).id,
                "amount": order.amount_total,
                "currency_id": self.currency.id,
                "partner_id": self.dealer.id,
                "sale_order_ids": [Command.set(order.ids)],
                "reference": "TX-2",
                "state": "done",
            }
        )
        self.assertFalse(transaction._check_amount_and_confirm_order())
        self.assertEqual(order.state, "draft")
        self.assertIn("closed", order.activity_ids.note)


@tagged("post_install", "-at_install")
class TestPaymentRequestReport(B2bCheckoutCommon):
    def test_pdf_says_all_that_is_needed(self):
        self.company.write({"name": "Supplier Ltd", "vat": False})
        self.dealer.write({"kpp": "770101001"})
        bank = self.env["res.bank"].create({"name": "Trust Bank", "bic": "TRBKBEBB"})
        self.env["res.partner.bank"].create(
            {
                "acc_number": "BE71 0961 2345 6769",
                "bank_id": bank.id,
                "partner_id": self.company.partner_id.id,
            }
        )
        order = self._create_order(quantity=3, price=50)
        order.b2b_contact_id = self.dealer_user.partner_id
        order.action_confirm()
        bill = order.with_context(force_report_rendering=True)._b2b_issue_bill()
        content = bill.pdf_attachment_id.raw
        self.assertTrue(content.startswith(b"%PDF"))
        text = self._extract_text(content)
        for expected in (
            f"Payment request No {bill.name}",
            "Supplier Ltd",
            "Horns and Hooves",
            "KPP: 770101001",
            "D-1",
            order.name,
            "OF-100",
            "Oil filter",
            "3.00",
            "50.00",
            "VAT 20%",
            "180.00",
            "Trust Bank",
            "TRBKBEBB",
            "BE71 0961 2345 6769",
            "Total",
            "Valid until",
        ):
            self.assertIn(expected, text)

    def test_nothing_is_pushed_off_the_paper(self):
        self.product.name = "X" * 150
        order = self._create_order()
        for number in range(60):
            order.order_line[0].copy(
                {"order_id": order.id, "name": f"Line {number}", "price_unit": 7.77}
            )
        order.action_confirm()
        bill = order.with_context(force_report_rendering=True)._b2b_issue_bill()
        content = bill.pdf_attachment_id.raw
        text = self._extract_text(content)
        self.assertEqual(text.count("7.77"), 120, "price and amount of each line")
        for number in range(60):
            self.assertIn(f"Line {number} ", text)
        pages = PdfReader(BytesIO(content)).pages
        self.assertGreater(len(pages), 1)
        for page in pages:
            text = page.extract_text()
            self.assertIn("Unit price" if "Line " in text else "Total", text)
            self.assertLess(self._get_rightmost(page), page.mediabox.width)

    def _get_rightmost(self, page):
        """Return how far right the last text of a page begins."""
        positions = []

        def visit(text, matrix, text_matrix, _font, _size):
            if text.strip():
                x, y = text_matrix[4:]
                positions.append(x * matrix[0] + y * matrix[2] + matrix[4])

        page.extract_text(visitor_text=visit)
        return max(positions)

    def _extract_text(self, content):
        pages = PdfReader(BytesIO(content)).pages
        return " ".join(" ".join(page.extract_text().split()) for page in pages)
