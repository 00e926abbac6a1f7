from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..models import b2b_block_rule
from .common import B2bBlockCommon


@tagged("post_install", "-at_install")
class TestBlock(B2bBlockCommon):
    def test_credit_controller_blocks_a_contract_and_it_refuses_all_but_paying(self):
        self._create_block(contract=self.contract, reason="Bounced cheque")
        contract = self.contract.with_user(self.dealer_user)
        for action in ("order", "reserve", "ship"):
            self.assertIn("Bounced cheque", contract._refusal_reason(action))
        self.assertFalse(contract._refusal_reason("pay"))
        self.assertFalse(self.entity_contract._refusal_reason("order"))

    def test_block_of_a_dealer_is_one_of_all_his_contracts(self):
        self._create_block(dealer=self.entity)
        late = self._create_contract(self.entity, "E-9")
        for contract in self.contract | self.entity_contract | late:
            self.assertTrue(contract._refusal_reason("order"))
        self.assertFalse(self.stranger_contract._refusal_reason("order"))

    def test_manager_and_dealer_cannot_block_or_lift(self):
        block = self._create_block(contract=self.contract)
        for user in (self.staff_user, self.dealer_user):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self._create_block(user=user, contract=self.contract)
                with self.assertRaises(AccessError):
                    self.env["b2b.block.lift"].with_user(user).create(
                        {"block_ids": block.ids, "reason": "Mine"}
                    )
                with self.assertRaises(AccessError):
                    block.with_user(user).write({"is_lifted": True})

    def test_nobody_forges_the_course_of_a_block(self):
        with self.assertRaises(AccessError):
            self._create_block(contract=self.contract, rule_id=self._create_rule().id)
        block = self._create_block(contract=self.contract)
        with self.assertRaises(AccessError):
            block.with_user(self.controller).is_lifted = True
        with self.assertRaises(UserError):
            block.sudo().unlink()

    def test_dealer_reads_his_own_blocks_only(self):
        own = self._create_block(contract=self.contract)
        self._create_block(contract=self.stranger_contract)
        self._create_block(dealer=self.stranger)
        whole = self._create_block(dealer=self.dealer)
        found = self.env["b2b.block"].with_user(self.dealer_user).search([])
        self.assertEqual(found.ids, (whole | own).sorted("id", reverse=True).ids)

    def test_block_of_the_dealer_is_history_of_all_his_people(self):
        self._create_block(dealer=self.dealer, reason="Bounced cheque")
        shop = self._create_dealer_user("b2b_shop", self.entity)
        self.assertEqual(shop.b2b_legal_entity_ids, self.entity)
        events = self.env["b2b.credit.event"]
        for user, reasons in ((shop, ["Bounced cheque"]), (self.stranger_user, [])):
            found = events.with_user(user).search([])
            self.assertEqual(found.mapped("reason"), reasons)

    def test_controller_lifts_with_a_reason_and_history_keeps_both(self):
        block = self._create_block(contract=self.contract, reason="Bounced cheque")
        self._lift(block, "He called")
        self.assertEqual(block.state, "lifted")
        self.assertEqual(block.lifted_by_id, self.controller)
        self.assertFalse(self.contract._refusal_reason("order"))
        events = self.env["b2b.credit.event"].search(
            [("contract_id", "=", self.contract.id)], order="id"
        )
        self.assertEqual(events.mapped("kind"), ["block", "unblock"])
        self.assertEqual(events.mapped("reason"), ["Bounced cheque", "He called"])
        self.assertEqual(events.user_id, self.controller)

    def test_block_by_hand_lifts_itself_when_nothing_is_overdue(self):
        move = self._create_debt(100, overdue_days=3)
        self._create_debt(50, overdue_days=-3)
        block = self._create_block(contract=self.contract)
        self._register_payment(move, 99.99)
        self._end_transaction()
        self.assertEqual(block.state, "active")
        self._register_payment(move)
        self._end_transaction()
        self.assertEqual(block.state, "lifted")
        self.assertFalse(block.lifted_by_id)

    def test_block_for_another_cause_waits_for_staff(self):
        move = self._create_debt(100, overdue_days=3)
        block = self._create_block(contract=self.contract, lifts_itself=False)
        self._register_payment(move)
        self._end_transaction()
        block._recheck()
        self.assertEqual(block.state, "active")
        self.assertFalse(block._get_unblock_plan())

    def test_block_while_nothing_is_overdue_waits_for_staff(self):
        block = self._create_block(contract=self.contract, reason="Forged papers")
        self._create_debt(100)
        self._end_transaction()
        self._run_cron()
        self.assertEqual(block.state, "active")
        self.assertFalse(block.lifts_itself)

    def test_block_moves_with_its_contract(self):
        block = self._create_block(contract=self.contract, reason="Bounced cheque")
        self.contract.legal_entity_id = self.stranger
        self.assertEqual(block.dealer_id, self.stranger)
        self.assertIn("Bounced cheque", self.contract._refusal_reason("order"))
        self.assertIn(block, self.stranger_user._b2b_get_blocks())

    def test_who_reads_the_same_mailbox_gets_one_mail(self):
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self.dealer.email = f"Dealer <{self.dealer_user.email.upper()}>"
        self._create_block(contract=self.contract)
        mails = self.env["mail.mail"].search([("model", "=", "b2b.block")])
        self.assertEqual(mails.recipient_ids, self.dealer_user.partner_id)

    def test_dealer_is_told_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.dealer_user.lang = "fr_FR"
        self.dealer_user.b2b_membership_ids.role = "accountant"
        template = self.env.ref("b2b_credit_control.mail_template_blocked")
        template.with_context(lang="fr_FR").subject = "Bloqué"
        self._create_block(contract=self.contract)
        mails = self.env["mail.mail"].search([("model", "=", "b2b.block")])
        by_partner = {mail.recipient_ids: mail.subject for mail in mails}
        self.assertEqual(by_partner[self.dealer_user.partner_id], "Bloqué")
        self.assertIn("D-1", by_partner[self.dealer])

    def test_subject_is_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("tr_TR")
        self.dealer_user.lang = "tr_TR"
        self.dealer_user.b2b_membership_ids.role = "accountant"
        block = self._create_block(contract=self.contract)
        block._lift("Paid")
        mails = self.env["mail.mail"].search([("model", "=", "b2b.block")], order="id")
        partner = self.dealer_user.partner_id
        mails = mails.filtered(lambda mail: mail.recipient_ids == partner)
        company = self.company.name
        self.assertEqual(
            mails.mapped("subject"),
            [
                f"{company}: D-1 numaralı sözleşme bloke edildi",
                f"{company}: D-1 numaralı sözleşme yeniden açıldı",
            ],
        )

    def test_buyers_and_strangers_are_not_told(self):
        self._create_block(contract=self.contract)
        mails = self.env["mail.mail"].search([("model", "=", "b2b.block")])
        self.assertEqual(mails.recipient_ids, self.dealer)

    def test_spoilt_mail_keeps_no_payment_and_no_block_from_the_books(self):
        for name in ("blocked", "unblocked"):
            template = self.env.ref(f"b2b_credit_control.mail_template_{name}")
            template.subject = "{{ object.no_such_field }}"
        move = self._create_debt(100, overdue_days=3)
        with self.assertLogs("odoo.addons.b2b_credit_control", "WARNING"):
            block = self._create_block(contract=self.contract)
        self._register_payment(move)
        with self.assertLogs("odoo.addons.b2b_credit_control", "WARNING"):
            self._end_transaction()
        self.assertEqual(block.state, "lifted")
        self.assertEqual(move.amount_residual, 0)

    # === WHO IS KEPT OUT === #

    def test_user_is_kept_out_when_no_contract_is_left(self):
        self._create_block(contract=self.contract, scenario="hard")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")
        second = self._create_block(contract=self.entity_contract, scenario="hard")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")
        self._lift(second)
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")

    def test_door_is_as_wide_as_the_mildest_contract(self):
        self._create_block(contract=self.contract, scenario="hard")
        self._create_block(contract=self.entity_contract, scenario="soft")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "soft")
        self._create_block(dealer=self.dealer, scenario="hard")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "hard")

    def test_contracts_that_do_not_run_open_nothing(self):
        self.entity_contract.date_start = self._days_ago(9)
        self.entity_contract.date_end = self._days_ago(1)
        self._create_block(contract=self.contract, scenario="soft")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "soft")
        self.entity_contract.date_end = False
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")

    def test_new_contract_opens_the_door(self):
        self.entity_contract.active = False
        self._create_block(contract=self.contract)
        self.assertEqual(self.dealer_user._b2b_get_gate(), "soft")
        self._create_contract(self.entity, "E-2")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")

    def test_dealer_without_contracts_is_kept_out_by_a_block_of_the_dealer(self):
        newcomer = self._create_entity("Newcomer")
        user = self._create_dealer_user("b2b_newcomer", newcomer)
        self._create_block(dealer=newcomer, scenario="hard")
        self.assertEqual(user._b2b_get_gate(), "hard")
        other = self._create_entity("Buyer of newcomers")
        newcomer.parent_id = other
        self.assertEqual(user._b2b_get_gate(), "")

    def test_who_acts_for_another_dealer_too_keeps_the_door(self):
        self.env["b2b.membership"].create(
            {
                "user_id": self.dealer_user.id,
                "legal_entity_id": self.stranger.id,
            }
        )
        self._create_block(dealer=self.dealer, scenario="hard")
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")
        self.assertTrue(self.contract._refusal_reason("order"))

    def test_staff_visitors_and_others_are_never_kept_out(self):
        self._create_block(dealer=self.dealer, scenario="hard")
        self._create_block(dealer=self.staff_user.partner_id, scenario="hard")
        public = self.env.ref("base.public_user")
        for user in (self.staff_user, public, self.stranger_user):
            self.assertEqual(user._b2b_get_gate(), "")

    def test_asking_again_costs_no_query(self):
        self._create_block(contract=self.stranger_contract)
        public = self.env.ref("base.public_user")
        users = self.dealer_user | self.stranger_user | self.staff_user | public
        for user in users:
            user._b2b_get_gate()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            for user in users:
                user._b2b_get_gate()

    def test_another_company_keeps_its_contracts(self):
        company = self.env["res.company"].create({"name": "Second supplier"})
        other = self._create_contract(self.dealer, "C-2", company_id=company.id)
        self._create_block(dealer=self.dealer, scenario="hard")
        self.assertFalse(other._refusal_reason("order"))
        self.assertEqual(self.dealer_user._b2b_get_gate(), "")


