import logging
from collections import defaultdict

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, ormcache

from ..tools.unblock import Debt, plan_payment, take_off_credits

_logger = logging.getLogger(__name__)

SCENARIOS = [
    ("soft", "Soft: every page leads to Balance"),
    ("hard", "Hard: the account is suspended"),
]
RECHECK_KEY = "b2b.block.recheck"


class B2bBlock(models.Model):
    """Why a dealer is kept out, while the cause lasts.

    A block of one contract refuses every step on it. A block of a whole dealer is one
    of all his contracts with the company, those to come included. A user meets a
    closed door only when no running contract is left that he may use; see
    :meth:`res.users._b2b_get_gate`.
    """

    _name = "b2b.block"
    _description = "Block"
    _order = "is_lifted, id desc"
    _rec_name = "reason"

    _open_idx = models.Index("(dealer_id) WHERE is_lifted IS NOT TRUE")
    _rule_target_uniq = models.UniqueIndex(
        "(rule_id, dealer_id, contract_id) NULLS NOT DISTINCT"
        " WHERE rule_id IS NOT NULL AND is_lifted IS NOT TRUE",
        "A rule blocks a dealer or contract once.",
    )

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    contract_id = fields.Many2one(
        "b2b.contract",
        index="btree_not_null",
        ondelete="restrict",
        help="Empty: all contracts of the dealer with the company.",
    )
    dealer_id = fields.Many2one(
        "res.partner",
        compute="_compute_from_contract",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="restrict",
    )
    scenario = fields.Selection(SCENARIOS, required=True, default="soft")
    reason = fields.Char(required=True, help="The dealer reads it.")
    rule_id = fields.Many2one(
        "b2b.block.rule", readonly=True, ondelete="set null", index="btree_not_null"
    )
    lifts_itself = fields.Boolean(
        string="Lifts itself when nothing is overdue", default=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Blocked by",
        readonly=True,
        default=lambda self: self.env.user,
        help="Empty: by a rule.",
    )
    suspended_until = fields.Date(
        readonly=True,
        help="The dealer promised to pay until then, and the account is open.",
    )
    promise_ids = fields.Many2many(
        "b2b.payment.promise", string="Promises to pay", readonly=True
    )
    is_lifted = fields.Boolean(readonly=True)
    date_lifted = fields.Datetime(readonly=True)
    lifted_by_id = fields.Many2one(
        "res.users", readonly=True, help="Empty: the cause was gone."
    )
    lift_reason = fields.Char(string="Lifted because", readonly=True)
    exempt_until = fields.Date(
        readonly=True, help="Until this day the rule does not block again."
    )
    state = fields.Selection(
        [
            ("active", "Active"),
            ("suspended", "Open by promise"),
            ("lifted", "Lifted"),
        ],
        compute="_compute_state",
        search="_search_state",
    )

    @api.depends("contract_id.dealer_id")
    def _compute_from_contract(self):
        for block in self:
            block.dealer_id = block.contract_id.dealer_id or block.dealer_id

    @api.depends("is_lifted", "suspended_until")
    def _compute_state(self):
        today = fields.Date.today()
        for block in self:
            until = block.suspended_until
            if block.is_lifted:
                block.state = "lifted"
            else:
                block.state = "suspended" if until and until >= today else "active"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.today()
        opened = fields.Domain("suspended_until", ">=", today)
        lasting = fields.Domain("is_lifted", "=", False)
        domains = {
            "lifted": ~lasting,
            "suspended": lasting & opened,
            "active": lasting & ~opened,
        }
        return fields.Domain.OR(domains[key] for key in value if key in domains)

    # === BLOCKING === #

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not self.env.su:
                self._check_made_by_hand(vals)
            self._complete_vals(vals)
        blocks = super().create(vals_list)
        blocks._keep_for_staff()
        blocks._forget()
        for block in blocks:
            block._log("block", block.reason, automatic=bool(block.rule_id))
            block._notify("b2b_credit_control.mail_template_blocked")
        return blocks

    def _keep_for_staff(self):
        """Leave those of these blocks to staff whose cause is not that something is
        overdue: they would be lifted the same night."""
        by_hand = self.filtered(lambda block: block.lifts_itself and not block.rule_id)
        by_hand.filtered(
            lambda block: not block._get_overdue_debts()
        ).sudo().lifts_itself = False

    @api.model
    def _check_made_by_hand(self, vals):
        """Refuse values that only the course of things sets.

        :raise AccessError: if there are any
        """
        allowed = {
            "company_id",
            "contract_id",
            "dealer_id",
            "lifts_itself",
            "reason",
            "scenario",
        }
        if any(value for name, value in vals.items() if name not in allowed):
            raise AccessError(
                self.env._("A block is made with a dealer, a scenario and a reason.")
            )

    @api.model
    def _complete_vals(self, vals):
        """Set in the values of a new block what follows from the others."""
        if contract_id := vals.get("contract_id"):
            contract = self.env["b2b.contract"].browse(contract_id)
            vals["company_id"] = contract.company_id.id
            vals["dealer_id"] = contract.dealer_id.id
        elif dealer_id := vals.get("dealer_id"):
            dealer = self.env["res.partner"].browse(dealer_id)
            vals["dealer_id"] = dealer.b2b_dealer_id.id

    def write(self, vals):
        result = super().write(vals)
        self._forget()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A block is lifted, not deleted."))

    def _forget(self):
        """Let every worker ask again who is blocked.

        Once now, for this transaction, and once when it is committed: in between
        another thread may have kept the old answer.
        """
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    def _log(self, kind, reason, automatic=False):
        """Write to the history of credit."""
        self.ensure_one()
        events = self.env["b2b.credit.event"]
        values = {"reason": reason, "automatic": automatic}
        if self.contract_id:
            return events._log(kind, self.contract_id, **values)
        return events._log(
            kind,
            legal_entity=self.dealer_id,
            company_id=self.company_id.id,
            **values,
        )

    # === LIFTING === #

    def action_open_lift(self):
        """Ask for the reason and lift these blocks."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Lift the block"),
            "res_model": "b2b.block.lift",
            "view_mode": "form",
            "target": "new",
            "context": {"default_block_ids": self.ids},
        }

    def _lift(self, reason, automatic=False, exempt_until=False):
        """Let the dealers of these blocks in again.

        :param str reason: in the language of who acts
        :param bool automatic: the cause is gone, nobody decided it
        :param datetime.date exempt_until: until when the rule keeps away
        """
        blocks = self.filtered(lambda block: not block.is_lifted)
        if not blocks:
            return
        blocks.sudo().write(
            {
                "is_lifted": True,
                "date_lifted": fields.Datetime.now(),
                "lifted_by_id": False if automatic else self.env.uid,
                "lift_reason": reason,
                "exempt_until": exempt_until,
            }
        )
        for block in blocks:
            block._log("unblock", reason, automatic=automatic)
            block._notify("b2b_credit_control.mail_template_unblocked")
        blocks.sudo().promise_ids._settle()

    def _recheck(self):
        """Lift those of these blocks whose cause is gone."""
        gone = self.filtered(lambda block: block._is_cause_gone())
        stale = gone.filtered(
            lambda block: any(
                contract._has_stale_books() for contract in block._get_contracts()
            )
        )
        if stale:
            text = self.env._("The figures of the books are out of date.")
            stale._lift(text, automatic=True)
        if gone - stale:
            text = self.env._("What was overdue is paid.")
            (gone - stale)._lift(text, automatic=True)

    def _is_cause_gone(self):
        """Tell whether the figures no longer ask for this block.

        Never for one that staff lifts.
        """
        self.ensure_one()
        if self.is_lifted:
            return False
        if self.rule_id:
            rule = self.rule_id
            return not rule.active or not rule._find_matches(self._get_contracts())
        if self.lifts_itself:
            return not self._get_overdue_debts()
        return False

    @api.model
    def _recheck_later(self, legal_entity_ids):
        """Look at the blocks of legal entities again when the transaction ends, once,
        by the figures it leaves.

        :param legal_entity_ids: iterable of ids
        """
        noted = self.env.cr.precommit.data.setdefault(RECHECK_KEY, set())
        if not noted:
            # Neither the day nor the defaults of whoever happens to change something.
            env = self.env(user=SUPERUSER_ID, context={"lang": self.env.lang})
            self.env.cr.precommit.add(self.with_env(env)._recheck_noted)
        noted.update(legal_entity_ids)

    @api.model
    def _recheck_noted(self):
        entity_ids = self.env.cr.precommit.data.pop(RECHECK_KEY, set())
        single, whole = self._get_lasting()
        if not (single or whole):
            return
        dealers = self.env["res.partner"].browse(entity_ids).exists().b2b_dealer_id
        self.search(
            [("is_lifted", "=", False), ("dealer_id", "in", dealers.ids)]
        )._recheck()

    # === WHO IS BLOCKED === #

    @api.model
    def _get_lasting(self, day=None):
        """Return all blocks that last, as ids.

        :param datetime.date day: leave out those that a promise opens on that day
        :return: the harshest scenario by contract, and by dealer and company
        :rtype: tuple[dict[int, str], dict[tuple[int, int], str]]
        """
        return self.sudo()._get_lasting_cached(day)

    @api.model
    @ormcache("day")
    def _get_lasting_cached(self, day):
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT contract_id, dealer_id, company_id, MIN(scenario)
                  FROM b2b_block
                 WHERE is_lifted IS NOT TRUE
                   AND (%(day)s::date IS NULL
                        OR suspended_until IS NULL
                        OR suspended_until < %(day)s)
              GROUP BY contract_id, dealer_id, company_id
                """,
                day=day,
            )
        )
        # "hard" comes before "soft".
        single = {contract: scenario for contract, _d, _c, scenario in rows if contract}
        whole = {(row[1], row[2]): row[3] for row in rows if not row[0]}
        return single, whole

    def _get_contracts(self):
        """Return the contracts under this block, archived ones too (sudo)."""
        self.ensure_one()
        if self.contract_id:
            return self.contract_id.sudo()
        return (
            self.env["b2b.contract"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("dealer_id", "=", self.dealer_id.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )

    def _get_reason(self):
        """Return why, in the language of the user."""
        self.ensure_one()
        rule = self.rule_id.sudo()
        return rule._describe() if rule else self.reason

    # === WHAT LIFTS IT === #

    def _is_lifted_by_payment(self):
        """Tell whether paying is enough, or staff decides."""
        self.ensure_one()
        return bool(self.rule_id or self.lifts_itself)

    def _get_unblock_plan(self):
        """Return the smallest payment that lifts all of these blocks, or as much of
        them as payment can lift.

        The oldest debts come first. Exactly these amounts lift a block, a cent less
        does not.

        :return: settlement line (sudo) and amount in its currency, oldest first
        :rtype: list[tuple[b2b.settlement.line, float]]
        """
        amounts = defaultdict(float)
        for block in self.filtered(lambda block: block._is_lifted_by_payment()):
            debts = block._get_overdue_debts()
            for debt, amount in plan_payment(debts, block._get_condition()):
                amounts[debt.key] = max(amounts[debt.key], amount)
        lines = self.env["b2b.settlement.line"].sudo().browse(amounts)
        return [
            (line, amounts[line.id])
            for line in lines.sorted(lambda line: (line.date_maturity, line.id))
        ]

    def _prepare_plan_values(self, user):
        """Return what the page of a blocked user shows of the unblock plan.

        :param res.users user: debts of legal entities that he does not act for are
            counted, not named
        :return: ``plan`` (line and amount), ``has_others``, ``opens_itself`` (whether
            paying is enough), ``totals`` (contract, currency, amount)
        :rtype: dict
        """
        plan = self._get_unblock_plan()
        own = user.sudo().b2b_legal_entity_ids
        totals = defaultdict(float)
        for line, amount in plan:
            totals[line.contract_id, line.currency_id] += amount
        return {
            "plan": [row for row in plan if row[0].legal_entity_id in own],
            "opens_itself": all(block._is_lifted_by_payment() for block in self),
            "has_others": any(row[0].legal_entity_id not in own for row in plan),
            "totals": [
                (contract, currency, amount)
                for (contract, currency), amount in totals.items()
            ],
        }

    def _get_unblock_amount(self):
        """Return the sum of the unblock plan in the currency of the company."""
        company = self.company_id
        today = fields.Date.context_today(self)
        return sum(
            line.currency_id._convert(amount, company.currency_id, company, today)
            for line, amount in self._get_unblock_plan()
        )

    def _get_condition(self):
        """Return the function that tells by what is left whether this block lasts; see
        :func:`plan_payment`."""
        self.ensure_one()
        rule = self.rule_id.sudo()
        if not rule:
            return lambda left, days: any(amount > 0 for amount in left.values())

        def is_blocking(left, days):
            total = sum(
                rule._to_company_currency(amount, currency_id)
                for (_contract_id, currency_id), amount in left.items()
            )
            return rule._is_exceeded(days, total)

        return is_blocking

    def _get_overdue_debts(self):
        """Return what is overdue under this block, oldest first, without what credit
        notes and prepayments pay.

        :rtype: list[Debt]
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        lines = (
            self.env["b2b.settlement.line"]
            .sudo()
            .search_fetch(
                [
                    ("contract_id", "in", self._get_contracts().ids),
                    ("residual", "!=", 0),
                ],
                ["contract_id", "currency_id", "date_maturity", "residual"],
                order="date_maturity, id",
            )
        )
        debts, credits = [], defaultdict(float)
        for line in lines:
            group = (line.contract_id.id, line.currency_id.id)
            if line.residual < 0:
                credits[group] -= line.residual
            elif line.date_maturity and line.date_maturity < today:
                days = (today - line.date_maturity).days
                debts.append(
                    Debt(line.id, group, days, line.residual, line.currency_id.rounding)
                )
        return take_off_credits(debts, credits)

    # === TELLING === #

    def _get_subject(self):
        """Return the subject of the mail about this block or its end, in the language
        of its reader.
        """
        self.ensure_one()
        number = self.contract_id.name
        if self.is_lifted:
            what = (
                self.env._("contract %s is open again", number)
                if number
                else self.env._("your account is open again")
            )
        else:
            what = (
                self.env._("contract %s is blocked", number)
                if number
                else self.env._("your account is blocked")
            )
        return f"{self.company_id.name}: {what}"

    def _notify(self, template_xmlid):
        """Queue a mail to those who pay for the legal entities of this block.

        A template that staff has spoilt is logged: a payment that lifts the block, or
        the blocks of others, must not fail because of it.
        """
        self.ensure_one()
        template = self.env.ref(template_xmlid, raise_if_not_found=False)
        if not template:
            return
        # What others have left to be written fails by itself, not here.
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                for partner in self._get_recipients():
                    template.sudo().with_context(b2b_lang=partner.lang).send_mail(
                        self.id,
                        email_values={
                            "recipient_ids": [fields.Command.set(partner.ids)]
                        },
                    )
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.warning(
                "Nobody was told of block %s by mail", self.id, exc_info=True
            )

    def _get_recipients(self):
        """Return the partners who learn of this block (sudo)."""
        self.ensure_one()
        entities = self._get_contracts().legal_entity_id or self.dealer_id.sudo()
        return entities._b2b_get_payers()

    def _get_manager(self):
        """Return the user whom the dealer may call, if any (sudo)."""
        self.ensure_one()
        contracts = self._get_contracts()
        return contracts.user_id.filtered("active")[:1] or (
            self.dealer_id.sudo().user_id.filtered("active")
        )
