import re
from datetime import UTC, datetime, timedelta

from odoo import api, fields, models

from odoo.addons.queue_job.exception import RetryableJobError

from ..words import speaking

TEMPLATE = "product.template"
# what comes so long after is of another export
PAUSE = timedelta(hours=12)
PORTION = re.compile(r"(.*?)(\d+)\.xml", re.IGNORECASE)


class B2b1cExport(models.Model):
    """A full export of a catalogue: dozens of sessions, one portion each.

    Only the first portion says that it is a full one (reference 1.8). So what is
    missing is known only when the last one has come: 1C says so (`mode=complete`,
    `mode=deactivate`), or it is gathered from the offers, which follow all goods.
    """

    _name = "b2b.1c.export"
    _description = "Full Export of a 1C Catalogue"
    _order = "id desc"
    _rec_name = "catalog"

    backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Connection",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    catalog = fields.Char(string="Catalogue", required=True, readonly=True)
    classifier = fields.Char(readonly=True)
    first_file_id = fields.Many2one(
        "b2b.1c.file", readonly=True, index="btree_not_null", ondelete="set null"
    )
    first_name = fields.Char(readonly=True)
    begin = fields.Datetime(string="Begun on", required=True, readonly=True)
    last_goods = fields.Datetime(string="Last goods", required=True, readonly=True)
    last_offers = fields.Datetime(readonly=True)
    is_told = fields.Boolean(
        string="End told", readonly=True, help="1C has said that it is complete."
    )
    state = fields.Selection(
        [
            ("open", "Under way"),
            ("asked", "Staff decide"),
            ("done", "Cleared up"),
            ("replaced", "Replaced by another"),
        ],
        default="open",
        required=True,
        readonly=True,
    )
    note = fields.Text(string="What is the matter", readonly=True)
    archived = fields.Integer(string="Goods archived", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(backend_id, catalog) WHERE state = 'open'",
        "This full export is under way already.",
    )

    # -- what files tell

    @api.model
    def _note_catalog(self, file, header):
        """Take account of a portion of goods.

        :param b2b.1c.file file: it has gone in, or a slice of it
        :param model.Catalog header:
        """
        catalog = header.id or ""
        known = self._find_open(file.backend_id, catalog)
        came = file.create_date
        if header.only_changes is False and not known._goes_on(file):
            self._begin(file, header)
        elif known and known.last_goods < came:
            known.last_goods = came

    @api.model
    def _note_package(self, file, header):
        """Take account of offers: they follow the goods of their catalogue."""
        catalog = header.owner_id or None
        for known in self._find_open(file.backend_id, catalog):
            known.last_offers = file.create_date

    def _find_open(self, backend, catalog=None):
        domain = [("backend_id", "=", backend.id), ("state", "=", "open")]
        if catalog is not None:
            domain.append(("catalog", "=", catalog))
        return self.search(domain)

    @api.model
    def _domain(self, backend, catalog):
        """The export of a catalogue that has not come to its end."""
        return [
            ("backend_id", "=", backend.id),
            ("catalog", "=", catalog),
            ("state", "in", ("open", "asked")),
        ]

    def _goes_on(self, file):
        """Whether a portion that calls itself a full one is a further one of this
        export; the first one repeated begins it anew."""
        return bool(self) and (
            file == self.first_file_id
            or (
                file.name != self.first_name
                and file.create_date - self.last_goods < PAUSE
            )
        )

    @api.model
    def _begin(self, file, header):
        backend, catalog = file.backend_id, header.id or ""
        before = self.search(self._domain(backend, catalog))
        before.state = "replaced"
        self.env["b2b.1c.conflict"]._settle(backend, "absent", [catalog])
        # the index must not meet the one before
        before.flush_recordset()
        return self.create(
            {
                "backend_id": backend.id,
                "catalog": catalog,
                "classifier": header.classifier_id,
                "first_file_id": file.id,
                "first_name": file.name,
                "begin": file.create_date,
                "last_goods": file.create_date,
            }
        )

    @api.model
    def _find_asked(self, conflict):
        """The export that staff decide about.

        :param b2b.1c.conflict conflict:
        """
        return self.search(
            [
                ("backend_id", "=", conflict.backend_id.id),
                ("catalog", "=", conflict.external_id),
                ("state", "=", "asked"),
            ],
            limit=1,
        )

    # -- the end

    @api.model
    def _note_end(self, backend, since=None):
        """1C says that its full exports are complete.

        :param b2b.1c.backend backend:
        :param datetime since: only those that have begun since; what was named
            after it stays
        """
        if backend.clear_up == "never":
            return
        for export in self._find_open(backend):
            if since and export.begin < since:
                continue
            export.is_told = True
            if since:
                export.begin = since
            export._schedule()

    def _schedule(self):
        self.with_delay(
            channel="root.b2b_1c",
            identity_key=f"b2b_1c_export_{self.id}",
            description=self.env._("Clear up after a full export"),
        )._finish()

    @api.model
    def _cron_finish(self):
        """Clear up after exports that are complete by now."""
        due = self.search([("state", "=", "open")], order="id").filtered(
            lambda export: export._is_due()
        )
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for export in due:
            try:
                export._finish()
            except RetryableJobError:
                # something is being imported: the next time
                self.env.cr.rollback()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _is_due(self):
        """Whether the export seems to have ended."""
        backend = self.backend_id
        if backend.clear_up == "never":
            return False
        if self.is_told or backend.clear_up != "quiet":
            return self.is_told
        if not self.last_offers or self.last_offers < self.last_goods:
            return False
        quiet = timedelta(minutes=backend.clear_minutes)
        sessions = self.env["b2b.1c.exchange"].search(
            [
                ("backend_id", "=", backend.id),
                ("kind", "=", "catalog"),
                ("date_last", ">", fields.Datetime.now() - quiet),
            ],
            limit=1,
        )
        return not sessions

    def _finish(self):
        """Clear up, unless something is in the way.

        :raise RetryableJobError: an import is at work
        """
        self.ensure_one()
        self.env["b2b.1c.turn"]._take(self.backend_id)
        if self.state != "open" or self.backend_id.clear_up == "never":
            return
        self.note = self._find_obstacle()
        if not self.note:
            quiet = self._in_company().with_context(tracking_disable=True)
            quiet.env["b2b.1c.clearing"]._clear_or_ask(quiet)

    def _in_company(self):
        """This export in the company of its connection, whoever looks or decides:
        prices of partners are by company."""
        backend = self.backend_id
        return self.with_company(backend.company_id).with_context(
            b2b_1c_language=backend._get_language()
        )

    def _find_files(self):
        return self.env["b2b.1c.file"].search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("exchange_id.kind", "=", "catalog"),
                ("content", "in", ("data", "archive")),
                ("create_date", ">=", self.begin),
            ],
            order="id",
        )

    def _find_obstacle(self):
        """Why it cannot be told yet what is missing; None if it can.

        A portion that failed is made good by a later one of its name, as 1C repeats it,
        or by being run again.
        """
        people = speaking(self.env, self.backend_id)
        files = self._find_files()
        latest = {file.name: file for file in files}
        if any(file.state in ("received", "kept", "waiting") for file in files):
            return people._("Files of it are still to be imported.")
        names = files.filtered(lambda file: file.state != "done").mapped("name")
        refused = self.env["b2b.1c.call"].search(
            [
                ("exchange_id.backend_id", "=", self.backend_id.id),
                ("exchange_id.kind", "=", "catalog"),
                ("create_date", ">=", self.begin),
                ("refused", "=", True),
                ("filename", "!=", False),
                ("filename", "!=", ""),
            ]
        )
        for name in {*names, *refused.mapped("filename")}:
            if name not in latest or latest[name].state != "done":
                return people._("A portion has failed: %s", name)
        if missing := self._find_gap(latest):
            return people._("A portion has not come: %s", missing)
        return None

    def _find_gap(self, names):
        """The name of a portion that is missing between others, None if none is."""
        numbers = {}
        for name in names:
            if match := PORTION.fullmatch(name):
                numbers.setdefault(match[1], set()).add(int(match[2]))
        first = PORTION.fullmatch(self.first_name or "")
        found = numbers.get(first[1], set()) if first else set()
        for number in range(min(found, default=0), max(found, default=0)):
            if number not in found and len(found) > 1:
                return f"{first[1]}{number}.xml"
        return None


