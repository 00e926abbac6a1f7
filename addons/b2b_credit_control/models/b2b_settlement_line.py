from odoo import api, fields, models

# What the kept totals are made of.
TOTAL_FIELDS = {
    "company_id",
    "contract_id",
    "currency_id",
    "date_maturity",
    "legal_entity_id",
    "residual",
}


class B2bSettlementLine(models.Model):
    _inherit = "b2b.settlement.line"

    is_due_by_deferral = fields.Boolean(
        readonly=True,
        help="The books name no due date: it follows from the deferral of the "
        "contract.",
    )

    # === DUE DATES === #

    @api.model
    def _complete_vals_list(self, vals_list):
        """Override of `b2b_portal`: debts that come without a due date get one."""
        vals_list = super()._complete_vals_list(vals_list)
        contracts = self.env["b2b.contract"].sudo()
        for vals in vals_list:
            contract = contracts.browse(vals["contract_id"])
            company = self.env["res.company"].sudo().browse(vals["company_id"])
            vals.update(
                self._prepare_due_vals(
                    contract,
                    company,
                    vals["date"],
                    vals["date_maturity"],
                    vals["amount"],
                )
            )
        return vals_list

    @api.model
    def _prepare_due_vals(self, contract, company, day, due, amount):
        """Return due date and where it comes from.

        :param b2b.contract contract: may be empty
        :param res.company company: its deferral counts without a contract
        :param datetime.date day: the date of the line
        :param due: the date the books name, or False
        :param float amount: signed; what is owed to the dealer falls due at no time
        :rtype: dict
        """
        if due or amount <= 0:
            return {"date_maturity": due, "is_due_by_deferral": False}
        days = contract.deferral_days if contract else company.b2b_deferral_days
        return {
            "date_maturity": fields.Date.add(day, days=days),
            "is_due_by_deferral": True,
        }

    def _set_due_by_deferral(self):
        """Compute the due dates of these lines, which the books do not name, anew.

        Lines of one day get theirs together: each write sums up their totals.
        """
        for vals, lines in self.grouped(
            lambda line: tuple(
                self._prepare_due_vals(
                    line.contract_id, line.company_id, line.date, False, line.amount
                ).items()
            )
        ).items():
            lines.write(dict(vals))

    @api.model
    def _complete_due_dates(self):
        """Give the debts that have no due date theirs, after installation."""
        lines = self.sudo().search(
            [("date_maturity", "=", False), ("amount", ">", 0), ("residual", "!=", 0)]
        )
        lines._set_due_by_deferral()

    # === TOTALS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._update_totals(lines._get_total_keys())
        return lines

    def write(self, vals):
        if TOTAL_FIELDS.isdisjoint(vals):
            return super().write(vals)
        keys = self._get_total_keys()
        result = super().write(vals)
        self._update_totals(keys | self._get_total_keys())
        return result

    def unlink(self):
        keys = self._get_total_keys()
        result = super().unlink()
        self._update_totals(keys)
        return result

    def _get_total_keys(self):
        """Return what tells the totals of these lines apart, in the order of
        :data:`b2b.settlement.total.KEY`.

        :rtype: set[tuple]
        """
        return {
            (
                line.company_id.id,
                line.legal_entity_id.id,
                line.contract_id.id or None,
                line.currency_id.id,
                line.date_maturity or None,
            )
            for line in self
        }

    @api.model
    def _update_totals(self, keys):
        if keys:
            self.env["b2b.settlement.total"].sudo()._refresh(keys)
