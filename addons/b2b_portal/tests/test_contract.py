from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestContract(B2bCommon):
    def test_number_is_unique_per_legal_entity_and_company(self):
        self._create_contract(self.entity, "D-1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._create_contract(self.dealer, "D-1")

    def test_number_may_repeat_in_another_company(self):
        company = self.env["res.company"].create({"name": "Second supplier"})
        contract = self._create_contract(self.dealer, "D-1", company_id=company.id)
        self.assertEqual(contract.name, self.contract.name)

    def test_contract_with_a_contact_is_refused(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.dealer.id}
        )
        with self.assertRaisesRegex(ValidationError, "the company itself"):
            self._create_contract(contact, "D-2")

    def _give_to_another_entity(self, contract):
        contract.with_user(self.staff_user).legal_entity_id = self.stranger

    def test_unused_contract_is_given_to_another_entity(self):
        self._give_to_another_entity(self.contract)
        self.assertEqual(self.contract.legal_entity_id, self.stranger)

    def test_contract_in_use_stays_with_its_entity(self):
        uses = {
            "Sales Order": self._create_order,
            "Journal Entry": lambda: self._create_invoice(post=False),
            "Payments": lambda: self.env["account.payment"].create(
                {
                    "partner_id": self.dealer.id,
                    "b2b_contract_id": self.contract.id,
                    "amount": 1.0,
                }
            ),
            "Dealer Document": lambda: self.env["b2b.document"].create(
                {
                    "name": "P-1",
                    "type_id": self.env.ref("b2b_portal.document_type_others").id,
                    "legal_entity_id": self.dealer.id,
                    "contract_id": self.contract.id,
                    "is_published": False,
                }
            ),
        }
        for name, use in uses.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                use()
                with self.assertRaisesRegex(ValidationError, rf"D-1 .*\({name}\)"):
                    self._give_to_another_entity(self.contract)
                self.assertEqual(self.contract.legal_entity_id, self.dealer)
                savepoint.rollback()

    def test_contract_with_settlements_stays_with_its_entity(self):
        invoice = self._create_invoice()
        self.env.flush_all()
        invoice.b2b_contract_id = False
        with self.assertRaisesRegex(ValidationError, "D-1 is in use"):
            self._give_to_another_entity(self.contract)

    def test_contract_in_use_may_be_written_with_its_own_entity(self):
        self._create_order()
        self.contract.with_user(self.staff_user).write(
            {"legal_entity_id": self.dealer.id, "note": "Ours"}
        )

    def test_pricelist_of_another_currency_is_refused(self):
        currency = self._activate_currency("EUR")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        with self.assertRaisesRegex(ValidationError, "EUR"):
            self._create_contract(
                self.dealer,
                "D-2",
                pricelist_id=pricelist.id,
                currency_id=self.currency.id,
            )

    def test_currency_follows_the_pricelist(self):
        currency = self._activate_currency("EUR")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        contract = self._create_contract(self.dealer, "D-2", pricelist_id=pricelist.id)
        self.assertEqual(contract.currency_id, currency)

    def test_running_contract_takes_orders(self):
        self.assertFalse(self.contract._refusal_reason("order"))
        self.assertEqual(self.contract.status, "running")

    def test_expired_contract_refuses_orders_but_takes_payments(self):
        today = fields.Date.context_today(self.contract)
        self.contract.write(
            {
                "date_start": today - timedelta(days=30),
                "date_end": today - timedelta(days=1),
            }
        )
        self.assertEqual(self.contract.status, "expired")
        self.assertIn("expired", self.contract._refusal_reason("order"))
        self.assertFalse(self.contract._refusal_reason("pay"))

    def test_contract_ending_today_still_takes_orders(self):
        self.contract.date_end = fields.Date.context_today(self.contract)
        self.assertFalse(self.contract._refusal_reason("order"))

    def test_future_and_archived_contracts_refuse_orders(self):
        today = fields.Date.context_today(self.contract)
        self.contract.date_start = today + timedelta(days=2)
        self.assertIn("starts on", self.contract._refusal_reason("order"))
        self.entity_contract.action_archive()
        self.assertIn("closed", self.entity_contract._refusal_reason("order"))

    def test_status_can_be_searched(self):
        today = fields.Date.context_today(self.contract)
        future = self._create_contract(
            self.dealer, "future", date_start=today + timedelta(days=2)
        )
        expired = self._create_contract(
            self.dealer, "expired", date_start=False, date_end=today - timedelta(days=1)
        )
        archived = self._create_contract(self.dealer, "archived", active=False)
        contracts = self.contract + future + expired + archived
        Contract = self.env["b2b.contract"].with_context(active_test=False)
        for status in ("running", "future", "expired", "archived"):
            found = Contract.search(
                [("status", "=", status), ("id", "in", contracts.ids)]
            )
            self.assertEqual(
                found, contracts.filtered(lambda c, status=status: c.status == status)
            )
            self.assertEqual(len(found), 1)

    def test_billing_settings_of_the_company_hold_until_the_contract_says_otherwise(
        self,
    ):
        self.company.b2b_billing_mode = "invoice"
        self.assertEqual(self.contract._get_billing_mode(), "invoice")
        self.contract.billing_mode = "payment_request"
        self.assertEqual(self.contract._get_billing_mode(), "payment_request")
        self.company.b2b_invoicing_policy = "manual"
        self.assertEqual(self.contract._get_invoicing_policy(), "manual")
        self.contract.invoicing_policy = "on_delivery"
        self.assertEqual(self.contract._get_invoicing_policy(), "on_delivery")

    def _create_contract_with_prices(self):
        usual, special = self.env["product.pricelist"].create(
            [{"name": "Usual prices"}, {"name": "Prices of D-2"}]
        )
        self.dealer.specific_property_product_pricelist = usual
        return self._create_contract(self.dealer, "D-2", pricelist_id=special.id)

    def test_order_of_staff_has_the_prices_of_its_contract(self):
        contract = self._create_contract_with_prices()
        order = self._create_order(contract)
        self.assertEqual(order.pricelist_id, contract.pricelist_id)
        order.b2b_contract_id = self.contract
        self.assertNotEqual(order.pricelist_id, contract.pricelist_id)

    def test_confirmed_order_keeps_its_prices(self):
        contract = self._create_contract_with_prices()
        order = self._create_order()
        prices = order.pricelist_id
        order.action_confirm()
        order.b2b_contract_id = contract
        self.assertEqual(order.pricelist_id, prices)

    def test_order_of_staff_is_billed_to_the_legal_entity_itself(self):
        self.env["res.partner"].create(
            {"name": "Accounts", "parent_id": self.dealer.id, "type": "invoice"}
        )
        self.assertEqual(self._create_order().partner_invoice_id, self.dealer)

    def test_staff_do_not_confirm_an_order_on_an_expired_contract(self):
        order = self._create_order()
        self.contract.date_end = "2020-01-01"
        with self.assertRaisesRegex(UserError, "expired"):
            order.action_confirm()
        self.assertEqual(order.state, "draft")

    def test_order_on_the_contract_of_another_entity_is_refused(self):
        order = self._create_order(self.contract)
        with self.assertRaisesRegex(ValidationError, "another legal entity"):
            order.b2b_contract_id = self.entity_contract

    def test_invoice_on_the_contract_of_another_entity_is_refused(self):
        invoice = self._create_invoice(self.dealer, post=False)
        with self.assertRaisesRegex(ValidationError, "another legal entity"):
            invoice.b2b_contract_id = self.entity_contract

    def test_invoice_by_hand_takes_the_only_contract(self):
        invoice = self._create_invoice(self.dealer)
        self.assertEqual(invoice.b2b_contract_id, self.contract)

    def test_invoice_by_hand_of_an_entity_with_two_contracts_takes_none(self):
        self._create_contract(self.dealer, "D-2")
        invoice = self._create_invoice(self.dealer)
        self.assertFalse(invoice.b2b_contract_id)

    def test_invoices_of_two_contracts_are_not_merged(self):
        second = self._create_contract(self.dealer, "D-2")
        orders = self._create_order(self.contract) + self._create_order(second)
        orders.action_confirm()
        for line in orders.order_line:
            line.qty_delivered = line.product_uom_qty
        invoices = orders._create_invoices()
        self.assertEqual(len(invoices), 2)
        self.assertEqual(invoices.b2b_contract_id, self.contract + second)

    def test_orders_of_one_contract_share_an_invoice(self):
        orders = self._create_order(self.contract) + self._create_order(self.contract)
        orders.action_confirm()
        for line in orders.order_line:
            line.qty_delivered = line.product_uom_qty
        self.assertEqual(len(orders._create_invoices()), 1)


