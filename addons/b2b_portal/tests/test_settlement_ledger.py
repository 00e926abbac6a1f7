import os
from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import B2bCommon

EXAMPLES = 200 if os.environ.get("B2B_FULL") else 12


class LedgerCase(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls._activate_currency(
            "EUR", day_2026_01_01=0.5, day_2026_02_01=0.8, day_2026_03_01=0.61
        )
        cls.second_contract = cls._create_contract(
            cls.dealer, "D-2", date_start="2026-01-01"
        )
        cls.contract.date_start = "2025-01-01"
        cls.instalments = cls.env["account.payment.term"].create(
            {
                "name": "Half now, half in a month",
                "line_ids": [
                    Command.create({"value_amount": 50, "nb_days": 0}),
                    Command.create({"value_amount": 50, "nb_days": 30}),
                ],
            }
        )
        cls.receivable = cls.dealer.property_account_receivable_id
        cls.income = cls.env["account.account"].search(
            [
                ("account_type", "=", "income"),
                ("company_ids", "in", cls.company.id),
            ],
            limit=1,
        )
        cls.misc_journal = cls.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _rows(self, moves):
        return self.env["b2b.settlement.line"].search(
            [("move_id", "in", moves.ids)], order="move_id, contract_id, id"
        )

    def _receivable(self, move):
        return move.line_ids.filtered(lambda line: line.account_id == self.receivable)

    def _create_prepayment(self, amount, **values):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.dealer.id,
                "amount": amount,
                "date": "2026-02-10",
                **values,
            }
        )
        payment.action_post()
        return payment

    def _create_misc_entry(self, amount, currency=None, contract=None, post=True):
        currency = currency or self.currency
        balance = currency._convert(amount, self.currency, self.company, "2026-02-15")
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.misc_journal.id,
                "date": "2026-02-15",
                "b2b_contract_id": contract.id if contract else False,
                "partner_id": self.dealer.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.dealer.id,
                            "currency_id": currency.id,
                            "amount_currency": sign * amount,
                            "balance": sign * balance,
                        }
                    )
                    for account, sign in ((self.receivable, 1), (self.income, -1))
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def assertLedgerAgrees(self):
        """The ledger says what the receivable items say, to the cent."""
        items = self.env["account.move.line"].search(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("partner_id", "!=", False),
            ]
        )
        totals = defaultdict(lambda: [0.0] * 4)
        for row in self.env["b2b.settlement.line"].search(
            [("move_line_id", "!=", False)]
        ):
            values = (row.amount, row.residual, row.balance, row.balance_residual)
            totals[row.move_line_id.id] = [
                total + value
                for total, value in zip(
                    totals[row.move_line_id.id], values, strict=True
                )
            ]
        self.assertEqual(set(totals), set(items.ids))
        for item in items:
            expected = (
                item.amount_currency,
                item.amount_residual_currency,
                item.balance,
                item.amount_residual,
            )
            for total, value in zip(totals[item.id], expected, strict=True):
                self.assertAlmostEqual(total, value, 6, msg=item.display_name)


