import uuid

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.b2b_portal.tests.parallel import ParallelCase

ORDERS = 10


@tagged("post_install", "-at_install")
class TestParallelLimit(ParallelCase):
    """Many orders at once on one contract."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self._create_contract(env)
            self.order_ids = [self._create_order(env).id for _order in range(ORDERS)]

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
        with self._connection() as env:
            forced = env(context={**env.context, "_force_unlink": True})
            orders = env["sale.order"].browse(self.order_ids)
            for model in ("b2b.payment.request", "b2b.credit.event"):
                forced[model].search([("order_id", "in", orders.ids)]).unlink()
            forced["b2b.credit.event"].search(
                [("contract_id", "=", self.contract_id)]
            ).unlink()
            orders._action_cancel()
        return super()._remove()

    def _do_with_orders(self, order_ids, action):
        """Do the same with some orders at once."""
        attempts, errors = self._do_in_parallel(
            [
                lambda env, id_=order_id: action(env["sale.order"].browse(id_))
                for order_id in order_ids
            ]
        )
        self.assertFalse(errors)
        return attempts

    def test_ten_orders_at_once_never_overrun_the_limit(self):
        attempts = self._do_with_orders(
            self.order_ids, lambda order: order.action_confirm()
        )
        with self._connection() as env:
            orders = env["sale.order"].browse(self.order_ids)
            states = sorted(orders.mapped("state"))
            contract = env["b2b.contract"].browse(self.contract_id)
            self.assertEqual(states, ["sale"] * 3 + ["sent"] * (ORDERS - 3))
            self.assertEqual(len(orders.filtered("b2b_is_on_credit_hold")), ORDERS - 3)
            self.assertEqual(contract.credit_ordered, 90)
        self.assertGreater(sum(attempts), ORDERS, "they were in each other's way")

    def test_confirmed_orders_that_grow_at_once_never_overrun_the_limit(self):
        order_ids = self.order_ids[:3]
        with self._connection() as env:
            env["sale.order"].browse(order_ids).action_confirm()
        self._do_with_orders(
            order_ids, lambda order: order.order_line.write({"price_unit": 35})
        )
        with self._connection() as env:
            orders = env["sale.order"].browse(order_ids)
            self.assertEqual(orders.mapped("state"), ["sale"] * 3)
            self.assertEqual(orders.mapped("amount_total"), [35] * 3)
            self.assertEqual(
                sorted(orders.mapped("b2b_is_on_credit_hold")),
                [False, False, True],
                "there was room for two of them",
            )


@tagged("post_install", "-at_install")
class TestParallelPromise(ParallelCase):
    """Two who promise to pay for one dealer at once."""

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            self.company_id = env.ref("base.main_company").id
            dealer = self._create(
                env, "res.partner", name=f"Parallel {uuid.uuid4()}", is_company=True
            )
            self.dealer_id = dealer.id
            self.user_ids = [
                self._create_blocked(env, f"Shop {number}").id for number in range(2)
            ]
        self.addCleanup(self._remove_history)

    def _create_blocked(self, env, name):
        """Return a user who acts for a legal entity whose only contract is blocked."""
        entity = self._create(
            env, "res.partner", name=name, is_company=True, parent_id=self.dealer_id
        )
        contract = self._create(
            env,
            "b2b.contract",
            name="P-1",
            legal_entity_id=entity.id,
            company_id=self.company_id,
        )
        contact = self._create(env, "res.partner", name="Buyer", parent_id=entity.id)
        user = self._create(
            env,
            "res.users",
            login=str(uuid.uuid4()),
            partner_id=contact.id,
            group_ids=[Command.set([env.ref("base.group_portal").id])],
        )
        user._b2b_sync_memberships()
        block = self._create(
            env,
            "b2b.block",
            contract_id=contract.id,
            reason="Unpaid bills",
            scenario="hard",
        )
        # As if something had been overdue.
        block.lifts_itself = True
        return user

    def _remove_history(self):
        with self._connection() as env:
            env = env(context={"_force_unlink": True})
            for model in ("b2b.payment.promise", "b2b.credit.event"):
                env[model].search([("dealer_id", "=", self.dealer_id)]).unlink()

    def _promise_as(self, *user_ids):
        """Promise as these users at once, each in a tab of his own."""

        def promise(env, user_id):
            user = env["res.users"].browse(user_id)
            env = env(user=user_id)
            env["b2b.payment.promise"]._promise(
                user.with_env(env)._b2b_get_blocks(), fields.Date.today()
            )

        attempts, errors = self._do_in_parallel(
            [lambda env, id_=user_id: promise(env, id_) for user_id in user_ids]
        )
        with self._connection() as env:
            promises = env["b2b.payment.promise"].search_count(
                [("dealer_id", "=", self.dealer_id)]
            )
        self.assertEqual(promises, 1)
        self.assertEqual(sorted(attempts), [1, 2], "the loser is run again")
        self.assertEqual(len(errors), 1)
        self.assertIsInstance(errors[0], UserError)
        return str(errors[0])

    def test_two_tabs_of_one_user_promise_once(self):
        message = self._promise_as(self.user_ids[0], self.user_ids[0])
        self.assertIn("promised already", message)

    def test_two_users_with_different_blocks_promise_once(self):
        message = self._promise_as(*self.user_ids)
        self.assertIn("once in 30 days", message)
