# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credit of the dealers: limits, orders on hold, blocks, a promise, reminders.

The trade of three months is there by now. What is told here happened meanwhile, each
event on its day: one dealer buys on account, one may only pay, one is shut out.
"""

from contextlib import contextmanager
from datetime import datetime, time, timedelta
from unittest.mock import patch

from b2b_setup.inside import announce
from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command

# Contract, days of deferral (None: as the company), credit limit
LIMITS = [
    ("gidrosnab", None, 15000),
    ("gidrosnab_project", 0, 500),
    # nearly used up
    ("gidrosnab_south", None, 3500),
    ("anadolu", None, 5000),
    ("dnipro", 10, 2500),
]
# Name, scenario, overdue for more than (days), overdue more than
RULES = [
    ("Late for two months", "soft", 60, 200),
    ("Large sum, late for 25 days", "hard", 25, 1000),
]
REMINDED_DAYS_AGO = (19, 10, 6, 2, 0)
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_notify_force_send": False,
}


def load(env):
    """Tell the story of credit; returns the login it brings."""
    requests = type(env["b2b.payment.request"])
    no_pdf = patch.object(
        requests, "_print_pdf", lambda request: request.env["ir.attachment"]
    )
    with no_pdf:
        Story(env(context=dict(env.context, **QUIET))).tell()
    # What was written in the past has reached its readers.
    env["mail.mail"].search([]).state = "sent"
    return [("Small dealer, suspended", "dealer3", "dealer3")]


class Story:
    """What the credit controller, the dealers and the nights did."""

    def __init__(self, env):
        self.env = env
        self.controller = env.ref("b2b_portal.user_manager")

    def tell(self):
        announce("credit")
        # Who pays reads reminders, and may switch them off.
        self.env.ref("b2b_portal.user_dealer").b2b_membership_ids.role = "admin"
        with self._days_ago(80):
            self._set_limits()
        with self._days_ago(33):
            self._change_limit("anadolu", 6000)
        with self._days_ago(26):
            block = self._block("gidrosnab_project", "The bill of the site is overdue.")
            self._date(block)
        with self._days_ago(24):
            self._lift(block, "The site has confirmed the payment by phone.")
        with self._days_ago(12):
            self._date(self._make_rules())
        with self._days_ago(11):
            self._promise("user_dealer3", days=4)
        with self._days_ago(6):
            self.env["b2b.payment.promise"]._break_unkept()
        with self._days_ago(8):
            self._release(self._order_again("gidrosnab_project"))
            self._change_limit("gidrosnab_project", 2500)
        for days in REMINDED_DAYS_AGO:
            with self._days_ago(days):
                self._remind()
        with self._days_ago(3):
            self._date(
                self._block("anadolu", "The invoice of September is not paid yet.")
            )
        with self._days_ago(1):
            self._order_again("gidrosnab_south")

    @contextmanager
    def _days_ago(self, days):
        """Let what is in this block happen in the morning of a day."""
        now = datetime.now()
        moment = datetime.combine(now.date() - timedelta(days=days), time(6, 30))
        with freeze_time(min(moment, now), tick=False):
            yield
            self.env.flush_all()

    def _get_contract(self, name):
        contract = self.env.ref(f"b2b_portal.contract_{name}")
        return contract.with_user(self.controller)

    # === LIMITS AND HOLDS === #

    def _set_limits(self):
        for name, deferral, limit in LIMITS:
            values = {"has_credit_limit": True, "credit_limit": limit}
            if deferral is not None:
                values.update(has_own_deferral=True, deferral_days=deferral)
            self._get_contract(name).write(values)

    def _change_limit(self, name, limit):
        self._get_contract(name).credit_limit = limit

    def _order_again(self, name):
        """The dealer orders the same as last time, which is over his limit.

        :return: the hold
        """
        orders = self.env["sale.order"].with_user(
            self.env.ref("b2b_portal.user_dealer")
        )
        last = orders.sudo().search(
            [
                ("b2b_contract_id", "=", self._get_contract(name).id),
                ("state", "=", "sale"),
            ],
            order="date_order desc",
            limit=1,
        )
        order = last.copy({"website_id": last.website_id.id})
        order.action_confirm()
        return order.b2b_credit_hold_ids

    def _release(self, holds):
        wizard = self.env["b2b.credit.release"].with_user(self.controller)
        wizard.create(
            {
                "hold_ids": [Command.set(holds.ids)],
                "reason": "Letter of guarantee of the water utility, № 118",
            }
        ).action_release()

    # === BLOCKS === #

    def _make_rules(self):
        rules = self.env["b2b.block.rule"].with_user(self.controller)
        made = rules
        for name, scenario, days, amount in RULES:
            rule = rules.create(
                {
                    "name": name,
                    "scenario": scenario,
                    "overdue_days": days,
                    "overdue_amount": amount,
                }
            )
            rule.action_apply()
            made |= rule
        return self.env["b2b.block"].search([("rule_id", "in", made.ids)])

    def _date(self, blocks):
        """Let blocks be made now: of create_date the database knows better."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE b2b_block SET create_date = %s WHERE id IN %s",
            [fields.Datetime.now(), tuple(blocks.ids)],
        )
        blocks.invalidate_recordset(["create_date"])

    def _block(self, name, reason):
        blocks = self.env["b2b.block"].with_user(self.controller)
        return blocks.create(
            {"contract_id": self._get_contract(name).id, "reason": reason}
        )

    def _lift(self, block, reason):
        wizard = self.env["b2b.block.lift"].with_user(self.controller)
        wizard.create(
            {"block_ids": [Command.set(block.ids)], "reason": reason}
        ).action_lift()

    def _promise(self, login, days):
        """A blocked dealer promises to pay in so many days."""
        user = self.env.ref(f"b2b_credit_control.{login}")
        promises = self.env["b2b.payment.promise"].with_user(user)
        day = fields.Date.add(fields.Date.today(), days=days)
        promises._promise(user._b2b_get_blocks(), day)

    # === REMINDERS === #

    def _remind(self):
        reminders = self.env["b2b.reminder"]
        today = fields.Date.today()
        for (company, entity), items in reminders._find_due(today).items():
            reminders._remind(company, entity, items, today)