@tagged("post_install", "-at_install")
class TestBlockRule(B2bBlockCommon):
    def test_rule_asks_for_days_and_amount(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        self._create_debt(100.01, overdue_days=10)
        self.assertFalse(rule._find_matches())
        small = self._create_debt(0.01, overdue_days=11)
        self.assertEqual(
            [
                (match["contract"], match["days"], round(match["amount"], 2))
                for match in rule._find_matches()
            ],
            [(self.contract, 11, 100.02)],
        )
        self._register_payment(small)
        self.assertFalse(rule._find_matches())

    def test_amount_of_the_limit_itself_is_allowed(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        move = self._create_debt(100.01, overdue_days=30)
        self.assertTrue(rule._find_matches())
        self._register_payment(move, 0.01)
        self.assertFalse(rule._find_matches())

    def test_contracts_are_judged_apart_or_together(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        self._create_debt(60, overdue_days=30)
        self._create_debt(60, overdue_days=5, contract=self.entity_contract)
        self.assertFalse(rule._find_matches())
        rule.scope = "dealer"
        match = rule._find_matches()[0]
        self.assertEqual((match["dealer"], match["amount"]), (self.dealer, 120))
        rule._apply()
        self.assertEqual(self.dealer_user._b2b_get_gate(), "soft")

    def test_other_currencies_are_converted(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        self._create_debt(50, overdue_days=30, currency_id=euro.id)
        self.assertFalse(rule._find_matches())
        self._create_debt(0.01, overdue_days=5)
        self.assertTrue(rule._find_matches())

    def test_credit_notes_count_in_favour(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        self._create_debt(150, overdue_days=30)
        self._create_invoice(
            self.dealer, 50, "out_refund", b2b_contract_id=self.contract.id
        )
        self.assertFalse(rule._find_matches())

    def test_unsaved_rule_tells_who_would_be_blocked(self):
        self._create_debt(150, overdue_days=30)
        rules = self.env["b2b.block.rule"].with_user(self.controller)
        rule = rules.new(
            {"company_id": self.company.id, "overdue_days": 10, "overdue_amount": 100}
        )
        self.assertIn(self.dealer.name, rule.preview)
        self.assertIn("D-1", rule.preview)
        rule.overdue_amount = 200
        self.assertIn("Nobody", rule.preview)
        self.assertFalse(self.env["b2b.block"].search([]))

    def test_cron_blocks_once_and_lifts_what_no_longer_matches(self):
        self._create_rule(overdue_days=10, overdue_amount=100)
        move = self._create_debt(150, overdue_days=30)
        self._run_cron()
        self._run_cron()
        block = self.env["b2b.block"].search([])
        self.assertEqual(block.contract_id, self.contract)
        self.assertFalse(block.user_id)
        self.env["b2b.settlement.line"].search(
            [("move_id", "=", move.id)]
        ).date_maturity = self._days_ago(5)
        self.env.cr.precommit.clear()
        self._run_cron()
        self.assertEqual(block.state, "lifted")

    def test_cron_looks_again_at_what_it_has_blocked(self):
        """A payment that is under way sees none of the blocks made meanwhile."""
        triggers = self.env["ir.cron.trigger"]
        job = self.env.ref("b2b_credit_control.ir_cron_block")
        own = [("cron_id", "=", job.id), ("call_at", ">", fields.Datetime.now())]
        self._create_rule(overdue_days=10, overdue_amount=100)
        self._run_cron()
        self.assertFalse(triggers.search(own))
        self._create_debt(150, overdue_days=30)
        self._run_cron()
        self.assertEqual(len(triggers.search(own)), 1)
        self._run_cron()
        self.assertEqual(len(triggers.search(own)), 1)

    def test_cron_goes_on_where_its_time_was_up(self):
        self._create_rule(overdue_days=10, overdue_amount=100)
        for contract in (self.contract, self.entity_contract):
            self._create_debt(150, overdue_days=30, contract=contract)
        self.patch(b2b_block_rule, "BATCH", 1)
        blocks, rules = self.env["b2b.block"], self.env["b2b.block.rule"]
        for number in (1, 2, 2):
            # No time is left after each step.
            with patch.object(type(self.env["ir.cron"]), "_commit_progress") as commit:
                commit.return_value = 0
                rules._cron_apply()
            self.assertEqual(blocks.search_count([]), number)

    def test_payment_lifts_the_block_by_the_end_of_its_transaction(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        move = self._create_debt(150, overdue_days=30)
        rule._apply()
        block = rule.block_ids
        self._register_payment(move, 49.99)
        self._end_transaction()
        self.assertEqual(block.state, "active")
        self._register_payment(move, 0.01)
        self._end_transaction()
        self.assertEqual(block.state, "lifted")
        self.assertFalse(self.contract._refusal_reason("order"))

    def test_clock_of_who_pays_lifts_nothing(self):
        rule = self._create_rule(overdue_days=10)
        self._create_debt(150, overdue_days=11)
        rule._apply()
        self.env.cr.precommit.clear()
        # It is yesterday there.
        blocks = rule.block_ids.with_context(tz="Pacific/Pago_Pago")
        with freeze_time(f"{self.today} 05:00:00"):
            blocks._recheck_later(self.dealer.ids)
            self._end_transaction()
        self.assertEqual(rule.block_ids.state, "active")

    def test_milder_rule_lifts_at_once_and_archived_or_deleted_too(self):
        self._create_debt(150, overdue_days=30)
        for number, change in enumerate(
            (
                lambda rule: rule.write({"overdue_days": 40}),
                lambda rule: rule.action_archive(),
                lambda rule: rule.unlink(),
            )
        ):
            with self.subTest(number=number):
                rule = self._create_rule(overdue_days=10, overdue_amount=100)
                rule._apply()
                block = rule.block_ids
                self.assertEqual(block.state, "active")
                change(rule.with_user(self.controller))
                self.assertEqual(block.state, "lifted")

    def test_who_is_let_in_by_staff_is_not_blocked_again_until_the_day(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        self._create_debt(150, overdue_days=30)
        rule._apply()
        block = rule.block_ids
        self._lift(block, exempt_until=self.today)
        rule._apply()
        self.assertEqual(rule.block_ids, block)
        block.sudo().exempt_until = self._days_ago(1)
        rule._apply()
        self.assertEqual(len(rule.block_ids), 2)

    def test_reason_names_days_and_amount(self):
        rule = self._create_rule(overdue_days=10, overdue_amount=100)
        self._create_debt(150, overdue_days=30)
        rule._apply()
        reason = self.contract._refusal_reason("order")
        self.assertIn("10 days", reason)
        self.assertIn("100.00", reason)

    def test_only_credit_controllers_make_and_apply_rules(self):
        rule = self._create_rule()
        rule.with_user(self.controller).action_apply()
        for user in (self.staff_user, self.dealer_user):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    rule.with_user(user).action_apply()
                with self.assertRaises(AccessError):
                    rule.with_user(user).overdue_days = 1

    def test_rules_of_another_company_do_not_look_here(self):
        company = self.env["res.company"].create({"name": "Second supplier"})
        rule = self._create_rule(company_id=company.id)
        self._create_debt(150, overdue_days=30)
        self.assertFalse(rule._find_matches())

    def test_controller_of_another_company_sees_neither_rules_nor_blocks(self):
        company = self.env["res.company"].create({"name": "Second supplier"})
        user = new_test_user(
            self.env,
            login="b2b_other_controller",
            groups="b2b_credit_control.group_credit_controller",
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        self._create_rule()
        self._create_block(contract=self.contract)
        self.assertFalse(self.env["b2b.block"].with_user(user).search([]))
        self.assertFalse(self.env["b2b.block.rule"].with_user(user).search([]))
