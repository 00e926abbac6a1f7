from odoo import api, fields, models
from odoo.exceptions import UserError

# what a paper of 1C adds to the debt; others add nothing
SIGNS = {"waybill": 1, "return": -1, "payment": -1, "payment_back": 1}
# the state of a paper that is not paid
STATES = {"return": "issued", "payment": "received", "payment_back": "refunded"}


class B2bDocument(models.Model):
    _inherit = "b2b.document"

    source = fields.Selection(selection_add=[("1c", "1C")], ondelete={"1c": "cascade"})
    b2b_1c_backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="1C connection",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="base.group_user",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_1c(self):
        if not self.env.su and "1c" in self.mapped("source"):
            raise UserError(
                self.env._("A document of 1C leaves the journal when 1C deletes it.")
            )

    def unlink(self):
        # By the ORM, so that whoever keeps sums of the rows hears of it.
        # sudo: the ledger follows the papers
        lines = self.env["b2b.settlement.line"].sudo()
        lines = lines.search([("document_id", "in", self.ids)])
        entities = lines.legal_entity_id
        orders = self.filtered(lambda document: document.source == "1c").order_ids
        lines.unlink()
        result = super().unlink()
        orders._update_1c_debt()
        if entities:
            self.env["b2b.settlement.line"].sudo()._settle_1c(entities)
        return result

    def _has_pdf(self):
        """Override of `b2b_portal`: the exchange brings no files."""
        return super()._has_pdf() and (self.source != "1c" or bool(self.pdf_file))

    def _sync_1c(self):
        """Make the rows of the ledger what these papers of 1C say."""
        ledger = self.env["b2b.settlement.line"].sudo()
        lines = ledger.search([("document_id", "in", self.ids)])
        known = {line.document_id: line for line in lines}
        # whoever had them before, too
        entities = self.legal_entity_id | lines.legal_entity_id
        counted = self.filtered(lambda document: document._counts_in_1c())
        vals_list = [document._prepare_settlement_vals() for document in counted]
        for vals in ledger._complete_vals_list(vals_list):
            line = known.pop(self.browse(vals["document_id"]), None)
            if line is None:
                ledger.create(
                    {
                        **vals,
                        "residual": vals["amount"],
                        "balance_residual": vals["balance"],
                    }
                )
            elif changed := line._changed_values(vals):
                line.write(changed)
        ledger.concat(*known.values()).unlink()
        ledger._settle_1c(entities)
        self.order_ids._update_1c_debt()

    def _counts_in_1c(self):
        """Whether this paper makes up a debt: the contract is kept in that 1C, or it
        is not known which of those that are."""
        self.ensure_one()
        if self.type_id.code not in SIGNS or not self.amount:
            return False
        contract = self.contract_id
        return not contract or (
            contract.books == "1c"
            and contract.b2b_1c_backend_id == self.b2b_1c_backend_id
        )

    def _prepare_settlement_vals(self):
        self.ensure_one()
        amount = SIGNS[self.type_id.code] * self.amount
        company = self.company_id
        balance = self.currency_id._convert(
            amount, company.currency_id, company, self.date
        )
        return {
            "name": self.name,
            "document_id": self.id,
            "company_id": company.id,
            "legal_entity_id": self.legal_entity_id.id,
            "contract_id": self.contract_id.id,
            "currency_id": self.currency_id.id,
            "date": self.date,
            "date_maturity": amount > 0 and self._get_1c_due(),
            "amount": amount,
            "balance": balance,
        }

    def _get_1c_due(self):
        """The day the debt is due, False if the deferral of the contract says it."""
        if self.date_due:
            return self.date_due
        terms = self.contract_id.payment_term_id.line_ids
        days = [term._get_due_date(self.date) for term in terms]
        return max(days, default=False)

    def _set_1c_residual(self, residual):
        """Say what is open of this paper, and its state by that."""
        self.ensure_one()
        values = {"amount_residual": abs(residual)}
        if self.type_id.code == "waybill":
            paid = self.currency_id.is_zero(residual)
            whole = not self.currency_id.compare_amounts(residual, self.amount)
            values["state"] = "paid" if paid else "to_pay" if whole else "partial"
        self.write(values)
