from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import B2bCreditCommon


@tagged("post_install", "-at_install")
class TestGrownOrder(B2bCreditCommon):
    """Confirmed orders that change afterwards."""

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
        # Odoo puts the price of the pricelist anew when a quantity changes.
        cls.product.list_price = 90
        cls.order = cls._create_order(price=90, quantity=10, user_id=cls.salesman.id)
        cls.order.with_user(cls.salesman).action_confirm()
        cls.line = cls.order.order_line

    def _as_salesman(self, record):
        return record.with_user(self.salesman)

    def _add_line(self, price, quantity=1):
        return self._as_salesman(self.env["sale.order.line"]).create(
            {
                "order_id": self.order.id,
                "product_id": self.product.id,
                "product_uom_qty": quantity,
                "price_unit": price,
            }
        )

    def _run_cron(self):
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "b2b_credit_control.ir_cron_credit_hold"
            ).method_direct_trigger()
        self.env.invalidate_all()

    def _assert_held(self, missing):
        self.assertEqual(self.order.state, "sale")
        self.assertTrue(self.order.b2b_is_on_credit_hold)
        hold = self.order._b2b_get_credit_hold()
        self.assertAlmostEqual(hold.amount_missing, missing)

    def _assert_free(self):
        self.assertEqual(self.order.state, "sale")
        self.assertFalse(self.order.b2b_is_on_credit_hold)

    # === HOLDING === #

    def test_growth_within_the_limit_is_free(self):
        self._as_salesman(self.line).price_unit = 100
        self._assert_free()
        self.assertFalse(self.order.b2b_credit_hold_ids)

    def test_more_of_it_than_there_is_room_for_is_held_not_refused(self):
        self._as_salesman(self.line).product_uom_qty = 12
        self._assert_held(80)
        self.assertEqual(self.line.product_uom_qty, 12)
        self.assertEqual(self.contract.credit_ordered, 1080)

    def test_higher_price_lower_discount_and_another_line_are_held(self):
        changes = {
            "price": lambda: self._as_salesman(self.line).write({"price_unit": 101}),
            "discount": lambda: self._as_salesman(self.line).write({"discount": -20}),
            "line": lambda: self._add_line(110),
            "order": lambda: self._as_salesman(self.order).write(
                {"order_line": [Command.update(self.line.id, {"price_unit": 101})]}
            ),
        }
        for name, change in changes.items():
            with self.subTest(change=name), self.cr.savepoint() as savepoint:
                change()
                self.assertTrue(self.order.b2b_is_on_credit_hold)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_change_in_the_form_is_held(self):
        with Form(self._as_salesman(self.order)) as form:
            with form.order_line.edit(0) as line:
                line.product_uom_qty = 12
        self._assert_held(80)

    def test_what_shrinks_makes_up_for_what_grows(self):
        self._add_line(100)
        self._as_salesman(self.order).write(
            {
                "order_line": [
                    Command.update(self.line.id, {"product_uom_qty": 12}),
                    Command.update(self.order.order_line[1].id, {"price_unit": -80}),
                ]
            }
        )
        self.assertEqual(self.order.amount_total, 1000)
        self.assertFalse(self.order.b2b_credit_hold_ids)

    def test_policy_warn_says_so_as_on_confirmation(self):
        self.contract.limit_policy = "warn"
        self._as_salesman(self.line).product_uom_qty = 12
        self._assert_free()
        self.assertIn("80", self.order.message_ids[:1].body)
        self.assertIn("credit limit", self.order.message_ids[:1].body)

    def test_policy_ignore_and_no_limit_do_nothing(self):
        for values in ({"limit_policy": "ignore"}, {"has_credit_limit": False}):
            with self.subTest(values=values):
                self.contract.write(values)
                messages = self.order.message_ids
                self._as_salesman(self.line).price_unit += 100
                self.assertFalse(self.order.b2b_credit_hold_ids)
                self.assertFalse(
                    (self.order.message_ids - messages).filtered(
                        lambda message: "limit" in (message.body or "")
                    )
                )

    def test_change_that_is_no_growth_is_not_held_though_over_the_limit(self):
        self.contract.credit_limit = 100
        self._as_salesman(self.line).product_uom_qty = 9
        self._as_salesman(self.line).name = "Oil filters"
        self._as_salesman(self.order).client_order_ref = "A-1"
        self.assertFalse(self.order.b2b_credit_hold_ids)

    def test_order_that_is_not_confirmed_is_not_held(self):
        draft = self._create_order(price=5000)
        draft.order_line.price_unit = 6000
        self.assertFalse(draft.b2b_credit_hold_ids)

    def test_growth_of_an_order_paid_in_advance_needs_room_for_all_of_it(self):
        self.contract.credit_limit = 500
        self._create_invoice(
            self.dealer, 600, "out_refund", b2b_contract_id=self.contract.id
        )
        self._as_salesman(self.line).product_uom_qty = 11
        self._assert_free()
        self._as_salesman(self.line).product_uom_qty = 13
        self._assert_held(70)

    def test_hold_is_written_down_and_the_dealer_told(self):
        messages = self.order.message_ids
        self._as_salesman(self.line).product_uom_qty = 12
        event = self.env["b2b.credit.event"].search([("order_id", "=", self.order.id)])
        self.assertRecordValues(event, [{"kind": "hold", "amount": 80}])
        mail = (self.order.message_ids - messages).filtered("partner_ids")
        self.assertIn("on credit hold", mail.subject)
        self.assertTrue(self.order.activity_ids)
        self.assertIn("80", self._as_salesman(self.order).b2b_credit_warning)
        for action in ("reserve", "ship"):
            self.assertIn("hold", self.order._b2b_refusal_reason(action))

    def test_growing_on_does_not_hold_twice(self):
        self._as_salesman(self.line).product_uom_qty = 12
        self._as_salesman(self.line).product_uom_qty = 13
        self._assert_held(170)
        self.assertEqual(len(self.order.b2b_credit_hold_ids), 1)

    def test_confirmed_order_moved_to_another_contract_needs_room_there(self):
        other = self._create_contract(
            self.dealer, "D-2", has_credit_limit=True, credit_limit=500
        )
        self._as_salesman(self.order).b2b_contract_id = other
        self._assert_held(400)
        self.assertEqual(self.order.b2b_credit_hold_ids.contract_id, other)
        self._as_salesman(self.order).b2b_contract_id = self.contract
        self._assert_free()

    # === RELEASING === #

    def test_order_that_shrinks_again_is_released_by_itself(self):
        self._as_salesman(self.line).product_uom_qty = 12
        self._as_salesman(self.line).product_uom_qty = 11.2
        self._assert_held(8)
        self._as_salesman(self.line).product_uom_qty = 11
        self._assert_free()
        self.assertEqual(
            self.env["b2b.credit.event"]
            .search([("order_id", "=", self.order.id)], order="id")
            .mapped("kind"),
            ["hold", "release"],
        )
        self.assertFalse(self.order.activity_ids)
        self.assertIn("released", self.order.message_ids[:1].subject or "")

    def test_what_was_confirmed_before_is_free_though_there_is_no_room(self):
        self._as_salesman(self.line).product_uom_qty = 12
        self.contract.credit_limit = 100
        self._as_salesman(self.line).product_uom_qty = 10
        self._assert_free()

    def test_payment_of_the_missing_sum_releases(self):
        debt = self._create_debt(100)
        self._as_salesman(self.line).product_uom_qty = 11
        self._assert_held(90)
        self._register_payment(debt, 89.99)
        self._run_cron()
        self._assert_held(0.01)
        self._register_payment(debt, 0.01)
        self._run_cron()
        self._assert_free()

    def test_smaller_order_makes_room_for_another_one(self):
        held = self._create_order(price=200)
        held.action_confirm()
        self.assertEqual(held.b2b_credit_hold_ids.amount_missing, 100)
        self._as_salesman(self.line).price_unit = 80
        self._run_cron()
        self.assertEqual(held.state, "sale")

    def test_controller_releases_and_the_release_covers_no_more(self):
        self._as_salesman(self.line).product_uom_qty = 12
        dialog = self.env["b2b.credit.release"].with_user(self.controller)
        dialog.create(
            {"hold_ids": self.order.b2b_credit_hold_ids.ids, "reason": "Agreed"}
        ).action_release()
        self._assert_free()
        self.assertIn("released", self.order.message_ids[:1].subject or "")
        self._as_salesman(self.line).product_uom_qty = 11
        self._as_salesman(self.line).product_uom_qty = 12
        self._assert_free()
        self._as_salesman(self.line).product_uom_qty = 13
        self._assert_held(170)

    def test_cancelled_order_ends_its_hold(self):
        self._as_salesman(self.line).product_uom_qty = 12
        self.order._action_cancel()
        self.assertEqual(self.order.b2b_credit_hold_ids.state, "cancelled")
