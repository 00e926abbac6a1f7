from odoo import api, fields, models
from odoo.tools import SQL

from ..commerceml import codec

TAKEN_AT_ONCE = 200


class B2b1cWaiting(models.Model):
    """A row of a file that needs what is not known yet: goods that come in a later
    file, or a unit that people have to choose. It goes in as soon as that is bound."""

    _name = "b2b.1c.waiting"
    _description = "Waiting Row of 1C"
    _order = "id"

    backend_id = fields.Many2one(
        "b2b.1c.backend", string="Connection", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    file_id = fields.Many2one(
        "b2b.1c.file", ondelete="set null", index="btree_not_null"
    )
    kind = fields.Char(required=True, readonly=True)
    external_id = fields.Char(string="ID in 1C", required=True, readonly=True)
    part = fields.Char(
        default="",
        required=True,
        readonly=True,
        help="What of the row waits, if not all of it: a price, the stock of one "
        "warehouse.",
    )
    needs_model = fields.Char(string="Needs", required=True, readonly=True)
    needs_id = fields.Char(string="Needs the ID", required=True, readonly=True)
    content = fields.Json(readonly=True)

    _row_uniq = models.UniqueIndex(
        "(backend_id, kind, external_id, part)", "This row waits already."
    )
    _needs_idx = models.Index("(backend_id, needs_model, needs_id)")

    @api.model
    def _keep(self, run, item, needs_model, needs_id, part=""):
        """Keep a row until what it needs is bound; a newer one replaces it.

        :param importers.run.Run run:
        :param item: a dataclass of `commerceml.model`, cut down to what waits
        :param str needs_model: the model and …
        :param str needs_id: … the id of 1C that are to be bound
        :param str part: tells apart what waits of one row
        """
        values = {
            "file_id": run.file.id,
            "needs_model": needs_model,
            "needs_id": needs_id,
            "content": codec.dump(item),
        }
        kind = item.__class__.__name__
        domain = self._domain(run.backend, kind, [item.id]) + [("part", "=", part)]
        known = self.search(domain)
        if known:
            known.write(values)
            return
        self.create(
            {
                **values,
                "backend_id": run.backend.id,
                "kind": kind,
                "external_id": item.id,
                "part": part,
            }
        )

    @api.model
    def _forget(self, backend, kind, external_ids, parts="%"):
        """Throw away what waits of some rows, as newer ones have come.

        :param str kind: name of the dataclass
        :param str parts: a pattern of the parts
        """
        domain = self._domain(backend, kind, external_ids)
        self.search(domain + [("part", "=like", parts)]).unlink()

    @api.model
    def _domain(self, backend, kind, external_ids):
        return [
            ("backend_id", "=", backend.id),
            ("kind", "=", kind),
            ("external_id", "in", list(external_ids)),
        ]

    @api.model
    def _find_ready(self, backend, without=()):
        """Rows whose need is bound by now, some of them.

        :param without: keys of rows that are not wanted
        """
        self.flush_model()
        self.env["b2b.1c.binding"].flush_model()
        found = self.env.execute_query(
            SQL(
                """
                SELECT waiting.id
                  FROM b2b_1c_waiting waiting
                  JOIN b2b_1c_binding binding
                    ON binding.backend_id = waiting.backend_id
                   AND binding.res_model = waiting.needs_model
                   AND binding.external_id = waiting.needs_id
                   AND binding.res_id IS NOT NULL
                 WHERE waiting.backend_id = %s
              ORDER BY waiting.id
                 LIMIT %s
                """,
                backend.id,
                TAKEN_AT_ONCE,
            )
        )
        ready = self.browse(row[0] for row in found)
        return ready.filtered(lambda row: not row._get_keys() & set(without))

    def _get_keys(self):
        """What tells the rows apart, even if they come to wait again."""
        return {
            (row.backend_id.id, row.kind, row.external_id, row.part) for row in self
        }

    def _take_out(self):
        """Forget the rows and return what they say: dataclasses, in order."""
        items = [codec.load(waiting.kind, waiting.content) for waiting in self]
        self.unlink()
        return items
