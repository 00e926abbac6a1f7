from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

from .res_company import LIMIT_POLICIES


class B2bContract(models.Model):
    _inherit = "b2b.contract"

    has_own_deferral = fields.Boolean(
        string="Own deferral",
        tracking=True,
        help="Otherwise the company's deferral counts.",
    )
    deferral_days = fields.Integer(
        string="Deferral (days)",
        compute="_compute_deferral_days",
        store=True,
        readonly=False,
        tracking=True,
        help="How many days after the invoice the dealer pays. A payment term wins.",
    )
    has_credit_limit = fields.Boolean(
        string="Limited credit",
        tracking=True,
        help="Otherwise the dealer buys on account without a limit.",
    )
    credit_limit = fields.Monetary(
        tracking=True,
        help="How much the dealer may owe on this contract, with orders that are "
        "confirmed and not invoiced yet. 0: he pays in advance.",
    )
    limit_policy = fields.Selection(
        LIMIT_POLICIES,
        string="Order over the limit",
        tracking=True,
        help="Empty: as the company's setting says.",
    )
    # In the currency of the contract; see :meth:`_get_credit_figures`.
    credit_debt = fields.Monetary(string="Debt", compute="_compute_credit_figures")
    credit_overdue = fields.Monetary(
        string="Overdue", compute="_compute_credit_figures"
    )
    credit_due_soon = fields.Monetary(
        string="Due soon", compute="_compute_credit_figures"
    )
    credit_ordered = fields.Monetary(
        string="Ordered, not invoiced", compute="_compute_credit_figures"
    )
    credit_free = fields.Monetary(
        string="Free limit", compute="_compute_credit_figures"
    )
    credit_overdue_since = fields.Date(
        string="Overdue since", compute="_compute_credit_figures"
    )
    credit_overdue_days = fields.Integer(
        string="Days overdue", compute="_compute_credit_figures"
    )

    _deferral_positive = models.Constraint(
        "CHECK(deferral_days IS NULL OR deferral_days >= 0)",
        "The deferral of a contract cannot be negative.",
    )
    _credit_limit_positive = models.Constraint(
        "CHECK(credit_limit IS NULL OR credit_limit >= 0)",
        "The credit limit of a contract cannot be negative.",
    )

    # === DEFERRAL === #

    @api.depends("has_own_deferral", "company_id.b2b_deferral_days")
    def _compute_deferral_days(self):
        for contract in self:
            if not contract.has_own_deferral:
                contract.deferral_days = contract.company_id.b2b_deferral_days
            else:
                contract.deferral_days = contract.deferral_days

    def _get_due_date(self, day):
        """Return the day on which something of a date is to be paid.

        :param datetime.date day: the date of the invoice or entry
        :rtype: datetime.date
        """
        self.ensure_one()
        return day + timedelta(days=self.deferral_days)

    # === CREDIT TERMS === #

    @api.model
    def _credit_terms_fields(self):
        """Return the fields that only a credit controller sets."""
        return {
            "has_own_deferral",
            "deferral_days",
            "has_credit_limit",
            "credit_limit",
            "limit_policy",
        }

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        for vals in vals_list:
            # What is left as it is by default, as a form sends it, is no term.
            given = {name: value for name, value in vals.items() if value}
            self._check_may_set_credit_terms(given)
        return contracts

    def write(self, vals):
        if self._credit_terms_fields().isdisjoint(vals):
            return super().write(vals)
        self._check_may_set_credit_terms(vals)
        before = {contract: contract._describe_credit_terms() for contract in self}
        deferrals = {contract: contract.deferral_days for contract in self}
        result = super().write(vals)
        for contract in self:
            terms = contract._describe_credit_terms()
            if terms != before[contract]:
                self.env["b2b.credit.event"]._log("terms", contract, reason=terms)
        self.filtered(
            lambda contract: contract.deferral_days != deferrals[contract]
        )._update_open_due_dates()
        return result

    def _check_may_set_credit_terms(self, vals):
        """Refuse credit terms that are set by somebody else than a credit controller.

        :raise AccessError: for other users; code in sudo passes
        """
        if (
            not self._credit_terms_fields().isdisjoint(vals)
            and not self.env.su
            and not self.env.user.has_group(
                "b2b_credit_control.group_credit_controller"
            )
        ):
            raise AccessError(
                self.env._("Only a credit controller changes the terms of credit.")
            )

    def _describe_credit_terms(self):
        """Return deferral and limit in words, for the history."""
        self.ensure_one()
        days = self.env._("%(days)s days", days=self.deferral_days)
        if not self.has_credit_limit:
            return self.env._("Deferral %(days)s, no limit", days=days)
        policies = dict(self._fields["limit_policy"]._description_selection(self.env))
        return self.env._(
            "Deferral %(days)s, limit %(limit)s, over it: %(policy)s",
            days=days,
            limit=self.currency_id.format(self.credit_limit),
            policy=policies[self._get_limit_policy()],
        )

    def _get_limit_policy(self):
        """Return ``ignore``, ``warn`` or ``hold``, the company's if unset here."""
        self.ensure_one()
        return self.limit_policy or self.company_id.b2b_limit_policy

    def _update_open_due_dates(self):
        """Give the open settlement lines whose date came from the deferral another
        one. Posted documents keep theirs.
        """
        lines = self.env["b2b.settlement.line"].sudo()
        lines.search(
            [
                ("contract_id", "in", self.ids),
                ("is_due_by_deferral", "=", True),
                ("residual", "!=", 0),
            ]
        )._set_due_by_deferral()

    # === FIGURES === #

    @api.depends_context("uid")
    def _compute_credit_figures(self):
        figures = self._get_credit_figures()
        for contract in self:
            own = figures[contract.id].get(contract.currency_id.id, {})
            since = own.get("overdue_since")
            contract.credit_debt = own.get("debt", 0.0)
            contract.credit_overdue = own.get("overdue", 0.0)
            contract.credit_due_soon = own.get("due_soon", 0.0)
            contract.credit_ordered = own.get("ordered", 0.0)
            contract.credit_free = contract._get_free_limit(figures[contract.id])
            contract.credit_overdue_since = since or False
            contract.credit_overdue_days = own.get("overdue_days", 0)

    def _get_credit_figures(self):
        """Return what is owed on each of these contracts, by currency.

        One query, whatever the number of documents. The caller has made sure that
        these contracts may be read.

        :return: by id of the contract, then of the currency; see
            :meth:`b2b.settlement.total._get_figures`
        :rtype: dict[int, dict[int, dict]]
        """
        figures = {contract_id: {} for contract_id in self.ids}
        rows = self.env["b2b.settlement.total"]._get_figures(self.ids)
        for row in rows:
            figures[row["contract_id"]][row["currency_id"]] = row
        return figures

    def _get_free_limit(self, figures):
        """Return what may still be ordered on account, negative if it is too much.

        Debts and orders in other currencies count at today's rate. The panel says the
        same, see :meth:`_set_free_limits`.

        :param dict figures: of this contract, by id of the currency
        :return: an amount in the currency of the contract; 0 without a limit
        :rtype: float
        """
        self.ensure_one()
        if not self.has_credit_limit:
            return 0.0
        return self.currency_id.round(self.credit_limit - self._get_limit_used(figures))
