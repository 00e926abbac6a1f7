import dataclasses
import re

from odoo import models

from ..commerceml.scalars import to_decimal
from ..models.b2b_1c_property import LIST
from ..words import speaking
from .property import PROPERTY, _clean

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# how 1C writes that there is no date
NO_DATE = "0001-01-01"


@dataclasses.dataclass(slots=True)
class Known:
    """A property, as far as goods need it.

    :ivar record: the `b2b.1c.property`
    :ivar is_attribute: whether its values are those of an attribute
    :ivar variants: values of a list by their ids
    """

    record: models.Model
    type: str
    is_attribute: bool
    variants: dict


@dataclasses.dataclass(slots=True, frozen=True)
class Told:
    """A value that goods have: `variant` is its id in 1C, if it is of a list."""

    external_id: str
    variant: str
    text: str


class B2b1cImporterGoodProperty(models.AbstractModel):
    """The properties that goods have.

    A row that tells properties tells all of them: what it does not name, or names
    without value, is cleared. One that tells none leaves them.

    As attributes, each value is a line of its own of the product: so Odoo shows several
    values of an attribute that nobody has to choose from. They never make variants, and
    the attributes that do are others, even if they are called the same.
    """

    _name = "b2b.1c.importer.good.property"
    _description = "1C Importer of Properties of Goods"

    def _read(self, run, items):
        """What rows say about properties.

        :param importers.run.Run run:
        :param list items: `model.Good`s
        :return: by id of the goods that say anything: whether all is known, and the
            values
        :rtype: dict[str, tuple[bool, list[Told]]]
        """
        if not run.backend._takes_properties():
            return {}
        items = [item for item in items if item.properties is not None]
        if not items:
            return {}
        ids = {external_id for item in items for external_id in item.properties}
        known = self._find_known(run, ids)
        return {item.id: self._read_row(run, item, known) for item in items}

    def _find_known(self, run, ids):
        """Properties by their ids; None for those that no classifier has defined.

        :rtype: dict[str, Known]
        """
        cache = run.cache.setdefault("properties", {})
        missing = [external_id for external_id in ids if external_id not in cache]
        if missing:
            bindings = self.env["b2b.1c.binding"]
            found = bindings._find(run.backend, PROPERTY, missing)
            for external_id in missing:
                record = found.get(external_id)
                cache[external_id] = record and self._describe(run, record)
        return cache

    def _describe(self, run, record):
        if record.deleted:
            return Known(record, "", False, {})
        variants = record.variants or {} if record.type == LIST else {}
        is_attribute = run.backend._takes_as_attribute(record.type)
        return Known(record, record.type or "", is_attribute, variants)

    def _read_row(self, run, item, known):
        complete, told = True, []
        for external_id, values in item.properties.items():
            found = known[external_id]
            if not values:
                continue
            if not found:
                # the row is kept, and comes again when the property does
                self._let_wait(run, item, external_id)
                continue
            if found.record.deleted:
                # it may come back: then the goods are looked at anew
                complete = False
                continue
            for value in values:
                text = self._get_text(found, value)
                if text is None:
                    complete = False
                elif text:
                    variant = value if value in found.variants else ""
                    told.append(Told(external_id, variant, text))
        return complete, list(dict.fromkeys(told))

    def _let_wait(self, run, item, external_id):
        reason = speaking(self.env)._("The property %s is not known yet.", external_id)
        part = f"property {external_id}"
        run.wait(item, PROPERTY, external_id, reason, part=part, count=False)

    def _get_text(self, found, value):
        """What people read of a value, "" for nothing, None if it is not known."""
        if found.type == LIST:
            if value in found.variants:
                return _clean(found.variants[value])
            return None if GUID.fullmatch(value) else _clean(value)
        if found.type == "Число":
            return _format_number(value)
        if found.type == "Время":
            return _format_time(value)
        return value.strip()

    # -- into Odoo

    def _write(self, run, told):
        """Give goods the properties that they have.

        :param dict told: `Told` values by `product.template`: all that it has
        """
        if not told:
            return
        known = run.cache["properties"]
        attributes, plain = {}, {}
        for product, values in told.items():
            for value in values:
                kept = attributes if known[value.external_id].is_attribute else plain
                kept.setdefault(product, []).append(value)
        self._write_plain(run, told, plain)
        lines = self.env["b2b.1c.importer.attribute"]
        lines._write(run, list(told), attributes)

    def _write_plain(self, run, told, plain):
        known = run.cache["properties"]
        # in order: values of one property stand as 1C tells them
        wanted = {
            (
                product.id,
                known[value.external_id].record.id,
                value.variant,
                value.text,
            ): True
            for product, values in plain.items()
            for value in values
        }
        rows = self.env["b2b.1c.property.value"].search_fetch(
            [
                ("product_tmpl_id", "in", [product.id for product in told]),
                ("property_id.backend_id", "=", run.backend.id),
            ],
            ["product_tmpl_id", "property_id", "variant", "name"],
        )
        gone = rows.browse()
        for row in rows:
            key = (row.product_tmpl_id.id, row.property_id.id, row.variant or "")
            if (*key, row.name) in wanted:
                del wanted[*key, row.name]
            else:
                gone |= row
        gone.unlink()
        names = ("product_tmpl_id", "property_id", "variant", "name")
        rows.create([dict(zip(names, key, strict=True)) for key in wanted])

    def _remove_everywhere(self, records):
        """Take properties away from all goods.

        :param b2b.1c.property records:
        """
        records.value_ids.unlink()
        # attributes are shared: what others have brought stays
        bindings = self.env["b2b.1c.binding"].search_fetch(
            [
                ("backend_id", "in", records.backend_id.ids),
                ("res_model", "=", "product.template"),
            ],
            ["res_id"],
        )
        lines = self.env["product.template.attribute.line"].search(
            [
                ("attribute_id", "in", records.attribute_id.ids),
                ("product_tmpl_id", "in", bindings.mapped("res_id")),
            ]
        )
        self.env["b2b.1c.importer.attribute"]._remove(lines)


def _format_number(text):
    """A number as people write it: `1 500,50` and `1500.5` are the same."""
    try:
        return f"{to_decimal(text.strip()).normalize():f}"
    except ValueError:
        return text.strip()


def _format_time(text):
    """A date, with the time if there is one; the empty date of 1C is nothing."""
    date, _mark, time = text.strip().partition("T")
    if date == NO_DATE:
        return ""
    return date if time in ("", "00:00:00") else f"{date} {time}"
