from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .parallel import ParallelGoodsCase


@tagged("post_install", "-at_install")
class TestPaymentAgainstExpiry(ParallelGoodsCase):
    """Money that arrives while the cron decides that the time is over."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            # No bill lapses: then nothing but the order is common to both.
            company = env["res.company"].browse(self.company_id)
            self.lapse_bills = company.b2b_lapse_bills
            company.b2b_lapse_bills = False

    def _prepare(self, env, mode):
        """Reserve goods of an order with a bill whose time is over."""
        env["b2b.contract"].browse(self.contract_id).billing_mode = mode
        self._put_on_shelf(env, 5)
        order = self._create_order(env, 5, self.contract_id)
        order.order_line.write({"price_unit": 10, "tax_ids": [Command.clear()]})
        order.action_confirm()
        order._b2b_issue_bill()
        reservation = order._b2b_reserve()
        reservation.date_expiry = fields.Datetime.now() - timedelta(minutes=1)
        self.order_id, self.reservation_id = order.id, reservation.id

    def _remove(self):
        with self._connection() as env:
            company = env["res.company"].browse(self.company_id)
            company.b2b_lapse_bills = self.lapse_bills
            order = env["sale.order"].browse(self.order_id)
            payments = env["account.payment"].search(
                [("partner_id", "=", self.entity_id)]
            )
            env["account.payment.register"].search([]).unlink()
            payments.action_draft()
            payments.with_context(force_delete=True).unlink()
            invoices = order.invoice_ids
            invoices.filtered(lambda move: move.state == "posted").button_draft()
            invoices.with_context(force_delete=True).unlink()
            order.b2b_payment_request_ids.with_context(_force_unlink=True).unlink()
            waits = env["b2b.reservation.wait"].search([("order_id", "=", order.id)])
            waits.unlink()
        return super()._remove()

    def _pay_request(self, env):
        order = env["sale.order"].browse(self.order_id)
        request = order._b2b_get_payment_request()
        env["account.payment"].create(
            {
                "partner_id": self.entity_id,
                "amount": request.amount_total,
                "payment_type": "inbound",
                "partner_type": "customer",
                "b2b_payment_request_id": request.id,
            }
        ).action_post()

    def _pay_invoice(self, env):
        invoice = env["sale.order"].browse(self.order_id).invoice_ids
        wizard = (
            env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({})
        )
        wizard._create_payments()

    def _release_expired(self, env):
        """Decide as the cron does."""
        env["b2b.reservation"].browse(self.reservation_id)._try_expire()

    def _check_kept(self, pay):
        actions = [self._release_expired, pay]
        _attempts, errors = self._do_in_parallel(actions)
        self.assertFalse(errors)
        with self._connection() as env:
            self._release_expired(env)
        with self._connection() as env:
            order = env["sale.order"].browse(self.order_id)
            self.assertTrue(order._b2b_get_paid())
            self.assertEqual(self._get_held(), (5, 5))
            running = order.b2b_reservation_ids.filtered(
                lambda reservation: reservation.state == "running"
            )
            self.assertEqual(len(running), 1)
            self.assertFalse(running.date_expiry)

    def test_paid_request_keeps_its_goods(self):
        with self._connection() as env:
            self._prepare(env, "payment_request")
        self._check_kept(self._pay_request)

    def test_paid_invoice_keeps_its_goods(self):
        with self._connection() as env:
            self._prepare(env, "invoice")
        self._check_kept(self._pay_invoice)
