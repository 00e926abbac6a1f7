from odoo.tests import tagged

from odoo.addons.b2b_portal.tests import test_settlement_ledger as ledger

TOTAL = ["company_id", "contract_id", "currency_id", "date_maturity", "debit", "credit"]


@tagged("post_install", "-at_install")
class TestCreditTotalsProperty(ledger.TestSettlementLedgerProperty):
    """Whatever happens in the books, the kept totals are those of the ledger."""

    def assertLedgerAgrees(self):
        totals = self.env["b2b.settlement.total"]
        kept = self._read(totals)
        totals._rebuild()
        self.assertEqual(kept, self._read(totals))

    def _read(self, totals):
        rows = totals.search([]).read(TOTAL, load="")
        return sorted(
            tuple(map(str, (row[name] for name in TOTAL)))
            for row in rows
            if row["debit"] or row["credit"]
        )
