from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

# More than any order: a stale figure keeps nobody from ordering.
BOUNDLESS = 10.0**12


# Apart from b2b_contract.py: together they are more than one can hold in the head.
class B2bContract(models.Model):
    """The check of the limit: how much room there is, one at a time."""

    _inherit = "b2b.contract"

    limit_check_count = fields.Integer(
        readonly=True,
        copy=False,
        help="Every order that uses the limit passes here, one after another.",
    )
    credit_hold_count = fields.Integer(
        string="Orders on hold", compute="_compute_credit_hold_count"
    )
    is_credit_controller = fields.Boolean(compute="_compute_is_credit_controller")

    def _compute_credit_hold_count(self):
        counts = dict(
            self.env["b2b.credit.hold"]._read_group(
                [("contract_id", "in", self.ids), ("state", "=", "held")],
                ["contract_id"],
                ["__count"],
            )
        )
        for contract in self:
            contract.credit_hold_count = counts.get(contract, 0)

    @api.depends_context("uid")
    def _compute_is_credit_controller(self):
        self.is_credit_controller = self.env.user.has_group(
            "b2b_credit_control.group_credit_controller"
        )

    def write(self, vals):
        result = super().write(vals)
        if not {"has_credit_limit", "credit_limit", "limit_policy"}.isdisjoint(vals):
            self.env["b2b.credit.hold"]._recheck_soon(self.ids)
        return result

    def action_view_credit_holds(self):
        """Open the orders of this contract that were held."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_credit_control.b2b_credit_hold_action"
        )
        return action | {"domain": [("contract_id", "in", self.ids)], "context": {}}

    def action_view_credit_events(self):
        """Open the history of credit of this contract."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_credit_control.b2b_credit_event_action"
        )
        return action | {"domain": [("contract_id", "in", self.ids)], "context": {}}

    # === ROOM === #

    def _serialize_credit(self):
        """Let only one transaction at a time use the limit of these contracts.

        Updating the row, not only locking it, makes the loser fail to serialize and
        be run again by the server: then he sees what the winner used.
        """
        self.env.flush_all()
        # Always in the same order: else two transactions may wait for each other.
        for contract_id in sorted(self.ids):
            self.env.cr.execute(
                SQL(
                    "UPDATE b2b_contract"
                    "   SET limit_check_count = COALESCE(limit_check_count, 0) + 1"
                    " WHERE id = %s",
                    contract_id,
                ),
                log_exceptions=False,
            )
        self.invalidate_recordset(["limit_check_count"])

    def _get_credit_room(self):
        """Return what each of these contracts still has room for, tolerance included.

        That is the free limit that people see, and the tolerance. One query, whatever
        the number of documents.

        :return: amounts in the currency of the contract, negative if it is exceeded;
            of contracts with a limit only; :data:`BOUNDLESS` while their figures may
            be out of date
        :rtype: dict[b2b.contract, float]
        """
        limited = self.filtered("has_credit_limit")
        if not limited:
            return {}
        figures = limited._get_credit_figures()
        return {
            contract: BOUNDLESS
            if contract._has_stale_books()
            else contract.currency_id.round(
                contract._get_free_limit(figures[contract.id])
                + contract._get_limit_tolerance()
            )
            for contract in limited
        }

    def _get_limit_tolerance(self):
        """Return by how much the limit may be exceeded, in the contract's currency."""
        self.ensure_one()
        # No dealer reads it, all dealers' orders are checked by it.
        company = self.company_id.sudo()
        amount = self._convert_to_contract(
            company.b2b_limit_tolerance_amount, company.currency_id
        )
        return self.credit_limit * company.b2b_limit_tolerance_percent / 100 + amount

    def _get_limit_used(self, figures):
        """Return debts and waiting orders of all currencies together.

        :param dict figures: of this contract, by id of the currency
        """
        self.ensure_one()
        currencies = self.env["res.currency"].browse(figures)
        return sum(
            self._convert_to_contract(
                figures[currency.id]["debt"] + figures[currency.id]["ordered"], currency
            )
            for currency in currencies
        )

    def _convert_to_contract(self, amount, currency):
        """Return an amount in the currency of this contract, at today's rate."""
        self.ensure_one()
        if not amount or currency == self.currency_id:
            return amount
        return currency._convert(
            amount,
            self.currency_id,
            self.company_id,
            fields.Date.context_today(self),
        )

    # === WHEN THERE WILL BE ROOM === #

    def _get_credit_timeline(self, need):
        """Say whether an amount fits in the limit, or when it will.

        What falls due is taken to be paid on its day, what is overdue today. Two
        queries, whatever the number of documents.

        :param float need: an amount in the currency of the contract
        :return: ``state``: ``fits``, ``later`` or ``never``; ``missing``: what there
            is no room for today; ``date`` (``is_today``) and ``amount``: on which day
            it fits if everything due until then is paid, and how much that is;
            ``excess``: what is over the limit even when all is paid
        :rtype: dict
        """
        self.ensure_one()
        currency = self.currency_id
        missing = currency.round(need - self._get_credit_room()[self])
        timeline = {"state": "fits", "missing": max(missing, 0.0)}
        if currency.compare_amounts(missing, 0) <= 0:
            return timeline
        today = fields.Date.context_today(self)
        rest, paid = missing, defaultdict(float)
        for day, debts in self._get_open_by_due_date():
            for debt_currency, amount in debts.items():
                paid[debt_currency] += amount
            amount = sum(self._convert_to_contract(paid[key], key) for key in paid)
            rest = currency.round(missing - amount)
            if currency.compare_amounts(rest, 0) <= 0:
                return timeline | {
                    "state": "later",
                    "date": max(day or today, today),
                    "is_today": not day or day <= today,
                    "amount": currency.round(amount),
                }
        return timeline | {"state": "never", "excess": rest}

    def _get_open_by_due_date(self):
        """Return what falls due on which day, by currency.

        Prepayments and credit notes pay what is due first, as everywhere.

        :rtype: list[tuple]
        """
        self.ensure_one()
        groups = self.env["b2b.settlement.total"]._read_group(
            [("contract_id", "=", self.id)],
            ["date_maturity:day", "currency_id"],
            ["debit:sum", "credit:sum"],
        )
        due = defaultdict(dict)
        credits = defaultdict(float)
        for _day, currency, _debit, credit in groups:
            credits[currency] += credit
        for day, currency, debit, _credit in sorted(
            groups, key=lambda group: (not group[0], group[0] or fields.Date.today())
        ):
            used = min(credits[currency], debit)
            credits[currency] -= used
            if debit > used:
                due[day][currency] = debit - used
        return list(due.items())
