from odoo import models

from .run import digest


class B2b1cImporterGroup(models.AbstractModel):
    """Groups of goods: categories of the backend and of the shop."""

    _name = "b2b.1c.importer.group"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Groups"
    # both keep the tree of 1C; the first tells whether a row has changed
    _targets = ("product.category", "product.public.category")

    def _import_batch(self, run, items):
        if not run.backend.exchange_goods:
            run.count("skipped", len(items))
            return
        bindings = self.env["b2b.1c.binding"]
        rows = bindings._find_rows(
            run.backend, self._targets[0], [item.id for item in items]
        )
        there = bindings._get_records(
            self._targets[0], [row.res_id for row in rows.values()]
        )
        known = set(there.ids)
        for item in items:
            row = rows.get(item.id)
            if row and row.res_id in known and row.digest == digest(item):
                run.count("unchanged")
            else:
                self._import_group(run, item)

    def _import_group(self, run, item):
        """Make or change the categories of a group."""
        bindings = self.env["b2b.1c.binding"]
        ids = [item.id, item.parent_id] if item.parent_id else [item.id]
        said = digest(item)
        known = False
        for name in self._targets:
            records = bindings._find(run.backend, name, ids)
            parent = records.get(item.parent_id)
            values = {"name": item.name or item.id, "parent_id": parent and parent.id}
            record = records.get(item.id)
            known = known or bool(record)
            if record:
                record.write(values)
            else:
                record = self.env[name].create(values)
            rows = [(item.id, record.id, item.name, said)]
            bindings._bind(run.backend, name, rows)
        run.count("updated" if known else "created")
