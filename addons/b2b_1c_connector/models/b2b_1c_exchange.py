import hashlib
import secrets
from datetime import timedelta

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import NO_ACCESS, Domain

from odoo.addons.queue_job.exception import RetryableJobError

# After so long without a call nothing more is expected of a session.
SESSION = timedelta(hours=12)
# and so long after its login it ends, however busy it is
LONGEST = timedelta(hours=24)
SILENCE = timedelta(minutes=3)
# states of files that have not gone in and will
TO_COME = ("kept", "waiting")
COUNTS = [
    "created",
    "updated",
    "unchanged",
    "skipped",
    "waiting",
    "failed",
    "seconds",
]


class B2b1cExchange(models.Model):
    """One session of 1C with us, from login on. A large export is dozens of them."""

    _name = "b2b.1c.exchange"
    _description = "1C Exchange"
    _order = "id desc"

    backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Connection",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    kind = fields.Selection(
        [("catalog", "Goods"), ("sale", "Orders"), ("reference", "Directories")],
        readonly=True,
    )
    is_ours = fields.Boolean(
        string="Begun in Odoo",
        readonly=True,
        help="Not 1C, but people in Odoo have started it.",
    )
    date_last = fields.Datetime(string="Last call", readonly=True, index=True)
    state = fields.Selection(
        [
            ("open", "Receiving"),
            ("kept", "Waits for its time"),
            ("waiting", "Being imported"),
            ("failed", "Failed"),
            ("done", "Done"),
        ],
        # not stored: jobs would write rows that the requests about them write, too
        compute="_compute_state",
        search="_search_state",
    )
    size = fields.Float(string="Bytes", digits=(20, 0), readonly=True)
    uploads = fields.Integer(
        readonly=True,
        help="How often 1C has begun to send anew: names of files begin anew, too.",
    )
    file_ids = fields.One2many("b2b.1c.file", "exchange_id", readonly=True)
    is_overtaken = fields.Boolean(
        compute="_compute_is_overtaken",
        help="Later files have brought newer information of the kind that failed.",
    )
    problem_ids = fields.One2many("b2b.1c.problem", "exchange_id", readonly=True)
    created = fields.Integer(compute="_compute_counts")
    updated = fields.Integer(compute="_compute_counts")
    unchanged = fields.Integer(compute="_compute_counts")
    skipped = fields.Integer(compute="_compute_counts")
    waiting = fields.Integer(string="Kept for later", compute="_compute_counts")
    failed = fields.Integer(compute="_compute_counts")
    seconds = fields.Float(compute="_compute_counts")
    client = fields.Char(
        readonly=True,
        help="The program that calls, as it names itself, and from where.",
    )
    call_ids = fields.One2many("b2b.1c.call", "exchange_id", readonly=True)
    # the cookie of the session: only its hash is kept, and nobody reads that
    token_hash = fields.Char(copy=False, index=True, groups=NO_ACCESS)

    @api.depends("file_ids.state", "call_ids.refused")
    def _compute_state(self):
        for exchange in self:
            states = set(exchange.file_ids.mapped("state"))
            if "failed" in states or any(exchange.call_ids.mapped("refused")):
                exchange.state = "failed"
            elif "waiting" in states:
                exchange.state = "waiting"
            elif "kept" in states:
                exchange.state = "kept"
            elif states <= {"done", "dropped"}:
                exchange.state = "done"
            else:
                exchange.state = "open"

    @api.depends(lambda self: [f"file_ids.{name}" for name in COUNTS])
    def _compute_counts(self):
        # by the database: a session may hold thousands of pictures
        sums = {
            exchange.id: values
            for exchange, *values in self.env["b2b.1c.file"]._read_group(
                [("exchange_id", "in", self.ids)],
                ["exchange_id"],
                [f"{name}:sum" for name in COUNTS],
            )
        }
        for exchange in self:
            values = sums.get(exchange.id, [0] * len(COUNTS))
            exchange.update(dict(zip(COUNTS, values, strict=True)))

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        failed = Domain("file_ids.state", "=", "failed")
        failed |= Domain("call_ids.refused", "=", True)
        waiting = Domain("file_ids.state", "=", "waiting") & ~failed
        kept = Domain("file_ids.state", "=", "kept") & ~failed & ~waiting
        received = Domain("file_ids.state", "=", "received")
        received &= ~failed & ~waiting & ~kept
        domains = {
            "failed": failed,
            "waiting": waiting,
            "kept": kept,
            "open": received,
            "done": ~failed & ~waiting & ~kept & ~received,
        }
        return Domain.OR(domains[state] for state in value if state in domains)

    @api.depends("backend_id.name", "kind", "is_ours")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for exchange in self:
            kind = kinds.get(exchange.kind)
            if exchange.is_ours and not kind:
                kind = self.env._("What waited")
            parts = [exchange.backend_id.name, kind]
            exchange.display_name = " · ".join(filter(None, parts))

    @api.model
    def _begin(self, backend, kind):
        """Begin a session.

        :return: the exchange, and the cookie that stands for it from now on
        """
        token = secrets.token_hex(16)
        exchange = self.create(
            {
                "backend_id": backend.id,
                "kind": kind,
                "date_last": fields.Datetime.now(),
                "token_hash": _hash(token),
            }
        )
        return exchange, token

    @api.model
    def _find(self, backend, token):
        """The session of the cookie `token`, if it is one of this connection."""
        now = fields.Datetime.now()
        return self.search(
            [
                ("backend_id", "=", backend.id),
                ("token_hash", "=", _hash(token)),
                ("date_last", ">", now - SESSION),
                ("create_date", ">", now - LONGEST),
            ]
        )

    @api.model
    def _resume(self, backend, kind, anew=False, client="", number=""):
        """The session of a client that sends no cookie: the one that it names, else the
        last one of its kind that it began itself, else the last one of its kind.

        :param bool anew: the client begins to send: nothing of others is thrown away,
            and what is kept stays whole, with its pictures
        :param str client: who calls
        :param str number: `sessid` of the query, as `checkauth` told it
        """
        since = fields.Datetime.now() - SESSION
        domain = [
            ("backend_id", "=", backend.id),
            ("kind", "=", kind),
            ("is_ours", "=", False),
            ("date_last", ">", since),
        ]
        found = self.browse()
        if number.isascii() and number.isdigit() and len(number) < 10:
            found = self.search([*domain, ("id", "=", int(number))])
        found = found or self.search([*domain, ("client", "=", client)], limit=1)
        if not anew:
            # its address may have changed
            found = found or self.search(domain, limit=1)
        if anew and "kept" in found.file_ids.mapped("state"):
            found = self.browse()
        return found or self._begin(backend, kind)[0]

    def _check_administrator(self):
        """Refuse to whoever may not act on these exchanges.

        :raise AccessError:
        """
        group = "b2b_portal.group_b2b_administrator"
        if not self.env.su and not self.env.user.has_group(group):
            raise AccessError(
                self.env._("Only a B2B administrator acts on exchanges with 1C.")
            )
        self.check_access("read")

    def _note_client(self, client):
        """Keep who calls.

        :param str client: program and address
        """
        if self.client != client:
            self.client = client

    @api.depends("file_ids.state", "file_ids.flows")
    def _compute_is_overtaken(self):
        for exchange in self:
            failed = exchange.file_ids.filtered(lambda file: file.state == "failed")
            exchange.is_overtaken = any(file._is_overtaken() for file in failed)

    def action_run_again(self):
        """Import the files once more that could not be imported."""
        self._check_administrator()
        # sudo: files are written by the exchange alone
        failed = self.sudo().file_ids.filtered(lambda file: file.state == "failed")
        failed._schedule()

    def action_import_now(self):
        """Import the files now that wait for their time."""
        self._check_administrator()
        # sudo: files are written by the exchange alone
        kept = self.sudo().file_ids.filtered(lambda file: file.state == "kept")
        kept._import_now()

    @api.ondelete(at_uninstall=False)
    def _unlink_files(self):
        # by the ORM, which takes the attachments with them
        self.file_ids.unlink()
        self.call_ids.unlink()

    @api.autovacuum
    def _gc_exchanges(self, limit=500):
        """Forget exchanges, with their files, after the days that connections say."""
        found = self.browse()
        backends = self.env["b2b.1c.backend"].with_context(active_test=False)
        for backend in backends.search([("keep_days", ">", 0)]):
            before = fields.Datetime.now() - timedelta(days=backend.keep_days)
            domain = [("backend_id", "=", backend.id), ("date_last", "<", before)]
            # those have not gone in yet
            domain.append(("file_ids", "not any", [("state", "in", TO_COME)]))
            found |= self.search(domain, limit=limit)
        found.unlink()
        return len(found), len(found) >= limit

    @api.model
    def _cron_take_up(self):
        """Import files whose import 1C never asked for, whose job never began, or whose
        time has come."""
        now = fields.Datetime.now()
        files = self.env["b2b.1c.file"]
        silent = files.search(
            [
                ("state", "=", "received"),
                ("content", "!=", "other"),
                ("exchange_id.date_last", "<", now - SILENCE),
            ]
        )
        repeated = silent.filtered(lambda file: file._is_repeated())
        repeated._drop()
        (silent - repeated)._take_up()
        for backend in self.env["b2b.1c.backend"]._find_due():
            backend._start_kept()
        late = files.search(
            [("state", "=", "waiting"), ("date_waiting", "<", now - 3 * SILENCE)],
            order="id",
            limit=20,
        )
        self.env["ir.cron"]._commit_progress(len(silent), remaining=len(late))
        for file in late:
            try:
                file._take_up_late()
            except (RetryableJobError, psycopg2.OperationalError):
                # one is being imported: the next time
                self.env.cr.rollback()
                file.taken_up -= 1
            if not self.env["ir.cron"]._commit_progress(1):
                break


def _hash(token):
    return hashlib.sha256(token.encode()).hexdigest()
