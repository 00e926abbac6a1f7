import logging
from collections import defaultdict

import psycopg2

from odoo import api, fields, models

from ..tools.unblock import Debt, take_off_credits

_logger = logging.getLogger(__name__)


class B2bReminder(models.Model):
    """A mail that reminded those who pay for a legal entity of what is open."""

    _name = "b2b.reminder"
    _description = "Payment Reminder"
    _order = "id desc"
    _rec_name = "legal_entity_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    legal_entity_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    dealer_id = fields.Many2one(related="legal_entity_id.b2b_dealer_id", store=True)
    date = fields.Date(required=True, readonly=True)
    kind = fields.Selection(
        [("before", "Due soon"), ("due", "Due today"), ("after", "Overdue")],
        required=True,
        readonly=True,
    )
    partner_ids = fields.Many2many("res.partner", string="Sent to", readonly=True)
    item_ids = fields.One2many("b2b.reminder.item", "reminder_id", readonly=True)

    # === SENDING === #

    @api.model
    def _cron_send(self):
        """Remind of all debts that a step is due for, one mail per legal entity.

        Each legal entity is committed by itself: run again, nothing is sent twice. One
        that fails is tried again the next day and keeps nobody else waiting.
        """
        today = fields.Date.context_today(self)
        due = self._find_due(today)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(due))
        for (company, entity), items in due.items():
            try:
                with self.env.cr.savepoint():
                    self._remind(company, entity, items, today)
            except psycopg2.OperationalError:
                raise
            except Exception:
                _logger.warning(
                    "Legal entity %s was not reminded", entity.id, exc_info=True
                )
            if not progress(1):
                break

    @api.model
    def _find_due(self, today):
        """Return the debts that steps are due for.

        :param datetime.date today: the day of sending
        :return: settlement lines and steps, by company and legal entity
        :rtype: dict[tuple, list[tuple]]
        """
        due = defaultdict(list)
        for step in self.env["b2b.reminder.step"].search([("active", "=", True)]):
            lines = self.env["b2b.settlement.line"].search(step._get_line_domain(today))
            for line in lines:
                due[line.company_id, line.legal_entity_id].append((line, step))
        return due

    @api.model
    def _remind(self, company, entity, items, today):
        """Send one mail about what is open, and note the steps as taken.

        What credit notes and prepayments pay is not reminded of.

        :param items: settlement lines and steps
        :return: the reminder, empty if there is nobody or nothing to remind
        """
        recipients = entity._b2b_get_payers()
        open_ids = set(self._find_open(company, entity).ids)
        items = [(line, step) for line, step in items if line.id in open_ids]
        if not recipients or not items:
            return self.browse()
        lines = self.env["b2b.settlement.line"].browse(line.id for line, _step in items)
        earliest = min(lines.mapped("date_maturity"))
        kind = "due" if earliest == today else "after" if earliest < today else "before"
        reminder = self.create(
            {
                "company_id": company.id,
                "legal_entity_id": entity.id,
                "date": today,
                "kind": kind,
                "partner_ids": [fields.Command.set(recipients.ids)],
                "item_ids": [
                    fields.Command.create({"line_id": line.id, "step_id": step.id})
                    for line, step in items
                ],
            }
        )
        template = self.env.ref("b2b_credit_control.mail_template_reminder")
        for partner in recipients:
            template.with_context(b2b_lang=partner.lang).send_mail(
                reminder.id,
                email_values={"recipient_ids": [fields.Command.set(partner.ids)]},
            )
        return reminder

    @api.model
    def _find_open(self, company, entity):
        """Return the debts of a legal entity that credits do not pay, oldest first."""
        return self.env["b2b.settlement.line"].browse(
            debt.key for debt in self._get_open_debts(company, entity)
        )

    @api.model
    def _get_open_debts(self, company, entity):
        """Return all debts of a legal entity, oldest first, without what credit notes
        and prepayments of the same contract pay.

        :rtype: list[Debt]
        """
        lines = self.env["b2b.settlement.line"].search_fetch(
            [
                ("company_id", "=", company.id),
                ("legal_entity_id", "=", entity.id),
                ("residual", "!=", 0),
            ],
            ["contract_id", "currency_id", "date_maturity", "name", "residual"],
            order="date_maturity, id",
        )
        debts, credits = [], defaultdict(float)
        for line in lines:
            group = (line.contract_id.id, line.currency_id.id)
            if line.residual < 0:
                credits[group] -= line.residual
            else:
                rounding = line.currency_id.rounding
                debts.append(Debt(line.id, group, 0, line.residual, rounding))
        return take_off_credits(debts, credits)

    # === THE MAIL === #

    def _get_rows(self):
        """Return what the mail lists: all that is open.

        :return: settlement line, amount that is open, days overdue (negative: so many
            days are left, None: it has no due date)
        :rtype: list[dict]
        """
        self.ensure_one()
        rows = []
        for debt in self._get_open_debts(self.company_id, self.legal_entity_id):
            line = self.env["b2b.settlement.line"].browse(debt.key)
            due = line.date_maturity
            days = (self.date - due).days if due else None
            rows.append({"line": line, "amount": debt.amount, "days": days})
        return rows

    def _get_subject(self):
        """Return the subject of the mail, in the language of its reader."""
        self.ensure_one()
        subjects = {
            "before": self.env._("a payment is due soon"),
            "due": self.env._("a payment is due today"),
            "after": self.env._("a payment is overdue"),
        }
        return f"{self.company_id.name}: {subjects[self.kind]}"
