import threading
import uuid
from unittest.mock import patch

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name


@tagged("post_install", "-at_install")
class TestParallelBilling(BaseCase):
    """Two transactions that start before either has written: real connections, real
    commits, and the server's way of running the loser again. What is made is
    committed, and removed at the end.
    """

    def setUp(self):
        super().setUp()
        self.registry_ = Registry(get_db_name())
        self.made = []
        self.addCleanup(self._remove)
        with self._environment() as env:
            order = self._create_order(env)
            self.order_id = order.id

    def _environment(self):
        return _Environment(self.registry_)

    def _create_order(self, env):
        """Return a committed order of a service on a contract."""
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
            env, "product.product", name="Parallel service", type="service"
        )
        return self._create(
            env,
            "sale.order",
            partner_id=entity.id,
            company_id=contract.company_id.id,
            b2b_contract_id=contract.id,
            order_line=[Command.create({"product_id": product.id, "price_unit": 10})],
        )

    def _create(self, env, model, **values):
        record = env[model].create(values)
        self.made.append((model, record.ids))
        return record

    def _remove(self):
        with self._environment() as env:
            order = env["sale.order"].browse(self.order_id)
            # They are never deleted in life; here they must not outlive the test.
            order.b2b_payment_request_ids.with_context(_force_unlink=True).unlink()
            order.transaction_ids.unlink()
            order._action_cancel()
            for model, ids in reversed(self.made):
                env[model].browse(ids).unlink()

    def _run_in_parallel(self, body):
        """Run a body twice at once, each in a transaction that began before the
        other one's ended.

        :param callable body: takes an environment and the number of the runner
        :return: what the two returned, and how often each was run
        """
        barrier = threading.Barrier(2, timeout=30)
        results, attempts = {}, [0, 0]

        def run(number, env):
            def attempt():
                attempts[number] += 1
                env["sale.order"].browse(self.order_id).state  # noqa: B018
                if attempts[number] == 1:
                    barrier.wait()
                return body(env, number)

            results[number] = retrying(attempt, env)

        # The runner of the tests holds the lock of the registry.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        with self._environment() as first, self._environment() as second:
            threads = [
                threading.Thread(target=run, args=(number, env), daemon=True)
                for number, env in enumerate((first, second))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
                self.assertFalse(thread.is_alive(), "no transaction hangs")
        return results, attempts

    def _get_requests(self):
        with self._environment() as env:
            requests = env["b2b.payment.request"].search(
                [("order_id", "=", self.order_id)]
            )
            return requests.mapped("name")

    def test_two_who_ask_for_the_bill_get_the_same(self):
        with self._environment() as env:
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
        with self._environment() as env:
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


class _Environment:
    """An environment on a connection of its own, committed at the end."""

    def __init__(self, registry):
        self.registry = registry

    def __enter__(self):
        self.cr = self.registry.cursor()
        return api.Environment(self.cr, SUPERUSER_ID, {"tracking_disable": True})

    def __exit__(self, exc_type, exc_value, traceback):
        try:
            if exc_type is None:
                # the transactions of a race are real ones
                self.cr.commit()  # pylint: disable=invalid-commit
        finally:
            self.cr.close()
