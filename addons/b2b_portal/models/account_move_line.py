from odoo import api, models
from odoo.fields import Domain


def _is_posted(line):
    return line.parent_state == "posted"


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.filtered(_is_posted)._b2b_sync_settlements()
        lines._b2b_file_receipts()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not self._b2b_settlement_fields().isdisjoint(vals):
            self.filtered(_is_posted)._b2b_sync_settlements()
        if "account_id" in vals:
            self._b2b_file_receipts()
        return result

    @api.model
    def _b2b_settlement_fields(self):
        """Return the fields of an item that the settlement ledger depends on."""
        return {
            "account_id",
            "amount_currency",
            "balance",
            "credit",
            "currency_id",
            "date_maturity",
            "debit",
            "partner_id",
        }

    @api.model
    def _b2b_settlement_domain(self):
        """Return the domain of the items that make up mutual settlements.

        Other addons narrow it, for instance by contracts kept in other books.
        """
        return (
            Domain("account_id.account_type", "=", "asset_receivable")
            & Domain("parent_state", "=", "posted")
            & Domain("partner_id", "!=", False)
        )

    def _b2b_sync_settlements(self):
        """Bring the settlement lines of these items up to date.

        Items that no longer count lose theirs.
        """
        receivable = self.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.env["b2b.settlement.line"].sudo()._sync(receivable, self - receivable)

    def _b2b_with_counterparts(self):
        """Return these items and those whose contract follows from them."""
        partials = self.matched_debit_ids | self.matched_credit_ids
        return (
            self
            | partials.debit_move_id
            | partials.credit_move_id
            | partials.exchange_move_id.line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
            )
        )

    def _b2b_file_receipts(self):
        """File the bank lines among these entries that now credit a dealer."""
        self.move_id.filtered("statement_line_id")._b2b_create_documents()
