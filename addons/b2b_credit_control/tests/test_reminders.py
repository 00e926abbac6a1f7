from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bBlockBuilders, B2bBlockCommon


class ReminderBuilders:
    def _set_steps(self, *days):
        steps = self.env["b2b.reminder.step"]
        steps.with_context(active_test=False).search([]).unlink()
        return steps.create([{"days": day} for day in days])

    def _run_reminders(self):
        self._run_cron("b2b_credit_control.ir_cron_reminder")

    def _get_reminders(self):
        return self.env["b2b.reminder"].search([], order="id")

    def _get_mails(self):
        return self.env["mail.mail"].search([("model", "=", "b2b.reminder")])


@tagged("post_install", "-at_install")
class TestReminders(ReminderBuilders, B2bBlockCommon):
    def test_before_on_and_after_the_due_date(self):
        self._set_steps(-3, 0, 5)
        # Four days after it the step of the day itself is past.
        cases = ((-4, ""), (-3, "before"), (0, "due"), (4, ""), (5, "after"))
        for overdue_days, kind in cases:
            with self.subTest(overdue_days=overdue_days):
                entity = self._create_entity(f"Entity {overdue_days}")
                contract = self._create_contract(entity, "R-1")
                self._create_debt(10, overdue_days=overdue_days, contract=contract)
                self._run_reminders()
                found = self._get_reminders().filtered(
                    lambda reminder, entity=entity: reminder.legal_entity_id == entity
                )
                self.assertEqual(found.kind or "", kind)

    def test_each_step_is_taken_once(self):
        self._set_steps(0)
        self._create_debt(10)
        self._run_reminders()
        self._run_reminders()
        self.assertEqual(len(self._get_reminders()), 1)
        item = self._get_reminders().item_ids
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            item.copy()
            self.env.flush_all()

    def test_night_that_was_missed_is_made_up_for_but_not_the_past(self):
        self._set_steps(0)
        self._create_debt(10, overdue_days=3)
        self._create_debt(10, overdue_days=4, contract=self.entity_contract)
        self._run_reminders()
        self.assertEqual(self._get_reminders().legal_entity_id, self.dealer)

    def test_one_mail_lists_all_that_is_open(self):
        self._set_steps(0, 5)
        moves = [self._create_debt(10 + days, overdue_days=days) for days in (5, 0)]
        later = self._create_debt(77, overdue_days=-20)
        paid = self._create_debt(33, overdue_days=5)
        self._register_payment(paid)
        self._run_reminders()
        mail = self._get_mails()
        self.assertEqual(len(mail), 1)
        for move in (*moves, later):
            self.assertIn(move.name, mail.body_html)
        self.assertNotIn(paid.name, mail.body_html)
        self.assertIn("overdue", mail.subject)
        self.assertIn("5 days overdue", " ".join(mail.body_html.split()))

    def test_what_prepayments_pay_is_not_reminded_of(self):
        self._set_steps(5)
        self._create_debt(50, overdue_days=5)
        self._create_invoice(
            self.dealer, 50, "out_refund", b2b_contract_id=self.contract.id
        )
        self._run_reminders()
        self.assertFalse(self._get_reminders())

    def test_mail_is_about_what_prepayments_leave_open(self):
        self._set_steps(0, 5)
        self._create_debt(50, overdue_days=5)
        today = self._create_debt(30)
        self._create_invoice(
            self.dealer, 50, "out_refund", b2b_contract_id=self.contract.id
        )
        self._run_reminders()
        reminder = self._get_reminders()
        self.assertEqual(reminder.kind, "due")
        self.assertEqual(reminder.item_ids.line_id.move_id, today)

    def test_payers_and_the_invoice_address_get_it_in_their_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.dealer_user.lang = "fr_FR"
        address = self.env["res.partner"].create(
            {
                "name": "Accounts",
                "type": "invoice",
                "parent_id": self.dealer.id,
                "email": "accounts@example.com",
            }
        )
        buyer = self._create_dealer_user("b2b_buyer", self.dealer)
        self.dealer_user.b2b_membership_ids.role = "accountant"
        template = self.env.ref("b2b_credit_control.mail_template_reminder")
        template.with_context(lang="fr_FR").subject = "Rappel"
        self._set_steps(0)
        self._create_debt(10)
        self._run_reminders()
        subjects = {mail.recipient_ids: mail.subject for mail in self._get_mails()}
        self.assertEqual(set(subjects), {self.dealer_user.partner_id, address})
        self.assertEqual(subjects[self.dealer_user.partner_id], "Rappel")
        self.assertNotIn(buyer.partner_id, subjects)

    def test_one_that_fails_keeps_nobody_waiting(self):
        self._set_steps(0)
        for contract in (self.contract, self.entity_contract):
            self._create_debt(10, contract=contract)
        template = self.env.ref("b2b_credit_control.mail_template_reminder")
        self.dealer.name = "Spoilt"
        template.subject = "{{ object.legal_entity_id.name != 'Spoilt' or 1 / 0 }}"
        with self.assertLogs("odoo.addons.b2b_credit_control", "WARNING"):
            self._run_reminders()
        self.assertEqual(self._get_reminders().legal_entity_id, self.entity)
        template.subject = "Please pay"
        self._run_reminders()
        self.assertEqual(
            self._get_reminders().legal_entity_id, self.entity | self.dealer
        )

    def test_switched_off_is_silent(self):
        self._set_steps(0)
        self._create_debt(10)
        self.dealer.b2b_has_reminders = False
        self._run_reminders()
        self.assertFalse(self._get_reminders())

    def test_steps_of_another_company_do_not_count(self):
        steps = self._set_steps(0)
        steps.company_id = self.env["res.company"].create({"name": "Second"})
        self._create_debt(10)
        self._run_reminders()
        self.assertFalse(self._get_reminders())

    def test_steps_say_when_they_are_sent(self):
        names = self._set_steps(-3, 0, 14).mapped("display_name")
        self.assertEqual(
            names,
            [
                "Days before the due date: 3",
                "On the due date",
                "Days after the due date: 14",
            ],
        )

    def test_only_credit_controllers_set_steps(self):
        step = self._set_steps(0)
        step.with_user(self.controller).days = 1
        with self.assertRaises(AccessError):
            step.with_user(self.staff_user).days = 2
        with self.assertRaises(AccessError):
            step.with_user(self.dealer_user).read(["days"])


