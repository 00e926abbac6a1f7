import time
from datetime import datetime, timedelta
from datetime import time as clock

from pytz import utc

from odoo import api, fields, models

from ..commerceml import Reader, RefusedFile
from .b2b_1c_flow import OF_SESSION

STARTS = [
    ("0", "At once"),
    ("15", "Every 15 minutes"),
    ("60", "Hourly"),
    ("1440", "Daily, at night"),
]
DAILY = 1440
EPOCH = datetime(1970, 1, 1)
# within which what is daily starts, from midnight on
NIGHT = timedelta(hours=5)
# the share of 1 whose multiples lie farthest apart, however many there are
GOLDEN = 0.6180339887498949
# what was due so long ago and has not gone in is late
GRACE = timedelta(minutes=15)
# seconds to find out what a file brings: 1C waits for the answer
LOOK = 8


class B2b1cSchedule(models.Model):
    """When something of a kind of information starts in Odoo.

    1C sends when it wants to; when that goes into Odoo is said here. Addons that ask 1C
    by themselves add kinds, call :meth:`_plan` and extend :meth:`_start`.
    """

    _inherit = "b2b.1c.flow"

    start_every = fields.Selection(
        STARTS,
        string="Goes into Odoo",
        default="0",
        required=True,
        help="When what 1C has sent goes into Odoo. What is not due is kept, and 1C is "
        "told that it has arrived. A file goes in with the first of its kinds.",
    )
    next_start = fields.Datetime(
        string="Next start",
        compute="_compute_next_start",
        help="Each kind of each connection starts at a time of its own, so that they "
        "do not pile up.",
    )
    kept_count = fields.Integer(
        string="Files kept until then", compute="_compute_kept_count"
    )
    last_silence = fields.Datetime(
        readonly=True,
        help="When 1C had nothing to add to what is kept here.",
    )

    @api.depends("start_every", "backend_id")
    def _compute_next_start(self):
        now = fields.Datetime.now()
        for flow in self:
            flow.next_start = flow.start_every != "0" and flow._get_slot(now)

    def _compute_kept_count(self):
        kept = self._get_kept()
        for flow in self:
            flow.kept_count = len(kept[flow])

    def _get_kept(self):
        """The files with information of each kind that wait for their time.

        :rtype: dict[b2b.1c.flow, b2b.1c.file]
        """
        kept = self.backend_id._find_kept().grouped("backend_id")
        none = self.env["b2b.1c.file"].sudo()
        return {
            flow: kept.get(flow.backend_id, none).filtered(
                lambda file, kind=flow.kind: kind in file._get_kinds()
            )
            for flow in self
        }

    def write(self, vals):
        result = super().write(vals)
        if "start_every" in vals:
            # sudo: files are written by the exchange alone
            self.sudo().backend_id._reschedule()
        return result

    def action_import_now(self):
        """Have what is kept go into Odoo now."""
        self.check_access("write")
        # sudo: files are written by the exchange alone
        for kept in self.sudo()._get_kept().values():
            kept._import_now()

    # -- when

    def _get_slot(self, moment):
        """When that is due which comes at a moment: then, or at the next start.

        The starts of each kind have a place of their own within the interval. It stays
        the same for ever, whatever connections come and go.

        :param datetime moment: in UTC
        :rtype: datetime
        """
        self.ensure_one()
        minutes = int(self.start_every)
        if not minutes:
            return moment
        place = self.id * GOLDEN % 1
        if minutes == DAILY:
            return self._get_night(moment, NIGHT * place)
        every = timedelta(minutes=minutes)
        first = EPOCH + timedelta(seconds=int(every.total_seconds() * place))
        # rounded up
        return first - (first - moment) // every * every

    def _get_night(self, moment, after):
        """The first moment from `moment` on that is so long after a midnight of the
        company."""
        zone = self.backend_id._get_zone()
        local = utc.localize(moment).astimezone(zone)
        nights = (
            datetime.combine(local.date() + timedelta(days=days), clock()) + after
            for days in range(3)
        )
        starts = (zone.localize(night.replace(microsecond=0)) for night in nights)
        start = next(start for start in starts if start >= local)
        return start.astimezone(utc).replace(tzinfo=None)

    def _plan(self):
        """Have :meth:`_start` called when something that comes now is due, once however
        often this is asked for.

        :return: when that is
        :rtype: datetime
        """
        self.ensure_one()
        start = self._get_slot(fields.Datetime.now())
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        self.with_delay(
            channel="root.b2b_1c",
            eta=start,
            identity_key=f"b2b_1c_start_{self.id}_{start:%Y%m%d%H%M%S}",
            description=f"{self.backend_id.name}: {kinds[self.kind]}",
            max_retries=0,
        )._start()
        return start

    def _start(self):
        """Do what is due: here, have go in what has arrived."""
        self.backend_id._start_kept()

    # -- how it stands

    def _get_heard(self, kept):
        """Override: what our schedule puts off was heard of as well."""
        heard = [super()._get_heard(kept), self.last_silence]
        heard += kept.mapped("create_date")
        return max(filter(None, heard), default=False)

    def _get_state(self, kept, now):
        """Override: what has not gone in long after its time is late."""
        state = super()._get_state(kept, now)
        overdue = any(now - file.date_start > GRACE for file in kept)
        return "late" if overdue and state in ("ok", "new") else state


