from collections import defaultdict

from odoo import api, models


class B2bSettlementLine(models.Model):
    _inherit = "b2b.settlement.line"

    @api.model
    def _prepare_vals_list(self, move_lines):
        """Override of `b2b_portal`: what falls to a contract whose books 1C keeps is no
        debt that Odoo knows of."""
        vals_list = super()._prepare_vals_list(move_lines)
        contracts = self.env["b2b.contract"].sudo()
        found = contracts.browse({vals["contract_id"] for vals in vals_list} - {False})
        elsewhere = set(found.filtered(lambda contract: contract.books == "1c").ids)
        return [vals for vals in vals_list if vals["contract_id"] not in elsewhere]

    @api.model
    def _settle_1c(self, legal_entities):
        """Say what is open of the rows of 1C.

        CommerceML tells what was shipped and paid, and at best for which order, but
        never which payment pays which shipment. So money and returns of an order pay
        what was shipped for it, and the rest pays what falls due first, as the panel
        counts, within contract and currency.

        :param res.partner legal_entities: whose rows have changed
        """
        lines = self.search(
            [
                ("legal_entity_id", "in", legal_entities.ids),
                ("document_id.source", "=", "1c"),
            ]
        )
        groups = lines.grouped(
            lambda line: (line.legal_entity_id, line.contract_id, line.currency_id)
        )
        for (_entity, _contract, currency), group in groups.items():
            for line, residual in group._match_1c(currency).items():
                line._write_residual(residual)

    def _match_1c(self, currency):
        """What stays open of these rows of one contract and currency.

        :rtype: dict[b2b.settlement.line, float]
        """
        ordered = self.sorted(
            lambda line: (line.date_maturity or line.date, line.date, line.id)
        )
        residuals = {line: line.amount for line in ordered}
        of_order = defaultdict(list)
        for line in ordered:
            of_order[line.document_id.order_ids].append(line)
        for orders, lines in of_order.items():
            if orders:
                _match(currency, lines, residuals)
        _match(currency, ordered, residuals)
        return residuals

    def _write_residual(self, residual):
        """Say that so much of this row is open."""
        self.ensure_one()
        share = residual / self.amount if self.amount else 0.0
        values = {
            "residual": residual,
            "balance_residual": self.company_currency_id.round(self.balance * share),
        }
        if changed := self._changed_values(values):
            self.write(changed)
        if self.document_id.amount_residual != abs(residual):
            self.document_id._set_1c_residual(residual)


def _match(currency, lines, residuals):
    """Let what the dealer has paid pay his debts, the first one first."""
    debts = [line for line in lines if residuals[line] > 0]
    for credit in lines:
        while debts and residuals[credit] < 0:
            debt = debts[0]
            paid = min(residuals[debt], -residuals[credit])
            residuals[debt] = currency.round(residuals[debt] - paid)
            residuals[credit] = currency.round(residuals[credit] + paid)
            if currency.is_zero(residuals[debt]):
                debts.pop(0)
