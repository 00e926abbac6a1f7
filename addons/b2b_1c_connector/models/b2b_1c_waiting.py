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
    needs_model = fields.Char(string="Needs a", required=True, readonly=True)
    needs_id = fields.Char(string="Needs the ID", required=True, readonly=True)
    reason = fields.Text(readonly=True)
    content = fields.Json(readonly=True)
    row_name = fields.Char(string="Row", compute="_compute_names")
    needs_name = fields.Char(string="Needs", compute="_compute_names")

    _row_uniq = models.UniqueIndex(
        "(backend_id, kind, external_id, part)", "This row waits already."
    )
    _needs_idx = models.Index("(backend_id, needs_model, needs_id)")

    def _compute_names(self):
        """What rows and their needs are called, in words as far as they are known."""
        bindings = self.env["b2b.1c.binding"]
        words = dict(bindings._fields["res_model"]._description_selection(self.env))
        ids = {*self.mapped("external_id"), *self.mapped("needs_id")}
        found = bindings.search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("external_id", "in", list(ids)),
            ]
        )
        names = {(row.backend_id, row.external_id): row.display_name for row in found}
        for row in self:
            said = (row.content or {}).get("name")
            name = names.get((row.backend_id, row.external_id)) or said
            row.row_name = name or row.external_id
            need = names.get((row.backend_id, row.needs_id), row.needs_id)
            row.needs_name = f"{words.get(row.needs_model, row.needs_model)}: {need}"

    @api.model
    def _keep(self, run, rows):
        """Keep rows until what they need is bound; newer ones replace older ones.

        :param importers.run.Run run:
        :param rows: (dataclass of `commerceml.model`, cut down to what waits; the model
            and the id of 1C that are to be bound; what tells apart what waits of one
            row; a sentence for people)
        """
        values = {}
        for item, needs_model, needs_id, part, reason in rows:
            kind = item.__class__.__name__
            values[kind, item.id, part] = {
                "file_id": run.file.id,
                "needs_model": needs_model,
                "needs_id": needs_id,
                "reason": reason,
                "content": codec.dump(item),
            }
        for key, waiting in self._find_kept(run.backend, values).items():
            waiting.write(values.pop(key))
        self.create(
            [
                {
                    **row,
                    "backend_id": run.backend.id,
                    "kind": kind,
                    "external_id": external_id,
                    "part": part,
                }
                for (kind, external_id, part), row in values.items()
            ]
        )

    @api.model
    def _find_kept(self, backend, keys):
        """Which of `keys` (kind, id of 1C, part) wait already, and their rows."""
        found = self.browse()
        for kind in {key[0] for key in keys}:
            external_ids = [key[1] for key in keys if key[0] == kind]
            found |= self.search(self._domain(backend, kind, external_ids))
        rows = {(row.kind, row.external_id, row.part): row for row in found}
        return {key: row for key, row in rows.items() if key in keys}

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
    def _find_ready(self, backend, without=(), up_to=None):
        """Rows whose need is bound by now, some of them.

        :param without: keys of rows that are not wanted
        :param int up_to: no rows with higher ids
        """
        self.flush_model()
        self.env["b2b.1c.binding"].flush_model()
        found = self.env.execute_query(
            SQL(
                """
                SELECT waiting.id, binding.res_model, binding.res_id
                  FROM b2b_1c_waiting waiting
                  JOIN b2b_1c_binding binding
                    ON binding.backend_id = waiting.backend_id
                   AND binding.res_model = waiting.needs_model
                   AND binding.external_id = waiting.needs_id
                   AND binding.res_id IS NOT NULL
                 WHERE waiting.backend_id = %s AND waiting.id <= %s
              ORDER BY waiting.id
                 LIMIT %s
                """,
                backend.id,
                2**31 - 1 if up_to is None else up_to,
                TAKEN_AT_ONCE,
            )
        )
        # what was bound may have been deleted in Odoo
        there = {
            (name, record.id)
            for name in {row[1] for row in found}
            for record in self.env["b2b.1c.binding"]._get_records(
                name, [row[2] for row in found if row[1] == name]
            )
        }
        ready = self.browse(row[0] for row in found if tuple(row[1:]) in there)
        return ready.filtered(lambda row: not row._get_keys() & set(without))

    @api.model
    def _find_last_id(self, backend):
        """The id of the row that came last, 0 if none waits."""
        return self.search(
            [("backend_id", "=", backend.id)], order="id desc", limit=1
        ).id

    @api.model
    def _schedule(self, backend):
        """Have what is ready brought in by a job, with an exchange of its own in the
        log.

        :param b2b.1c.backend backend:
        """
        # sudo: the log is written by the exchange alone
        waiting = self.with_user(backend.sudo().user_id).sudo()
        if not waiting._find_ready(backend):
            return
        exchange = waiting.env["b2b.1c.exchange"].create(
            {
                "backend_id": backend.id,
                "is_ours": True,
                "date_last": fields.Datetime.now(),
            }
        )
        file = waiting.env["b2b.1c.file"].create(
            {
                "exchange_id": exchange.id,
                "name": self.env._("What waited"),
                "content": "waiting",
            }
        )
        file._schedule()

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
