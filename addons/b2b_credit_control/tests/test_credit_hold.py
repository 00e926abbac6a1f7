from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import B2bCreditCommon


@tagged("post_install", "-at_install")
class TestCreditHold(B2bCreditCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.controller = new_test_user(
            cls.env,
            login="b2b_controller",
            groups="b2b_credit_control.group_credit_controller",
        )
        cls.salesman = new_test_user(
            cls.env, login="b2b_seller", groups="sales_team.group_sale_salesman"
        )
        cls.contract.write({"has_credit_limit": True, "credit_limit": 1000})
        cls.contract.user_id = cls.controller

    # === BUILDERS === #

    def _create_held(self, price=1500, **values):
        """Return an order that is on hold, confirmed by a salesman."""
        order = self._create_order(price=price, user_id=self.salesman.id, **values)
        order.with_user(self.salesman).action_confirm()
        self.assertTrue(order.b2b_is_on_credit_hold)
        return order

    def _release(self, order, user=None, **values):
        """Release an order through the dialog."""
        releases = self.env["b2b.credit.release"].with_user(user or self.controller)
        release = releases.create(
            {
                "hold_ids": order.b2b_credit_hold_ids.ids,
                "reason": "Paid by cheque",
                **values,
            }
        )
        release.action_release()

    def _pay_ahead(self, amount, contract=None):
        """Book a prepayment on a contract."""
        contract = contract or self.contract
        return self._create_invoice(
            contract.legal_entity_id,
            amount,
            "out_refund",
            b2b_contract_id=contract.id,
        )

    def _expire(self):
        """End the contract: what keeps an order from being confirmed."""
        self.contract.write({"date_start": False, "date_end": self._days_ago(1)})

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "b2b_credit_control.ir_cron_credit_hold"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _get_events(self, order):
        return self.env["b2b.credit.event"].search(
            [("order_id", "=", order.id)], order="id"
        )

    def _count_wake_ups(self):
        return self.env["ir.cron.trigger"].search_count(
            [
                (
                    "cron_id",
                    "=",
                    self.env.ref("b2b_credit_control.ir_cron_credit_hold").id,
                )
            ]
        )

    # === THE CHECK === #

    def test_order_within_the_limit_is_confirmed(self):
        order = self._create_order(price=1000, user_id=self.salesman.id)
        order.with_user(self.salesman).action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.b2b_credit_hold_ids)

    def test_order_over_the_limit_is_held_not_refused(self):
        order = self._create_order(price=1000.01, user_id=self.salesman.id)
        self.assertIs(order.with_user(self.salesman).action_confirm(), True)
        self.assertEqual(order.state, "sent")
        self.assertTrue(order.b2b_is_on_credit_hold)
        self.assertEqual(order.type_name, "Sales Order")
        self.assertAlmostEqual(order.b2b_credit_hold_ids.amount_missing, 0.01)
        self.assertFalse(order.picking_ids)
        self.assertFalse(order.b2b_is_billed)

    def test_some_are_held_the_rest_is_confirmed(self):
        orders = self.env["sale.order"]
        for price in (600, 500, 400, 1):
            orders |= self._create_order(price=price)
        elsewhere = self._create_order(self.entity_contract, price=5000)
        (orders | elsewhere).action_confirm()
        self.assertEqual(
            orders.mapped("state"), ["sale", "sent", "sale", "sent"], "600 + 400"
        )
        self.assertEqual(elsewhere.state, "sale", "no limit there")

    def test_order_without_contract_is_as_in_odoo(self):
        partner = self._create_entity("Passer-by")
        order = self.env["sale.order"].create({"partner_id": partner.id})
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_debt_and_waiting_orders_use_the_limit(self):
        self._create_debt(300, overdue_days=3)
        self._create_order(price=500).action_confirm()
        order = self._create_held(price=250)
        self.assertEqual(order.b2b_credit_hold_ids.amount_missing, 50)

    def test_prepayment_makes_room(self):
        self._pay_ahead(500)
        order = self._create_order(price=1500)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_limit_of_nothing_means_payment_in_advance(self):
        self.contract.credit_limit = 0
        self._create_held(price=0.01)
        free = self._create_order(price=0)
        free.action_confirm()
        self.assertEqual(free.state, "sale")

    def test_tolerance_in_percent_and_amount(self):
        self.company.write(
            {"b2b_limit_tolerance_percent": 10, "b2b_limit_tolerance_amount": 5}
        )
        order = self._create_held(price=1105.01)
        self.assertAlmostEqual(order.b2b_credit_hold_ids.amount_missing, 0.01)
        order = self._create_order(price=1105)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_tolerance_is_converted_to_the_currency_of_the_contract(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        contract = self._create_contract(
            self.dealer,
            "EUR-1",
            currency_id=euro.id,
            has_credit_limit=True,
            credit_limit=100,
        )
        self.company.b2b_limit_tolerance_amount = 10
        self.assertEqual(contract._get_credit_room(), {contract: 105})

    def test_order_in_another_currency_is_converted(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        order = self._create_order(price=600)
        order.pricelist_id = pricelist
        order.order_line.price_unit = 600
        self.assertEqual(order.currency_id, euro)
        order.action_confirm()
        self.assertEqual(order.b2b_credit_hold_ids.amount_missing, 200)
        order.order_line.price_unit = 400
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.contract._get_credit_room(), {self.contract: 200})

    def test_policy_ignore_confirms(self):
        self.company.b2b_limit_policy = "ignore"
        order = self._create_order(price=5000)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_policy_warn_confirms_and_says_so(self):
        self.contract.limit_policy = "warn"
        order = self._create_order(price=5000, user_id=self.salesman.id)
        order.with_user(self.salesman).action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.b2b_credit_hold_ids)
        self.assertIn("4,000", order.message_ids[:1].body)

    def test_policy_of_the_contract_wins(self):
        self.company.b2b_limit_policy = "ignore"
        self.contract.limit_policy = "hold"
        self._create_held()

    def test_order_that_may_not_be_confirmed_is_refused_before(self):
        self._expire()
        order = self._create_order(price=5000)
        with self.assertRaises(UserError):
            order.action_confirm()
        self.assertFalse(order.b2b_credit_hold_ids)

    # === PREPAID ORDERS === #

    def test_order_paid_online_is_exempt(self):
        self._create_debt(3000)
        order = self._create_order(price=1500)
        self._pay_online(order)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_payment_that_is_under_way_or_failed_is_none(self):
        for state in ("draft", "pending", "cancel", "error"):
            with self.subTest(state=state):
                order = self._create_order(price=1500)
                self._pay_online(order, state=state)
                order.action_confirm()
                self.assertTrue(order.b2b_is_on_credit_hold)

    def test_part_that_is_paid_needs_no_room(self):
        order = self._create_order(price=1500)
        self._pay_online(order, amount=400)
        order.action_confirm()
        self.assertEqual(order.b2b_credit_hold_ids.amount_missing, 100)

    def test_reopened_order_paid_by_its_payment_request_is_exempt(self):
        self.contract.credit_limit = 2000
        order = self._create_order(price=1500)
        order.action_confirm()
        request = order._b2b_issue_bill()
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_id": self.dealer.id,
                "amount": 1500,
                "b2b_contract_id": self.contract.id,
                "b2b_payment_request_id": request.id,
            }
        )
        payment.action_post()
        order._action_cancel()
        order.action_draft()
        self._create_debt(9000)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_money_that_paid_something_else_does_not_exempt(self):
        order = self._create_order(price=1500)
        move = self._create_debt(1500)
        payment = self._register_payment(move)
        tx = self._pay_online(order, payment_id=payment.id)
        self.assertEqual(tx.payment_id, payment)
        order.action_confirm()
        self.assertTrue(order.b2b_is_on_credit_hold)

    def _book_part(self, tx, amount, is_refund=False):
        """Return the payment of a part that was captured or given back."""
        part = tx._create_child_transaction(amount, is_refund=is_refund)
        part.state = "done"
        return self._book(part)

    def _book(self, tx):
        method = tx.provider_id.journal_id.inbound_payment_method_line_ids[:1]
        return tx._create_payment(payment_method_line_id=method.id)

    def test_money_that_was_given_back_pays_for_nothing(self):
        self._create_contract(self.dealer, "D-2")
        order = self._create_order(price=1500)
        tx = self._pay_online(order)
        self._book(tx)
        self._book_part(tx, 1500, is_refund=True)
        self.assertFalse(self._get_figures())
        order.action_confirm()
        self.assertTrue(order.b2b_is_on_credit_hold)

    def test_money_captured_in_parts_counts_once(self):
        self._create_contract(self.dealer, "D-2")
        order = self._create_order(price=1500)
        tx = self._pay_online(order, state="pending")
        payments = self._book_part(tx, 600) | self._book_part(tx, 900)
        tx.state = "done"
        self.assertEqual(payments.b2b_contract_id, self.contract)
        self.assertEqual(self._get_figures()["debt"], -1500)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order._b2b_get_money_for_order(), (0, 1500))

    def test_hold_does_not_undo_a_payment(self):
        order = self._create_order(price=1500)
        tx = self._pay_online(order, amount=100)
        order.require_payment = True
        order.prepayment_percent = 0.05
        line = tx.provider_id.journal_id.inbound_payment_method_line_ids[:1]
        self.patch(
            type(tx),
            "_create_payment",
            _with_values(type(tx)._create_payment, payment_method_line_id=line.id),
        )
        tx._post_process()
        self.assertEqual(tx.payment_id.b2b_contract_id, self.contract)
        self.assertEqual(tx.state, "done")
        self.assertTrue(tx.is_post_processed)
        self.assertTrue(order.b2b_is_on_credit_hold)

    def test_spoilt_mail_does_not_undo_a_hold(self):
        template = self.env.ref("b2b_credit_control.mail_template_credit_hold")
        template.subject = "{{ object.no_such_field }}"
        order = self._create_order(price=1500)
        with self.assertLogs("odoo.addons.b2b_portal", "WARNING"):
            order.action_confirm()
        self.assertTrue(order.b2b_is_on_credit_hold)
        self.assertIn(
            "The dealer got no mail about the credit hold",
            order.activity_ids.mapped("summary"),
        )

    # === WHAT FOLLOWS A HOLD === #

    def test_hold_is_written_down_and_the_controller_called(self):
        order = self._create_held()
        event = self._get_events(order)
        self.assertRecordValues(
            event, [{"kind": "hold", "amount": 500, "user_id": False}]
        )
        self.assertEqual(event.contract_id, self.contract)
        self.assertEqual(order.activity_ids.user_id, self.controller)

    def test_another_controller_is_called_if_the_manager_is_none(self):
        self.contract.user_id = self.staff_user
        order = self._create_held()
        controller = order.activity_ids.user_id
        self.assertTrue(
            controller.has_group("b2b_credit_control.group_credit_controller")
        )

    def test_confirming_again_does_not_hold_twice(self):
        order = self._create_held()
        order.with_user(self.salesman).action_confirm()
        self.assertEqual(len(order.b2b_credit_hold_ids), 1)
        self.assertEqual(len(self._get_events(order)), 1)
        self.assertEqual(len(order.activity_ids), 1)

    def test_dealer_is_told_in_his_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.dealer.lang = "fr_FR"
        template = self.env.ref("b2b_credit_control.mail_template_credit_hold")
        template.with_context(lang="fr_FR").subject = "Bloqué"
        order = self._create_held()
        message = order.message_ids.filtered(lambda m: m.subject == "Bloqué")
        self.assertIn(self.dealer, message.partner_ids)
        self.assertIn("500", message.body)

    def test_no_other_mail_about_a_pending_payment(self):
        order = self._create_held()
        before = order.message_ids
        order._send_payment_succeeded_for_order_mail()
        self.assertEqual(order.message_ids, before)
        other = self._create_order(price=1)
        other._send_payment_succeeded_for_order_mail()
        self.assertTrue(other.message_ids)

    def test_held_order_is_neither_reserved_nor_shipped(self):
        order = self._create_held()
        for action in ("reserve", "ship"):
            self.assertIn("hold", order._b2b_refusal_reason(action))
        self.assertFalse(order._b2b_refusal_reason("order"))
        self.assertFalse(self.contract._refusal_reason("order"))
        self._release(order)
        self.assertFalse(order._b2b_refusal_reason("ship"))

    def test_cancelled_order_ends_its_hold(self):
        order = self._create_held()
        order._action_cancel()
        self.assertEqual(order.b2b_credit_hold_ids.state, "cancelled")
        self.assertFalse(order.activity_ids)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(
            sorted(order.b2b_credit_hold_ids.mapped("state")), ["cancelled", "held"]
        )

    def test_held_orders_are_found(self):
        order = self._create_held()
        orders = self.env["sale.order"].with_user(self.salesman)
        domain = [("partner_id", "=", self.dealer.id)]
        other = self._create_order(price=1, user_id=self.salesman.id)
        held = orders.search([*domain, ("b2b_is_on_credit_hold", "=", True)])
        self.assertEqual(held.ids, order.ids)
        free = orders.search([*domain, ("b2b_is_on_credit_hold", "!=", True)])
        self.assertEqual(free.ids, other.ids)

    # === RELEASE BY STAFF === #

    def test_controller_releases_with_reason_and_owner(self):
        order = self._create_held(website_id=self.env.ref("website.default_website").id)
        self._release(order, owner_id=self.staff_user.id)
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.b2b_is_billed)
        self.assertRecordValues(
            order.b2b_credit_hold_ids,
            [
                {
                    "state": "released",
                    "user_id": self.controller.id,
                    "owner_id": self.staff_user.id,
                    "reason": "Paid by cheque",
                    "amount_missing": 0,
                }
            ],
        )
        self.assertRecordValues(
            self._get_events(order),
            [
                {"kind": "hold", "user_id": False, "amount": 500},
                {"kind": "release", "user_id": self.controller.id, "amount": 500},
            ],
        )
        self.assertFalse(order.activity_ids)

    def test_dealer_gets_one_mail_with_the_bill_when_released(self):
        order = self._create_held()
        before = order.message_ids
        self._release(order)
        mails = (order.message_ids - before).filtered("partner_ids")
        self.assertEqual(len(mails), 1)
        self.assertIn("released", mails.subject)
        self.assertEqual(len(mails.attachment_ids), 1)

    def test_release_needs_a_reason(self):
        order = self._create_held()
        with self.assertRaises(ValidationError):
            self._release(order, reason="  ")
        action = order.b2b_credit_hold_ids.action_release()
        dialog = Form(
            self.env["b2b.credit.release"]
            .with_user(self.controller)
            .with_context(**action["context"])
        )
        self.assertEqual(dialog.owner_id, self.controller)
        with self.assertRaises(AssertionError):
            dialog.save()
        self.assertEqual(order.state, "sent")

    def test_nobody_else_releases(self):
        order = self._create_held()
        for user in (self.staff_user, self.salesman, self.dealer_user):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self._release(order, user=user)
                with self.assertRaises(AccessError):
                    order.b2b_credit_hold_ids.with_user(user).state = "released"
        self.assertEqual(order.state, "sent")

    def test_controller_releases_through_the_dialog_only(self):
        hold = self._create_held().b2b_credit_hold_ids.with_user(self.controller)
        with self.assertRaises(AccessError):
            hold.state = "released"

    def test_controller_of_another_company_does_not_release(self):
        order = self._create_held()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            login="b2b_other_controller",
            groups="b2b_credit_control.group_credit_controller",
            company_id=company.id,
            company_ids=company.ids,
        )
        with self.assertRaises(AccessError):
            self._release(order, user=stranger)

    def test_release_that_cannot_be_used_waits_until_its_end(self):
        order = self._create_held()
        self._expire()
        self._release(order, date_end=self.today)
        self.assertEqual(order.state, "sent")
        self.assertFalse(order.b2b_is_on_credit_hold)
        self.contract.date_end = False
        self._run_cron()
        self.assertFalse(order.b2b_is_on_credit_hold)
        order.with_user(self.salesman).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_release_that_ends_unused_holds_again(self):
        order = self._create_held()
        self._expire()
        self._release(order, date_end=self.today)
        order.b2b_credit_hold_ids.date_end = self._days_ago(1)
        self.contract.date_end = False
        self._run_cron()
        self.assertTrue(order.b2b_is_on_credit_hold)
        self.assertEqual(
            self._get_events(order).mapped("kind"), ["hold", "release", "hold"]
        )
        self.assertTrue(order.activity_ids)

    def test_release_that_has_ended_is_not_used_before_the_cron(self):
        order = self._create_held()
        self._expire()
        self._release(order, date_end=self.today)
        order.b2b_credit_hold_ids.date_end = self._days_ago(1)
        self.contract.date_end = False
        order.action_confirm()
        self.assertTrue(order.b2b_is_on_credit_hold)

    def test_release_does_not_cover_an_order_that_has_grown(self):
        order = self._create_held()
        self._expire()
        self._release(order)
        self.contract.date_end = False
        order.order_line.price_unit = 1501
        order.action_confirm()
        self.assertTrue(order.b2b_is_on_credit_hold)

    def test_release_cannot_end_before_today(self):
        order = self._create_held()
        with self.assertRaises(ValidationError):
            self._release(order, date_end=self._days_ago(1))

    def test_released_order_uses_the_limit(self):
        self._release(self._create_held(price=1500))
        order = self._create_held(price=100)
        self.assertEqual(order.b2b_credit_hold_ids.amount_missing, 600)

    # === RELEASE BY PAYMENT === #

    def test_payment_of_the_missing_sum_releases(self):
        move = self._create_debt(800)
        order = self._create_held(price=500)
        missing = order.b2b_credit_hold_ids.amount_missing
        self.assertEqual(missing, 300)
        self._register_payment(move, missing - 0.01)
        self._run_cron()
        self.assertTrue(order.b2b_is_on_credit_hold)
        self._register_payment(move, 0.01)
        self._run_cron()
        self.assertEqual(order.state, "sale")
        self.assertRecordValues(
            self._get_events(order)[1:], [{"kind": "release", "user_id": False}]
        )
        self.assertFalse(order.activity_ids)

    def test_payment_wakes_the_job_only_for_contracts_with_holds(self):
        move = self._create_debt(800)
        other = self._create_debt(50, contract=self.entity_contract)
        self._create_held(price=500)
        before = self._count_wake_ups()
        self._register_payment(other)
        self.assertEqual(self._count_wake_ups(), before)
        self._register_payment(move)
        self.assertGreater(self._count_wake_ups(), before)

    def test_what_else_makes_room_wakes_the_job(self):
        small = self._create_order(price=900)
        small.action_confirm()
        self._create_held(price=500)
        causes = {
            "higher limit": lambda: self.contract.write({"credit_limit": 1100}),
            "tolerance": lambda: self.company.write({"b2b_limit_tolerance_amount": 1}),
            "policy": lambda: self.company.write({"b2b_limit_policy": "warn"}),
            "cancelled order": small._action_cancel,
        }
        for name, cause in causes.items():
            with self.subTest(cause=name):
                before = self._count_wake_ups()
                cause()
                self.assertGreater(self._count_wake_ups(), before)

    def test_policy_that_holds_no_more_releases(self):
        order = self._create_held()
        self.company.b2b_limit_policy = "warn"
        self._run_cron()
        self.assertEqual(order.state, "sale")

    def test_oldest_hold_goes_first(self):
        move = self._create_debt(1000)
        first = self._create_held(price=100)
        second = self._create_held(price=100)
        first.b2b_credit_hold_ids.date = fields.Datetime.subtract(
            first.b2b_credit_hold_ids.date, hours=1
        )
        self._register_payment(move, 100)
        self._run_cron()
        self.assertEqual((first.state, second.state), ("sale", "sent"))
        self.assertEqual(second.b2b_credit_hold_ids.amount_missing, 100)

    def test_order_that_fails_to_confirm_does_not_stop_the_others(self):
        move = self._create_debt(1000)
        bad = self._create_held(price=100)
        good = self._create_held(price=100)
        self.patch(
            type(self.env["sale.order"]),
            "_action_confirm",
            _fail_for(bad.id, type(self.env["sale.order"])._action_confirm),
        )
        self._register_payment(move)
        with self.assertLogs(
            "odoo.addons.b2b_portal.models.sale_order_bill", "WARNING"
        ):
            self._run_cron()
        self.assertTrue(bad.b2b_is_on_credit_hold)
        self.assertEqual(good.state, "sale")

    # === WHO SEES IT === #

    def test_dealer_sees_his_own_holds_only(self):
        self.stranger_contract.write({"has_credit_limit": True})
        own = self._create_held()
        foreign = self._create_order(self.stranger_contract)
        foreign.action_confirm()
        self.assertTrue(foreign.b2b_is_on_credit_hold)
        holds = self.env["b2b.credit.hold"].with_user(self.dealer_user).search([])
        self.assertEqual(holds.ids, own.b2b_credit_hold_ids.ids)
        self.assertEqual(holds.amount_missing, 500)
        with self.assertRaises(AccessError):
            foreign.b2b_credit_hold_ids.with_user(self.dealer_user).read(["state"])

    def test_list_of_holds_costs_the_same_for_many(self):
        for _number in range(3):
            self._create_held(price=2000)
        holds = self.env["b2b.credit.hold"].search([("state", "=", "held")])
        self.env.flush_all()
        self.env.invalidate_all()
        holds[:1].mapped("amount_missing")
        self.env.invalidate_all()
        with self.assertQueryCount(12):
            self.assertEqual(holds.mapped("amount_missing"), [1000] * 3)


def _fail_for(order_id, method):
    """Return a confirmation that fails for one order."""

    def _action_confirm(self):
        if order_id in self.ids:
            raise UserError(self.env._("Out of paper"))
        return method(self)

    return _action_confirm


def _with_values(method, **values):
    """Return a booking of payments by a method of payment of our own."""
    return lambda self, **extra: method(self, **{**extra, **values})
