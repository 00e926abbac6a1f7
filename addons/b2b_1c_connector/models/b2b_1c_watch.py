from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import plaintext2html

# after so long what has gone wrong is saved
LATE = timedelta(minutes=5)
# so many things that went wrong are told one by one
TOLD = 10
STATE = "b2b_1c_connector.activity_type_exchange"
INCIDENT = "b2b_1c_connector.activity_type_incident"


class B2b1cWatch(models.Model):
    """Tells people what is wrong with a connection.

    Two things are told: how it stands, for as long as it stands so, and what has gone
    wrong since it was looked at last, which later success does not make good.
    """

    _inherit = "b2b.1c.backend"

    alerted = fields.Char(readonly=True, copy=False)
    watched_until = fields.Datetime(readonly=True, copy=False)
    refusal_ids = fields.One2many("b2b.1c.refusal", "backend_id")
    refused_date = fields.Datetime(
        string="Login refused on",
        compute="_compute_refused",
        compute_sudo=True,
        help="When somebody last tried to log in with a wrong user or password.",
    )
    refused_from = fields.Char(
        string="From address", compute="_compute_refused", compute_sudo=True
    )

    @api.depends("refusal_ids")
    def _compute_refused(self):
        for connection in self:
            last = connection.refusal_ids.sorted("id")[-1:]
            connection.refused_date = last.create_date
            connection.refused_from = last.address

    @api.model
    def _cron_watch(self):
        """Tell whoever is responsible what has failed or is late, once."""
        for connection in self.search([("password_date", "!=", False)]):
            self.env["b2b.1c.exchange"]._note_silent(connection)
            connection._watch()

    def _watch(self):
        """Tell how it stands, and what has gone wrong."""
        self.ensure_one()
        user = self._get_watcher()
        if not user:
            # nobody would be told: the next time
            return
        connection = self.with_context(lang=user.lang)
        connection._tell_state(user)
        connection._tell_incidents(user)

    def _get_watcher(self):
        """Who is told: whoever is responsible, else another administrator.

        :rtype: res.users
        """
        group = self.env.ref("b2b_portal.group_b2b_administrator")
        others = group.all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        )
        for user in self.responsible_id | others.sorted("id"):
            may_read = user.active and self.with_user(user).has_access("read")
            if may_read and not user.share:
                return user
        return self.env["res.users"]

    def _tell_state(self, user):
        """Have one activity as long as something fails or is late.

        It is made when something new is wrong, and not again for the same, be it done
        meanwhile or not; it is closed when all works again.
        """
        wrong = self.flow_ids.filtered(lambda flow: flow.state in ("late", "failed"))
        found = {f"{flow.kind}:{flow.state}" for flow in wrong}
        known = set(self.alerted.split(",")) if self.alerted else set()
        if found == known:
            return
        self.alerted = ",".join(sorted(found))
        if not found:
            text = self.env._("The exchange works again.")
            self.activity_feedback([STATE], feedback=text)
            return
        if found - known:
            summary = self.env._("1C: the exchange needs a look")
            self._tell(user, STATE, summary, wrong._describe())

    def _tell_incidents(self, user):
        """Have an activity for what has gone wrong since the last look, until somebody
        has done it: a portion that failed is not made good by the next one."""
        # a slice is dated from its beginning, and seen at its end
        until = fields.Datetime.now() - LATE
        since = self.watched_until or self.password_date
        self.watched_until = until
        incidents = self._find_incidents(since, until)
        if not incidents:
            return
        more = len(incidents) - TOLD
        lines = incidents[:TOLD] + (
            [self.env._("and %s more", more)] if more > 0 else []
        )
        if known := self.activity_search([INCIDENT]):
            before = known[0].note or ""
            known[0].note = before + plaintext2html("\n".join(lines))
            return
        summary = self.env._("1C: something did not go in")
        self._tell(user, INCIDENT, summary, plaintext2html("\n".join(lines)))

    def _find_incidents(self, since, until):
        """What went wrong between two moments, as sentences.

        :rtype: list[str]
        """
        between = [("write_date", ">=", since), ("write_date", "<", until)]
        files = self.env["b2b.1c.file"].search(
            [
                ("backend_id", "=", self.id),
                *between,
                "|",
                ("state", "=", "failed"),
                "&",
                ("state", "=", "done"),
                ("failed", ">", 0),
            ]
        )
        calls = self.env["b2b.1c.call"].search(
            [
                ("exchange_id.backend_id", "=", self.id),
                ("exchange_id.is_ours", "=", False),
                ("refused", "=", True),
                *between,
            ]
        )
        # what is refused as its file failed is told with the file
        names = set(files.mapped("name"))
        calls = calls.filtered(lambda call: call.filename not in names)
        return [
            *(file._tell_incident() for file in files),
            *(f"{call.mode} {call.filename or ''}: {call.reply}" for call in calls),
            *self._find_questions(since, until),
        ]

    def _find_questions(self, since, until):
        """What came up between two moments that people have to decide.

        :rtype: list[str]
        """
        between = [("create_date", ">=", since), ("create_date", "<", until)]
        domain = [("backend_id", "=", self.id), *between]
        conflicts = self.env["b2b.1c.conflict"].search(
            [*domain, ("state", "=", "open")]
        )
        parked = self.env["b2b.1c.binding"].search(
            [*domain, ("res_id", "in", (0, False))]
        )
        questions = [conflict.text for conflict in conflicts]
        if parked:
            names = ", ".join(parked[:TOLD].mapped("display_name"))
            questions.append(self.env._("To be bound: %s", names))
        return questions

    def _tell(self, user, activity_type, summary, note):
        if activity := self.activity_search([activity_type]):
            activity.note = note
            return
        self.activity_schedule(
            activity_type, user_id=user.id, summary=summary, note=note
        )

    def _note_refused_login(self, address):
        """Keep that a login was refused: at most once a minute, as strangers may try
        as often as they like.

        :param str address: IP address
        """
        since = fields.Datetime.now() - timedelta(minutes=1)
        refusals = self.env["b2b.1c.refusal"]
        for connection in self:
            domain = [("backend_id", "=", connection.id), ("create_date", ">", since)]
            if not refusals.search_count(domain, limit=1):
                refusals.create({"backend_id": connection.id, "address": address})


class B2b1cRefusal(models.Model):
    """A login that was refused. A row each, as imports write that of the connection."""

    _name = "b2b.1c.refusal"
    _description = "Refused Login of 1C"

    backend_id = fields.Many2one(
        "b2b.1c.backend", required=True, index=True, ondelete="cascade"
    )
    address = fields.Char(readonly=True)

    @api.autovacuum
    def _gc_refusals(self):
        """Forget them after a month."""
        old = fields.Datetime.now() - timedelta(days=30)
        self.search([("create_date", "<", old)]).unlink()


class B2b1cFile(models.Model):
    _inherit = "b2b.1c.file"

    def _tell_incident(self):
        """What went wrong with this file, in a sentence.

        :rtype: str
        """
        if self.state == "failed":
            return f"{self.name}: {self.error}"
        return self.env._(
            "%(file)s: %(count)s rows did not go in", file=self.name, count=self.failed
        )
