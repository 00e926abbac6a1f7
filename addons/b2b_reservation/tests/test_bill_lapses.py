import uuid
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservationCommon


class LapseBuilders(B2bReservationBuilders):
    def setUp(self):
        super().setUp()
        self._set_stock(self.product, 10)
        self.order = self._confirm_order()
        self.bill = self.order._b2b_issue_bill()
        self.reservation = self._reserve(self.order)
        self.provider = self.env.ref("payment.payment_provider_transfer")
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.provider.write(
            {"state": "enabled", "is_published": True, "journal_id": journal.id}
        )
        self.method = self.env.ref("payment_custom.payment_method_wire_transfer")

    def _get_document(self):
        return self.env["b2b.document"].search(
            [("payment_request_id", "=", self.bill.id)]
        )

    def _begin_payment(self, state, hours_ago=0):
        tx = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "reference": f"T-{uuid.uuid4()}",
                "amount": self.bill.amount_total,
                "currency_id": self.bill.currency_id.id,
                "partner_id": self.dealer.id,
                "operation": "online_direct",
                "sale_order_ids": self.order.ids,
                "state": state,
            }
        )
        begun = fields.Datetime.now() - timedelta(hours=hours_ago)
        self.env.cr.execute(
            "UPDATE payment_transaction SET create_date = %s WHERE id = %s",
            [begun, tx.id],
        )
        tx.invalidate_recordset()
        return tx


@tagged("post_install", "-at_install")
class TestBillLapses(LapseBuilders, B2bReservationCommon):
    def test_unpaid_bill_lapses_with_its_reserve(self):
        self._expire(self.reservation)
        self.assertEqual(self.bill.state, "lapsed")
        self.assertTrue(self.bill.date_lapsed)
        document = self._get_document()
        self.assertEqual(document.state, "lapsed")
        self.assertTrue(document.is_published)
        self.assertFalse(document.amount_residual)
        self.assertFalse(self.order._b2b_get_pay_url())

    def test_company_may_not_want_it(self):
        self.company.b2b_lapse_bills = False
        self._expire(self.reservation)
        self.assertEqual(self.bill.state, "issued")

    def test_other_goods_that_are_kept_keep_it(self):
        self.reservation._release_by_dealer({self.reservation.line_ids.id: 2})
        other = self._reserve(self.order, 2)
        self._expire(self.reservation)
        self.assertEqual(self.bill.state, "issued")
        self._expire(other)
        self.assertEqual(self.bill.state, "lapsed")

    def test_goods_that_lie_at_the_gate_keep_it(self):
        self.reservation.line_ids.write({"quantity": 3, "quantity_picked": 2})
        self._expire(self.reservation)
        self.assertEqual(self.bill.state, "issued")
        self.assertEqual(self.reservation.state, "running")

    def test_what_is_released_before_its_time_leaves_it(self):
        self.reservation._release_by_dealer()
        self.assertEqual(self.bill.state, "issued")

    def test_goods_that_have_left_are_to_be_paid(self):
        move = self.order.picking_ids.move_ids
        move.write({"quantity": 2, "picked": True})
        move.picking_id._action_done()
        self._expire(self.reservation)
        self.assertEqual(self.reservation.state, "expired")
        self.assertEqual(self.bill.state, "issued")

    def test_partly_paid_bill_does_not_lapse(self):
        self._pay_bill(self.bill, 10)
        self._expire(self.reservation)
        self.assertEqual(self.reservation.state, "expired")
        self.assertEqual(self.bill.state, "issued")

    def test_money_on_its_way_keeps_it(self):
        for state, hours in (("pending", 48), ("draft", 0)):
            with self.subTest(state=state):
                tx = self._begin_payment(state, hours)
                self.assertFalse(self.bill._lapse())
                self.assertEqual(self.bill.state, "issued")
                tx.state = "cancel"
        self._begin_payment("draft", 2)
        self.assertEqual(self.bill._lapse(), self.bill)

    def test_money_that_comes_late_revives_it(self):
        tx = self._begin_payment("draft", 2)
        self._expire(self.reservation)
        self.assertEqual(self.bill.state, "lapsed")
        tx.state = "done"
        method = self.provider.journal_id.inbound_payment_method_line_ids[:1]
        tx._create_payment(payment_method_line_id=method.id)
        self.assertEqual(self.bill.state, "issued")
        self.assertFalse(self.bill.date_lapsed)
        self.assertEqual(self.bill.payment_state, "paid")

    def test_reserving_again_revives_it(self):
        self._expire(self.reservation)
        self._reserve(self.order, 2)
        self.assertEqual(self.bill.state, "issued")
        self.assertEqual(self._get_document().state, "to_pay")
        self.assertEqual(self.order.b2b_payment_request_ids, self.bill)

    def test_what_is_no_longer_true_is_replaced(self):
        self._expire(self.reservation)
        self.order.order_line.product_uom_qty = 3
        self._reserve(self.order)
        self.assertEqual(self.bill.state, "withdrawn")
        new = self.order._b2b_get_payment_request()
        self.assertEqual(new.amount_total, self.order.amount_total)

    def test_past_its_date_it_is_replaced(self):
        self.bill.validity_date = fields.Date.today() - timedelta(days=1)
        self._expire(self.reservation)
        self._reserve(self.order)
        self.assertEqual(self.bill.state, "withdrawn")
        self.assertTrue(self.order._b2b_get_payment_request())

    def test_staff_revive_it_and_dealers_may_not(self):
        self._expire(self.reservation)
        with self.assertRaises(UserError):
            self.bill.with_user(self.dealer_user).action_revive()
        self.bill.with_user(self.staff_user).action_revive()
        self.assertEqual(self.bill.state, "issued")

    def test_bill_of_a_cancelled_order_is_not_revived(self):
        self._expire(self.reservation)
        self.order._action_cancel()
        self.assertEqual(self.bill.state, "withdrawn")

    def test_staff_issue_the_same_bill_again(self):
        self._expire(self.reservation)
        self.assertFalse(self.order.b2b_is_billed)
        self.assertEqual(self.order._b2b_issue_bill(), self.bill)
        self.assertEqual(self.bill.state, "issued")

    def test_lapsed_bill_is_not_paid_by_an_old_link(self):
        self.order._b2b_check_not_lapsed()
        self._expire(self.reservation)
        with self.assertRaisesRegex(ValidationError, "has lapsed"):
            self.order._b2b_check_not_lapsed()


@tagged("post_install", "-at_install")
class TestLapsedPages(LapseBuilders, B2bBuilders, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate("b2b_dealer", "b2b_dealer")

    def test_journal_and_order_say_it(self):
        self._expire(self.reservation)
        journal = self.url_open("/my/journal").text
        self.assertIn(self.bill.name, journal)
        self.assertIn("Lapsed", journal)
        page = self.url_open(f"/my/orders/{self.order.id}").text
        self.assertIn("the bill has lapsed with", page)

    def test_core_takes_no_money_for_it(self):
        self._expire(self.reservation)
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException) as caught:
            self.make_jsonrpc_request(
                f"/my/orders/{self.order.id}/transaction",
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "token_id": None,
                    "amount": 50,
                    "flow": "direct",
                    "tokenization_requested": False,
                    "landing_route": "/my",
                    "access_token": None,
                },
            )
        self.assertIn("ValidationError", str(caught.exception))
