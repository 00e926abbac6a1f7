import threading
import uuid
from contextlib import ExitStack
from unittest.mock import patch

from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tests.common import BaseCase, get_db_name

from odoo.addons.b2b_portal.tests.test_concurrency import _Environment

ORDERS = 10


@tagged("post_install", "-at_install")
class TestParallelLimit(BaseCase):
    """Many orders at once on one contract: real connections, real commits, and the
    server's way of running losers again. What is made is removed at the end.
    """

    def setUp(self):
        super().setUp()
        self.registry_ = Registry(get_db_name())
        self.made = []
        self.addCleanup(self._remove)
        with _Environment(self.registry_) as env:
            self._create_contract(env)
            self.order_ids = [self._create_order(env).id for _order in range(ORDERS)]

    def _create(self, env, model, **values):
        record = env[model].create(values)
        self.made.append((model, record.ids))
        return record

    def _create_contract(self, env):
        company = env.ref("base.main_company")
        entity = self._create(
            env, "res.partner", name=f"Parallel {uuid.uuid4()}", is_company=True
        )
        contract = self._create(
            env,
            "b2b.contract",
            name="P-1",
            legal_entity_id=entity.id,
            company_id=company.id,
            has_credit_limit=True,
            credit_limit=100,
            limit_policy="hold",
        )
        product = self._create(
            env, "product.product", name="Parallel service", type="service"
        )
        product.taxes_id = False
        self.contract_id, self.product_id = contract.id, product.id

    def _create_order(self, env):
        contract = env["b2b.contract"].browse(self.contract_id)
        return self._create(
            env,
            "sale.order",
            partner_id=contract.legal_entity_id.id,
            company_id=contract.company_id.id,
            b2b_contract_id=contract.id,
            order_line=[
                Command.create({"product_id": self.product_id, "price_unit": 30})
            ],
        )

    def _remove(self):
        with _Environment(self.registry_) as env:
            forced = env(context={**env.context, "_force_unlink": True})
            orders = env["sale.order"].browse(self.order_ids)
            for model in ("b2b.payment.request", "b2b.credit.event"):
                forced[model].search([("order_id", "in", orders.ids)]).unlink()
            forced["b2b.credit.event"].search(
                [("contract_id", "=", self.contract_id)]
            ).unlink()
            orders._action_cancel()
            for model, ids in reversed(self.made):
                env[model].browse(ids).unlink()

    def test_ten_orders_at_once_never_overrun_the_limit(self):
        attempts = self._do_in_parallel(
            self.order_ids, lambda order: order.action_confirm()
        )
        with _Environment(self.registry_) as env:
            orders = env["sale.order"].browse(self.order_ids)
            states = sorted(orders.mapped("state"))
            contract = env["b2b.contract"].browse(self.contract_id)
            self.assertEqual(states, ["sale"] * 3 + ["sent"] * (ORDERS - 3))
            self.assertEqual(len(orders.filtered("b2b_is_on_credit_hold")), ORDERS - 3)
            self.assertEqual(contract.credit_ordered, 90)
        self.assertGreater(sum(attempts), ORDERS, "they were in each other's way")

    def test_confirmed_orders_that_grow_at_once_never_overrun_the_limit(self):
        order_ids = self.order_ids[:3]
        with _Environment(self.registry_) as env:
            env["sale.order"].browse(order_ids).action_confirm()
        self._do_in_parallel(
            order_ids, lambda order: order.order_line.write({"price_unit": 35})
        )
        with _Environment(self.registry_) as env:
            orders = env["sale.order"].browse(order_ids)
            self.assertEqual(orders.mapped("state"), ["sale"] * 3)
            self.assertEqual(orders.mapped("amount_total"), [35] * 3)
            self.assertEqual(
                sorted(orders.mapped("b2b_is_on_credit_hold")),
                [False, False, True],
                "there was room for two of them",
            )

    def _do_in_parallel(self, order_ids, action):
        """Do something with each order in a transaction that began before any other
        ended.

        :param list[int] order_ids: a transaction each
        :param callable action: takes an order
        :return: how often each was run
        """
        count = len(order_ids)
        barrier = threading.Barrier(count, timeout=60)
        attempts = [0] * count
        errors = []

        def run(number, env):
            def attempt():
                attempts[number] += 1
                order = env["sale.order"].browse(order_ids[number])
                order.mapped("state")
                if attempts[number] == 1:
                    barrier.wait()
                action(order)

            try:
                retrying(attempt, env)
            except Exception as error:
                errors.append(error)

        # The runner of the tests holds the lock of the registry.
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        with ExitStack() as stack:
            threads = []
            for number in range(count):
                env = stack.enter_context(_Environment(self.registry_))
                env = env(context={**env.context, "mail_activity_quick_update": True})
                threads.append(
                    threading.Thread(target=run, args=(number, env), daemon=True)
                )
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
                self.assertFalse(thread.is_alive(), "no transaction hangs")
        self.assertFalse(errors)
        return attempts
