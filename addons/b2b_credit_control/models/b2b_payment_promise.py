from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date


class B2bPaymentPromise(models.Model):
    """A blocked dealer's word to pay by a day: his account is open until then."""

    _name = "b2b.payment.promise"
    _description = "Promise to Pay"
    _order = "id desc"
    _rec_name = "date_until"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    dealer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", string="Promised by", readonly=True)
    date = fields.Date(string="Promised on", required=True, readonly=True)
    date_until = fields.Date(string="Pays by", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        readonly=True,
        help="What would have lifted the block on that day, in the currency of the "
        "company.",
    )
    block_ids = fields.Many2many("b2b.block", string="Blocks", readonly=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("kept", "Kept"),
            ("broken", "Broken"),
            ("refused", "Refused"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )

    # === PROMISING === #

    @api.model
    def _get_refusal_reason(self, user, blocks):
        """Say why a user may not promise to pay what some blocks ask for.

        :param res.users user: of the dealer
        :param b2b.block blocks: those that keep him out
        :return: a translated sentence, or False
        :rtype: str | bool
        """
        if not blocks:
            return self._get_reason_why_open(user)
        if not all(user._b2b_may("pay", entity) for entity in self._entities(blocks)):
            return self.env._("Your role does not let you promise to pay.")
        is_paid_off = all(block._is_lifted_by_payment() for block in blocks)
        if not is_paid_off or not self._get_last_day(blocks):
            return self.env._("Ask your manager: a promise is not enough here.")
        for company in blocks.company_id:
            earlier = self._find_recent(company, blocks.dealer_id)
            if earlier:
                again = fields.Date.add(
                    earlier.date, days=company.b2b_promise_interval_days
                )
                return self.env._(
                    "You may promise once in %(days)s days: again from %(date)s.",
                    days=company.b2b_promise_interval_days,
                    date=self.env["ir.qweb.field.date"].value_to_html(again, {}),
                )
        return False

    @api.model
    def _get_reason_why_open(self, user):
        """Say why a user who is not blocked need not promise anything."""
        dealers = user.sudo().b2b_legal_entity_ids.b2b_dealer_id
        promise = self.sudo().search(
            [("state", "=", "open"), ("dealer_id", "in", dealers.ids)], limit=1
        )
        if not promise:
            return self.env._("Nothing is blocked.")
        return self.env._(
            "It is promised already that you pay by %(date)s: the account is open.",
            date=format_date(self.env, promise.date_until),
        )

    @api.model
    def _entities(self, blocks):
        """Return the legal entities that blocks are about, which the user acts for."""
        entities = self.env["res.partner"].sudo()
        for block in blocks:
            entities |= block._get_contracts().legal_entity_id
        return (entities & self.env.user.sudo().b2b_legal_entity_ids) or entities

    @api.model
    def _get_last_day(self, blocks):
        """Return the last day that may be promised, None if there is none."""
        days = min(blocks.sudo().company_id.mapped("b2b_promise_max_days"), default=0)
        if not days:
            return None
        return fields.Date.add(fields.Date.context_today(self), days=days)

    @api.model
    def _find_recent(self, company, dealers):
        """Return the last promise of dealers, if it is too early for another one."""
        since = fields.Date.subtract(
            fields.Date.context_today(self), days=company.b2b_promise_interval_days
        )
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("dealer_id", "in", dealers.ids),
                ("date", ">", since),
            ],
            order="date desc",
            limit=1,
        )

    @api.model
    def _promise(self, blocks, day):
        """Open the account of the current user until a day on which he will have paid.

        :param b2b.block blocks: all that keep him out
        :param datetime.date day: the last day on which the account is open
        :return: one promise per company and dealer (sudo)
        :raise UserError: if he may not promise, or not by this day
        """
        self._serialize(blocks)
        if reason := self._get_refusal_reason(self.env.user, blocks):
            raise UserError(reason)
        today, last = fields.Date.context_today(self), self._get_last_day(blocks)
        if not day or not today <= day <= last:
            raise UserError(
                self.env._(
                    "Promise a day until %(date)s.",
                    date=self.env["ir.qweb.field.date"].value_to_html(last, {}),
                )
            )
        blocks_sudo = blocks.sudo()
        blocks_sudo.suspended_until = day
        promises = self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "dealer_id": dealer.id,
                    "user_id": self.env.uid,
                    "date": today,
                    "date_until": day,
                    "amount": of_dealer._get_unblock_amount(),
                    "block_ids": [fields.Command.set(of_dealer.ids)],
                }
                for (company, dealer), of_dealer in blocks_sudo.grouped(
                    lambda block: (block.company_id, block.dealer_id)
                ).items()
            ]
        )
        for promise in promises:
            promise._log(
                self.env._(
                    "Promised to pay by %(date)s", date=format_date(self.env, day)
                )
            )
        return promises

    @api.model
    def _serialize(self, blocks):
        """Let only one transaction at a time promise for the dealers of some blocks.

        All blocks of these dealers are updated, though nothing is changed: two users
        may see different ones. The loser is run again by the server, and refused.
        """
        dealers = blocks.sudo().dealer_id
        if not dealers:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE b2b_block SET suspended_until = suspended_until"
                " WHERE dealer_id IN %s AND is_lifted IS NOT TRUE",
                tuple(dealers.ids),
            ),
            log_exceptions=False,
        )

    # === WHAT BECOMES OF IT === #

    def action_refuse(self):
        """Close the account again: staff does not accept the promise."""
        if not self.env.su and not self.env.user.has_group(
            "b2b_credit_control.group_credit_controller"
        ):
            raise AccessError(self.env._("Only a credit controller refuses a promise."))
        self.check_access("read")
        refused = self.sudo().filtered(lambda promise: promise.state == "open")
        refused.state = "refused"
        refused._close()
        for promise in refused:
            promise.with_env(self.env)._log(self.env._("Promise refused"))

    def _settle(self):
        """Note those of these promises whose blocks are all lifted as kept."""
        kept = self.filtered(
            lambda promise: (
                promise.state == "open" and all(promise.block_ids.mapped("is_lifted"))
            )
        )
        kept.state = "kept"
        for promise in kept:
            promise._log(self.env._("Promise kept"), automatic=True)

    @api.model
    def _break_unkept(self):
        """Note the promises whose day has passed as broken, unless nothing is overdue;
        the blocks last again by themselves."""
        passed = self.sudo().search(
            [("state", "=", "open"), ("date_until", "<", fields.Date.today())]
        )
        for promise in passed:
            lasting = promise.block_ids.filtered(lambda block: not block.is_lifted)
            if not any(block._get_overdue_debts() for block in lasting):
                promise.state = "kept"
                promise._log(self.env._("Promise kept"), automatic=True)
                continue
            promise.state = "broken"
            promise._close()
            promise._log(self.env._("Promise broken"), automatic=True)

    def _close(self):
        """Let the blocks of these promises last again, and tell the dealer."""
        blocks = self.block_ids.filtered(lambda block: not block.is_lifted)
        blocks.suspended_until = False
        for block in blocks:
            block._notify("b2b_credit_control.mail_template_blocked")

    def _log(self, reason, automatic=False):
        """Write to the history of credit, of each block."""
        self.ensure_one()
        blocks = self.env["b2b.block"].browse(self.sudo().block_ids.ids)
        for block in blocks.sudo():
            block.with_user(self.env.user).sudo()._log(
                "promise", reason, automatic=automatic
            )
