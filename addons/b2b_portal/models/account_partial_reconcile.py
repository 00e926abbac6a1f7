from odoo import api, models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        partials._b2b_items()._b2b_sync_settlements()
        return partials

    def write(self, vals):
        result = super().write(vals)
        if "exchange_move_id" in vals:
            self._b2b_items()._b2b_sync_settlements()
        return result

    def unlink(self):
        items = self._b2b_items()
        result = super().unlink()
        items.exists()._b2b_sync_settlements()
        return result

    def _b2b_items(self):
        """Return the journal items that these matchings change."""
        return self.debit_move_id | self.credit_move_id | self.exchange_move_id.line_ids
