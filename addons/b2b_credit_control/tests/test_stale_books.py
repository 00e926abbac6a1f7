from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from .common import B2bBlockCommon


@tagged("post_install", "-at_install")
class TestStaleBooks(B2bBlockCommon):
    """What is out of date in other books blocks nobody."""

    @contextmanager
    def _stale(self, *contracts):
        def has_stale_books(contract):
            return contract.id in [c.id for c in contracts]

        contract_class = self.env.registry["b2b.contract"]
        with patch.object(contract_class, "_has_stale_books", has_stale_books):
            yield

    def test_no_rule_blocks_for_stale_figures(self):
        self._create_debt(100, overdue_days=60)
        rule = self._create_rule(overdue_days=30)
        with self._stale(self.contract):
            rule._apply()
            self.assertFalse(self.contract._refusal_reason("order"))
        with self._stale(self.entity_contract):
            rule._apply()
            self.assertTrue(self.contract._refusal_reason("order"))

    def test_a_block_ends_when_its_figures_are_out_of_date(self):
        self._create_debt(100, overdue_days=60)
        rule = self._create_rule(overdue_days=30)
        rule._apply()
        block = self.env["b2b.block"].search([("rule_id", "=", rule.id)])
        self.assertFalse(block.is_lifted)
        with self._stale(self.contract):
            rule._apply()
        self.assertTrue(block.is_lifted)
        self.assertIn("out of date", block.lift_reason)

    def test_no_limit_holds_an_order_for_stale_figures(self):
        self.contract.write({"has_credit_limit": True, "credit_limit": 100})
        self.contract.limit_policy = "hold"
        with self._stale(self.contract):
            order = self._create_order(price=1500)
            order.action_confirm()
            self.assertFalse(order.b2b_is_on_credit_hold)
            timeline = self.contract._get_credit_timeline(5000)
            self.assertEqual(timeline["state"], "fits")
        order = self._create_order(price=1500)
        order.action_confirm()
        self.assertTrue(order.b2b_is_on_credit_hold)
