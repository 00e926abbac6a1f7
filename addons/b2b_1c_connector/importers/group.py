from odoo import models

from .run import digest


class B2b1cImporterGroup(models.AbstractModel):
    """Groups of goods: categories of the backend and of the shop.

    Those that are marked as deleted leave the shop once they are empty, see
    `b2b.1c.clearing`.
    """

    _name = "b2b.1c.importer.group"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Groups"
    # both keep the tree of 1C; the first tells whether a row has changed
    _targets = ("product.category", "product.public.category")

    def _import_batch(self, run, items):
        if not run.backend.exchange_goods:
            run.count("skipped", len(items))
            return
        known = {name: self._find_known(run, name, items) for name in self._targets}
        for item in items:
            rows = [known[name].get(item.id) for name in self._targets]
            if item.deleted:
                self._mark_deleted(run, item, filter(None, rows))
            elif all(rows) and rows[0].digest == digest(item) and not rows[1].deleted:
                run.count("unchanged")
            else:
                self._import_group(run, item)

    def _find_known(self, run, res_model, items):
        """The bindings of groups whose categories are there, by ids of 1C."""
        bindings = self.env["b2b.1c.binding"]
        rows = bindings._find_rows(run.backend, res_model, [item.id for item in items])
        there = bindings._get_records(res_model, [row.res_id for row in rows.values()])
        ids = set(there.ids)
        return {key: row for key, row in rows.items() if row.res_id in ids}

    def _mark_deleted(self, run, item, rows):
        """Note that a group is deleted in 1C; goods may still be about to leave it."""
        changed = [row for row in rows if not row.deleted]
        for row in changed:
            row.write({"deleted": True, "digest": digest(item)})
        run.count("updated" if changed else "skipped")

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
            bindings._bind(run.backend, name, rows).deleted = False
            # goods of the same file may have asked for it in vain
            run.cache.pop(name, None)
        run.count("updated" if known else "created")