@tagged("post_install", "-at_install")
class TestSettlementLedger(LedgerCase):
    def test_invoice_falls_to_its_contract(self):
        invoice = self._create_invoice(b2b_contract_id=self.contract.id, amount=120.0)
        self.assertRecordValues(
            self._rows(invoice),
            [
                {
                    "contract_id": self.contract.id,
                    "legal_entity_id": self.dealer.id,
                    "amount": 120.0,
                    "residual": 120.0,
                    "balance": 120.0,
                    "currency_id": self.currency.id,
                }
            ],
        )

    def test_credit_note_is_negative(self):
        refund = self._create_invoice(move_type="out_refund", amount=30.0)
        self.assertEqual(self._rows(refund).amount, -30.0)

    def test_each_instalment_keeps_its_own_date(self):
        invoice = self._create_invoice(
            amount=200.0, invoice_payment_term_id=self.instalments.id
        )
        self.assertEqual(
            [
                str(row.date_maturity)
                for row in self._rows(invoice).sorted("date_maturity")
            ],
            ["2026-01-15", "2026-02-14"],
        )

    def test_payment_is_split_over_the_contracts_it_pays(self):
        first = self._create_invoice(b2b_contract_id=self.contract.id, amount=60.0)
        second = self._create_invoice(
            b2b_contract_id=self.second_contract.id, amount=30.0
        )
        payment = self._register_payment(first + second)
        rows = self._rows(payment.move_id)
        self.assertEqual(
            {row.contract_id: (row.amount, row.residual) for row in rows},
            {self.contract: (-60.0, 0.0), self.second_contract: (-30.0, 0.0)},
        )
        self.assertEqual(set(self._rows(first + second).mapped("residual")), {0.0})

    def test_surplus_of_a_payment_is_not_allocated_when_there_is_a_choice(self):
        invoice = self._create_invoice(b2b_contract_id=self.contract.id, amount=60.0)
        payment = self._create_prepayment(100.0)
        (self._receivable(invoice) + self._receivable(payment.move_id)).reconcile()
        self.assertEqual(
            {
                row.contract_id: (row.amount, row.residual)
                for row in self._rows(payment.move_id)
            },
            {
                self.contract: (-60.0, 0.0),
                self.env["b2b.contract"]: (-40.0, -40.0),
            },
        )

    def test_prepayment_with_a_contract_stays_on_it(self):
        payment = self._create_prepayment(
            100.0, b2b_contract_id=self.second_contract.id
        )
        self.assertEqual(self._rows(payment.move_id).contract_id, self.second_contract)

    def test_contract_named_later_on_a_payment_moves_it(self):
        payment = self._create_prepayment(100.0)
        self.assertFalse(self._rows(payment.move_id).contract_id)
        payment.b2b_contract_id = self.contract
        self.assertEqual(self._rows(payment.move_id).contract_id, self.contract)

    def test_unmatching_gives_the_payment_back_as_one_row(self):
        first = self._create_invoice(b2b_contract_id=self.contract.id, amount=60.0)
        second = self._create_invoice(
            b2b_contract_id=self.second_contract.id, amount=30.0
        )
        payment = self._register_payment(first + second)
        self._receivable(payment.move_id).remove_move_reconcile()
        self.assertRecordValues(
            self._rows(payment.move_id),
            [{"contract_id": False, "amount": -90.0, "residual": -90.0}],
        )

    def test_contract_changed_on_an_invoice_takes_the_matched_payment_along(self):
        invoice = self._create_invoice(b2b_contract_id=self.contract.id, amount=60.0)
        payment = self._register_payment(invoice)
        invoice.b2b_contract_id = self.second_contract
        self.assertEqual(
            self._rows(invoice + payment.move_id).contract_id, self.second_contract
        )

    def test_entity_with_one_contract_needs_no_naming(self):
        payment = self._create_prepayment(10.0, partner_id=self.entity.id)
        self.assertEqual(self._rows(payment.move_id).contract_id, self.entity_contract)

    def test_first_contract_takes_over_what_was_not_allocated(self):
        entity = self._create_entity("Newcomer")
        payment = self._create_prepayment(10.0, partner_id=entity.id)
        self.assertFalse(self._rows(payment.move_id).contract_id)
        contract = self._create_contract(entity, "N-1")
        self.assertEqual(self._rows(payment.move_id).contract_id, contract)

    def test_second_contract_leaves_older_entries_with_the_first(self):
        self.entity_contract.write(
            {"date_start": "2026-01-01", "date_end": "2026-03-31"}
        )
        payment = self._create_prepayment(10.0, partner_id=self.entity.id)
        self._create_contract(self.entity, "E-2", date_start="2026-04-01")
        self.assertEqual(self._rows(payment.move_id).contract_id, self.entity_contract)

    def test_corrected_dates_of_a_contract_reallocate_entries(self):
        self.entity_contract.write(
            {"date_start": "2026-01-01", "date_end": "2026-02-28"}
        )
        second = self._create_contract(self.entity, "E-2", date_start="2026-03-01")
        payment = self._create_prepayment(10.0, partner_id=self.entity.id)
        self.assertEqual(self._rows(payment.move_id).contract_id, self.entity_contract)
        self.entity_contract.date_end = "2026-01-31"
        second.date_start = "2026-02-01"
        self.assertEqual(self._rows(payment.move_id).contract_id, second)

    def test_contract_made_by_mistake_and_deleted_leaves_the_other_alone(self):
        mistake = self._create_contract(
            self.entity, "E-2", date_start=self.entity_contract.date_start
        )
        payment = self._create_prepayment(10.0, partner_id=self.entity.id)
        self.assertFalse(self._rows(payment.move_id).contract_id)
        mistake.unlink()
        self.assertEqual(self._rows(payment.move_id).contract_id, self.entity_contract)

    def test_entries_of_a_partner_follow_him_to_his_new_legal_entity(self):
        person = self._create_entity("Ann", is_company=False)
        payment = self._create_prepayment(10.0, partner_id=person.id)
        self.assertEqual(self._rows(payment.move_id).legal_entity_id, person)
        person.parent_id = self.entity
        self.assertRecordValues(
            self._rows(payment.move_id),
            [
                {
                    "legal_entity_id": self.entity.id,
                    "contract_id": self.entity_contract.id,
                }
            ],
        )

    def test_exchange_difference_falls_to_the_contract_of_the_matching(self):
        invoice = self._create_invoice(
            b2b_contract_id=self.contract.id,
            amount=100.0,
            currency_id=self.foreign.id,
        )
        payment = self._register_payment(
            invoice, payment_date="2026-02-10", currency_id=self.foreign.id
        )
        partials = self._receivable(invoice).matched_credit_ids
        exchange = (
            partials | self._receivable(payment.move_id).matched_debit_ids
        ).exchange_move_id
        self.assertTrue(exchange)
        self.assertEqual(self._rows(exchange).contract_id, self.contract)
        rows = self._rows(invoice + payment.move_id + exchange)
        self.assertAlmostEqual(sum(rows.mapped("balance")), 0.0)
        self.assertLedgerAgrees()

    def test_exchange_difference_of_a_payment_falls_to_the_contract_it_pays(self):
        invoice = self._create_invoice(
            b2b_contract_id=self.contract.id,
            invoice_date="2026-02-15",
            currency_id=self.foreign.id,
        )
        payment = self._register_payment(
            invoice, payment_date="2026-03-15", currency_id=self.foreign.id
        )
        received = self._receivable(payment.move_id)
        exchange = received.matched_debit_ids.exchange_move_id
        matched = received.matched_debit_ids.debit_move_id.move_id
        self.assertIn(exchange, matched, "The difference is matched with the payment.")
        self.assertEqual(self._rows(exchange).contract_id, self.contract)
        self.assertLedgerAgrees()

    def test_reset_invoice_leaves_the_ledger_and_comes_back(self):
        invoice = self._create_invoice()
        invoice.button_draft()
        self.assertFalse(self._rows(invoice))
        invoice.action_post()
        self.assertEqual(len(self._rows(invoice)), 1)

    def test_deleted_entry_leaves_the_ledger(self):
        move = self._create_misc_entry(15.0)
        row = self._rows(move)
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.assertFalse(row.exists())

    def test_bank_statement_line_that_names_its_partner_later_counts(self):
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "date": "2026-02-10",
                "payment_ref": "Transfer",
                "amount": 70.0,
                "counterpart_account_id": self.receivable.id,
            }
        )
        self.assertFalse(self._rows(line.move_id))
        self._receivable(line.move_id).partner_id = self.dealer
        self.assertEqual(self._rows(line.move_id).amount, -70.0)
        self.assertLedgerAgrees()

    def test_bank_statement_line_booked_on_the_customer_later_counts(self):
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        move = (
            self.env["account.bank.statement.line"]
            .create(
                {
                    "journal_id": bank.id,
                    "date": "2026-02-10",
                    "payment_ref": "Transfer",
                    "partner_id": self.dealer.id,
                    "amount": 70.0,
                }
            )
            .move_id
        )
        self.assertFalse(self._rows(move))
        suspense = move.line_ids.filtered(lambda line: line.credit)
        suspense_account = suspense.account_id
        booked = {"account_id": self.receivable.id, "partner_id": self.dealer.id}
        # As bank reconciliation tools do: the entry stays posted.
        move.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create({**booked, "balance": -50.0}),
                    Command.create({**booked, "balance": -20.0}),
                ]
            }
        )
        self.assertEqual(sorted(self._rows(move).mapped("amount")), [-50.0, -20.0])
        self.assertLedgerAgrees()
        move.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [Command.delete(line.id) for line in self._receivable(move)]
                + [
                    Command.create(
                        {"account_id": suspense_account.id, "balance": -70.0}
                    )
                ]
            }
        )
        self.assertFalse(self._rows(move))

    def test_items_of_a_posted_entry_changed_in_place_reach_the_ledger(self):
        """As tools of bank reconciliation do: the entry stays posted."""
        for values in (
            lambda sign: {"balance": sign * 33.0},
            lambda sign: {"amount_currency": sign * 34.0},
            lambda sign: {"debit": 35.0} if sign > 0 else {"credit": 35.0},
            lambda sign: {"currency_id": self.foreign.id},
        ):
            move = self._create_misc_entry(15.0)
            item = self._receivable(move)
            before = self._rows(move).read(["amount", "balance", "currency_id"])
            move.with_context(skip_readonly_check=True).write(
                {
                    "line_ids": [
                        Command.update(line.id, values(1 if line == item else -1))
                        for line in move.line_ids
                    ]
                }
            )
            self.assertNotEqual(
                self._rows(move).read(["amount", "balance", "currency_id"]), before
            )
            self.assertEqual(self._rows(move).currency_id, item.currency_id)
            self.assertLedgerAgrees()

    def test_item_booked_on_another_account_leaves_the_ledger(self):
        move = self._create_misc_entry(15.0)
        item = self._receivable(move)
        self.assertTrue(self._rows(move))
        item.account_id = self.income
        self.assertFalse(self._rows(move))
        item.account_id = self.receivable
        self.assertEqual(self._rows(move).amount, 15.0)

    def test_dates_and_partner_of_a_posted_entry_reach_the_ledger(self):
        invoice = self._create_invoice(self.entity)
        item = self._receivable(invoice)
        item.date_maturity = "2026-05-01"
        self.assertEqual(str(self._rows(invoice).date_maturity), "2026-05-01")
        invoice.invoice_date_due = "2026-06-01"
        self.assertEqual(self._rows(invoice).date_maturity, item.date_maturity)
        move = self._create_misc_entry(15.0).with_context(skip_readonly_check=True)
        move.date = "2026-02-20"
        self.assertEqual(str(self._rows(move).date), "2026-02-20")
        self._receivable(move).partner_id = self.entity
        self.assertEqual(self._rows(move).legal_entity_id, self.entity)
        moved = self._create_invoice().with_context(skip_readonly_check=True)
        moved.partner_id = self.entity
        self.assertEqual(self._receivable(moved).partner_id, self.entity)
        self.assertEqual(self._rows(moved).legal_entity_id, self.entity)

    def test_one_bill_for_several_orders_counts_once(self):
        orders = self._create_order() + self._create_order()
        orders.action_confirm()
        for line in orders.order_line:
            line.qty_delivered = line.product_uom_qty
        invoice = orders._create_invoices()
        invoice.action_post()
        self.assertRecordValues(
            self._rows(invoice),
            [{"contract_id": self.contract.id, "amount": invoice.amount_total}],
        )

    def test_missing_rows_are_found_and_filled_once(self):
        invoice = self._create_invoice()
        self._rows(invoice).unlink()
        Ledger = self.env["b2b.settlement.line"]
        missing = Ledger._find_missing(100)
        self.assertEqual(missing, self._receivable(invoice))
        missing._b2b_sync_settlements()
        self.assertEqual(len(self._rows(invoice)), 1)
        self.assertFalse(Ledger._find_missing(100))

    def test_wrong_rows_are_found_and_mended(self):
        invoice = self._create_invoice(amount=50.0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE b2b_settlement_line SET residual = 7 WHERE move_id = %s",
            [invoice.id],
        )
        self.env.invalidate_all()
        wrong = self.env["b2b.settlement.line"]._find_wrong()
        self.assertEqual(wrong, self._receivable(invoice))
        wrong._b2b_sync_settlements()
        self.assertEqual(self._rows(invoice).residual, 50.0)

    def test_posting_many_invoices_costs_few_queries_each(self):
        invoices = self.env["account.move"].browse()
        for _index in range(10):
            invoices |= self._create_invoice(post=False)
        items = self._receivable(invoices)
        invoices.action_post()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(20):
            items._b2b_sync_settlements()

    def test_dealer_reads_his_rows_only_and_changes_none(self):
        mine = self._rows(self._create_invoice(self.dealer))
        foreign = self._rows(self._create_invoice(self.stranger))
        mine.with_user(self.dealer_user).read(["amount"])
        with self.assertRaises(AccessError):
            foreign.with_user(self.dealer_user).read(["amount"])
        with self.assertRaises(AccessError):
            mine.with_user(self.dealer_user).residual = 0.0
        with self.assertRaises(AccessError):
            mine.with_user(self.staff_user).residual = 0.0


