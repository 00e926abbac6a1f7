"""A payment request and the invoices of its order ask for the same money, once."""

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import B2bCommon

EXAMPLES = 100 if os.environ.get("B2B_FULL") else 10


class RequestCase(B2bCommon):
    """An order of 10 at 10.00 with its payment request of 100.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 1000)
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.order, cls.request = cls._create_request()

    @classmethod
    def _create_request(cls, **values):
        """Return a confirmed order and its payment request."""
        order = cls._create_order(**{"quantity": 10, "price": 10, **values})
        order.action_confirm()
        return order, order._b2b_issue_bill()

    def _deliver(self, quantity=10, order=None):
        """Deliver so much, which posts the invoice of it, and return the invoice."""
        order = order or self.order
        before = order.invoice_ids
        picking = order.picking_ids.filtered(
            lambda picking: picking.state not in ("done", "cancel")
        )
        picking.action_assign()
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        return order.invoice_ids - before

    def _pay(self, amount, request=None, post=True, **values):
        """Take money in for a payment request."""
        request = request or self.request
        payment = self.env["account.payment"].create(
            {
                "partner_id": request.legal_entity_id.id,
                "amount": amount,
                "payment_type": "inbound",
                "partner_type": "customer",
                "journal_id": self.journal.id,
                "b2b_payment_request_id": request.id,
                **values,
            }
        )
        if post:
            payment.action_post()
        return payment

    def _pay_without_entry(self, amount):
        """Take money in that is booked when the bank's statement comes."""
        payment = self._pay(amount, post=False)
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        return payment

    def _document(self, record):
        """Return the document of a payment request or an invoice."""
        return self.env["b2b.document"].search(
            [(record._b2b_document_field, "=", record.id)]
        )

    def assertAsks(self, record, status, amount):
        """A paper in the journal has a status and asks for an amount."""
        document = self._document(record)
        self.assertEqual(
            (document.status, document.amount_residual), (status, amount), record
        )


