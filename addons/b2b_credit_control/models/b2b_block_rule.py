from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .b2b_block import SCENARIOS

# So many blocks are made at once by the nightly job.
BATCH = 100
LOOK_AGAIN_AFTER = timedelta(minutes=10)


class B2bBlockRule(models.Model):
    """Who is blocked by itself: overdue for more than some days and more than some
    amount. Looked at every night; what has been paid lifts the block at once.
    """

    _name = "b2b.block.rule"
    _description = "Block Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    scope = fields.Selection(
        [("contract", "Each contract by itself"), ("dealer", "The whole dealer")],
        required=True,
        default="contract",
        help="What is judged and blocked: one contract, or all contracts of a dealer "
        "with the company together.",
    )
    scenario = fields.Selection(SCENARIOS, required=True, default="soft")
    overdue_days = fields.Integer(
        string="Overdue for more than (days)",
        help="The oldest unpaid debt is overdue for more days than this.",
    )
    overdue_amount = fields.Monetary(
        string="Overdue more than",
        help="All that is overdue, in the currency of the company.",
    )
    block_ids = fields.One2many("b2b.block", "rule_id", readonly=True)
    preview = fields.Html(
        string="Who would be blocked tonight",
        compute="_compute_preview",
        help="By the values in this form, saved or not.",
    )

    _limits_positive = models.Constraint(
        "CHECK(overdue_days >= 0 AND overdue_amount >= 0)",
        "Days and amount of a block rule cannot be negative.",
    )

    @api.depends("company_id", "scope", "overdue_days", "overdue_amount")
    def _compute_preview(self):
        for rule in self:
            rule.preview = self.env["ir.qweb"]._render(
                "b2b_credit_control.block_rule_preview",
                {"rule": rule, "matches": rule._get_dry_run()},
            )

    def write(self, vals):
        result = super().write(vals)
        # Who no longer falls under the rule is let in now, not tonight.
        self._open_blocks()._recheck()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_lift_blocks(self):
        self._open_blocks()._lift(self.env._("The rule was deleted."), automatic=True)

    def _open_blocks(self):
        """Return the blocks made by these rules that are not lifted (sudo)."""
        return (
            self.env["b2b.block"]
            .sudo()
            .search([("rule_id", "in", self._origin.ids), ("is_lifted", "=", False)])
        )

    # === MATCHING === #

    def _find_matches(self, contracts=None):
        """Return who falls under this rule today.

        What counts is the net of each contract in each currency: money on it that pays
        no document yet covers the oldest debts, as in the panel and the unblock plan.
        One query for the figures, whatever the number of dealers. Also for a rule that
        is not saved yet.

        :param b2b.contract contracts: look at these only; None: all of the company
        :return: ``dealer``, ``contract`` (empty record for a whole dealer),
            ``days`` and ``amount`` (in the company's currency) overdue; the largest
            amount first
        :rtype: list[dict]
        """
        self.ensure_one()
        company = self.company_id._origin
        if not company:
            return []
        candidates = self._get_candidates(company, contracts)
        overdue = defaultdict(lambda: {"days": 0, "amount": 0.0})
        for row in self.env["b2b.settlement.total"].sudo()._get_figures(candidates):
            if row["overdue"] > 0:
                contract = self.env["b2b.contract"].sudo().browse(row["contract_id"])
                figures = overdue[self._get_target(contract)]
                figures["days"] = max(figures["days"], row["overdue_days"])
                figures["amount"] += self._to_company_currency(
                    row["overdue"], row["currency_id"]
                )
        matches = [
            {"dealer": dealer, "contract": contract, **figures}
            for (dealer, contract), figures in overdue.items()
            if self._is_exceeded(figures["days"], figures["amount"])
        ]
        return sorted(matches, key=lambda match: -match["amount"])

    def _get_candidates(self, company, contracts=None):
        """Return the contracts to look at, as ids or a subquery.

        Without those whose figures may be stale: a stale figure blocks nobody.
        """
        if contracts is not None:
            return contracts.filtered(lambda c: not c.sudo()._has_stale_books()).ids
        elsewhere = self.env["b2b.contract"].sudo().with_context(active_test=False)
        stale = elsewhere.search(
            [("company_id", "=", company.id), ("books", "!=", "odoo")]
        ).filtered(lambda contract: contract._has_stale_books())
        elsewhere.flush_model(["company_id"])
        return SQL(
            "(SELECT id FROM b2b_contract WHERE company_id = %s AND id != ALL(%s))",
            company.id,
            stale.ids,
        )

    def _get_target(self, contract):
        """Return dealer and contract that a block because of a contract is on."""
        if self.scope == "dealer":
            return contract.dealer_id, contract.browse()
        return contract.dealer_id, contract

    def _is_exceeded(self, days, amount):
        """Tell whether so much, overdue for so long, falls under this rule.

        :param float amount: in the company's currency
        """
        company = self.company_id._origin
        return days > self.overdue_days and (
            company.currency_id.compare_amounts(amount, self.overdue_amount) > 0
        )

    def _to_company_currency(self, amount, currency_id):
        """Return an amount of a currency in that of the company, at today's rate."""
        company = self.company_id._origin
        return (
            self.env["res.currency"]
            .browse(currency_id)
            ._convert(
                amount, company.currency_id, company, fields.Date.context_today(self)
            )
        )

    # === APPLYING === #

    def action_apply(self):
        """Block now who falls under these rules, and lift who no longer does."""
        self.check_access("write")
        for rule in self:
            rule._apply()

    def _apply(self):
        """Make the blocks of this rule what it says today."""
        self.ensure_one()
        self._open_blocks()._recheck()
        self.env["b2b.block"].sudo().create(self._prepare_blocks())

    def _prepare_blocks(self):
        """Return the values of the blocks that this rule still has to make.

        :rtype: list[dict]
        """
        return [
            {
                "rule_id": self.id,
                "company_id": self.company_id.id,
                "dealer_id": match["dealer"].id,
                "contract_id": match["contract"].id,
                "scenario": self.scenario,
                "reason": self._describe(match["dealer"].lang),
                "user_id": False,
            }
            for match in self._get_dry_run()
            if not match["is_blocked"]
        ]

    def _get_dry_run(self):
        """Return whom this rule, saved or not, blocks tonight if nothing is paid.

        :return: see :meth:`_find_matches`, without those whom staff let in; with
            ``is_blocked``: by this rule already
        :rtype: list[dict]
        """
        blocks = self._open_blocks()
        blocked = {(block.dealer_id, block.contract_id) for block in blocks}
        exempt = self._get_exempt()
        return [
            match | {"is_blocked": (match["dealer"], match["contract"]) in blocked}
            for match in self._find_matches()
            if (match["dealer"], match["contract"]) not in exempt
        ]

    def _get_exempt(self):
        """Return dealers and contracts that staff let in until a date to come."""
        exempt = (
            self.env["b2b.block"]
            .sudo()
            .search(
                [
                    ("rule_id", "in", self._origin.ids),
                    ("exempt_until", ">=", fields.Date.context_today(self)),
                ]
            )
        )
        return {(block.dealer_id, block.contract_id) for block in exempt}

    def _describe(self, lang=None):
        """Return what this rule says in words that the dealer reads.

        :param str lang: default: that of the user
        """
        self.ensure_one()
        rule = self.with_context(lang=lang) if lang else self
        return rule.env._(
            "Payments are overdue for more than %(days)s days and by more than "
            "%(amount)s.",
            days=self.overdue_days,
            amount=rule.company_id.currency_id.format(self.overdue_amount),
        )

    @api.model
    def _cron_apply(self):
        """Apply all rules, lift what is paid, and note promises that were broken."""
        rules = self.search([("active", "=", True)])
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(rules) + 1)
        self.env["b2b.block"].search(
            [("is_lifted", "=", False), ("rule_id", "not in", rules.ids)]
        )._recheck()
        self.env["b2b.payment.promise"]._break_unkept()
        progress(1)
        for rules_left in range(len(rules), 0, -1):
            if not rules[-rules_left]._cron_apply_rule(rules_left):
                break

    def _cron_apply_rule(self, rules_left):
        """Apply this rule, its blocks made and committed in batches: each writes mails.

        :param int rules_left: how many rules wait, this one included
        :return: whether there is time for more
        :rtype: bool
        """
        self._open_blocks()._recheck()
        vals_list = self._prepare_blocks()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(vals_list) + rules_left)
        if vals_list:
            # What is paid at this moment does not see these blocks: look once more.
            job = self.env.ref("b2b_credit_control.ir_cron_block")
            job._trigger(fields.Datetime.now() + LOOK_AGAIN_AFTER)
        for start in range(0, len(vals_list), BATCH):
            batch = vals_list[start : start + BATCH]
            self.env["b2b.block"].sudo().create(batch)
            if not progress(len(batch)):
                return False
        return bool(progress(1))
