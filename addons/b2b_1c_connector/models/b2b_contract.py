from odoo import api, fields, models
from odoo.exceptions import ValidationError


class B2bContract(models.Model):
    _inherit = "b2b.contract"

    books = fields.Selection(
        selection_add=[("1c", "1C")], ondelete={"1c": "set default"}, tracking=True
    )
    b2b_1c_backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="1C connection",
        ondelete="restrict",
        index="btree_not_null",
        check_company=True,
        tracking=True,
        help="The 1C that keeps the books of this contract. What Odoo books itself is "
        "no debt on it then.",
    )

    @api.constrains("books", "b2b_1c_backend_id")
    def _check_1c_backend(self):
        for contract in self:
            if contract.books == "1c" and not contract.b2b_1c_backend_id:
                raise ValidationError(
                    self.env._(
                        "Choose the 1C connection that keeps the books of contract "
                        "%(contract)s.",
                        contract=contract.name,
                    )
                )

    @api.model
    def _allocation_fields(self):
        """Override of `b2b_portal`: what is kept in other books makes no rows."""
        return super()._allocation_fields() | {"books", "b2b_1c_backend_id"}

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts.filtered(lambda c: c.books == "1c")._change_books()
        return contracts

    def write(self, vals):
        result = super().write(vals)
        if {"books", "b2b_1c_backend_id"} & vals.keys():
            self._change_books()
        return result

    def _change_books(self):
        """Have the rows of these contracts made anew, of the books they are kept in."""
        # sudo: who keeps contracts need not see what is booked on them
        items = self.env["account.move.line"].sudo()
        items.search(
            [
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("move_id.b2b_contract_id", "in", self.ids),
            ]
        )._b2b_sync_settlements()
        papers = self.env["b2b.document"].sudo()
        papers.search(
            [("contract_id", "in", self.ids), ("source", "=", "1c")]
        )._sync_1c()

    def _has_stale_books(self):
        """Override of `b2b_portal`: nothing came yet, or too long ago."""
        if self.books != "1c":
            return super()._has_stale_books()
        flow = self._get_documents_flow()
        return not flow.last_data or flow.state in ("late", "failed")

    def _get_books_time(self):
        """Override of `b2b_portal`: when 1C and we agreed last."""
        if self.books != "1c":
            return super()._get_books_time()
        flow = self._get_documents_flow()
        # silence agrees with what was told, and before that with nothing
        return flow.last_data and flow.last_success

    def _get_documents_flow(self):
        # sudo: how the exchange stands decides for everybody
        return self.sudo().b2b_1c_backend_id.flow_ids.filtered(
            lambda flow: flow.kind == "documents"
        )

    def _get_invoicing_policy(self):
        """Override of `b2b_portal`: where 1C keeps the books, Odoo posts no invoice by
        itself."""
        if self.books == "1c" and not self.invoicing_policy:
            return "manual"
        return super()._get_invoicing_policy()