@tagged("post_install", "-at_install")
class TestRequestInvoiced(RequestCase):
    def test_invoice_of_all_takes_over_the_asking(self):
        self.assertAsks(self.request, "to_pay", 100)
        invoice = self._deliver()
        self.assertAsks(self.request, "invoiced", 0)
        self.assertEqual(self._document(invoice).amount_residual, 100)
        self.assertEqual(self.request.payment_state, "invoiced")
        label = self._document(self.request)._get_portal_rows()[0]["status_label"]
        self.assertEqual(label, "Invoiced")

    def test_draft_invoice_takes_nothing_over(self):
        self.contract.invoicing_policy = "manual"
        self._deliver()
        invoice = self.order._create_invoices()
        self.assertAsks(self.request, "to_pay", 100)
        invoice.action_post()
        self.assertAsks(self.request, "invoiced", 0)

    def test_request_asks_again_when_the_invoice_is_reset_or_cancelled(self):
        invoice = self._deliver()
        invoice.button_draft()
        self.assertAsks(self.request, "to_pay", 100)
        invoice.action_post()
        self.assertAsks(self.request, "invoiced", 0)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertAsks(self.request, "to_pay", 100)

    def test_each_part_delivered_shrinks_it(self):
        self._deliver(4)
        self.assertAsks(self.request, "to_pay", 60)
        row = self._document(self.request)._get_portal_rows()[0]
        self.assertIn("60.00", row["amount_open"])
        self._deliver(6)
        self.assertAsks(self.request, "invoiced", 0)

    def test_paid_invoice_pays_the_request(self):
        invoice = self._deliver()
        self._register_payment(invoice, amount=30)
        self.assertAsks(self.request, "invoiced", 0)
        self._register_payment(invoice)
        self.assertAsks(self.request, "paid", 0)

    def test_card_of_the_bill_names_a_day_only_while_it_asks(self):
        self.assertTrue(self.order._b2b_get_bill_values()["date_due"])
        self._deliver()
        self.assertFalse(self.order._b2b_get_bill_values()["date_due"])

    def test_part_invoiced_and_paid_leaves_the_rest(self):
        invoice = self._deliver(4)
        self._register_payment(invoice)
        self.assertAsks(self.request, "partial", 60)

    def test_down_payment_counts_by_its_amount(self):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=self.order.ids)
            .create({"advance_payment_method": "percentage", "amount": 30})
        )
        wizard.create_invoices()
        self.assertAsks(self.request, "to_pay", 100)
        self.order.invoice_ids.action_post()
        self.assertAsks(self.request, "to_pay", 70)
        self.contract.invoicing_policy = "manual"
        self._deliver()
        rest = self.order._create_invoices(final=True)
        rest.action_post()
        self.assertEqual(rest.amount_total, 70)
        self.assertAsks(self.request, "invoiced", 0)

    def test_rebate_on_the_invoice_is_not_asked_for_by_the_request(self):
        self.contract.invoicing_policy = "manual"
        self._deliver()
        invoice = self.order._create_invoices()
        invoice.invoice_line_ids.discount = 10
        invoice.action_post()
        self.assertAsks(self.request, "invoiced", 0)
        self._register_payment(invoice)
        self.assertAsks(self.request, "paid", 0)

    def test_dearer_invoice_of_a_part_leaves_less(self):
        self.contract.invoicing_policy = "manual"
        self._deliver(4)
        invoice = self.order._create_invoices()
        invoice.invoice_line_ids.price_unit = 15
        invoice.action_post()
        self.assertAsks(self.request, "to_pay", 40)

    def test_salesman_who_sees_no_invoice_of_others_changes_the_order(self):
        salesman = new_test_user(
            self.env, login="b2b_sales", groups="sales_team.group_sale_salesman"
        )
        self.order.user_id = salesman
        invoice = self._deliver()
        invoice.invoice_user_id = self.staff_user
        self.env.flush_all()
        self.env.invalidate_all()
        order = self.order.with_user(salesman)
        self.assertFalse(order.order_line.invoice_lines, "he does not see it")
        order.order_line.write({"product_uom_qty": 11, "price_unit": 10})
        self.assertAsks(self.request, "invoiced", 0)

    def test_more_delivered_than_ordered_leaves_nothing(self):
        self._deliver(12)
        self.assertAsks(self.request, "invoiced", 0)

    def test_smaller_order_is_asked_for_no_more_than_it_costs(self):
        line = self.order.order_line
        line.write({"product_uom_qty": 8, "price_unit": 10})
        self.assertAsks(self.request, "to_pay", 80)
        line.write({"product_uom_qty": 20, "price_unit": 10})
        self.assertAsks(self.request, "to_pay", 100)

    def test_rounding_leaves_no_cent(self):
        """Tax of the whole document is not the sum of its lines' taxes."""
        self.company.tax_calculation_rounding_method = "round_globally"
        tax = self.env["account.tax"].create(
            {"name": "VAT 21%", "amount": 21, "type_tax_use": "sale"}
        )
        self.product.taxes_id = tax
        order = self._create_order(quantity=1, price=10.02)
        order.order_line = [
            Command.create({"product_id": self.product.id, "price_unit": 10.02})
            for _line in range(2)
        ]
        order.action_confirm()
        request = order._b2b_issue_bill()
        self.assertNotEqual(
            order.amount_total, sum(order.order_line.mapped("price_total"))
        )
        self.assertAsks(request, "to_pay", order.amount_total)
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        order.picking_ids.button_validate()
        self.assertAsks(request, "invoiced", 0)
        self._register_payment(order.invoice_ids)
        self.assertAsks(request, "paid", 0)

    # === GOODS THAT COME BACK === #

    def _refund(self, invoice, quantity):
        """Credit so many pieces of an invoice; core matches both."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        refund.invoice_line_ids.quantity = quantity
        refund.action_post()
        self.assertFalse(refund.amount_residual)

    def test_returned_goods_are_not_asked_for_again(self):
        invoice = self._deliver()
        self._refund(invoice, 3)
        self.assertEqual(self._document(invoice).amount_residual, 70)
        self.assertAsks(self.request, "invoiced", 0)
        self._register_payment(invoice)
        self.assertAsks(self.request, "paid", 0)

    def test_wholly_reversed_invoice_leaves_nothing_to_pay(self):
        invoice = self._deliver()
        self._refund(invoice, 10)
        self.assertAsks(invoice, "reversed", 0)
        self.assertAsks(self.request, "invoiced", 0)

    # === SEVERAL ORDERS, ANOTHER CURRENCY === #

    def _invoice_together(self):
        """Return another request and the invoice of both orders."""
        self.contract.invoicing_policy = "manual"
        second, request = self._create_request(quantity=30)
        self._deliver()
        self._deliver(30, second)
        invoice = (self.order | second)._create_invoices()
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        return request, invoice

    def test_one_invoice_of_two_orders_takes_over_both(self):
        request, invoice = self._invoice_together()
        self.assertAsks(self.request, "invoiced", 0)
        self.assertAsks(request, "invoiced", 0)
        invoice.button_draft()
        self.assertAsks(self.request, "to_pay", 100)
        self.assertAsks(request, "to_pay", 300)

    def test_line_of_staff_on_the_invoice_is_no_part_of_the_order(self):
        self.contract.invoicing_policy = "manual"
        self._deliver(5)
        invoice = self.order._create_invoices()
        invoice.invoice_line_ids = [
            Command.create({"name": "Freight", "price_unit": 40, "tax_ids": False})
        ]
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 90)
        self.assertAsks(self.request, "to_pay", 50)

    def test_invoice_in_another_currency(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        self.contract.invoicing_policy = "manual"
        self._deliver(5)
        invoice = self.order._create_invoices()
        invoice.currency_id = euro
        invoice.invoice_line_ids.price_unit = 5
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 25)
        self.assertAsks(self.request, "to_pay", 50)


@tagged("post_install", "-at_install")
class TestPaidAhead(RequestCase):
    def test_money_paid_ahead_pays_the_invoice(self):
        self._pay(100)
        self.assertAsks(self.request, "paid", 0)
        self.assertAsks(self._deliver(), "paid", 0)
        self.assertAsks(self.request, "paid", 0)

    def test_part_paid_ahead_lessens_what_the_invoice_asks(self):
        self._pay(30)
        self.assertAsks(self.request, "partial", 70)
        invoice = self._deliver()
        self.assertEqual(self._document(invoice).amount_residual, 70)
        self.assertAsks(self.request, "invoiced", 0)
        self.assertEqual(self.request.amount_paid, 30)

    def test_money_paid_ahead_is_in_the_package_of_the_order(self):
        document = self._document(self._pay(30))
        self.assertEqual(document.order_ids, self.order)
        self.assertIn(document, self.env["b2b.document"]._get_package(self.order))
        document.payment_id.b2b_payment_request_id = False
        self.assertFalse(document.order_ids)

    def test_rest_of_the_money_waits_for_the_next_delivery(self):
        self._pay(60)
        first = self._deliver(4)
        self.assertAsks(first, "paid", 0)
        self.assertAsks(self.request, "partial", 40)
        second = self._deliver(6)
        self.assertEqual(self._document(second).amount_residual, 40)
        self.assertAsks(self.request, "invoiced", 0)

    def test_money_that_comes_after_the_invoice_pays_it(self):
        invoice = self._deliver()
        payment = self._pay(100, post=False)
        self.assertEqual(self._document(invoice).amount_residual, 100)
        payment.action_post()
        self.assertAsks(invoice, "paid", 0)
        self.assertAsks(self.request, "paid", 0)

    def test_money_named_later_for_the_request_pays_the_invoice(self):
        invoice = self._deliver()
        payment = self._pay(100, b2b_payment_request_id=False)
        self.assertEqual(self._document(invoice).amount_residual, 100)
        payment.b2b_payment_request_id = self.request
        self.assertAsks(invoice, "paid", 0)

    def _create_transaction(self, **values):
        """Return an online payment of 100 that has succeeded, not in the books yet."""
        provider = self.env.ref("payment.payment_provider_transfer")
        provider.write({"state": "enabled", "journal_id": self.journal.id})
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": self.env.ref(
                    "payment_custom.payment_method_wire_transfer"
                ).id,
                "amount": 100,
                "currency_id": self.currency.id,
                "partner_id": self.dealer.id,
                "reference": "TX-1",
                "state": "done",
                **values,
            }
        )

    def test_order_paid_online_after_its_invoice(self):
        invoice = self._deliver()
        transaction = self._create_transaction(
            sale_order_ids=[Command.set(self.order.ids)]
        )
        method = self.journal.inbound_payment_method_line_ids[:1]
        payment = transaction._create_payment(payment_method_line_id=method.id)
        self.assertEqual(payment.b2b_payment_request_id, self.request)
        self.assertAsks(invoice, "paid", 0)
        self.assertAsks(self.request, "paid", 0)
        self.assertEqual(self.request.amount_paid, 100)

    def _give_back(self, transaction, payment):
        method = self.journal.inbound_payment_method_line_ids[:1]
        refund = transaction._create_child_transaction(100, is_refund=True)
        refund.state = "done"
        transaction.payment_id = payment
        return refund._create_payment(payment_method_line_id=method.id)

    def _pay_order_online(self):
        transaction = self._create_transaction(
            sale_order_ids=[Command.set(self.order.ids)]
        )
        method = self.journal.inbound_payment_method_line_ids[:1]
        payment = transaction._create_payment(payment_method_line_id=method.id)
        return transaction, payment

    def test_request_asks_again_for_what_was_given_back(self):
        transaction, payment = self._pay_order_online()
        self.assertAsks(self.request, "paid", 0)
        refund = self._give_back(transaction, payment)
        self.assertEqual(refund.b2b_contract_id, self.contract)
        self.assertAsks(self.request, "to_pay", 100)

    def test_what_is_given_back_of_a_paid_invoice_is_owed_once(self):
        invoice = self._deliver()
        transaction, payment = self._pay_order_online()
        self.assertAsks(invoice, "paid", 0)
        refund = self._give_back(transaction, payment)
        self.assertEqual(
            self.env["b2b.settlement.line"]
            .search([("move_id", "=", refund.move_id.id)])
            .mapped("residual"),
            [100],
        )
        self.assertAsks(self.request, "paid", 0)

    def test_payment_captured_in_parts_pays_the_request_once(self):
        transaction = self._create_transaction(
            sale_order_ids=[Command.set(self.order.ids)], state="pending"
        )
        method = self.journal.inbound_payment_method_line_ids[:1]
        for amount in (30, 70):
            part = transaction._create_child_transaction(amount)
            part.state = "done"
            part._create_payment(payment_method_line_id=method.id)
        transaction.state = "done"
        self.assertEqual(self.request.amount_paid, 100)
        self.assertAsks(self.request, "paid", 0)
        self.assertAsks(self._deliver(), "paid", 0)

    def test_online_payment_of_chosen_papers_is_left_to_who_made_it(self):
        invoice = self._deliver()
        transaction = self._create_transaction()
        method = self.journal.inbound_payment_method_line_ids[:1]
        payment = transaction._create_payment(
            payment_method_line_id=method.id, b2b_payment_request_id=self.request.id
        )
        self.assertEqual(self._document(invoice).amount_residual, 100)
        payment.b2b_payment_request_id = self.request
        self.assertAsks(invoice, "paid", 0)

    def _as_blind_accountant(self, record):
        """Return a record as an accountant who may not see the order it is for."""
        accountant = new_test_user(
            self.env,
            login="b2b_accountant",
            groups="account.group_account_invoice,sales_team.group_sale_salesman",
        )
        self.order.user_id = self.staff_user
        self.assertFalse(self.order.with_user(accountant).has_access("read"))
        # Else he would read what others have fetched.
        self.env.flush_all()
        self.env.invalidate_all()
        return record.with_user(accountant)

    def test_accountant_who_may_not_see_the_order_posts_its_invoice(self):
        self._pay(100)
        self.contract.invoicing_policy = "manual"
        self._deliver()
        invoice = self.order._create_invoices()
        self._as_blind_accountant(invoice).action_post()
        self.assertEqual(self._document(invoice).order_ids, self.order)
        self.assertAsks(invoice, "paid", 0)

    def test_accountant_who_may_not_see_the_order_takes_its_money_in(self):
        invoice = self._deliver()
        payment = self._pay(100, post=False)
        self._as_blind_accountant(payment).action_post()
        self.assertEqual(self._document(invoice).order_ids, self.order)
        self.assertEqual(self._document(payment).order_ids, self.order)
        self.assertAsks(invoice, "paid", 0)

    def test_money_is_not_given_to_another_order(self):
        self._pay(100)
        second, request = self._create_request()
        invoice = self._deliver(order=second)
        self.assertEqual(self._document(invoice).amount_residual, 100)
        self.assertAsks(request, "invoiced", 0)

    def test_money_paid_back_is_not_matched_with_the_invoice(self):
        self._pay(50, payment_type="outbound")
        invoice = self._deliver()
        self.assertEqual(self._document(invoice).amount_residual, 100)

    def test_invoice_to_somebody_else_is_not_paid_with_the_dealer_s_money(self):
        self._pay(100)
        self.contract.invoicing_policy = "manual"
        self._deliver()
        invoice = self.order._create_invoices()
        invoice.write({"b2b_contract_id": False, "partner_id": self.stranger.id})
        invoice.action_post()
        self.assertEqual(self._document(invoice).amount_residual, 100)

    def test_money_counts_while_the_invoice_is_reset(self):
        self._pay(100)
        invoice = self._deliver()
        invoice.button_draft()
        self.assertAsks(self.request, "paid", 0)
        invoice.action_post()
        self.assertAsks(invoice, "paid", 0)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertAsks(self.request, "paid", 0)

    def test_money_of_a_withdrawn_request_pays_the_order_s_invoice(self):
        self._pay(100)
        self.request._withdraw()
        self.assertAsks(self._deliver(), "paid", 0)

    # === PAYMENTS WITHOUT AN ENTRY IN THE BOOKS === #

    def test_payment_without_entry_pays_the_invoice(self):
        self._pay_without_entry(100)
        self.assertAsks(self.request, "paid", 0)
        self.assertAsks(self._deliver(), "paid", 0)
        self.assertAsks(self.request, "paid", 0)
        self.assertEqual(self.request.amount_paid, 100)

    def test_payment_without_entry_pays_part_by_part(self):
        self._pay_without_entry(60)
        self.assertAsks(self._deliver(4), "paid", 0)
        self.assertEqual(self.request.amount_paid, 60)
        self.assertAsks(self.request, "partial", 40)

    def test_payment_without_entry_that_does_not_suffice_stays_with_the_request(self):
        self._pay_without_entry(30)
        invoice = self._deliver()
        self.assertEqual(self._document(invoice).amount_residual, 100)
        self.assertEqual(self.request.amount_paid, 30)
        self.assertAsks(self.request, "invoiced", 0)


@tagged("post_install", "-at_install")
class TestAskedOnceProperty(RequestCase):
    """Whatever happens, what the request and the invoices of an order ask for together
    is never more than the order still owes: the greater of what it costs and what was
    invoiced, less all that was received or credited.
    """

    operations = st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "prepay",
                    "prepay",
                    "deliver",
                    "deliver",
                    "pay_invoice",
                    "refund",
                    "reset",
                    "repost",
                    "cancel",
                    "down_payment",
                    "take_payment_back",
                ]
            ),
            st.integers(1, 60),
            st.integers(0, 1000),
        ),
        min_size=2,
        max_size=9,
    )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not os.environ.get("B2B_FULL"),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operations)
    def test_nothing_is_asked_for_twice(self, operations):
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            self.contract.invoicing_policy = "manual"
            self.is_undone = False
            for operation, number, pick in operations:
                getattr(self, f"_do_{operation}")(number, pick)
                self.assertAskedOnce()
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def assertAskedOnce(self):
        documents = self.env["b2b.document"].search(
            [("order_ids", "in", self.order.ids), ("is_published", "=", True)]
        )
        asked = sum(documents.mapped("amount_residual"))
        invoiced = sum(self._invoices("posted").mapped("amount_total"))
        settled = sum(
            invoice.amount_total - invoice.amount_residual
            for invoice in self._invoices("posted") | self._invoices("draft")
        )
        # Who undoes a payment decides himself what other money pays the invoice.
        if not self.is_undone:
            entries = self.request.payment_ids.move_id
            items = entries.filtered(lambda move: move.state == "posted")
            settled -= sum(items._b2b_receivable_items().mapped("amount_residual"))
        owed = max(self.order.amount_total, invoiced) - settled
        self.assertLessEqual(round(asked, 2), round(max(owed, 0), 2))

    def _invoices(self, state):
        return self.order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == state
        ).sorted("id")

    def _picked(self, records, pick):
        return records[pick % len(records)] if records else records

    def _do_prepay(self, number, pick):
        self._pay(number)

    def _do_deliver(self, number, pick):
        if self.order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel")):
            self._deliver(1 + number % 5)
            self.order._create_invoices(final=True).action_post()

    def _do_pay_invoice(self, number, pick):
        invoice = self._picked(
            self._invoices("posted").filtered("amount_residual"), pick
        )
        if invoice:
            amount = min(number, invoice.amount_residual)
            self._register_payment(invoice, amount=amount)

    def _do_refund(self, number, pick):
        invoice = self._picked(self._invoices("posted"), pick)
        if invoice:
            wizard = (
                self.env["account.move.reversal"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({"journal_id": invoice.journal_id.id})
            )
            refund = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
            refund.action_post()

    def _do_reset(self, number, pick):
        self._picked(self._invoices("posted"), pick).button_draft()

    def _do_repost(self, number, pick):
        if invoice := self._picked(self._invoices("draft"), pick):
            invoice.action_post()

    def _do_cancel(self, number, pick):
        if invoice := self._picked(self._invoices("draft"), pick):
            invoice.button_cancel()

    def _do_down_payment(self, number, pick):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=self.order.ids)
            .create({"advance_payment_method": "fixed", "fixed_amount": number})
        )
        before = self.order.invoice_ids
        wizard.create_invoices()
        (self.order.invoice_ids - before).action_post()

    def _do_take_payment_back(self, number, pick):
        payments = self.request.payment_ids | (
            self._invoices("posted").reconciled_payment_ids
        )
        posted = payments.filtered(lambda p: p.state in ("in_process", "paid"))
        if payment := self._picked(posted.sorted("id"), pick):
            payment.action_draft()
            if pick % 2:
                payment.action_cancel()
            self.is_undone = True
