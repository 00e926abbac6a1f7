from collections import defaultdict

from odoo import models
from odoo.fields import Command

from ..commerceml import model
from .run import digest

VARIANT = "product.product"
# the value of a variant that 1C says nothing of for an attribute
WITHOUT = "—"


class B2b1cImporterVariant(models.AbstractModel):
    """Characteristics of goods: variants, each made when an offer names it.

    Odoo would make all combinations, and would archive variants that lack a value of a
    new attribute; so lines, values and variants are written one after another here.
    """

    _name = "b2b.1c.importer.variant"
    _description = "1C Importer of Variants"

    def _ensure_variants(self, run, items):
        """The variants that offers speak of; unknown ones are made.

        :param importers.run.Run run:
        :param list items: `model.Good` or `model.Offer`
        :return: variants by id of 1C. What is absent are goods or characteristics that
            are not known yet; what is empty is to be passed over: it was deleted before
            it was ever seen
        :rtype: dict[str, product.product]
        """
        bindings = self.env["b2b.1c.binding"]
        goods = bindings._find(
            run.backend, "product.template", {item.good_id for item in items}
        )
        named = {item.id for item in items if item.characteristic_id}
        rows = bindings._find_rows(run.backend, VARIANT, named) if named else {}
        variants = self.env[VARIANT].with_context(active_test=False)
        there = set(variants.browse(row.res_id for row in rows.values()).exists().ids)
        found, changed = {}, defaultdict(list)
        for item in items:
            template = goods.get(item.good_id)
            if not template:
                continue
            row = rows.get(item.id)
            known = row and row.res_id in there
            if known:
                found[item.id] = variants.browse(row.res_id)
            elif item.deleted and item.characteristic_id:
                found[item.id] = variants
                continue
            elif item.characteristic_id and not self._get_values(item):
                # prices and stock alone: another file tells what it is
                continue
            if item.characteristic_id:
                if not known or self._tells(item) and row.digest != self._digest(item):
                    changed[template].append(item)
            elif self._get_lines(template):
                changed[template].append(item)
            else:
                every = template.with_context(active_test=False).product_variant_ids
                found[item.id] = every[:1]
        for template, offers in changed.items():
            found.update(self._write_variants(run, template, offers, found))
        return found

    def _digest(self, item):
        """Stands for what decides about a variant, prices and stock do not."""
        told = model.Offer(
            item.id,
            name=item.name,
            characteristics=item.characteristics,
            deleted=item.deleted,
        )
        return digest(told)

    def _tells(self, item):
        """Whether a row says anything about its variant: prices and stock do not."""
        return bool(self._get_values(item)) or item.deleted is not None

    def _get_lines(self, template):
        """The attributes whose values make variants."""
        return template.attribute_line_ids.filtered(
            lambda line: line.attribute_id.create_variant == "dynamic"
        )

    def _write_variants(self, run, template, items, known):
        """Make or change the variants of one good.

        :return: variants by id of 1C
        """
        template = template.with_context(create_product_product=False)
        wanted = {item.id: self._get_values(item) for item in items}
        values = self._ensure_values(run, template, wanted.values())
        result = {}
        for item in items:
            combination = self._combine(template, values, wanted[item.id])
            variant = known.get(item.id) or self._find_variant(template, combination)
            result[item.id] = self._write_variant(template, variant, combination, item)
        self.env["b2b.1c.binding"]._bind(
            run.backend,
            VARIANT,
            [
                (item.id, result[item.id].id, item.name, self._digest(item))
                for item in items
            ],
        )
        return result

    def _get_values(self, item):
        """The value of each attribute, as 1C tells it.

        Where it lists none, the name of the goods may hold them in brackets.

        :rtype: dict[str, str]
        """
        told = {one.name: one.value for one in item.characteristics or () if one.name}
        told = {name: value for name, value in told.items() if value}
        if told or not item.characteristic_id:
            return told
        name = item.name or ""
        inner = name[:-1].rpartition("(")[2] if name.endswith(")") else ""
        return {self.env._("Characteristic"): inner} if inner else {}

    def _ensure_values(self, run, template, wanted):
        """The values of the attributes of some goods; each variant has one of each.

        :param wanted: dicts of value by name of the attribute
        :return: value of the template by (name of attribute, value)
        """
        names = defaultdict(dict)
        for line in self._get_lines(template):
            names[line.attribute_id.name] = {WITHOUT: True}
        for told in wanted:
            for name, value in told.items():
                names[name][value] = True
        for told in wanted:
            for name in set(names) - set(told):
                names[name][WITHOUT] = True
        values = {}
        lines = {line.attribute_id.name: line for line in self._get_lines(template)}
        for name, texts in names.items():
            if name in lines:
                # that it may be without is of no interest to what is there
                texts = [text for text in texts if self._is_told(text, name, wanted)]
            for value in self._ensure_line(run, template, lines.get(name), name, texts):
                values[name, value.name] = value
        self._fill_up(template, values)
        return values

    def _is_told(self, text, name, wanted):
        return any(told.get(name, WITHOUT) == text for told in wanted)

    def _ensure_line(self, run, template, line, name, texts):
        """The values of one attribute of some goods: all that it has, new ones too."""
        attribute = line.attribute_id if line else self._ensure_attribute(run, name)
        every = template.with_context(active_test=False).product_variant_ids
        if not line and (self._get_lines(template) or every._b2b_1c_is_used()):
            # what is there already, and was sold without, stays without
            texts = {**dict.fromkeys(texts, True), WITHOUT: True}
        found = self._ensure_attribute_values(attribute, list(texts))
        if not line:
            line = template.attribute_line_ids.create(
                {
                    "product_tmpl_id": template.id,
                    "attribute_id": attribute.id,
                    "value_ids": [Command.set(found.ids)],
                }
            )
        elif found - line.value_ids:
            line.with_context(update_product_template_attribute_values=False).write(
                {"value_ids": [Command.link(value.id) for value in found]}
            )
        values = line.product_template_value_ids
        values.filtered(
            lambda value: (
                not value.ptav_active and value.product_attribute_value_id in found
            )
        ).ptav_active = True
        missing = found - values.product_attribute_value_id
        return values | values.create(
            [
                {"product_attribute_value_id": value.id, "attribute_line_id": line.id}
                for value in missing
            ]
        )

    def _ensure_attribute(self, run, name):
        cache = run.cache.setdefault("characteristics", {})
        if name not in cache:
            attributes = self.env["product.attribute"]
            domain = [("name", "=", name), ("create_variant", "=", "dynamic")]
            cache[name] = attributes.search(domain, limit=1) or attributes.create(
                {"name": name, "create_variant": "dynamic"}
            )
        return cache[name]

    def _ensure_attribute_values(self, attribute, texts):
        values = self.env["product.attribute.value"]
        found = values.search(
            [("attribute_id", "=", attribute.id), ("name", "in", texts)]
        )
        known = set(found.mapped("name"))
        return found | values.create(
            [
                {"attribute_id": attribute.id, "name": text}
                for text in dict.fromkeys(texts)
                if text not in known
            ]
        )

    def _fill_up(self, template, values):
        """Give variants a value of attributes that are new to their goods."""
        lines = self._get_lines(template)
        for variant in template.with_context(active_test=False).product_variant_ids:
            has = variant.product_template_attribute_value_ids
            missing = lines - has.attribute_line_id
            if not missing or (not has and not variant._b2b_1c_is_used()):
                # the variant that nobody used becomes the first one named
                continue
            fillers = [
                values.get((line.attribute_id.name, WITHOUT)) for line in missing
            ]
            for filler in filter(None, fillers):
                has |= filler
            variant.product_template_attribute_value_ids = has

    def _combine(self, template, values, told):
        combination = self.env["product.template.attribute.value"]
        for line in self._get_lines(template):
            name = line.attribute_id.name
            combination |= values[name, told.get(name, WITHOUT)]
        return combination

    def _find_variant(self, template, combination):
        """The variant of that combination, or one that is nothing yet."""
        every = template.with_context(active_test=False).product_variant_ids
        for variant in every:
            if variant.product_template_attribute_value_ids == combination:
                return variant
        bare = every.filtered(lambda one: not one.product_template_attribute_value_ids)
        return bare[:1]

    def _write_variant(self, template, variant, combination, item):
        values = {
            "product_template_attribute_value_ids": [Command.set(combination.ids)]
        }
        if item.deleted is not None:
            values["active"] = not item.deleted and template.active
        if not variant:
            return variant.create({**values, "product_tmpl_id": template.id})
        variant.write(values)
        return variant
