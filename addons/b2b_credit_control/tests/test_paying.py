import threading
import uuid
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import JsonRpcException, tagged
from odoo.tests.common import BaseCase, get_db_name
from odoo.tools import mute_logger

from odoo.addons.b2b_portal.models.b2b_membership import ROLE_ACTIONS
from odoo.addons.b2b_portal.tests.checkout_common import B2bCheckoutCommon
from odoo.addons.b2b_portal.tests.parallel import Connection

from ..controllers.balance import B2bBalance
from .common import B2bCreditBuilders, B2bCreditCommon

NOT_PAYING = {role: actions - {"pay"} for role, actions in ROLE_ACTIONS.items()}


class PayingBuilders(B2bCreditBuilders):
    """A provider, and transactions as the payment form makes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.env.ref("payment.payment_provider_demo")
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.demo.write({"state": "test", "is_published": True})
        cls.demo.journal_id = cls.journal
        cls.allocations = cls.env["b2b.payment.allocation"]

    def _get_line(self, move):
        (line,) = self.env["b2b.settlement.line"].search([("move_id", "=", move.id)])
        return line

    def _prepare(self, *choice, user=None):
        allocations = self.allocations.with_user(user or self.dealer_user)
        return allocations._prepare_payables(list(choice))

    def _begin(self, *choice, user=None):
        """Return a new transaction that pays a choice, as the payment form makes it."""
        allocations = self.allocations.with_user(user or self.dealer_user)
        payables = allocations._claim_payables(list(choice))
        return self.env["payment.transaction"].create(
            {
                "provider_id": self.demo.id,
                "payment_method_id": self.demo.payment_method_ids[:1].id,
                "reference": f"T-{uuid.uuid4()}",
                "amount": sum(payable["amount"] for payable in payables),
                "currency_id": payables[0]["currency"].id,
                "partner_id": payables[0]["legal_entity"].id,
                "operation": "online_direct",
                "b2b_allocation_ids": [
                    Command.create(allocations._prepare_allocation_values(payable))
                    for payable in payables
                ],
            }
        )

    def _finish(self, tx):
        """Return the payment of a transaction that the provider has confirmed."""
        tx._set_done()
        tx._post_process()
        return tx.payment_id

    def _pay(self, *choice, **kwargs):
        return self._finish(self._begin(*choice, **kwargs))


@tagged("post_install", "-at_install")
class TestPaying(PayingBuilders, B2bCreditCommon):
    def _order(self, billing_mode):
        self.contract.billing_mode = billing_mode
        order = self._create_order()
        order.action_confirm()
        order._b2b_issue_bill()
        return order

    def test_order_leads_to_paying_what_it_asks_for(self):
        order = self._order("payment_request")
        request = order.b2b_payment_request_ids
        url = order.with_user(self.dealer_user)._b2b_get_pay_url()
        self.assertEqual(url, f"/my/balance/pay?request={request.id}")
        order = self._order("invoice")
        line = self._get_line(order.b2b_bill_move_id)
        url = order.with_user(self.dealer_user)._b2b_get_pay_url()
        self.assertEqual(url, f"/my/balance/pay?line={line.id}")

    def test_request_that_is_being_paid_does_not_lapse(self):
        order = self._order("payment_request")
        request = order.b2b_payment_request_ids
        transaction = self._begin(("request", request.id, None))
        self.assertFalse(request._lapse())
        transaction._set_canceled()
        self.assertEqual(request._lapse(), request)
        self.assertFalse(request._get_amount_to_pay())

    def test_order_whose_invoice_was_chosen_is_being_paid(self):
        order = self._order("invoice")
        self.assertFalse(order._b2b_is_being_paid())
        line = self._get_line(order.b2b_bill_move_id)
        transaction = self._begin(("line", line.id, None))
        self.assertTrue(order._b2b_is_being_paid())
        transaction._set_canceled()
        self.assertFalse(order._b2b_is_being_paid())

    # === BOOKING === #

    def test_exactly_the_chosen_documents_and_amounts(self):
        first = self._create_debt(100, overdue_days=20)
        second = self._create_debt(50, overdue_days=10)
        third = self._create_debt(70, overdue_days=1)
        payment = self._pay(
            ("line", self._get_line(second).id, "20"),
            ("line", self._get_line(third).id, None),
        )
        self.assertEqual(payment.amount, 90)
        self.assertEqual(
            (first | second | third).mapped("amount_residual"), [100, 30, 0]
        )
        self.assertEqual(payment.b2b_contract_id, self.contract)
        self.assertEqual(self._get_figures()["debt"], 130)

    def test_payment_is_of_the_legal_entity_and_its_contract(self):
        move = self._create_debt(100, contract=self.entity_contract)
        payment = self._pay(("line", self._get_line(move).id, None))
        self.assertEqual(payment.partner_id, self.entity)
        self.assertEqual(payment.b2b_contract_id, self.entity_contract)
        self.assertFalse(self._get_figures(self.entity_contract))

    def test_documents_of_two_contracts_in_one_payment(self):
        other = self._create_contract(self.dealer, "D-2")
        first = self._create_debt(100)
        second = self._create_debt(50, contract=other)
        self._pay(
            ("line", self._get_line(first).id, "60"),
            ("line", self._get_line(second).id, "50"),
        )
        self.assertEqual(self._get_figures()["debt"], 40)
        self.assertFalse(self._get_figures(other))

    def test_what_was_paid_meanwhile_becomes_a_prepayment_on_the_contract(self):
        move = self._create_debt(100)
        tx = self._begin(("line", self._get_line(move).id, None))
        self._register_payment(move, 70)
        payment = self._finish(tx)
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(tx.b2b_allocation_ids.amount_booked, 30)
        self.assertEqual(payment.b2b_contract_id, self.contract)
        self.assertEqual(self._get_figures()["debt"], -70)

    def test_amount_in_advance_is_a_prepayment(self):
        payment = self._pay(("ahead", self.contract.id, "250.50"))
        self.assertEqual(payment.b2b_contract_id, self.contract)
        self.assertEqual(payment.partner_id, self.dealer)
        self.assertEqual(self._get_figures()["debt"], -250.5)

    def test_payment_request_is_paid_by_its_payment(self):
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        bill = order._b2b_issue_bill()
        self._pay(("request", bill.id, "120"))
        self.assertEqual((bill.amount_paid, bill.payment_state), (120, "partial"))
        (payable,) = self._prepare(("request", bill.id, None))
        self.assertEqual(payable["amount"], 180)
        self._pay(("request", bill.id, None))
        self.assertEqual(bill.payment_state, "paid")
        (payable,) = self._prepare(("request", bill.id, None))
        self.assertIn("Nothing", payable["error"])

    def test_invoiced_order_is_not_paid_in_advance(self):
        self.product.invoice_policy = "order"
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        bill = order._b2b_issue_bill()
        allocations = self.allocations.with_user(self.dealer_user)
        self.assertEqual(allocations._get_open_requests().ids, bill.ids)
        order._create_invoices().action_post()
        self.assertFalse(allocations._get_open_requests())
        (payable,) = self._prepare(("request", bill.id, None))
        self.assertIn("Nothing", payable["error"])

    def test_part_of_a_foreign_currency_debt(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        move = self._create_debt(100, currency_id=euro.id)
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": fields.Date.today(), "rate": 0.8}
        )
        self._pay(("line", self._get_line(move).id, "30"))
        self.assertEqual(move.amount_residual, 70)
        self.assertFalse(self.env["b2b.settlement.line"]._find_wrong())
        self._pay(("line", self._get_line(move).id, None))
        self.assertEqual(move.amount_residual, 0)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertFalse(self._get_figures(currency=euro))

    def test_booking_again_changes_nothing(self):
        move = self._create_debt(100)
        tx = self._begin(("line", self._get_line(move).id, "40"))
        payment = self._finish(tx)
        tx.b2b_allocation_ids._book(payment)
        tx._post_process()
        self.assertEqual(move.amount_residual, 60)
        self.assertEqual(tx.b2b_allocation_ids.state, "booked")

    def test_payment_has_an_entry_where_the_method_names_no_account(self):
        line = self.journal.inbound_payment_method_line_ids.filtered(
            lambda method: method.payment_provider_id == self.demo
        )
        line.payment_account_id = False
        moves = type(self.env["account.move"])
        self.patch(moves, "_get_invoice_in_payment_state", lambda self: "in_payment")
        move = self._create_debt(100)
        payment = self._pay(("line", self._get_line(move).id, None))
        self.assertTrue(payment.move_id)
        self.assertEqual(move.amount_residual, 0)

    def test_payment_keeps_the_account_of_its_method(self):
        line = self.journal.inbound_payment_method_line_ids.filtered(
            lambda method: method.payment_provider_id == self.demo
        )
        line.payment_account_id = self.journal.default_account_id
        move = self._create_debt(100)
        payment = self._pay(("line", self._get_line(move).id, None))
        self.assertEqual(
            payment.outstanding_account_id, self.journal.default_account_id
        )

    # === CAPTURE AND REFUND === #

    def _authorize(self, *choice):
        self.demo.capture_manually = True
        tx = self._begin(*choice)
        tx._set_authorized()
        return tx

    def _capture(self, tx, amount=None):
        captured = tx._capture(amount)
        captured._post_process()
        tx._post_process()
        return captured.payment_id

    def test_captured_money_pays_what_was_chosen(self):
        self._create_contract(self.dealer, "D-2")
        first = self._create_debt(100, overdue_days=20)
        second = self._create_debt(50)
        tx = self._authorize(("line", self._get_line(second).id, "30"))
        payment = self._capture(tx)
        self.assertEqual((first | second).mapped("amount_residual"), [100, 20])
        self.assertEqual(payment.b2b_contract_id, self.contract)
        self.assertEqual(tx.b2b_allocation_ids.state, "booked")
        self.assertEqual(self._get_figures()["debt"], 120)

    def test_money_captured_in_parts_pays_one_after_the_other(self):
        first, second = self._create_debt(100), self._create_debt(50)
        tx = self._authorize(
            ("line", self._get_line(first).id, None),
            ("line", self._get_line(second).id, None),
        )
        self._capture(tx, 60)
        residuals = (first | second).mapped("amount_residual")
        self.assertEqual(residuals, [40, 50])
        with self.assertRaisesRegex(UserError, "under way"):
            self._begin(("line", self._get_line(first).id, None))
        self._capture(tx, 50)
        residuals = (first | second).mapped("amount_residual")
        self.assertEqual(residuals, [0, 40])
        void = tx._void(40)
        self.assertEqual((void.state, tx.state), ("cancel", "done"))
        self._pay(("line", self._get_line(second).id, None))
        self.assertEqual(second.amount_residual, 0)

    def test_money_for_a_request_is_captured(self):
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        bill = order._b2b_issue_bill()
        self._capture(self._authorize(("request", bill.id, "120")))
        self.assertEqual((bill.amount_paid, bill.amount_open), (120, 180))
        (payable,) = self._prepare(("request", bill.id, None))
        self.assertEqual(payable["amount"], 180)

    def test_refund_is_of_the_same_contract(self):
        self._create_contract(self.dealer, "D-2")
        tx = self._begin(("ahead", self.contract.id, "100"))
        self._finish(tx)
        self.assertEqual(self._get_figures()["debt"], -100)
        refund = tx._refund(30)
        refund._post_process()
        self.assertEqual(refund.payment_id.b2b_contract_id, self.contract)
        self.assertEqual(self._get_figures()["debt"], -70)

    # === AMOUNTS === #

    def test_prepayment_that_is_given_back_leaves_nothing_open(self):
        tx = self._begin(("ahead", self.contract.id, "250.50"))
        self._finish(tx)
        refund = tx._create_child_transaction(200, is_refund=True)
        self._finish(refund)
        lines = self.env["b2b.settlement.line"].search(
            [("contract_id", "=", self.contract.id), ("residual", "!=", 0)]
        )
        self.assertEqual(lines.mapped("residual"), [-50.5])

    def test_amounts_are_read_as_people_write_them(self):
        parse = self.allocations._parse_amount
        for text, amount in (
            ("12.50", 12.5),
            ("12,5", 12.5),
            ("1 000", 1000),
            ("1\u00a0000,25", 1000.25),
            ("1,000.25", 1000.25),
            ("0.005", 0.01),
        ):
            self.assertEqual(parse(text, self.currency), amount, text)
        for text in (
            "",
            None,
            "0",
            "-5",
            "nan",
            "inf",
            "1e99",
            "abc",
            "1.2.3",
            "0.001",
        ):
            self.assertEqual(parse(text, self.currency), 0, text)

    def test_not_more_than_is_open(self):
        move = self._create_debt(100)
        self._register_payment(move, 30)
        line = self._get_line(move)
        (payable,) = self._prepare(("line", line.id, "70.01"))
        self.assertIn("70.00", payable["error"])
        for text in ("70.01", "0", "-1", "nan", ""):
            with self.assertRaises(UserError):
                self._begin(("line", line.id, text))
        self.assertEqual(self._begin(("line", line.id, "70")).amount, 70)

    def test_paid_document_is_not_paid_again(self):
        move = self._create_debt(100)
        line = self._get_line(move)
        self._register_payment(move)
        with self.assertRaisesRegex(UserError, "Nothing of this document"):
            self._begin(("line", line.id, None))

    def test_credit_note_is_not_paid(self):
        refund = self._create_invoice(
            self.dealer, 80, "out_refund", b2b_contract_id=self.contract.id
        )
        with self.assertRaises(UserError):
            self._begin(("line", self._get_line(refund).id, None))

    def test_one_document_named_twice_is_paid_once(self):
        line = self._get_line(self._create_debt(100))
        tx = self._begin(("line", line.id, None), ("line", line.id, None))
        self.assertEqual(tx.amount, 100)

    # === WHO PAYS WHAT === #

    def test_documents_of_others_are_not_there(self):
        line = self._get_line(self._create_debt(10, contract=self.stranger_contract))
        choice = [("line", line.id, None), ("ahead", self.stranger_contract.id, "5")]
        self.assertFalse(self._prepare(*choice))
        with self.assertRaisesRegex(UserError, "nothing to pay"):
            self._begin(*choice)
        self.assertEqual(len(self._prepare(*choice, user=self.stranger_user)), 2)

    def test_role_without_paying_is_refused(self):
        line = self._get_line(self._create_debt(10))
        with patch.dict(ROLE_ACTIONS, NOT_PAYING):
            (payable,) = self._prepare(("line", line.id, None))
            self.assertIn("role", payable["error"])
            self.assertFalse(self.dealer_user._b2b_get_paying_entities())
            with self.assertRaisesRegex(UserError, "role"):
                self._begin(("line", line.id, None))
        self.assertTrue(self._begin(("line", line.id, None)))

    def test_refusal_of_the_contract_is_told(self):
        line = self._get_line(self._create_debt(10))
        contracts = type(self.env["b2b.contract"])
        with patch.object(contracts, "_refusal_reason", return_value="Not today"):
            with self.assertRaisesRegex(UserError, "Not today"):
                self._begin(("line", line.id, None))

    def test_dealers_neither_read_nor_write_allocations(self):
        tx = self._begin(("line", self._get_line(self._create_debt(10)).id, None))
        allocation = tx.b2b_allocation_ids.with_user(self.dealer_user)
        with self.assertRaises(AccessError):
            allocation.read(["amount"])
        with self.assertRaises(AccessError):
            allocation.write({"amount": 1})
        staff = tx.b2b_allocation_ids.with_user(self.staff_user)
        self.assertEqual(staff.amount, 10)

    # === WHAT IS PAID TOGETHER === #

    def _get_groups(self, *choice):
        return self.allocations._group_payables(self._prepare(*choice))

    def test_currencies_are_paid_apart(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        choice = [
            ("line", self._get_line(self._create_debt(10)).id, None),
            (
                "line",
                self._get_line(self._create_debt(5, currency_id=euro.id)).id,
                None,
            ),
        ]
        groups, reasons = self._get_groups(*choice)
        self.assertEqual(len(groups), 2)
        self.assertIn("currencies", " ".join(reasons))
        with self.assertRaisesRegex(UserError, "currencies"):
            self._begin(*choice)

    def test_companies_are_paid_apart(self):
        other = self.env["res.company"].create({"name": "Second supplier"})
        self.env["account.chart.template"].try_loading(
            "generic_coa", other, install_demo=False
        )
        contract = self._create_contract(self.dealer, "S-9", company_id=other.id)
        tax = self.env["account.tax"].search([("company_id", "=", other.id)])
        self.assertTrue(tax)
        move = self._create_debt(10, contract=contract, company_id=other.id)
        first = self._create_debt(5)
        groups, reasons = self._get_groups(
            ("line", self._get_line(first).id, None),
            ("line", self._get_line(move).id, None),
        )
        self.assertEqual(len(groups), 2)
        self.assertIn("companies", " ".join(reasons))

    def test_legal_entities_pay_their_own(self):
        groups, reasons = self._get_groups(
            ("line", self._get_line(self._create_debt(10)).id, None),
            (
                "line",
                self._get_line(self._create_debt(5, contract=self.entity_contract)).id,
                None,
            ),
        )
        self.assertEqual(len(groups), 2)
        self.assertEqual(reasons, ["Each legal entity pays its own documents."])

    def test_advance_is_paid_apart_from_debt(self):
        groups, reasons = self._get_groups(
            ("line", self._get_line(self._create_debt(10)).id, None),
            ("ahead", self.contract.id, "5"),
        )
        self.assertEqual(len(groups), 2)
        self.assertIn("in advance", " ".join(reasons))

    # === CLAIMS === #

    def test_document_is_claimed_while_its_payment_is_under_way(self):
        line = self._get_line(self._create_debt(100))
        tx = self._begin(("line", line.id, "60"))
        self.assertEqual(tx.b2b_allocation_ids.state, "claimed")
        (payable,) = self._prepare(("line", line.id, None))
        self.assertEqual(payable["amount"], 40)
        with self.assertRaisesRegex(UserError, "40.00"):
            self._begin(("line", line.id, "40.01"))
        self._begin(("line", line.id, "40"))
        for state in ("pending", "authorized"):
            tx.state = state
            with self.assertRaisesRegex(UserError, "under way"):
                self._begin(("line", line.id, None))

    def test_payment_request_is_claimed_too(self):
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        bill = order._b2b_issue_bill()
        self._begin(("request", bill.id, None))
        with self.assertRaisesRegex(UserError, "under way"):
            self._begin(("request", bill.id, None))

    def test_failed_payment_frees_its_documents(self):
        line = self._get_line(self._create_debt(100))
        for fail in ("_set_canceled", "_set_error"):
            tx = self._begin(("line", line.id, None))
            getattr(tx, fail)("No")
            self.assertEqual(tx.b2b_allocation_ids.state, "free")
        self.assertTrue(self._begin(("line", line.id, None)))

    def test_payment_that_is_not_gone_on_with_expires(self):
        line = self._get_line(self._create_debt(100))
        tx = self._begin(("line", line.id, None))
        old = fields.Datetime.now() - timedelta(minutes=31)
        self.env.cr.execute(
            "UPDATE b2b_payment_allocation SET create_date = %s WHERE id IN %s",
            [old, tuple(tx.b2b_allocation_ids.ids)],
        )
        tx.b2b_allocation_ids.invalidate_recordset()
        self.assertTrue(self._begin(("line", line.id, None)))

    def test_payment_given_up_frees_and_still_pays_what_is_open(self):
        move = self._create_debt(100)
        line = self._get_line(move)
        first = self._begin(("line", line.id, None))
        first.b2b_allocation_ids._release()
        self._pay(("line", line.id, "70"))
        self._finish(first)
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(first.b2b_allocation_ids.amount_booked, 30)
        self.assertEqual(self._get_figures()["debt"], -70)

    def test_transfer_that_was_not_ordered_is_given_up(self):
        line = self._get_line(self._create_debt(100))
        tx = self._begin(("line", line.id, None))
        transfer = self.env.ref("payment.payment_provider_transfer")
        tx.write({"provider_id": transfer.id, "state": "pending"})
        self.assertEqual(tx.b2b_allocation_ids.state, "claimed")
        tx.b2b_allocation_ids._release()
        self.assertEqual(tx.b2b_allocation_ids.state, "free")

    def test_pending_payment_is_not_given_up(self):
        line = self._get_line(self._create_debt(100))
        tx = self._begin(("line", line.id, None))
        tx._set_pending()
        tx.b2b_allocation_ids._release()
        self.assertEqual(tx.b2b_allocation_ids.state, "claimed")

    # === CORE === #

    def test_other_reconciliations_are_whole(self):
        move = self._create_debt(100)
        self._register_payment(move)
        self.assertEqual(move.amount_residual, 0)

    def test_transaction_without_allocations_is_booked_as_ever(self):
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": self.demo.id,
                "payment_method_id": self.demo.payment_method_ids[:1].id,
                "reference": f"T-{uuid.uuid4()}",
                "amount": 10,
                "currency_id": self.currency.id,
                "partner_id": self.dealer.id,
            }
        )
        payment = self._finish(tx)
        self.assertEqual((payment.amount, payment.partner_id), (10, self.dealer))


@tagged("post_install", "-at_install")
class TestPayPage(PayingBuilders, B2bCheckoutCommon):
    def setUp(self):
        super().setUp()
        self._log_in(self.dealer_user)

    def _get_form(self, query):
        """Return core's payment form on the page, or None."""
        page = self._get_page(f"/my/balance/pay?{query}")
        forms = page.xpath("//form[@id='o_payment_form']")
        return forms[0] if forms else None

    def _press_pay(self, query, **values):
        """Return what the server answers when Pay is pressed on the page."""
        form = self._get_form(query)
        self.assertIsNotNone(form)
        (radio,) = form.xpath(
            ".//input[@name='o_payment_radio'][@data-provider-code='demo']"
        )
        params = {
            "provider_id": int(radio.get("data-provider-id")),
            "payment_method_id": int(radio.get("data-payment-option-id")),
            "token_id": None,
            "amount": float(form.get("data-amount")),
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": form.get("data-landing-route"),
            "is_validation": False,
            "access_token": form.get("data-access-token"),
            "csrf_token": None,
            **values,
        }
        return self.make_jsonrpc_request(form.get("data-transaction-route"), params)

    def _assert_refused(self, message, query, **values):
        """Press Pay and be told why it cannot be."""
        with (
            self.assertLogs("odoo.http", "WARNING") as log,
            self.assertRaisesRegex(JsonRpcException, "UserError"),
        ):
            self._press_pay(query, **values)
        self.assertIn(message, log.output[0])

    def _find_tx(self, answer):
        return self.env["payment.transaction"].search(
            [("reference", "=", answer["reference"])]
        )

    def test_from_the_balance_to_the_booked_payment(self):
        first = self._get_line(self._create_debt(100, overdue_days=3))
        second = self._get_line(self._create_debt(50))
        page = self._get_page("/my/balance")
        boxes = page.xpath("//input[@name='line']/@value")
        self.assertEqual(set(boxes), {str(first.id), str(second.id)})
        query = f"line={first.id}&line={second.id}&line-{second.id}=20"
        tx = self._find_tx(self._press_pay(query))
        self.assertEqual((tx.amount, tx.partner_id), (120, self.dealer))
        page = self._get_page("/my/balance")
        self.assertFalse(page.xpath(f"//input[@name='line'][@value='{first.id}']"))
        self._finish(tx)
        self.assertEqual((first.residual, second.residual), (0, 30))
        page = self._get_page(tx.landing_route)
        self.assertTrue(page.find_class("o_b2b_paid"))

    def test_wrong_amounts_show_no_payment_form(self):
        line = self._get_line(self._create_debt(100))
        for text in ("100.01", "0", "-5", "nan", "inf", "x", "1e999", ""):
            self.assertIsNone(self._get_form(f"line={line.id}&line-{line.id}={text}"))
        form = self._get_form(f"line={line.id}&line-{line.id}=33,335")
        self.assertEqual(float(form.get("data-amount")), 33.34)

    def test_symbol_stands_where_the_currency_has_it(self):
        line = self._get_line(self._create_debt(100))
        for position, before, after in (("before", 1, 0), ("after", 0, 1)):
            with self.subTest(position=position):
                line.currency_id.position = position
                page = self._get_page(f"/my/balance/pay?line={line.id}")
                (field,) = page.find_class("o_b2b_pay_amount")
                self.assertEqual(len(field.xpath("preceding-sibling::span")), before)
                self.assertEqual(len(field.xpath("following-sibling::span")), after)

    def test_nonsense_in_the_address_is_no_error(self):
        for query in ("line=x&request=-1&ahead=0", "line=99999999999&ahead=%00", ""):
            self.assertIsNone(self._get_form(query))

    def test_amount_of_the_form_is_checked_against_the_database(self):
        line = self._get_line(self._create_debt(100))
        for amount in (1, 99.99, -100, 0, None):
            self._assert_refused("have changed", f"line={line.id}", amount=amount)
        self.assertFalse(self.allocations.search([("amount", "!=", 0)]))

    def test_way_of_paying_that_is_not_offered_is_refused(self):
        line = self._get_line(self._create_debt(100))
        form = self._get_form(f"line={line.id}")
        codes = form.xpath(".//input/@data-payment-method-code")
        self.assertNotIn("b2b_bill", codes)
        self._assert_refused(
            "not available",
            f"line={line.id}",
            provider_id=self.provider.id,
            payment_method_id=self.provider.payment_method_ids.id,
        )
        with self.assertRaisesRegex(JsonRpcException, "BadRequest"):
            self._press_pay(f"line={line.id}", custom_create_values={})
        token = self.env["payment.token"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.provider.payment_method_ids.id,
                "partner_id": self.dealer.id,
                "provider_ref": "x",
            }
        )
        self._assert_refused(
            "not available", f"line={line.id}", flow="token", token_id=token.id
        )

    def test_documents_of_others_are_not_paid(self):
        own = self._get_line(self._create_debt(100))
        line = self._get_line(self._create_debt(10, contract=self.stranger_contract))
        page = self._get_page(f"/my/balance/pay?line={line.id}")
        self.assertNotIn(line.name, page.text_content())
        tx = self._find_tx(self._press_pay(f"line={own.id}&line={line.id}"))
        self.assertEqual(tx.b2b_allocation_ids.move_line_id, own.move_line_id)
        self._log_in(self.stranger_user)
        self.assertEqual(self.url_open(tx.landing_route).status_code, 404)
        self.assertEqual(self.url_open("/my/balance/pay/done/999999").status_code, 404)

    def test_second_tab_is_refused_until_the_first_is_given_up(self):
        line = self._get_line(self._create_debt(100))
        query = f"line={line.id}"
        second_tab = self._get_form(query)
        tx = self._find_tx(self._press_pay(query))
        with patch.object(type(self), "_get_form", lambda *args: second_tab):
            self._assert_refused("under way", query)
        self.assertIsNone(self._get_form(query))
        response = self._post(f"/my/balance/pay/release?{query}")
        self.assertIn("/my/balance/pay?line=", response.headers["Location"])
        self.assertEqual(tx.b2b_allocation_ids.state, "free")
        self.assertIsNotNone(self._get_form(query))

    def test_nobody_gives_up_the_payment_of_another(self):
        line = self._get_line(self._create_debt(100))
        tx = self._find_tx(self._press_pay(f"line={line.id}"))
        self._log_in(self.stranger_user)
        self._post(f"/my/balance/pay/release?line={line.id}")
        self.assertEqual(tx.b2b_allocation_ids.state, "claimed")

    def test_page_says_what_is_paid_separately_and_why(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        first = self._get_line(self._create_debt(100))
        second = self._get_line(self._create_debt(40, currency_id=euro.id))
        page = self._get_page(f"/my/balance/pay?line={first.id}&line={second.id}")
        (others,) = page.find_class("o_b2b_pay_others")
        self.assertIn("different currencies", others.text_content())
        (link,) = others.xpath(".//a/@href")
        self.assertIn(f"line={second.id}", link)
        (form,) = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(float(form.get("data-amount")), 100)

    def test_nothing_chosen_means_what_is_overdue(self):
        late = self._get_line(self._create_debt(100, overdue_days=3))
        self._create_debt(40)
        form = self._get_form("")
        self.assertEqual(float(form.get("data-amount")), 100)
        self.assertIn(f"line={late.id}", form.get("data-transaction-route"))

    def _limit_documents(self, count):
        """Let so many documents be paid together at most."""
        addon = "odoo.addons.b2b_credit_control"
        for module in ("models.b2b_payment_choice", "controllers.pay"):
            self.startPatcher(patch(f"{addon}.{module}.MAX_DOCUMENTS", count))
        self.startPatcher(patch(f"{addon}.controllers.suspended.MAX_DOCUMENTS", count))

    def test_page_says_how_many_documents_are_left_for_later(self):
        for days in range(1, 5):
            self._create_debt(10, overdue_days=days)
        page = self._get_page("/my/balance/pay")
        self.assertFalse(page.find_class("o_b2b_pay_left"))
        self._limit_documents(3)
        page = self._get_page("/my/balance/pay")
        (note,) = page.find_class("o_b2b_pay_left")
        text = " ".join(note.text_content().split())
        self.assertIn("At most 3 documents", text)
        self.assertIn("left for later: 1", text)
        (form,) = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(float(form.get("data-amount")), 30)
        self._finish(self._find_tx(self._press_pay("")))
        page = self._get_page("/my/balance/pay")
        self.assertFalse(page.find_class("o_b2b_pay_left"))
        (form,) = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(float(form.get("data-amount")), 10)

    def test_what_is_chosen_twice_is_paid_once_and_not_left(self):
        line = self._get_line(self._create_debt(10))
        self._limit_documents(1)
        page = self._get_page(f"/my/balance/pay?line={line.id}&line={line.id}")
        self.assertFalse(page.find_class("o_b2b_pay_left"))
        (form,) = page.xpath("//form[@id='o_payment_form']")
        self.assertEqual(float(form.get("data-amount")), 10)

    def test_too_many_documents_are_refused_not_cut_off(self):
        lines = [self._get_line(self._create_debt(10)) for _number in range(2)]
        self._limit_documents(1)
        with self.assertRaisesRegex(UserError, "At most 1 documents"):
            self._begin(*[("line", line.id, None) for line in lines])

    def test_suspended_page_says_that_its_plan_is_paid_in_parts(self):
        for days in range(1, 4):
            self._create_debt(10, overdue_days=days)
        self.env["b2b.block"].create(
            {
                "contract_id": self.contract.id,
                "scenario": "hard",
                "reason": "Unpaid bills",
            }
        )
        page = self._get_page("/my/suspended")
        self.assertFalse(page.find_class("o_b2b_pay_in_parts"))
        self._limit_documents(2)
        page = self._get_page("/my/suspended")
        self.assertTrue(page.find_class("o_b2b_pay_in_parts"))
        page = self._get_page("/my/balance/pay")
        (note,) = page.find_class("o_b2b_pay_left")
        self.assertIn("left for later: 1", " ".join(note.text_content().split()))

    def test_balance_says_that_only_this_page_is_chosen(self):
        self.patch(B2bBalance, "_balance_items_per_page", 2)
        for days in range(1, 3):
            self._create_debt(10, overdue_days=days)
        page = self._get_page("/my/balance")
        self.assertFalse(page.find_class("o_b2b_pay_page_only"))
        self._create_debt(10)
        page = self._get_page("/my/balance")
        (note,) = page.find_class("o_b2b_pay_page_only")
        self.assertIn("2 of 3", " ".join(note.text_content().split()))

    def test_paying_ahead_from_the_balance(self):
        tx = self._find_tx(
            self._press_pay(f"ahead={self.entity_contract.id}&amount=75")
        )
        self._finish(tx)
        self.assertEqual(tx.partner_id, self.entity)
        self.assertEqual(self._get_figures(self.entity_contract)["debt"], -75)

    def test_bills_to_pay_in_advance_are_listed(self):
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        bill = order._b2b_issue_bill()
        link = f"//*[@id='b2b_balance_requests']//a[contains(@href, '={bill.id}')]"
        self.assertTrue(self._get_page("/my/balance").xpath(link))
        bill._withdraw()
        self.assertFalse(self._get_page("/my/balance").xpath(link))

    def test_role_without_paying_sees_no_way_to_pay(self):
        self._create_debt(100, overdue_days=3)
        with patch.dict(ROLE_ACTIONS, NOT_PAYING):
            page = self._get_page("/my/balance")
            self.assertFalse(page.xpath("//input[@name='line']"))
            self.assertFalse(page.xpath("//*[@id='b2b_balance_ahead']"))
            self.assertIsNone(self._get_form(""))

    def test_payment_cannot_pose_as_a_validation(self):
        line = self._get_line(self._create_debt(100))
        answer = self._press_pay(f"line={line.id}", is_validation=True)
        tx = self._find_tx(answer)
        self.assertEqual((tx.operation, tx.amount), ("online_direct", 100))

    # === CORE'S PAGES OF INVOICES === #

    def _pay_invoice(self, move, amount, route=None, **values):
        """Return what the server answers to the form on the page of an invoice."""
        params = {
            "access_token": None,
            "provider_id": self.demo.id,
            "payment_method_id": self.demo.payment_method_ids[:1].id,
            "token_id": None,
            "amount": amount,
            "flow": "direct",
            "tokenization_requested": False,
            "landing_route": "/my/invoices",
            "is_validation": False,
            **values,
        }
        route = route or f"/invoice/transaction/{move.id}"
        return self.make_jsonrpc_request(route, params)

    def _assert_invoice_is_not_paid(self, move, amount):
        with (
            self.assertLogs("odoo.http", "WARNING") as log,
            self.assertRaisesRegex(JsonRpcException, "UserError"),
        ):
            self._pay_invoice(move, amount)
        self.assertIn("Not more than", log.output[0])

    def test_invoice_page_books_on_the_legal_entity_and_contract(self):
        self._create_contract(self.entity, "E-2")
        move = self._create_debt(100, contract=self.entity_contract)
        tx = self._find_tx(self._pay_invoice(move, 60))
        self.assertEqual(tx.invoice_ids, move)
        payment = self._finish(tx)
        self.assertEqual(payment.partner_id, self.entity)
        self.assertEqual(payment.b2b_contract_id, self.entity_contract)
        self.assertEqual(move.amount_residual, 40)
        self.assertEqual(tx.b2b_allocation_ids.amount_booked, 60)
        self.assertEqual(self._get_figures(self.entity_contract)["debt"], 40)

    def test_invoice_page_and_balance_do_not_pay_twice(self):
        move = self._create_debt(100)
        line = self._get_line(move)
        self._find_tx(self._press_pay(f"line={line.id}&line-{line.id}=70"))
        self._assert_invoice_is_not_paid(move, 100)
        self._pay_invoice(move, 30)
        self.assertIsNone(self._get_form(f"line={line.id}"))
        self._assert_invoice_is_not_paid(move, 1)

    def test_amount_for_an_invoice_is_checked_against_the_database(self):
        move = self._create_debt(100)
        self._register_payment(move, 30)
        for amount in (70.01, 0, -5, "nan"):
            self._assert_invoice_is_not_paid(move, amount)
        self.assertTrue(self._pay_invoice(move, 70))

    def test_invoice_that_is_paid_is_not_paid_again(self):
        move = self._create_debt(100)
        self._register_payment(move, 100)
        self._assert_invoice_is_not_paid(move, 100)

    def test_invoice_is_paid_by_what_is_offered_only(self):
        move = self._create_debt(100)
        self.demo.is_published = False
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(JsonRpcException, "UserError"),
        ):
            self._pay_invoice(move, 100)
        self.demo.is_published = True
        self.assertTrue(self._pay_invoice(move, 100))

    def test_link_pays_without_login_and_through_a_block(self):
        move = self._create_debt(100, overdue_days=5)
        token = move._portal_ensure_token()
        self.env["b2b.block"].create(
            {"dealer_id": self.dealer.id, "scenario": "hard", "reason": "Unpaid"}
        )
        page = self.url_open(move.get_portal_url(), allow_redirects=False)
        self.assertURLEqual(page.headers["Location"], "/my/suspended")
        self._find_tx(self._pay_invoice(move, 40, access_token=token))
        self.authenticate(None, None)
        tx = self._find_tx(self._pay_invoice(move, 60, access_token=token))
        self._finish(tx)
        self.assertEqual(move.amount_residual, 40)

    def test_invoice_on_no_contract_is_paid_as_ever(self):
        customer = self._create_entity("Passer-by")
        move = self._create_invoice(customer, 50)
        self.authenticate(None, None)
        token = move._portal_ensure_token()
        tx = self._find_tx(self._pay_invoice(move, 50, access_token=token))
        self.assertFalse(tx.b2b_allocation_ids)
        self._finish(tx)
        self.assertEqual(move.amount_residual, 0)

    def test_overdue_invoices_are_paid_from_balance(self):
        self._create_debt(100, overdue_days=3)
        response = self.url_open("/my/invoices/overdue", allow_redirects=False)
        self.assertURLEqual(response.headers["Location"], "/my/balance?due=overdue")

    def test_pay_two_documents_in_the_browser(self):
        moves = [
            self._create_debt(amount, overdue_days=days)
            for amount, days in ((100, 20), (50, 5), (25, -5))
        ]
        self.start_tour(
            "/my/balance",
            "b2b_credit_control.pay_two_documents",
            login=self.dealer_user.login,
        )
        residuals = [move.amount_residual for move in moves]
        self.assertEqual(residuals, [0, 30, 25])

    def test_who_is_no_dealer_pays_nothing_here(self):
        self._log_in(self.staff_user)
        self.assertEqual(self.url_open("/my/balance/pay").status_code, 404)


