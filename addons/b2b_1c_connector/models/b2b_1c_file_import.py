import itertools
import logging
import time

import psycopg2

from odoo import fields, models
from odoo.tools import groupby

from odoo.addons.queue_job.exception import RetryableJobError

from ..commerceml import Reader, RefusedFile, check, model
from ..importers.run import SECTIONS, Run
from ..words import say, speaking

_logger = logging.getLogger(__name__)
# rows that go in together
BATCH = 500
# seconds after which the rest of a file is left to another job: each must stay below a
# minute, as nobody else imports meanwhile, and as a restart waits for it
SLICE = 40
# seconds after which who had to give way tries again
PAUSE = 3
# so often an import is begun that is ended from outside: by its job, and by the timer
JOB_TRIES = 10
TRIES = 3
# so many names of unknown elements are told, the most frequent ones
UNKNOWN_TOLD = 50
OUTCOMES = ("created", "updated", "unchanged", "skipped", "waiting", "failed")


class B2b1cFileImport(models.Model):
    """How a file goes in: whole slices of it, one after another.

    Before the first slice is saved the file is read to its end, so that nothing of a
    broken one goes in. Each slice is saved with the place where the next one begins, so
    that whatever is ended in between goes on from there.
    """

    _inherit = "b2b.1c.file"

    position = fields.Integer(
        string="Rows done", readonly=True, help="So many of the rows have gone in."
    )
    rows = fields.Integer(readonly=True)
    seconds = fields.Float(readonly=True, help="Time that importing took.")
    taken_up = fields.Integer(
        readonly=True, help="How often the timer had to begin it, as no job did."
    )
    created = fields.Integer(readonly=True)
    updated = fields.Integer(readonly=True)
    unchanged = fields.Integer(readonly=True)
    skipped = fields.Integer(readonly=True)
    waiting = fields.Integer(string="Kept for later", readonly=True)
    failed = fields.Integer(readonly=True)
    problem_ids = fields.One2many("b2b.1c.problem", "file_id", readonly=True)
    unknown = fields.Text(
        string="Not known",
        readonly=True,
        help="Elements and words of the file that have no meaning here, and how often "
        "they came: they were passed over.",
    )

    def _get_importers(self):
        """What brings in rows of which class; the others are passed over.

        :return: name of an importer by class of `commerceml.model`
        :rtype: dict[type, str]
        """
        return {
            model.Group: "b2b.1c.importer.group",
            model.Property: "b2b.1c.importer.property",
            model.UnitDefinition: "b2b.1c.importer.unit",
            model.Good: "b2b.1c.importer.good",
            model.Placement: "b2b.1c.importer.placement",
            model.PriceType: "b2b.1c.importer.price_type",
            model.Warehouse: "b2b.1c.importer.warehouse",
            model.Offer: "b2b.1c.importer.offer",
            model.Counterparty: "b2b.1c.importer.counterparty",
            model.Document: "b2b.1c.importer.document",
        }

    def _schedule(self):
        """Have the files imported in the background, each once."""
        self.write(
            {
                "state": "waiting",
                "error": False,
                "date_waiting": fields.Datetime.now(),
                "position": 0,
                "taken_up": 0,
                "rows": 0,
                "seconds": 0,
                "unknown": False,
                **dict.fromkeys(OUTCOMES, 0),
            }
        )
        self.problem_ids.unlink()
        for file in self:
            file._schedule_slice()

    def _schedule_slice(self):
        self.with_delay(
            channel="root.b2b_1c",
            identity_key=f"b2b_1c_file_{self.id}_{self.position}",
            description=self.name,
            max_retries=JOB_TRIES,
        )._import()

    def _import(self):
        """Import a slice of the file, unless all of it has gone in.

        :raise RetryableJobError: another import of this connection is at work
        """
        self.ensure_one()
        file = self._get_for_import()
        self.env["b2b.1c.turn"]._take(file.backend_id)
        if not file.try_lock_for_update() or file.state != "waiting":
            return
        file._give_way()
        try:
            with self.env.cr.savepoint():
                done = file._import_content()
        except (psycopg2.OperationalError, RetryableJobError):
            # met another transaction: the job is tried again
            raise
        except RefusedFile as error:
            file._fail(say(file.env, error))
        except Exception:
            # whoever waits for the file must be told of its end
            _logger.exception("%s of 1C cannot be imported", file.name)
            file._fail(speaking(file.env)._("Internal error, see the log of Odoo."))
        else:
            if done:
                file.state = "done"
            else:
                file.write({"date_waiting": fields.Datetime.now(), "taken_up": 0})
                file._schedule_slice()

    def _give_way(self):
        """Go after files of this connection that came earlier: what they say is older.

        :raise RetryableJobError: one is still to go in
        """
        if self._is_preceded():
            raise RetryableJobError(
                "An earlier file of this connection is still to be imported.",
                seconds=PAUSE,
                ignore_retry=True,
            )

    def _is_preceded(self):
        """Whether an earlier file of this connection is still to go in."""
        earlier = [
            ("backend_id", "=", self.backend_id.id),
            ("state", "=", "waiting"),
            ("id", "<", self.id),
        ]
        return bool(self.search_count(earlier, limit=1))

    def _take_up_late(self):
        """Import a file whose job never began, or never ended: not for ever, as what
        ends Odoo each time would keep 1C waiting for good. Who waits for others has not
        been ended.
        """
        self.ensure_one()
        if not self.try_lock_for_update() or self._is_preceded():
            return
        self.taken_up += 1
        self.env["ir.cron"]._commit_progress()
        if self.taken_up > TRIES:
            people = speaking(self.env, self.backend_id)
            self._fail(people._("Odoo was stopped each time that it was imported."))
            return
        self._import()

    def _get_for_import(self):
        """The file in the environment of its import: quiet, in the company of the
        connection, in the language that texts without translation are in."""
        backend = self.backend_id
        return self.with_company(backend.company_id).with_context(
            lang=None,
            b2b_1c_language=backend._get_language(),
            tracking_disable=True,
            mail_create_nosubscribe=True,
            allowed_company_ids=backend.company_id.ids,
        )

    def _fail(self, error):
        self.write({"state": "failed", "error": error})

    def _import_content(self):
        """Import the next slice.

        :return: whether it was the last one
        :raise RefusedFile: the file is broken or hostile
        """
        if self.content == "waiting":
            return self._import_waiting()
        with self._open() as source:
            if self.content == "archive":
                return self._unpack(source)
            return self._import_slice(source)

    def _import_slice(self, source):
        started = time.monotonic()
        run = Run(self)
        reader = Reader(source)
        done = True
        for cls, items in self._read_batches(run, reader):
            self._import_items(run, cls, items)
            self._note_listed(run, cls, items)
            self.position += len(items)
            if time.monotonic() - started > SLICE:
                done = False
                break
        if done:
            # every slice reads from the beginning: this one has met all
            self.unknown = _tell_unknown(reader.unknown)
            done = self._take_up_waiting(run, started + SLICE)
        self._write_outcome(run, started)
        if not self.rows:
            # the first slice is saved only if the rest can be read, too
            self.rows = self.position if done else self._count_rows(source)
        return done

    def _count_rows(self, source):
        """Read the file to its end.

        :return: how many rows there are
        :raise RefusedFile: it is broken somewhere
        """
        source.seek(0)
        return sum(check(source).values())

    def _import_waiting(self):
        """Bring in the next of what waited when this was asked for; what comes to wait
        again meanwhile stays.

        :return: whether all has been brought in
        """
        started = time.monotonic()
        waiting = self.env["b2b.1c.waiting"]
        if not self.rows:
            self.rows = waiting._find_last_id(self.backend_id)
        run = Run(self)
        done = self._take_up_waiting(run, started + SLICE, up_to=self.rows)
        self._write_outcome(run, started)
        # tells the jobs of the slices apart
        self.position += 1
        return done

    def _write_outcome(self, run, started):
        run.write_problems()
        for outcome in OUTCOMES:
            self[outcome] += run.counts[outcome]
        self.seconds += time.monotonic() - started

    def _read_batches(self, run, reader):
        """The rows that have not gone in, by class: (class, list of dataclasses).

        Headers of sections that come before are told to the run all the same.
        """
        items = iter(reader)
        for item in itertools.islice(items, self.position):
            self._note_section(run, item)
        # Odoo's own groupby would collect the whole file
        # pylint: disable-next=bad-builtin-groupby
        for cls, group in itertools.groupby(items, type):
            while batch := list(itertools.islice(group, BATCH)):
                for item in batch if cls in SECTIONS else ():
                    self._note_section(run, item)
                yield cls, batch

    def _note_section(self, run, item):
        if isinstance(item, SECTIONS):
            run.sections[type(item)] = item

    def _import_items(self, run, cls, items):
        """Bring in rows of one class."""
        if cls is model.Problem:
            for item in items:
                run.problem(item, say(self.env, item))
            return
        importer = self._get_importers().get(cls)
        if importer:
            self.env[importer]._import_safely(run, items)
        elif cls not in SECTIONS:
            run.count("skipped", len(items))

    def _take_up_waiting(self, run, until, up_to=None):
        """Bring in what waited for rows of this file, from this or earlier files.

        :param float until: the moment of the monotonic clock that ends the slice
        :param int up_to: no rows with higher ids
        :return: whether all that can go in has
        """
        waiting = self.env["b2b.1c.waiting"]
        taken = set()
        while ready := waiting._find_ready(run.backend, without=taken, up_to=up_to):
            taken.update(ready._get_keys())
            for cls, items in groupby(ready._take_out(), type):
                self._import_items(run, cls, items)
            if time.monotonic() > until:
                return False
        return True


def _tell_unknown(unknown):
    """What the reader did not know, a line each.

    :param collections.Counter unknown: how often, by path
    """
    return "\n".join(
        f"{path}: {count}" for path, count in unknown.most_common(UNKNOWN_TOLD)
    )
