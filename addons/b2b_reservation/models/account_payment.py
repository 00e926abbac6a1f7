from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def write(self, vals):
        """Override of `account`: money that has come keeps or reserves goods."""
        result = super().write(vals)
        if "state" in vals:
            # What staff book is matched just then, see below.
            self.filtered("payment_transaction_id")._b2b_take_note_of_money()
        return result

    def _b2b_match_with_invoices(self):
        """Override of `b2b_portal`, which brings lapsed payment requests back."""
        result = super()._b2b_match_with_invoices()
        self._b2b_take_note_of_money()
        return result

    def _b2b_take_note_of_money(self):
        """Tell the orders that these payments are for of the money."""
        # Who books the money need not see the orders.
        come = self.sudo().filtered(lambda x: x.state in ("in_process", "paid"))
        of_invoices = come.invoice_ids.line_ids.sale_line_ids.order_id
        orders = come.b2b_payment_request_id.order_id | of_invoices
        orders._b2b_take_note_of_money()
