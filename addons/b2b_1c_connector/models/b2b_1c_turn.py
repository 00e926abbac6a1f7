from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

# first number of the advisory locks of imports
TURN = 0xB2B1D
PAUSE = 3


class B2b1cTurn(models.Model):
    """The row that imports of a connection pass one after another."""

    _name = "b2b.1c.turn"
    _description = "Turn of a 1C Import"
    _log_access = False

    backend_id = fields.Many2one("b2b.1c.backend", required=True, ondelete="cascade")
    uses = fields.Integer(help="How often it was passed.")

    _backend_uniq = models.UniqueIndex(
        "(backend_id)", "There is one turn for each connection."
    )

    @api.model
    def _take(self, backend):
        """Be the only import of a connection until this transaction ends.

        Who finds another one at work leaves at once, as he would wait for long. Who
        comes just after another one has ended does not see its work; as he updates the
        same row, he fails to serialize and is run again.

        :param b2b.1c.backend backend:
        :raise RetryableJobError: another import is at work
        """
        lock = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", TURN, backend.id)
        [[free]] = self.env.execute_query(lock)
        if not free:
            raise RetryableJobError(
                "Another import of this connection is at work.",
                seconds=PAUSE,
                ignore_retry=True,
            )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO b2b_1c_turn AS turn (backend_id, uses) VALUES (%s, 1)
                ON CONFLICT (backend_id) DO UPDATE SET uses = turn.uses + 1
                """,
                backend.id,
            ),
            log_exceptions=False,
        )
