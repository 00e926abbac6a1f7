from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .common import B2bCreditCommon


@tagged("post_install", "-at_install")
class TestDeferral(B2bCreditCommon):
    def _post(self, **values):
        return self._create_invoice(
            self.dealer,
            b2b_contract_id=self.contract.id,
            invoice_date="2026-03-01",
            **values,
        )

    def _own_deferral(self, days):
        self.contract.write({"has_own_deferral": True, "deferral_days": days})

    def _ledger(self, move):
        return self.env["b2b.settlement.line"].search([("move_id", "=", move.id)])

    def _misc_debt(self):
        """Return an entry whose receivable item has no due date."""
        accounts = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids)]
        )
        receivable = self.dealer.property_account_receivable_id
        income = accounts.filtered(lambda a: a.account_type == "income")[:1]
        move = self.env["account.move"].create(
            {
                "date": "2026-03-01",
                "b2b_contract_id": self.contract.id,
                "partner_id": self.dealer.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.dealer.id,
                            "debit": 50.0,
                        }
                    ),
                    Command.create({"account_id": income.id, "credit": 50.0}),
                ],
            }
        )
        move.line_ids.date_maturity = False
        move.action_post()
        return move

    def _halves(self):
        """Return a payment term of two instalments."""
        return self.env["account.payment.term"].create(
            {
                "name": "Half now, half later",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 0}),
                    Command.create({"value_amount": 50, "nb_days": 40}),
                ],
            }
        )

    def test_company_default_is_fourteen_days(self):
        company = self.env["res.company"].create({"name": "New supplier"})
        self.assertEqual(company.b2b_deferral_days, 14)

    def test_contract_without_deferral_follows_its_company(self):
        self.assertEqual(self._post().invoice_date_due, date(2026, 3, 15))
        self.company.b2b_deferral_days = 30
        self.assertEqual(self.contract.deferral_days, 30)
        self.assertEqual(self._post().invoice_date_due, date(2026, 3, 31))

    def test_own_deferral_counts(self):
        self._own_deferral(3)
        self.assertEqual(self._post().invoice_date_due, date(2026, 3, 4))
        self.company.b2b_deferral_days = 30
        self.assertEqual(self.contract.deferral_days, 3)

    def test_own_deferral_of_no_day_is_not_the_company_default(self):
        self._own_deferral(0)
        self.assertEqual(self._post().invoice_date_due, date(2026, 3, 1))

    def test_payment_term_of_the_contract_wins(self):
        self.contract.payment_term_id = self.env.ref(
            "account.account_payment_term_30days"
        )
        self.assertEqual(self._post().invoice_date_due, date(2026, 3, 31))

    def test_payment_term_of_the_partner_does_not_count_on_a_contract(self):
        self.dealer.property_payment_term_id = self.env.ref(
            "account.account_payment_term_30days"
        )
        self.assertEqual(self._post().invoice_date_due, date(2026, 3, 15))
        order = self._create_order()
        self.assertFalse(order.payment_term_id)

    def test_payment_term_of_the_partner_counts_without_a_contract(self):
        partner = self._create_entity("Passer-by")
        partner.property_payment_term_id = self.env.ref(
            "account.account_payment_term_30days"
        )
        move = self._create_invoice(partner, invoice_date="2026-03-01")
        self.assertEqual(move.invoice_date_due, date(2026, 3, 31))
        self.assertFalse(move.b2b_contract_id)

    def test_instalments_keep_their_own_dates(self):
        self.contract.payment_term_id = self._halves()
        move = self._post()
        self.assertEqual(
            sorted(self._ledger(move).mapped("date_maturity")),
            [date(2026, 3, 1), date(2026, 4, 10)],
        )

    def test_change_leaves_posted_invoices_alone(self):
        move = self._post()
        self._own_deferral(40)
        self.assertEqual(move.invoice_date_due, date(2026, 3, 15))
        self.assertEqual(self._ledger(move).date_maturity, date(2026, 3, 15))

    def test_another_contract_leaves_the_instalments_of_a_posted_invoice_alone(self):
        halves = self._halves()
        other = self._create_contract(self.dealer, "D-2", payment_term_id=halves.id)
        move = self._post(invoice_payment_term_id=halves.id)
        move.b2b_contract_id = self._create_contract(self.dealer, "D-3")
        self.assertEqual(move.invoice_payment_term_id, halves)
        move = self._post()
        move.b2b_contract_id = other
        self.assertFalse(move.invoice_payment_term_id)
        move.b2b_contract_id = False
        self.assertFalse(move.invoice_payment_term_id)

    def test_debt_without_due_date_gets_one_from_the_deferral(self):
        line = self._ledger(self._misc_debt())
        self.assertEqual(line.date_maturity, date(2026, 3, 15))
        self.assertTrue(line.is_due_by_deferral)

    def test_change_moves_open_debts_without_a_due_date(self):
        move = self._misc_debt()
        self._own_deferral(40)
        self.assertEqual(self._ledger(move).date_maturity, date(2026, 4, 10))
        self.company.b2b_deferral_days = 5
        self.assertEqual(self._ledger(move).date_maturity, date(2026, 4, 10))

    def test_change_of_the_company_moves_debts_of_contracts_without_own(self):
        move = self._misc_debt()
        self.company.b2b_deferral_days = 5
        self.assertEqual(self._ledger(move).date_maturity, date(2026, 3, 6))

    def test_installation_completes_what_is_there(self):
        line = self._ledger(self._misc_debt())
        line.write({"date_maturity": False, "is_due_by_deferral": False})
        self.env["b2b.settlement.line"]._complete_due_dates()
        self.assertEqual(line.date_maturity, date(2026, 3, 15))

    def test_change_sums_the_totals_up_once_for_each_day(self):
        for _number in range(5):
            self._misc_debt()
        totals = type(self.env["b2b.settlement.total"])
        with patch.object(totals, "_refresh", autospec=True) as refresh:
            self.company.b2b_deferral_days = 5
        self.assertEqual(refresh.call_count, 1)
