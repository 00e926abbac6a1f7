from odoo import api, models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _b2b_settlement_domain(self):
        """Override of `b2b_portal`: entries of contracts that 1C keeps the books of do
        not count."""
        return super()._b2b_settlement_domain() & (
            Domain("move_id.b2b_contract_id", "=", False)
            | Domain("move_id.b2b_contract_id.books", "!=", "1c")
        )
