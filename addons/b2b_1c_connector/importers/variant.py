from collections import defaultdict

from odoo import models
from odoo.fields import Command

from ..commerceml import model
from .run import digest

VARIANT = "product.product"
# the value of a variant that 1C says nothing of for an attribute
WITHOUT = "—"
# the attribute of a characteristic that 1C does not take apart
UNNAMED = "Characteristic"


class B2b1cImporterVariant(models.AbstractModel):
    """Characteristics of goods: variants, each made when an offer names it.

    Odoo would make all combinations, and would archive variants that lack a value of a
    new attribute; so lines, values and variants are written one after another here.
    """

    _name = "b2b.1c.importer.variant"
    _description = "1C Importer of Variants"

    def _ensure_variants(self, run, items, goods=None):
        """The variants that offers speak of; unknown ones are made.

        :param importers.run.Run run:
        :param list items: `model.Good` or `model.Offer`
        :param dict goods: the templates that are known, by id, if they were looked up
        :return: variants by id of 1C. What is absent are goods or characteristics that
            are not known yet; what is empty is to be passed over: it was deleted before
            it was ever seen
        :rtype: dict[str, product.product]
        """
        bindings = self.env["b2b.1c.binding"]
        if goods is None:
            ids = {item.good_id for item in items}
            goods = bindings._find(run.backend, "product.template", ids)
        named = {item.id for item in items if item.characteristic_id}
        rows = bindings._find_rows(run.backend, VARIANT, named) if named else {}
        variants = self.env[VARIANT].with_context(active_test=False)
        there = set(variants.browse(row.res_id for row in rows.values()).exists().ids)
        found, changed, plain = {}, defaultdict(list), []
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
            else:
                plain.append((item, template))
        for template, offers in changed.items():
            found.update(self._write_variants(run, template, offers, found))
        # what is left without once the characteristics have their variants
        for item, template in plain:
            found.update(self._ensure_plain(run, template, item))
        return found

    def _ensure_plain(self, run, template, item):
        """The variant without characteristic, for a row that names none. Where all
        have one, it is made only for goods that are in stock without; else any of them
        stands for the goods as a whole.

        :rtype: dict[str, product.product]
        """
        every = template.with_context(active_test=False).product_variant_ids
        if self._get_lines(template):
            own = every.filtered(self._is_without)
            if not own and self._is_in_stock(item):
                return self._write_variants(run, template, [item], {})
            every = (own or every).sorted(lambda variant: not variant.active)
        return {item.id: every[:1]}

    def _is_without(self, variant):
        """Whether a variant of goods with characteristics has none."""
        values = variant.product_template_attribute_value_ids.filtered(
            lambda value: value.attribute_id.create_variant == "dynamic"
        )
        return bool(values) and set(values.mapped("name")) == {WITHOUT}

    def _is_in_stock(self, item):
        if not isinstance(item, model.Offer):
            return False
        quantities = [item.quantity, *(row.quantity for row in item.stocks or ())]
        return any(quantity and quantity > 0 for quantity in quantities)

    def _digest(self, item):
        """Stands for what decides about a variant, prices and stock do not."""
        told = model.Offer(
            item.id,
            name=item.name,
            article=item.article,
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
        bound = self._find_bound(run, template)
        wanted = self._tell_apart(items, bound)
        values = self._ensure_values(run, template, wanted.values())
        combinations = {
            item.id: self._combine(template, values, wanted[item.id]) for item in items
        }
        template.b2b_1c_variants_only = True
        moved = self._free(items, known, combinations)
        result = {}
        for item in items:
            combination = combinations[item.id]
            variant = known.get(item.id) or self._find_variant(
                template, combination, bound
            )
            values = {"product_template_attribute_value_ids": combination}
            if article := (item.article or "").strip():
                values["default_code"] = article
            if item.deleted is not None:
                values["active"] = not item.deleted and template.active
            elif variant in moved:
                values["active"] = True
            result[item.id] = self._write_variant(template, variant, values)
            bound[result[item.id].id] = item.id
        bindings = self.env["b2b.1c.binding"]._bind(
            run.backend,
            VARIANT,
            [
                (item.id, result[item.id].id, item.name, self._digest(item))
                for item in items
            ],
        )
        said = {item.id: item.deleted for item in items if item.deleted is not None}
        for binding in bindings:
            deleted = said.get(binding.external_id, binding.deleted)
            if deleted != binding.deleted:
                binding.deleted = deleted
        return result

    def _find_bound(self, run, template):
        """The variants of a good that ids of 1C stand for: id of 1C by id."""
        variants = template.with_context(active_test=False).product_variant_ids
        return self.env["b2b.1c.binding"]._find_ids(run.backend, variants)

    def _tell_apart(self, items, bound):
        """The values of each attribute, such that no two variants have the same ones:
        1C may know two characteristics that look alike.

        :param dict bound: id of 1C by id of the variant
        :return: dicts of value by name of the attribute, by id of 1C
        """
        ids = {item.id for item in items}
        taken = set()
        for variant in self.env[VARIANT].browse(bound):
            if bound[variant.id] not in ids:
                values = variant.product_template_attribute_value_ids
                told = {value.attribute_id.name: value.name for value in values}
                taken.add(self._get_key(told))
        wanted = {}
        for item in items:
            told, number = self._get_values(item), 1
            other = told
            while told and self._get_key(other) in taken:
                number += 1
                name = list(told)[-1]
                other = {**told, name: f"{told[name]} ({number})"}
            taken.add(self._get_key(other))
            wanted[item.id] = other
        return wanted

    def _get_key(self, told):
        return frozenset(pair for pair in told.items() if pair[1] != WITHOUT)

    def _free(self, items, known, combinations):
        """Archive for a moment the variants that get other values: two of them may
        change places, and no two active ones may have the same."""
        moved = self.env[VARIANT]
        for item in items:
            variant = known.get(item.id, moved)
            now = variant.product_template_attribute_value_ids
            if variant.active and now != combinations[item.id]:
                moved |= variant
        moved.active = False
        moved.flush_recordset()
        return moved

    def _get_values(self, item):
        """The value of each attribute, as 1C tells it.

        Where it lists none, the name of the goods may hold them in brackets.

        :rtype: dict[str, str]
        """
        told = {one.name: one.value for one in item.characteristics or () if one.name}
        told = {name: value for name, value in told.items() if value}
        if told or not item.characteristic_id:
            return told
        inner = in_last_brackets((item.name or "").strip())
        return {UNNAMED: inner} if inner else {}

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
            cache[name] = attributes.search(domain, limit=1)
            if not cache[name]:
                self.env["b2b.1c.name"]._take(attributes._name, [name])
                values = {"name": name, "create_variant": "dynamic"}
                cache[name] = attributes.create(values)
                if name == UNNAMED:
                    self._translate_unnamed(cache[name])
        return cache[name]

    def _translate_unnamed(self, attribute):
        """Our own word for it, unlike those of 1C, is in the dealer's language."""
        for code, _name in self.env["res.lang"].get_installed():
            env = self.env(context={**self.env.context, "lang": code})
            attribute.with_env(env).name = env._("Characteristic")

    def _ensure_attribute_values(self, attribute, texts):
        values = self.env["product.attribute.value"]
        found = values.search(
            [("attribute_id", "=", attribute.id), ("name", "in", texts)]
        )
        known = set(found.mapped("name"))
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            # connections share attributes
            self.env["b2b.1c.name"]._take(values._name, [attribute.id])
        return found | values.create(
            [{"attribute_id": attribute.id, "name": text} for text in missing]
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

    def _find_variant(self, template, combination, bound):
        """The variant of that combination, or one that is nothing yet.

        :param bound: ids of variants that other ids of 1C stand for
        """
        every = template.with_context(active_test=False).product_variant_ids
        free = every.filtered(lambda variant: variant.id not in bound)
        for variant in free:
            if variant.product_template_attribute_value_ids == combination:
                return variant
        bare = free.filtered(lambda one: not one.product_template_attribute_value_ids)
        return bare[:1]

    def _write_variant(self, template, variant, values):
        combination = values.pop("product_template_attribute_value_ids")
        values["product_template_attribute_value_ids"] = [Command.set(combination.ids)]
        if not variant:
            siblings = template.with_context(active_test=False).product_variant_ids
            inherited = {
                "weight": siblings[:1].weight,
                "default_code": template.b2b_1c_article or get_common_article(siblings),
            }
            # of goods that are deleted nothing is for sale
            inherited["active"] = template.active
            return variant.create(
                {**inherited, **values, "product_tmpl_id": template.id}
            )
        variant.write(values)
        return variant

    def _hide_deleted(self, run, template):
        """Archive variants that 1C has deleted: core shows all when goods return."""
        variants = template.product_variant_ids
        rows = self.env["b2b.1c.binding"].search(
            [
                ("backend_id", "=", run.backend.id),
                ("res_model", "=", VARIANT),
                ("res_id", "in", variants.ids),
                ("deleted", "=", True),
            ]
        )
        variants.browse(rows.mapped("res_id")).active = False


def get_common_article(variants):
    """The article that all variants have, if there is one.

    :param product.product variants:
    :rtype: str | bool
    """
    articles = set(variants.mapped("default_code"))
    return articles.pop() if len(articles) == 1 else False


def in_last_brackets(text):
    """What is in the brackets at the end of a text; they may hold others.

    :rtype: str
    """
    if not text.endswith(")"):
        return ""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[place], 0)
        if not depth:
            return text[place + 1 : -1].strip()
    return ""
