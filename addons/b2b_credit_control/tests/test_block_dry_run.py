from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bBlockBuilders, B2bBlockCommon


@tagged("post_install", "-at_install")
class TestBlockDryRun(B2bBlockCommon):
    """Whom a rule would block, before it is saved or run."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_debt(150, overdue_days=30)
        cls.rules = cls.env["b2b.block.rule"].with_user(cls.controller)

    def _run_dry(self, rule=None, **values):
        """Return what the dialog lists."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_credit_control.b2b_block_dry_run_action"
        )
        defaults = {f"default_{name}": value for name, value in values.items()}
        dialogs = self.env[action["res_model"]].with_user(self.controller)
        dialog = Form(
            dialogs.with_context(default_rule_id=rule and rule.id, **defaults)
        )
        return str(dialog.preview)

    def _assert_nothing_is_blocked(self):
        self.assertFalse(self.env["b2b.block"].search([]))
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")

    def test_new_rule_lists_dealers_and_sums_before_it_is_saved(self):
        form = Form(self.rules)
        self.assertIn("150.00", form.preview)
        form.overdue_days = 10
        form.overdue_amount = 100
        self.assertIn(self.dealer.name, form.preview)
        self.assertIn("D-1", form.preview)
        self.assertIn("150.00", form.preview)
        form.overdue_amount = 200
        self.assertIn("Nobody", form.preview)
        self.assertFalse(self.rules.search([]))
        self._assert_nothing_is_blocked()

    def test_changed_rule_lists_by_what_is_not_saved_yet(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=200)
        form = Form(rule.with_user(self.controller))
        self.assertIn("Nobody", form.preview)
        form.overdue_amount = 100
        self.assertIn("150.00", form.preview)
        form.overdue_days = 30
        self.assertIn("Nobody", form.preview)
        form.overdue_days = 29
        form.scope = "dealer"
        self.assertIn("All contracts", form.preview)
        self.assertEqual(rule.overdue_amount, 200)
        self._assert_nothing_is_blocked()

    def test_dialog_lists_by_its_values(self):
        self.assertIn("150.00", self._run_dry(overdue_days=10, overdue_amount=100))
        self.assertIn("Nobody", self._run_dry(overdue_days=30))
        self.assertIn("All contracts", self._run_dry(scope="dealer"))
        self._assert_nothing_is_blocked()

    def test_list_says_what_the_rule_then_does(self):
        self._create_debt(40, overdue_days=20, contract=self.entity_contract)
        self._create_debt(300, overdue_days=3, contract=self.stranger_contract)
        rule = self._create_rule(overdue_days=10, overdue_amount=30)
        listed = self._run_dry(rule, overdue_days=10, overdue_amount=30)
        rule._apply()
        self.assertEqual(
            rule.block_ids.contract_id, self.contract | self.entity_contract
        )
        for contract in self.contract | self.entity_contract:
            self.assertIn(contract.name, listed)
        self.assertNotIn(self.stranger.name, listed)

    def test_blocked_already_is_said_and_who_is_let_in_is_left_out(self):
        rule = self._create_rule(overdue_days=10)
        # A block by hand is of no rule: it changes nothing.
        by_hand = self._create_block(contract=self.contract)
        self._lift(by_hand, exempt_until=self.today)
        listed = self._run_dry(overdue_days=10)
        self.assertIn("150.00", listed)
        self.assertNotIn("already", listed)
        rule._apply()
        self.assertIn("already", self._run_dry(rule, overdue_days=10))
        self._lift(rule.block_ids, exempt_until=self.today)
        self.assertIn("Nobody", self._run_dry(rule, overdue_days=10))
        self.assertIn("150.00", self._run_dry(overdue_days=10))

    def test_only_credit_controllers_ask(self):
        for user in (self.staff_user, self.dealer_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["b2b.block.dry.run"].with_user(user).create({})


@tagged("post_install", "-at_install")
class TestBlockDryRunButton(B2bBlockBuilders, B2bBuilders, HttpCase):
    def test_button_of_a_new_rule_lists_without_saving(self):
        self._create_debt(150, overdue_days=30)
        rules = self.env["b2b.block.rule"].search([])
        self.start_tour(
            "/odoo/action-b2b_credit_control.b2b_block_rule_action/new",
            "b2b_credit_control.block_dry_run",
            login=self.controller.login,
        )
        self.assertEqual(self.env["b2b.block.rule"].search([]), rules)
        self.assertFalse(self.env["b2b.block"].search([]))
