from odoo import models

from ..commerceml import model
from ..models.b2b_1c_property import LIST
from .run import digest

PROPERTY = "b2b.1c.property"
# what of a property decides about goods
SAID = ("id", "name", "type", "variants", "deleted")


class B2b1cImporterProperty(models.AbstractModel):
    """Properties, as classifiers define them: they are remembered until goods use them.

    What is not said stays: a classifier may list some values only, and name a property
    twice, for goods and for offers. A value that is not listed any more stays on the
    goods that have it until their row says otherwise. A property that is marked as
    deleted leaves the goods at once; one that is only missing stays.
    """

    _name = "b2b.1c.importer.property"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Properties"

    def _import_batch(self, run, items):
        if not run.backend._takes_properties():
            run.count("skipped", len(items))
            return
        merged = {}
        for item in items:
            merged[item.id] = self._merge(merged.get(item.id), item)
        run.count("skipped", len(items) - len(merged))
        run.cache.pop("properties", None)
        bindings = self.env["b2b.1c.binding"]
        rows = bindings._find_rows(run.backend, PROPERTY, merged)
        there = bindings._get_records(PROPERTY, [row.res_id for row in rows.values()])
        known = {record.id: record for record in there}
        bound, new = [], []
        for external_id, item in merged.items():
            row = rows.get(external_id)
            record = row and known.get(row.res_id)
            if not record:
                new.append(item)
            elif row.digest == digest(item):
                run.count("unchanged")
            else:
                changed = self._update(record, item)
                run.count("updated" if changed else "unchanged")
                bound.append((external_id, record.id, record.name, digest(item)))
        bindings._bind(run.backend, PROPERTY, bound + self._create(run, new))

    def _merge(self, known, item):
        """Two rows of one property: what the later one does not say, the earlier one
        does."""
        values = {name: getattr(item, name) for name in SAID}
        for name in SAID if known else ():
            if values[name] in (None, "", {}):
                values[name] = getattr(known, name)
        return model.Property(**values, line=item.line)

    def _create(self, run, items):
        """Remember new properties.

        :return: rows for `_bind`
        """
        new = [item for item in items if not item.deleted]
        run.count("skipped", len(items) - len(new))
        created = self.env[PROPERTY].create(
            [
                {
                    "backend_id": run.backend.id,
                    "external_id": item.id,
                    "name": _clean(item.name) or item.id,
                    # the oldest do not say that what has values is a list
                    "type": item.type or (LIST if item.variants else False),
                    "variants": item.variants,
                }
                for item in new
            ]
        )
        run.count("created", len(new))
        self._look_at_waiting_anew(run, [item.id for item in new])
        return [
            (item.id, record.id, record.name, digest(item))
            for item, record in zip(new, created, strict=True)
        ]

    def _look_at_waiting_anew(self, run, ids):
        """Have goods that wait for some properties taken for new ones: their rows have
        gone in but for these."""
        waiting = self.env["b2b.1c.waiting"].search(
            [
                ("backend_id", "=", run.backend.id),
                ("needs_model", "=", PROPERTY),
                ("needs_id", "in", ids),
            ]
        )
        goods = {row.external_id.partition("#")[0] for row in waiting}
        bindings = self.env["b2b.1c.binding"]
        for row in bindings._find_rows(run.backend, "product.template", goods).values():
            row.digest = False

    def _update(self, record, item):
        """Take over what is new of a property.

        :return: whether there was anything
        """
        name = _clean(item.name)
        if renamed := bool(name and name != record.name):
            record._rename(name)
        told = self._update_variants(record, item)
        values = {}
        if item.type and item.type != record.type:
            values["type"] = item.type
        if item.deleted is not None and item.deleted != record.deleted:
            values["deleted"] = item.deleted
        if values:
            # as what it was, goods still have it
            record._look_at_goods_anew()
            record.write(values)
        if values.get("deleted"):
            self.env["b2b.1c.importer.good.property"]._remove_everywhere(record)
        return bool(renamed or told or values)

    def _update_variants(self, record, item):
        if not item.variants:
            return False
        known = record.variants or {}
        changed = {k: v for k, v in item.variants.items() if known.get(k) != v}
        if changed:
            record.variants = {**known, **changed}
            renamed = {k: _clean(v) for k, v in changed.items() if k in known}
            record._rename_values({k: v for k, v in renamed.items() if v})
        return bool(changed)


def _clean(text):
    """A text in one line, without the blanks that 1C pads it with."""
    return " ".join((text or "").split())
