import uuid
from functools import partial

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .parallel import ParallelCase


class ParallelOrderCase(ParallelCase):
    """One order that two transactions act on, which start before either has written."""

    product_type = "service"

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self.order_id = self._create_order(env).id

    def _create_order(self, env):
        """Return a committed order on a contract."""
        entity = self._create(
            env, "res.partner", name=f"Parallel {uuid.uuid4()}", is_company=True
        )
        contract = self._create(
            env,
            "b2b.contract",
            name="P-1",
            legal_entity_id=entity.id,
            company_id=env.ref("base.main_company").id,
        )
        product = self._create(
            env,
            "product.product",
            name="Parallel product",
            type=self.product_type,
            invoice_policy="delivery",
            taxes_id=[Command.clear()],
        )
        return self._create(
            env,
            "sale.order",
            partner_id=entity.id,
            company_id=contract.company_id.id,
            b2b_contract_id=contract.id,
            order_line=[Command.create({"product_id": product.id, "price_unit": 10})],
        )

    def _remove(self):
        with self._connection() as env:
            order = env["sale.order"].browse(self.order_id)
            # They are never deleted in life; here they must not outlive the test.
            order.b2b_payment_request_ids.with_context(_force_unlink=True).unlink()
            order.transaction_ids.unlink()
            invoices = order.invoice_ids
            invoices.filtered(lambda move: move.state == "posted").button_draft()
            invoices.with_context(force_delete=True).unlink()
            self._remove_deliveries(order.picking_ids)
            order._action_cancel()
        return super()._remove()

    def _remove_deliveries(self, pickings):
        """Delete deliveries, done ones too, which Odoo refuses."""
        moves = pickings.move_ids
        for records in (moves.move_line_ids, moves):
            records.flush_recordset()
            records.env.cr.execute(
                SQL(
                    "UPDATE %s SET state = 'draft' WHERE id = ANY(%s)",
                    SQL.identifier(records._table),
                    records.ids,
                )
            )
            records.invalidate_recordset()
        pickings.unlink()

    def _run_in_parallel(self, body):
        """Run a body twice at once, each in a transaction that began before the
        other one's ended.

        :param callable body: takes an environment and the number of the runner
        :return: what the two returned, and how often each was run
        """
        results = {}

        def act(number, env):
            results[number] = body(env, number)

        attempts, errors = self._do_in_parallel([partial(act, n) for n in range(2)])
        self.assertFalse(errors)
        return results, attempts


@tagged("post_install", "-at_install")
class TestParallelBilling(ParallelOrderCase):
    def _get_requests(self):
        with self._connection() as env:
            requests = env["b2b.payment.request"].search(
                [("order_id", "=", self.order_id)]
            )
            return requests.mapped("name")

    def test_two_who_ask_for_the_bill_get_the_same(self):
        with self._connection() as env:
            env["sale.order"].browse(self.order_id).action_confirm()
        results, attempts = self._run_in_parallel(
            lambda env, _n: (
                env["sale.order"].browse(self.order_id)._b2b_issue_bill().name
            )
        )
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
        self.assertEqual(len(self._get_requests()), 1)
        self.assertEqual(set(results.values()), set(self._get_requests()))

    def test_two_tabs_confirm_one_order(self):
        with self._connection() as env:
            provider = env.ref("b2b_portal.payment_provider_b2b_bill")
            order = env["sale.order"].browse(self.order_id)
            transactions = env["payment.transaction"].create(
                [
                    {
                        "provider_id": provider.id,
                        "payment_method_id": provider.payment_method_ids.id,
                        "amount": order.amount_total,
                        "currency_id": order.currency_id.id,
                        "partner_id": order.partner_id.id,
                        "sale_order_ids": [Command.set(order.ids)],
                        "reference": f"{order.name}-{uuid.uuid4()}",
                        "state": "pending",
                    }
                    for _tab in range(2)
                ]
            )
            ids = transactions.ids

        def press(env, number):
            env["payment.transaction"].browse(ids[number])._post_process()
            return env["sale.order"].browse(self.order_id).state

        results, attempts = self._run_in_parallel(press)
        self.assertEqual(set(results.values()), {"sale"})
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
        self.assertEqual(len(self._get_requests()), 1)


@tagged("post_install", "-at_install")
class TestParallelDelivery(ParallelOrderCase):
    """The warehouse or the salesman acts on an order while the dealer bills it."""

    product_type = "consu"

    def _confirm(self, billing_mode):
        with self._connection() as env:
            order = env["sale.order"].browse(self.order_id)
            order.b2b_contract_id.billing_mode = billing_mode
            order.order_line.product_uom_qty = 3
            order.action_confirm()

    def _bill_while(self, action):
        """Bill the order while something else is done with it.

        :param callable action: takes the order
        :return: whether the order was billed, and how often the two were run
        """

        def bill(order):
            try:
                with order.env.cr.savepoint():
                    order._b2b_issue_bill()
            except UserError:
                return False
            return True

        results, attempts = self._run_in_parallel(
            lambda env, number: (bill, action)[number](
                env["sale.order"].browse(self.order_id)
            )
        )
        return results[0], attempts

    def _deliver(self, order, quantity=3):
        order.picking_ids.move_ids.write({"quantity": quantity, "picked": True})
        order.picking_ids.with_context(
            skip_backorder=True, cancel_backorder=False
        ).button_validate()

    def test_delivery_while_the_bill_is_issued(self):
        self._confirm("payment_request")
        billed, attempts = self._bill_while(self._deliver)
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
        with self._connection() as env:
            order = env["sale.order"].browse(self.order_id)
            self.assertEqual(order.picking_ids.state, "done")
            # Who comes after the delivery finds the order invoiced.
            self.assertEqual(len(order.b2b_payment_request_ids), int(billed))
            self._assert_invoiced(order, 3)

    def test_delivery_while_the_bill_is_invoiced(self):
        self._confirm("invoice")
        _billed, attempts = self._bill_while(self._deliver)
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
        with self._connection() as env:
            self._assert_invoiced(env["sale.order"].browse(self.order_id), 3)

    def test_delivery_of_a_part_while_the_bill_is_invoiced(self):
        self._confirm("invoice")
        billed, attempts = self._bill_while(lambda order: self._deliver(order, 1))
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
        self.assertTrue(billed)
        with self._connection() as env:
            order = env["sale.order"].browse(self.order_id)
            self.assertEqual(len(order.picking_ids), 2, "the rest is still to go")
            self._assert_invoiced(order, 3)

    def _assert_invoiced(self, order, quantity):
        """Check that nothing is invoiced twice."""
        invoices = order.invoice_ids
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        self.assertEqual(sum(invoices.invoice_line_ids.mapped("quantity")), quantity)
        self.assertEqual(order.order_line.qty_invoiced, quantity)
        self.assertEqual(sum(invoices.mapped("amount_total")), order.amount_total)
        documents = order.env["b2b.document"].search(
            [("move_id", "in", invoices.ids), ("is_published", "=", True)]
        )
        self.assertEqual(documents.move_id, invoices)

    def test_cancellation_while_the_bill_is_issued(self):
        self._confirm("payment_request")
        _billed, attempts = self._bill_while(lambda order: order._action_cancel())
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
        with self._connection() as env:
            order = env["sale.order"].browse(self.order_id)
            self.assertEqual(order.state, "cancel")
            self.assertFalse(order._b2b_get_payment_request(), "nothing asks for money")
            self.assertFalse(
                env["b2b.document"].search(
                    [
                        ("payment_request_id", "in", order.b2b_payment_request_ids.ids),
                        ("is_published", "=", True),
                    ]
                )
            )
