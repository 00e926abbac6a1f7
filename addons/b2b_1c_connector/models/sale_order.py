from odoo import models

from .b2b_document import SIGNS


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _b2b_get_debt_elsewhere(self):
        """Override of `b2b_portal`: what 1C has shipped of this order is debt there."""
        debt = super()._b2b_get_debt_elsewhere()
        if self.b2b_contract_id.books != "1c":
            return debt
        # sudo: who confirms the order need not read the journal
        papers = self.env["b2b.document"].sudo()
        for paper in papers.search(
            [
                ("order_ids", "in", self.ids),
                ("source", "=", "1c"),
                ("type_id.code", "in", ("waybill", "return")),
            ]
        ):
            amount = paper.currency_id._convert(
                paper.amount, self.currency_id, self.company_id, paper.date
            )
            debt += SIGNS[paper.type_id.code] * amount
        return max(debt, 0.0)

    def _update_1c_debt(self):
        """Have what these orders will still add to the debt counted anew."""
        # of an addon that need not be installed
        if field := self._fields.get("b2b_amount_uninvoiced"):
            self.env.add_to_compute(field, self)
