from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import B2bCreditCommon


@tagged("post_install", "-at_install")
class TestCreditTerms(B2bCreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.controller = new_test_user(
            cls.env,
            login="b2b_controller",
            groups="b2b_credit_control.group_credit_controller",
        )

    def _get_events(self, contract=None):
        return self.env["b2b.credit.event"].search(
            [("contract_id", "=", (contract or self.contract).id)]
        )

    def test_credit_controller_sets_the_terms_and_history_keeps_them(self):
        contract = self.contract.with_user(self.controller)
        contract.write({"has_credit_limit": True, "credit_limit": 5000})
        self.assertEqual(contract.credit_limit, 5000)
        event = self._get_events()
        self.assertEqual(event.kind, "terms")
        self.assertEqual(event.user_id, self.controller)
        self.assertIn("5,000", event.reason)

    def test_same_terms_again_are_no_event(self):
        self.contract.with_user(self.controller).limit_policy = False
        self.assertFalse(self._get_events())

    def test_manager_and_dealer_may_not_set_the_terms(self):
        for user in (self.staff_user, self.dealer_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.contract.with_user(user).credit_limit = 5000
        self.assertFalse(self.contract.credit_limit)

    def test_dealer_does_not_learn_by_how_much_he_may_exceed_the_limit(self):
        for name in ("b2b_limit_tolerance_percent", "b2b_limit_tolerance_amount"):
            self.company.with_user(self.staff_user).read([name])
            with self.assertRaises(AccessError):
                self.company.with_user(self.dealer_user).read([name])

    def test_manager_makes_a_contract_without_terms_only(self):
        contracts = self.env["b2b.contract"].with_user(self.staff_user)
        vals = {"name": "N-1", "legal_entity_id": self.dealer.id}
        contract = contracts.create({**vals, "has_credit_limit": False})
        self.assertEqual(contract.deferral_days, 14)
        with self.assertRaises(AccessError):
            contracts.create({**vals, "name": "N-2", "has_credit_limit": True})

    def test_history_is_neither_changed_nor_deleted(self):
        self.contract.has_credit_limit = True
        event = self._get_events()
        with self.assertRaises(UserError):
            event.reason = "Something else"
        with self.assertRaises(UserError):
            event.unlink()
        for user in (self.controller, self.dealer_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                event.with_user(user).write({"reason": "Something else"})

    def test_dealer_sees_his_own_history_only(self):
        self.contract.has_credit_limit = True
        self.stranger_contract.has_credit_limit = True
        events = self.env["b2b.credit.event"].with_user(self.dealer_user).search([])
        self.assertEqual(events.contract_id, self.contract.with_user(self.dealer_user))
