from odoo import models

# The types of papers that ask to pay for an order.
BILL_CODES = ("payment_request", "invoice")


class B2bDocument(models.Model):
    _inherit = "b2b.document"

    def _get_portal_rows(self):
        """Override of `b2b_portal`: the bill of an order leads to reserving."""
        rows = super()._get_portal_rows()
        bills = self.filtered(lambda document: document.type_id.code in BILL_CODES)
        orders = bills.order_ids._b2b_filter_reservable()
        if not orders:
            return rows
        label = self.env._("Reserve")
        for document, row in zip(self, rows, strict=True):
            if document not in bills:
                continue
            row["actions"] += [
                (f"/my/orders/{order_id}/reserve", label)
                for order_id, _name in row["orders"]
                if order_id in orders.ids
            ][:1]
        return rows
