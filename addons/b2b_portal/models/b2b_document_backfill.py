import logging

from psycopg2 import OperationalError

from odoo import api, models

_logger = logging.getLogger(__name__)


class B2bDocument(models.Model):
    """How the journal, the ledger and the memberships get what was there before."""

    _inherit = "b2b.document"

    @api.model
    def _cron_backfill(self, batch=1000):
        """File what was there before the journal, and what went round the ORM.

        Each batch is committed, and only what is missing is looked for: it may be
        stopped and repeated at any time.
        """
        progress = self.env["ir.cron"]._commit_progress
        for find, file in self._get_backfill_steps():
            after = 0
            while records := find(batch, after=after):
                after = records.ids[-1]
                # Who is being changed right now is filed by that very change, or
                # by the next run.
                claimed = records.try_lock_for_update()
                self._file_what_can_be(file, claimed)
                has_time = progress(len(claimed), remaining=1)
                self.env.invalidate_all()
                if not has_time:
                    return
                if len(records) < batch:
                    break
        progress(remaining=0)

    @api.model
    def _file_what_can_be(self, file, records):
        """File records together; if that fails, one by one without those that fail.

        :param callable file: files the records it is given
        """
        try:
            with self.env.cr.savepoint():
                file(records)
        except OperationalError:
            # Not the fault of a record: the whole batch is done later.
            raise
        except Exception:
            if len(records) > 1:
                for record in records:
                    self._file_what_can_be(file, record)
                return
            # It must not keep all others out of the journal.
            _logger.warning(
                "%s was skipped: it cannot be filed", records, exc_info=True
            )

    @api.model
    def _get_backfill_steps(self):
        """Return pairs: a method that finds so many records after an id, and one
        that files them.

        :rtype: list[tuple[callable, callable]]
        """
        users = self.env["res.users"].sudo()
        ledger = self.env["b2b.settlement.line"].sudo()
        sources = [
            self.env[self._fields[field].comodel_name].sudo()
            for field in self._source_fields()
        ]
        return [
            (
                users._b2b_find_without_membership,
                lambda found: found._b2b_sync_memberships(),
            ),
            *(
                (
                    source._b2b_find_unfiled,
                    lambda found: found._b2b_create_documents(backfill=True),
                )
                for source in sources
            ),
            (ledger._find_missing, lambda found: found._b2b_sync_settlements()),
        ]