class B2b1cFileSchedule(models.Model):
    """How a file waits for its time."""

    _inherit = "b2b.1c.file"

    date_start = fields.Datetime(string="Goes in on", readonly=True)

    def _get_kinds(self):
        return set(self.flows.split(",")) if self.flows else set()

    def _find_kinds(self):
        """What a file brings, looking no longer than needed to know when it is due.

        :return: kinds of information; if it takes too long, all that it may bring; None
            if the file is broken
        :rtype: set[str] | None
        """
        possible = set(OF_SESSION.get(self.exchange_id.kind, ()))
        found, until = set(), time.monotonic() + LOOK
        with self._open() as source:
            try:
                for item in Reader(source):
                    found |= self._get_kinds_of(item)
                    if found >= possible or time.monotonic() > until:
                        return found | possible
            except RefusedFile:
                return None
        return found

    def _get_kinds_of(self, item):
        return self._get_flows(type(item), [item]) - {"offers"}

    def _take_up(self):
        """Have the files go in: now, or when it is their time."""
        for file in self:
            if not file._put_off():
                file._schedule()

    def _put_off(self):
        """Keep the file, unless it is due and nothing older must go in before.

        :return: whether it is kept
        """
        self.ensure_one()
        flows = self.backend_id.flow_ids.filtered(lambda flow: flow._is_exchanged())
        kept = self.backend_id._find_kept()
        if self.content != "data" or not (
            kept or any(flow.start_every != "0" for flow in flows)
        ):
            return False
        kinds = self._find_kinds() or set()
        flows = flows.filtered(lambda flow: flow.kind in kinds)
        older = any(file._get_kinds() & kinds for file in kept)
        if not flows or not older and any(flow.start_every == "0" for flow in flows):
            return False
        self.write({"state": "kept", "flows": ",".join(sorted(kinds))})
        self._set_start()
        (kept + self)._keep_order()
        return True

    def _set_start(self):
        """Have the file go in with the soonest of its kinds."""
        now = fields.Datetime.now()
        kinds = self._get_kinds()
        flows = self.backend_id.flow_ids.filtered(
            lambda flow: flow.kind in kinds and flow._is_exchanged()
        )
        soonest = min(flows, key=lambda flow: flow._get_slot(now), default=flows)
        self.date_start = soonest._plan() if soonest else now

    def _keep_order(self):
        """Have no file go in before an older one with information of the same kind."""
        soonest = {}
        for file in self.sorted("id", reverse=True):
            kinds = file._get_kinds()
            start = min(soonest.get(kind, file.date_start) for kind in kinds)
            start = min(start, file.date_start)
            if start != file.date_start:
                file.date_start = start
            soonest.update(dict.fromkeys(kinds, start))

    def _import_now(self):
        """Have kept files go in now, and what must go in before."""
        for backend, files in self.grouped("backend_id").items():
            files.date_start = fields.Datetime.now()
            backend._find_kept()._keep_order()
            backend._start_kept()

    def _import(self):
        result = super()._import()
        if self.state in ("done", "failed"):
            # another one may have waited for the end of this
            self.backend_id._start_kept()
        return result


class B2b1cBackendSchedule(models.Model):
    _inherit = "b2b.1c.backend"

    schedule_ids = fields.One2many(
        "b2b.1c.flow",
        "backend_id",
        # 1C asks for orders by itself
        domain=[("kind", "!=", "orders_out")],
    )

    def _find_kept(self):
        """The files that wait for their time, in the order in which they came.

        :rtype: b2b.1c.file
        """
        # sudo: how it stands is shown to whom the connection is
        files = self.env["b2b.1c.file"].sudo()
        domain = [("backend_id", "in", self.ids), ("state", "=", "kept")]
        return files.search(domain, order="id")

    def _start_kept(self):
        """Have the first file that is due go in; when it has, the next one follows.

        One after another, as what is older must have gone in before.
        """
        self.ensure_one()
        now = fields.Datetime.now()
        kept = self._find_kept().filtered(lambda file: file.date_start <= now)[:1]
        before = [("backend_id", "=", self.id), ("state", "=", "waiting")]
        before.append(("id", "<", kept.id))
        if kept and not kept.search_count(before, limit=1):
            kept.with_user(self.user_id).sudo()._schedule()

    def _reschedule(self):
        """The schedule has changed: what is kept and not due yet follows it."""
        now = fields.Datetime.now()
        for backend in self:
            kept = backend._find_kept()
            for file in kept.filtered(lambda file: file.date_start > now):
                file.with_user(backend.user_id).sudo()._set_start()
            kept._keep_order()

    @api.model
    def _find_due(self):
        """Connections with files whose time has come."""
        files = self.env["b2b.1c.file"].sudo()
        domain = [("state", "=", "kept"), ("date_start", "<=", fields.Datetime.now())]
        rows = files._read_group(domain, ["backend_id"])
        return self.browse(backend.id for (backend,) in rows)
