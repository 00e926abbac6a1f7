from odoo import models

from .run import digest


class B2b1cImporterGroup(models.AbstractModel):
    """Groups of goods: categories of the backend and of the shop."""

    _name = "b2b.1c.importer.group"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Groups"
    # both keep the tree of 1C; the first decides whether a row has changed
    _targets = ("product.category", "product.public.category")

    def _import_batch(self, run, items):
        for item in items:
            self._import_group(run, item)

    def _import_group(self, run, item):
        bindings = self.env["b2b.1c.binding"]
        said = digest(item)
        found = {
            name: bindings._find_rows(run.backend, name, [item.id]).get(item.id)
            for name in self._targets
        }
        known = found[self._targets[0]]
        if known and known.digest == said and known._get_bound():
            run.count("unchanged")
            return
        for name in self._targets:
            self._write_target(run, item, name, said)
        run.count("updated" if known else "created")

    def _write_target(self, run, item, res_model, said):
        bindings = self.env["b2b.1c.binding"]
        ids = [item.id] + ([item.parent_id] if item.parent_id else [])
        records = bindings._find(run.backend, res_model, ids)
        parent = records.get(item.parent_id)
        values = {"name": item.name or item.id, "parent_id": parent and parent.id}
        record = records.get(item.id)
        if record:
            record.write(values)
        else:
            record = self.env[res_model].create(values)
        bindings._bind(run.backend, res_model, [(item.id, record.id, item.name, said)])