@tagged("post_install", "-at_install")
class TestSettlementLedgerProperty(LedgerCase):
    """Whatever happens in the books, the ledger agrees with them to the cent."""

    operations = st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "invoice",
                    "invoice",
                    "refund",
                    "pay",
                    "pay",
                    "write_off",
                    "prepay",
                    "misc",
                    "match",
                    "match",
                    "unmatch",
                    "redraft",
                    "cancel",
                    "rename_contract",
                ]
            ),
            st.integers(1, 99_999),
            st.booleans(),
            st.integers(0, 1000),
        ),
        min_size=4,
        max_size=14,
    )

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not os.environ.get("B2B_FULL"),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operations)
    def test_ledger_agrees_after_any_history(self, operations):
        savepoint = self.env.cr.savepoint(flush=True)
        try:
            self.moves = self.env["account.move"]
            for name, cents, is_foreign, pick in operations:
                currency = self.foreign if is_foreign else self.currency
                getattr(self, f"_do_{name}")(cents / 100, currency, pick)
            self.assertLedgerAgrees()
            self.assertFalse(self.env["b2b.settlement.line"]._find_wrong())
            self.assertRebuildChangesNothing()
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def assertRebuildChangesNothing(self):
        Ledger = self.env["b2b.settlement.line"]
        rows = Ledger.search([])
        values = sorted(
            (row.move_line_id.id, row.contract_id.id, row.amount, row.residual)
            for row in rows
        )
        rows.unlink()
        while missing := Ledger._find_missing(500):
            missing._b2b_sync_settlements()
        rebuilt = sorted(
            (row.move_line_id.id, row.contract_id.id, row.amount, row.residual)
            for row in Ledger.search([])
        )
        self.assertEqual(values, rebuilt)

    def _contract(self, pick):
        contracts = [self.contract, self.second_contract, self.env["b2b.contract"]]
        return contracts[pick % 3]

    def _date(self, pick):
        return ("2026-01-15", "2026-02-15", "2026-03-15")[pick % 3]

    def _open(self, sign):
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.receivable.id),
                ("partner_id", "=", self.dealer.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="id",
        )
        return items.filtered(lambda item: item.amount_residual * sign > 0)

    def _picked(self, records, pick):
        return records[pick % len(records)] if records else records

    def _do_invoice(self, amount, currency, pick, move_type="out_invoice"):
        self.moves |= self._create_invoice(
            amount=amount,
            move_type=move_type,
            currency_id=currency.id,
            b2b_contract_id=self._contract(pick).id,
            invoice_date=self._date(pick),
            invoice_payment_term_id=self.instalments.id if pick % 2 else False,
        )

    def _do_refund(self, amount, currency, pick):
        self._do_invoice(amount, currency, pick, "out_refund")

    def _do_pay(self, amount, currency, pick, **values):
        invoices = self._open(1).move_id.filtered(lambda move: move.is_invoice())
        invoice = self._picked(invoices, pick)
        if not invoice:
            return
        together = invoices.filtered(
            lambda move: move.currency_id == invoice.currency_id
        )[: 1 + pick % 3]
        self._register_payment(
            together | invoice,
            amount=amount,
            currency_id=currency.id,
            payment_date=self._date(pick + 1),
            **values,
        )

    def _do_write_off(self, amount, currency, pick):
        self._do_pay(
            amount,
            currency,
            pick,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.income.id,
        )

    def _do_prepay(self, amount, currency, pick):
        self._create_prepayment(
            amount,
            currency_id=currency.id,
            date=self._date(pick),
            b2b_contract_id=self._contract(pick).id,
        )

    def _do_misc(self, amount, currency, pick):
        sign = -1 if pick % 2 else 1
        self.moves |= self._create_misc_entry(
            sign * amount, currency, self._contract(pick)
        )

    def _do_match(self, amount, currency, pick):
        debit = self._picked(self._open(1), pick)
        credit = self._picked(self._open(-1), pick)
        if debit and credit:
            (debit + credit).reconcile()

    def _do_unmatch(self, amount, currency, pick):
        matched = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.receivable.id),
                ("partner_id", "=", self.dealer.id),
                ("matching_number", "!=", False),
            ],
            order="id",
        )
        self._picked(matched, pick).remove_move_reconcile()

    def _do_redraft(self, amount, currency, pick):
        move = self._picked(self.moves.filtered(lambda m: m.state == "posted"), pick)
        if move:
            move.button_draft()
            move.action_post()

    def _do_cancel(self, amount, currency, pick):
        move = self._picked(self.moves.filtered(lambda m: m.state == "posted"), pick)
        if move:
            move.button_draft()
            move.button_cancel()

    def _do_rename_contract(self, amount, currency, pick):
        move = self._picked(self.moves, pick)
        if move:
            move.b2b_contract_id = self._contract(pick + 1)