@tagged("post_install", "-at_install")
class TestReminderPage(ReminderBuilders, B2bBlockBuilders, B2bBuilders, HttpCase):
    def _save(self, user, entities):
        self.authenticate(user.login, user.login)
        return self.url_open(
            "/my/reminders/save",
            data={
                "entity": [str(entity.id) for entity in entities],
                "csrf_token": Request.csrf_token(self),
            },
        )

    def test_accountant_switches_reminders_off_and_on(self):
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self._save(self.dealer_user, self.entity)
        self.assertFalse(self.dealer.b2b_has_reminders)
        self.assertTrue(self.entity.b2b_has_reminders)
        page = self.url_open("/my/reminders")
        self.assertIn(self.dealer.name, page.text)
        self._save(self.dealer_user, self.dealer | self.entity)
        self.assertTrue(self.dealer.b2b_has_reminders)

    def test_home_offers_them_to_who_may_switch_them(self):
        def count(user):
            self.authenticate(user.login, user.login)
            answer = self.make_jsonrpc_request(
                "/my/counters", {"counters": ["b2b_reminder_count"]}
            )
            return answer["b2b_reminder_count"]

        self.assertEqual(count(self.dealer_user), 0)
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self.assertEqual(count(self.dealer_user), 2)

    def test_buyers_and_strangers_switch_nothing(self):
        self._save(self.dealer_user, [])
        self.assertTrue(self.dealer.b2b_has_reminders)
        page = self.url_open("/my/reminders")
        self.assertTrue(page.url.endswith("/my"))
        self.stranger_user.b2b_membership_ids.role = "accountant"
        self.dealer.b2b_has_reminders = False
        self._save(self.stranger_user, self.dealer)
        self.assertFalse(self.dealer.b2b_has_reminders)
        self.assertFalse(self.stranger.b2b_has_reminders)
