import psycopg2

from odoo import models
from odoo.fields import Command
from odoo.tools import mute_logger

from .property import PROPERTY

ATTRIBUTE = "product.attribute"
VALUE = "product.attribute.value"
LINE = "product.template.attribute.line"
TEMPLATE_VALUE = "product.template.attribute.value"


class B2b1cImporterAttribute(models.AbstractModel):
    """Properties as attributes that make no variants: filters of the shop, and what it
    compares goods by.

    Core looks for archived lines once for each line that is made, and makes the
    variants of the product anew after each change. Lines that cannot make variants need
    neither, and there may be hundreds of thousands; so they are written here without.
    """

    _name = "b2b.1c.importer.attribute"
    _description = "1C Importer of Attributes"

    def _write(self, run, products, told):
        """Give products the attributes that they have.

        :param importers.run.Run run:
        :param list products: those whose attributes are told
        :param dict told: `good_property.Told` values by product
        """
        values = self._ensure_values(run, told)
        wanted = {
            (product.id, values[value].id)
            for product, found in told.items()
            for value in found
        }
        gone, back = self._compare(run, products, wanted)
        self._remove(gone)
        self._revive(back)
        self._create(wanted, self.env[VALUE].browse(value for _id, value in wanted))

    def _compare(self, run, products, wanted):
        """Take out of `wanted` what is there.

        Lines with several values are people's own, and stay.

        :return: lines that are to go, and archived ones that are wanted again
        """
        lines = self.env[LINE].with_context(active_test=False)
        lines = lines.search_fetch(
            [
                ("product_tmpl_id", "in", [product.id for product in products]),
                ("attribute_id", "in", self._find_attributes(run).ids),
            ],
            ["product_tmpl_id", "attribute_id", "active"],
        )
        gone, back = lines.browse(), lines.browse()
        for line in lines.sorted("active", reverse=True):
            values = line.product_template_value_ids.product_attribute_value_id
            keys = {(line.product_tmpl_id.id, value.id) for value in values}
            if line.active and len(keys) > 1:
                wanted -= keys
            elif line.active and not keys & wanted:
                gone |= line
            elif len(keys) == 1 and keys <= wanted:
                wanted -= keys
                if not line.active:
                    back |= line
        return gone, back

    def _find_attributes(self, run):
        """The attributes that properties of this connection are."""
        if "property_attributes" not in run.cache:
            records = self.env[PROPERTY].search_fetch(
                [("backend_id", "=", run.backend.id), ("attribute_id", "!=", False)],
                ["attribute_id"],
            )
            run.cache["property_attributes"] = records.attribute_id
        return run.cache["property_attributes"]

    # -- lines of products

    def _create(self, wanted, values):
        attributes = {value.id: value.attribute_id.id for value in values}
        keys = sorted(wanted)
        lines = models.BaseModel.create(
            self.env[LINE],
            [
                {
                    "product_tmpl_id": product,
                    "attribute_id": attributes[value],
                    "value_ids": [Command.set([value])],
                }
                for product, value in keys
            ],
        )
        self.env[TEMPLATE_VALUE].create(
            [
                {"product_attribute_value_id": value, "attribute_line_id": line.id}
                for line, (_product, value) in zip(lines, keys, strict=True)
            ]
        )

    def _remove(self, lines):
        """Delete lines; those that orders name are archived. Values that no product has
        any more leave the filters of the shop."""
        if not lines:
            return
        values = lines.value_ids
        named = self.env["sale.order.line"].search(
            [
                (
                    "product_no_variant_attribute_value_ids",
                    "in",
                    lines.product_template_value_ids.ids,
                )
            ]
        )
        kept = lines & named.product_no_variant_attribute_value_ids.attribute_line_id
        self._archive(kept)
        gone = lines - kept
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                models.BaseModel.unlink(gone)
        except psycopg2.IntegrityError:
            # named by something else: core archives them in this case, too
            self._archive(gone)
        rows = self.env[LINE]._read_group(
            [("value_ids", "in", values.ids)], ["value_ids"]
        )
        used = self.env[VALUE].union(*(value for (value,) in rows))
        (values - used).active = False

    def _archive(self, lines):
        if lines:
            lines.product_template_value_ids.ptav_active = False
            self._unbound(lines).active = False

    def _revive(self, lines):
        if not lines:
            return
        by_value = lines.grouped(
            lambda line: line.product_template_value_ids.product_attribute_value_id
        )
        for value, found in by_value.items():
            self._unbound(found).write(
                {"active": True, "value_ids": [Command.set(value.ids)]}
            )
        lines.product_template_value_ids.ptav_active = True

    def _unbound(self, lines):
        return lines.with_context(update_product_template_attribute_values=False)

    # -- attributes and their values

    def _ensure_values(self, run, told):
        """The values of attributes that goods have; those that are missing are made.

        :return: value by `good_property.Told`
        """
        told = {value: True for values in told.values() for value in values}
        attributes = self._ensure_attributes(run, {value.external_id for value in told})
        found = self._find_bound(run, told, attributes)
        others = self._find_named(run, told.keys() - found.keys(), attributes)
        found.update(others)
        missing = [value for value in told if value not in found]
        created = self._create_values(missing, attributes)
        found.update(created)
        hidden = self.env[VALUE].union(*found.values())
        hidden.filtered(lambda value: not value.active).active = True
        self._bind(run, {**others, **created})
        return found

    def _bind(self, run, found):
        known = run.cache["properties"]
        rows = [
            (known[told.external_id].record._get_value_key(told.variant), value, told)
            for told, value in found.items()
            if told.variant
        ]
        self.env["b2b.1c.binding"]._bind(
            run.backend,
            VALUE,
            [(key, value.id, told.text, False) for key, value, told in rows],
        )

    def _find_bound(self, run, told, attributes):
        """Values of lists, by their ids in 1C."""
        known = run.cache["properties"]
        keys = {
            known[value.external_id].record._get_value_key(value.variant): value
            for value in told
            if value.variant
        }
        found = self.env["b2b.1c.binding"]._find(run.backend, VALUE, keys)
        return {
            keys[key]: value
            for key, value in found.items()
            if value.attribute_id == attributes[keys[key].external_id]
        }

    def _find_named(self, run, told, attributes):
        """Values by what they are called, unless they are another one of this 1C."""
        if not told:
            return {}
        values = self.env[VALUE].with_context(active_test=False)
        values = values.search(
            [
                ("attribute_id", "in", [one.id for one in attributes.values()]),
                ("name", "in", list({value.text for value in told})),
            ]
        )
        bound = self.env["b2b.1c.binding"]._find_ids(run.backend, values)
        free = {
            (value.attribute_id, value.name): value
            for value in values
            if value.id not in bound
        }
        named = {(value.attribute_id, value.name): value for value in values}
        found, taken = {}, set()
        for value in told:
            key = (attributes[value.external_id], value.text)
            record = free.get(key) if value.variant else named.get(key)
            if record and not (value.variant and record.id in taken):
                found[value] = record
                taken.add(record.id)
        return found

    def _create_values(self, told, attributes):
        if not told:
            return {}
        concerned = {attributes[value.external_id].id for value in told}
        # two connections may have one attribute
        self.env["b2b.1c.name"]._take(VALUE, concerned)
        created = self.env[VALUE].create(
            [
                {
                    "attribute_id": attributes[value.external_id].id,
                    "name": value.text,
                }
                for value in told
            ]
        )
        return dict(zip(told, created, strict=True))

    def _ensure_attributes(self, run, ids):
        """The attributes that properties are.

        Connections share attributes of one name; two properties of one connection never
        do.

        :param ids: ids of properties in 1C
        :return: attribute by id of the property
        """
        known = run.cache["properties"]
        records = {external_id: known[external_id].record for external_id in ids}
        missing = {
            external_id: record
            for external_id, record in records.items()
            if not record.attribute_id
        }
        if missing:
            run.cache.pop("property_attributes", None)
            self._assign_attributes(run, missing)
        return {key: record.attribute_id for key, record in records.items()}

    def _assign_attributes(self, run, records):
        names = [record.name for record in records.values()]
        self.env["b2b.1c.name"]._take(ATTRIBUTE, names)
        attributes = self.env[ATTRIBUTE].with_context(active_test=False)
        found = attributes.search(
            [
                ("name", "in", names),
                ("create_variant", "=", "no_variant"),
                ("display_type", "!=", "multi"),
                ("id", "not in", self._find_attributes(run).ids),
            ]
        )
        free = {attribute.name: attribute for attribute in reversed(found)}
        new = []
        for record in records.values():
            record.attribute_id = free.pop(record.name, False)
            if not record.attribute_id:
                new.append(record)
        created = attributes.create(
            [{"name": one.name, "create_variant": "no_variant"} for one in new]
        )
        for record, attribute in zip(new, created, strict=True):
            record.attribute_id = attribute
        run.cache.pop("property_attributes", None)
