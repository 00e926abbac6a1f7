from odoo import api, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model
    def _prepare_reconciliation_single_partial(
        self, debit_values, credit_values, shadowed_aml_values=None
    ):
        """Override of `account`, which always matches as much as it can: the context
        may limit how much of a payment goes to one document.

        ``b2b_reconcile_part``: ids of the debit and of the credit item, and an amount
        in their currency.
        """
        debit_id, credit_id, amount = self.env.context.get(
            "b2b_reconcile_part", (None, None, None)
        )
        is_part = (debit_values["aml"].id, credit_values["aml"].id) == (
            debit_id,
            credit_id,
        )
        if is_part:
            whole = -credit_values["amount_residual_currency"]
            company_currency = credit_values["aml"].company_currency_id
            credit_values = credit_values | {
                "amount_residual_currency": -amount,
                "amount_residual": company_currency.round(
                    credit_values["amount_residual"] * amount / whole
                ),
            }
        return super()._prepare_reconciliation_single_partial(
            debit_values, credit_values, shadowed_aml_values=shadowed_aml_values
        )
