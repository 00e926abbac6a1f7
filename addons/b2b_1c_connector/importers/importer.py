import logging

import psycopg2

from odoo import models
from odoo.exceptions import UserError

from ..words import speaking

_logger = logging.getLogger(__name__)


class B2b1cImporter(models.AbstractModel):
    """Brings rows of one kind into Odoo.

    An importer says in `_import_batch` what becomes of each row: `run.count`,
    `run.problem` or `run.wait`. It raises if one of them cannot go in; then the rows
    are tried in ever smaller batches, so that only that one is left out.
    """

    _name = "b2b.1c.importer"
    _description = "1C Importer"

    def _import_batch(self, run, items):
        """Bring rows in.

        :param importers.run.Run run: tells connection and file, and counts
        :param list items: dataclasses of `commerceml.model`, in the order of the file
        """
        raise NotImplementedError

    def _import_safely(self, run, items):
        """Bring in all rows that can be; the others are reported."""
        saved = run.save()
        try:
            with self.env.cr.savepoint():
                self._import_batch(run, items)
                run.keep_waiting()
            return
        except psycopg2.OperationalError:
            # met another transaction: the slice is tried again
            raise
        except Exception as error:
            run.restore(saved)
            if len(items) == 1:
                run.problem(items[0], self._explain(error, items[0]))
                return
        middle = len(items) // 2
        self._import_safely(run, items[:middle])
        self._import_safely(run, items[middle:])

    def _explain(self, error, item):
        """The sentence for people about a row that could not go in."""
        if isinstance(error, UserError):
            return str(error)
        _logger.error(
            "%s %s of 1C cannot be imported",
            item.__class__.__name__,
            getattr(item, "id", ""),
            exc_info=error,
        )
        return speaking(self.env)._("Internal error, see the log of Odoo.")