@tagged("post_install", "-at_install")
class TestContractAccess(B2bCommon):
    def test_dealer_reads_the_contracts_of_his_entities_only(self):
        contracts = (
            self.env["b2b.contract"]
            .with_user(self.dealer_user)
            .search(
                [
                    (
                        "legal_entity_id",
                        "in",
                        (self.dealer + self.entity + self.stranger).ids,
                    )
                ]
            )
        )
        self.assertEqual(contracts, self.contract + self.entity_contract)

    def test_dealer_is_refused_a_foreign_contract(self):
        with self.assertRaises(AccessError):
            self.stranger_contract.with_user(self.dealer_user).read(["name"])

    def test_dealer_cannot_change_his_contract(self):
        with self.assertRaises(AccessError):
            self.contract.with_user(self.dealer_user).name = "mine"

    def test_manager_may_and_plain_user_may_not_change_contracts(self):
        self.contract.with_user(self.staff_user).note = "agreed"
        self.staff_user.group_ids = self.env.ref("b2b_portal.group_b2b_user")
        with self.assertRaises(AccessError):
            self.contract.with_user(self.staff_user).note = "not agreed"

    def test_staff_of_another_company_does_not_see_the_contract(self):
        company = self.env["res.company"].create({"name": "Second supplier"})
        self.staff_user.write({"company_ids": company.ids, "company_id": company.id})
        found = (
            self.env["b2b.contract"]
            .with_user(self.staff_user)
            .search([("id", "=", self.contract.id)])
        )
        self.assertFalse(found)
