from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _reconcile_post_hook(self, data):
        """Override of `account`: an invoice that has got money keeps or reserves the
        goods of its orders.
        """
        result = super()._reconcile_post_hook(data)
        # Who books the money need not see the orders.
        invoices = data["not_paid_invoices"].sudo()
        orders = invoices.line_ids.sale_line_ids.order_id
        orders._b2b_take_note_of_money()
        return result
