"""Doors that core leaves open, and what is left to staff."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .checkout_common import B2bCheckoutCommon


@tagged("post_install", "-at_install")
class TestSafeguards(B2bCheckoutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.provider = cls.env["payment.provider"].search(
            [("custom_mode", "=", "b2b_bill"), ("company_id", "=", cls.company.id)]
        )
        cls.method = cls.provider.payment_method_ids[:1]
        cls.ordinary = cls._create_entity("Ordinary")

    def _create_plain_order(self, partner):
        return self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )

    def _pay_by_bill(self, order, user=None):
        return (
            self.env["payment.transaction"]
            .with_user(user or self.env.user)
            .sudo()
            .create(
                {
                    "provider_id": self.provider.id,
                    "payment_method_id": self.method.id,
                    "amount": order.amount_total,
                    "currency_id": order.currency_id.id,
                    "partner_id": order.partner_id.id,
                    "reference": f"bill-{order.id}-{len(order.transaction_ids)}",
                    "sale_order_ids": [Command.set(order.ids)],
                }
            )
        )

    # === PAY BY BILL IS FOR CONTRACTS === #

    def test_order_without_a_contract_is_not_paid_by_bill(self):
        order = self._create_plain_order(self.ordinary)
        with self.assertRaisesRegex(ValidationError, "dealer's contract"):
            self._pay_by_bill(order)

    def test_contract_taken_off_later_does_not_confirm_the_order(self):
        order = self._create_order()
        tx = self._pay_by_bill(order)
        self._create_contract(self.dealer, "D-2")
        order.b2b_contract_id = False
        tx._set_pending()
        tx._post_process()
        self.assertEqual(order.state, "draft")
        self.assertEqual(tx.state, "error")

    def test_disabled_way_of_paying_takes_no_order(self):
        self.provider.state = "disabled"
        with self.assertRaises(ValidationError):
            self._pay_by_bill(self._create_order())

    def test_accountant_pays_no_order_by_bill(self):
        self._set_role("accountant")
        with self.assertRaisesRegex(ValidationError, "role"):
            self._pay_by_bill(self._create_order(), self.dealer_user)
        self._set_role("buyer")
        self.assertTrue(self._pay_by_bill(self._create_order(), self.dealer_user))

    def _set_role(self, role):
        self.dealer_user.b2b_membership_ids.role = role
        self.env.flush_all()

    # === WHO ISSUES AND WITHDRAWS === #

    def test_portal_user_cannot_call_for_a_bill_past_the_page(self):
        order = self._create_order(user_id=self.staff_user.id)
        order.action_confirm()
        with self.assertRaises(AccessError):
            order.with_user(self.dealer_user).action_b2b_issue_bill()
        order.with_user(self.staff_user).action_b2b_issue_bill()
        self.assertTrue(order.b2b_is_billed)

    def test_manager_of_another_company_withdraws_nothing(self):
        order = self._create_order()
        order.action_confirm()
        bill = order._b2b_issue_bill()
        company = self.env["res.company"].create({"name": "Second supplier"})
        manager = new_test_user(
            self.env,
            login="b2b_elsewhere",
            groups="b2b_portal.group_b2b_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        with self.assertRaises(AccessError):
            bill.with_user(manager).action_withdraw()
        bill.with_user(self.staff_user).action_withdraw()
        self.assertEqual(bill.state, "withdrawn")

    def test_dealer_does_not_undo_a_withdrawal(self):
        order = self._create_order()
        order.action_confirm()
        order._b2b_issue_bill()._withdraw()
        self.assertFalse(order._b2b_is_bill_missing())
        self.env.flush_all()
        self._log_in(self.dealer_user)
        self.assertNotIn("bill/issue", self.url_open(f"/my/orders/{order.id}").text)
        self._post(f"/my/orders/{order.id}/bill/issue")
        self.assertFalse(order.b2b_is_billed)

    def test_draft_that_staff_correct_is_not_posted_by_the_dealer(self):
        self.contract.billing_mode = "invoice"
        order = self._create_order(user_id=self.staff_user.id)
        order.action_confirm()
        invoice = order._b2b_issue_bill()
        invoice.button_draft()
        self.assertFalse(order._b2b_is_bill_missing())
        order._b2b_bill_on_submission()
        self.assertEqual(invoice.state, "draft")
        order.with_user(self.staff_user).action_b2b_issue_bill()
        self.assertEqual(invoice.state, "posted")

    def test_failed_billing_is_made_up_for_by_the_dealer(self):
        order = self._create_order()
        order.action_confirm()
        self.assertTrue(order._b2b_is_bill_missing())
        self.env.flush_all()
        self._log_in(self.dealer_user)
        self._post(f"/my/orders/{order.id}/bill/issue")
        self.assertTrue(order.b2b_is_billed)

    def test_invoiced_order_gets_no_bill(self):
        order = self._deliver(self._create_order(quantity=2))
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertFalse(order._b2b_is_bill_missing())
        with self.assertRaisesRegex(UserError, "invoiced already"):
            order._b2b_issue_bill()

    def _deliver(self, order):
        self._set_stock(self.product, 10)
        order.action_confirm()
        order.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        order.picking_ids._action_done()
        return order

    def test_down_payment_is_left_to_staff(self):
        self._set_stock(self.product, 10)
        order = self._create_order(quantity=2)
        order.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "percentage", "amount": 50})
        )
        wizard._create_invoices(order).action_post()
        order.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        order.picking_ids._action_done()
        self.assertEqual(sum(order.invoice_ids.mapped("amount_total")), 120)
        self.assertIn("not invoiced", order.activity_ids.mapped("summary")[0])

    # === ORDERS, CONTRACTS, ENTITIES === #

    def test_closed_contract_is_put_on_nothing_new(self):
        self.stranger_contract.active = False
        order = self._create_plain_order(self.stranger)
        self.assertFalse(order.b2b_contract_id)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._create_invoice(self.stranger).b2b_contract_id)

    def test_copy_of_an_order_is_nobodys_cart(self):
        order = self._create_order(b2b_contact_id=self.dealer_user.partner_id.id)
        self.assertFalse(order.copy().b2b_contact_id)

    def test_contract_takes_the_currency_of_its_prices(self):
        euro = self._activate_currency("EUR")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        entity = self._create_entity("Abroad")
        entity.property_product_pricelist = pricelist
        contract = self.env["b2b.contract"].create(
            {"name": "A-1", "legal_entity_id": entity.id}
        )
        self.assertEqual(contract.currency_id, euro)

    def test_legal_entity_with_contracts_stays_a_company(self):
        with self.assertRaisesRegex(ValidationError, "stays a company"):
            self.entity.is_company = False
        self.ordinary.write({"parent_id": self.dealer.id, "is_company": False})

    def test_bill_is_dated_where_the_supplier_is(self):
        self.company.partner_id.tz = "Pacific/Kiritimati"
        day = self.company.with_context(tz="Pacific/Niue")._b2b_today()
        order = self._create_order()
        order.action_confirm()
        bill = order.with_context(tz="Pacific/Niue")._b2b_issue_bill()
        self.assertEqual(bill.date, day)

    def test_ledger_follows_a_number_that_changes(self):
        move = self._create_invoice()
        move.name = "NEW/2026/00077"
        line = self.env["b2b.settlement.line"].search([("move_id", "=", move.id)])
        self.assertEqual(line.name, "NEW/2026/00077")

    def test_customer_without_a_contract_sees_what_odoo_shows_him(self):
        user = self._create_dealer_user("b2b_ordinary", self.ordinary)
        self.assertTrue(user.b2b_membership_ids)
        self.assertFalse(user.b2b_by_membership)
        self._create_contract(self.ordinary, "O-1")
        user.invalidate_recordset(["b2b_by_membership"])
        self.assertTrue(user.b2b_by_membership)