@tagged("post_install", "-at_install")
class TestParallelPaying(BaseCase):
    """Two tabs that pay one document at once: real connections, real commits, and the
    server's way of running the loser again. What is made is removed at the end.
    """

    def setUp(self):
        super().setUp()
        self.registry_ = Registry(get_db_name())
        self.addCleanup(self._remove)
        with Connection(self.registry_) as env:
            company = env.ref("base.main_company")
            entity = env["res.partner"].create(
                {"name": f"Parallel {uuid.uuid4()}", "is_company": True}
            )
            user = env["res.users"].create(
                {
                    "name": "Parallel",
                    "login": str(uuid.uuid4()),
                    "partner_id": entity.id,
                    "group_ids": [Command.set(env.ref("base.group_portal").ids)],
                }
            )
            env["b2b.contract"].create(
                {
                    "name": "P-1",
                    "legal_entity_id": entity.id,
                    "company_id": company.id,
                }
            )
            move = env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": entity.id,
                    "invoice_date": "2026-01-15",
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Part", "price_unit": 100, "tax_ids": []}
                        )
                    ],
                }
            )
            move.action_post()
            line = env["b2b.settlement.line"].search([("move_id", "=", move.id)])
            self.user_id, self.move_id, self.line_id = user.id, move.id, line.id
            self.entity_id = entity.id

    def _remove(self):
        with Connection(self.registry_) as env:
            claims = env["b2b.payment.allocation"].search(
                [("legal_entity_id", "=", self.entity_id)]
            )
            claims.transaction_id.unlink()
            move = env["account.move"].browse(self.move_id)
            move.button_draft()
            move.with_context(force_delete=True).unlink()
            entity = env["res.partner"].browse(self.entity_id)
            entity.b2b_contract_ids.unlink()
            user = env["res.users"].browse(self.user_id)
            user.with_context(b2b_keep_all_entities=True).b2b_membership_ids.unlink()
            user.unlink()
            entity.unlink()

    def _begin(self, env):
        """Begin to pay the document and return the amount claimed."""
        user = env["res.users"].browse(self.user_id)
        allocations = env["b2b.payment.allocation"].with_user(user)
        payables = allocations._claim_payables([("line", self.line_id, None)])
        method = env.ref("payment_demo.payment_method_demo")
        env["payment.transaction"].create(
            {
                "provider_id": env.ref("payment.payment_provider_demo").id,
                "payment_method_id": method.id,
                "reference": str(uuid.uuid4()),
                "amount": payables[0]["amount"],
                "currency_id": payables[0]["currency"].id,
                "partner_id": self.entity_id,
                "b2b_allocation_ids": [
                    Command.create(allocations._prepare_allocation_values(payable))
                    for payable in payables
                ],
            }
        )
        return payables[0]["amount"]

    def test_two_tabs_claim_one_document_once(self):
        barrier = threading.Barrier(2, timeout=60)
        attempts, results = [0, 0], ["", ""]

        def run(number, env):
            def attempt():
                attempts[number] += 1
                env["b2b.settlement.line"].browse(self.line_id).residual  # noqa: B018
                if attempts[number] == 1:
                    barrier.wait()
                return self._begin(env)

            try:
                results[number] = retrying(attempt, env)
            except UserError as error:
                env.cr.rollback()
                results[number] = str(error)

        # The runner of the tests holds the lock of the registry.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        with (
            Connection(self.registry_) as first,
            Connection(self.registry_) as second,
        ):
            threads = [
                threading.Thread(target=run, args=(number, env), daemon=True)
                for number, env in enumerate((first, second))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
                self.assertFalse(thread.is_alive(), "no transaction hangs")
        paid, refused = sorted(results, key=str)
        self.assertEqual(paid, 100)
        self.assertIn("under way", refused)
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
