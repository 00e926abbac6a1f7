from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    # It follows the contract, which is known only after creation.
    invoice_payment_term_id = fields.Many2one(precompute=False)

    @api.depends("b2b_contract_id")
    def _compute_invoice_payment_term_id(self):
        """Override of `account`: a contract says when it is paid, by its payment
        term or by its deferral. What is posted keeps its term.
        """
        posted = self.filtered(lambda move: move.state == "posted")
        for move in posted:
            move.invoice_payment_term_id = move.invoice_payment_term_id
        on_contract = (self - posted).filtered(
            lambda move: move.b2b_contract_id and move.is_sale_document()
        )
        for move in on_contract:
            contract = move.b2b_contract_id.sudo()
            move.invoice_payment_term_id = contract.payment_term_id
        others = self - posted - on_contract
        return super(AccountMove, others)._compute_invoice_payment_term_id()

    @api.depends("b2b_contract_id", "invoice_date", "invoice_payment_term_id")
    def _compute_invoice_date_due(self):
        """Override of `account`: without a payment term the deferral of the contract
        decides. What is posted keeps its date.
        """
        result = super()._compute_invoice_date_due()
        for move in self.filtered("b2b_contract_id"):
            if move._b2b_is_due_by_deferral():
                move.invoice_date_due = move.b2b_contract_id.sudo()._get_due_date(
                    move.invoice_date or fields.Date.context_today(move)
                )
        return result

    def _b2b_is_due_by_deferral(self):
        """Tell whether the deferral of the contract sets the due date."""
        self.ensure_one()
        return (
            self.state == "draft"
            and self.move_type in ("out_invoice", "out_receipt")
            and not self.invoice_payment_term_id
        )
