from odoo.tests import tagged

from .common import B2bBlockCommon

ACTIONS = ("order", "reserve", "ship", "pay")


@tagged("post_install", "-at_install")
class TestRefusals(B2bBlockCommon):
    """The one question of every step: of a contract, and of an order on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.write({"has_credit_limit": True, "credit_limit": 1000})
        cls.order = cls._create_order(price=100)
        cls.other = cls._create_order(cls.entity_contract, price=100)

    def _get_refused(self, record):
        """Return the steps that are refused, and all that is said of them."""
        ask = (
            record._b2b_refusal_reason
            if record._name == "sale.order"
            else record._refusal_reason
        )
        reasons = {action: ask(action) for action in ACTIONS}
        for reason in reasons.values():
            self.assertTrue(reason is False or isinstance(reason, str) and reason)
        refused = {action for action, reason in reasons.items() if reason}
        return refused, " ".join(filter(None, reasons.values()))

    def _assert_refused(self, actions, word="", contract_actions=None):
        """Check what is refused of the order, by its contract if not said otherwise,
        for whoever asks; nothing is refused elsewhere.
        """
        if contract_actions is None:
            contract_actions = actions
        for user in (self.env.user, self.staff_user, self.dealer_user):
            with self.subTest(user=user.login):
                refused, text = self._get_refused(self.order.with_user(user))
                self.assertEqual(refused, set(actions))
                self.assertIn(word, text)
                refused, _text = self._get_refused(self.contract.with_user(user))
                self.assertEqual(refused, set(contract_actions))
        self.assertEqual(self._get_refused(self.other)[0], set())

    def test_nothing_is_refused_at_first(self):
        self._assert_refused(())

    def test_block_refuses_all_but_paying(self):
        for scenario in ("soft", "hard"):
            with self.subTest(scenario=scenario):
                block = self._create_block(
                    contract=self.contract, scenario=scenario, reason="Bounced cheque"
                )
                self._assert_refused(("order", "reserve", "ship"), "Bounced cheque")
                block.suspended_until = self.today
                self._assert_refused(())
                block.suspended_until = False
                self._lift(block)
                self._assert_refused(())

    def test_hold_refuses_to_reserve_and_to_ship_this_order_only(self):
        self.order.order_line.price_unit = 1500
        self.order.action_confirm()
        self._assert_refused(("reserve", "ship"), "on credit hold", ())
        sibling = self._create_order(price=1)
        self.assertEqual(self._get_refused(sibling)[0], set())
        self.order.b2b_credit_hold_ids._release("Agreed", self.controller)
        self._assert_refused(())

    def test_confirmed_order_that_has_grown_is_refused_too(self):
        self.order.action_confirm()
        self._assert_refused(())
        self.order.order_line.price_unit = 1500
        self._assert_refused(("reserve", "ship"), "on credit hold", ())
        self.order.order_line.price_unit = 100
        self._assert_refused(())

    def test_contract_that_does_not_run_refuses_all_but_paying(self):
        for values, word in (
            ({"date_end": self._days_ago(1)}, "expired"),
            ({"date_start": self._days_ago(-1)}, "starts on"),
            ({"active": False}, "closed"),
        ):
            with self.subTest(word=word):
                before = self.contract.read(list(values))[0]
                self.contract.write(values)
                self._assert_refused(("order", "reserve", "ship"), word)
                self.contract.write({name: before[name] for name in values})

    def test_what_is_against_the_contract_is_said_first(self):
        self.order.order_line.price_unit = 1500
        self.order.action_confirm()
        self._create_block(contract=self.contract, reason="Bounced cheque")
        self.assertIn("Bounced cheque", self.order._b2b_refusal_reason("ship"))
        self.contract.date_end = self._days_ago(1)
        self.assertIn("expired", self.order._b2b_refusal_reason("ship"))

    def test_order_on_no_contract_is_refused_nothing(self):
        partner = self._create_entity("Passer-by")
        order = self.env["sale.order"].create({"partner_id": partner.id})
        self.assertEqual(self._get_refused(order)[0], set())
