from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.queue_job.exception import RetryableJobError

# first number of the advisory locks of imports
TURN = 0xB2B1D
PAUSE = 3


class B2b1cTurn(models.Model):
    """The row that whatever must not happen twice at once passes one after another:
    imports of a connection, and its requests for orders."""

    _name = "b2b.1c.turn"
    _description = "Turn of a 1C Connection"
    _log_access = False

    backend_id = fields.Many2one("b2b.1c.backend", required=True, ondelete="cascade")
    kind = fields.Selection(
        [("import", "Import"), ("orders", "Orders")], required=True, default="import"
    )
    uses = fields.Integer(help="How often it was passed.")

    _backend_uniq = models.UniqueIndex(
        "(backend_id, kind)", "There is one turn of each kind for a connection."
    )

    @api.model
    def _pass(self, backend, kind):
        """Go after whoever passes it, too: who meets another one fails to serialize, is
        run again and sees its work.

        :param b2b.1c.backend backend:
        :param str kind:
        :return: a number that grows by one each time
        :rtype: int
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO b2b_1c_turn AS turn (backend_id, kind, uses)
                VALUES (%s, %s, 1)
                ON CONFLICT (backend_id, kind) DO UPDATE SET uses = turn.uses + 1
                RETURNING uses
                """,
                backend.id,
                kind,
            ),
            log_exceptions=False,
        )
        [uses] = self.env.cr.fetchone()
        return uses

    @api.model
    def _take(self, backend):
        """Be the only import of a connection until this transaction ends.

        Who finds another one at work leaves at once, as he would wait for long. Who
        comes just after another one has ended passes the same row.

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
        self._pass(backend, "import")