class B2b1cFile(models.Model):
    _inherit = "b2b.1c.file"

    def _write_outcome(self, run, started):
        if run.backend.exchange_goods:
            exports = self.env["b2b.1c.export"]
            if run.catalog:
                exports._note_catalog(self, run.catalog)
            if run.package:
                exports._note_package(self, run.package)
            if run.catalog or run.classifier:
                # goods may have left groups that were deleted
                self.env["b2b.1c.clearing"]._remove_groups(run.backend)
        return super()._write_outcome(run, started)


class B2b1cExchange(models.Model):
    _inherit = "b2b.1c.exchange"

    def _do(self, mode, words, body):
        reply = super()._do(mode, words, body)
        if words.get("type") == "catalog" and mode in ("complete", "deactivate"):
            self._note_end(mode, words.get("timestamp", ""))
        return reply

    def _note_end(self, mode, timestamp):
        """Take account of what newer modules say at the end of a full export.

        `deactivate` names the moment, as `checkauth` told it, since when goods count;
        without it nothing is hidden.
        """
        exports = self.env["b2b.1c.export"]
        if mode == "complete":
            exports._note_end(self.backend_id)
        elif timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12:
            since = datetime.fromtimestamp(int(timestamp), UTC).replace(tzinfo=None)
            exports._note_end(self.backend_id, since)
