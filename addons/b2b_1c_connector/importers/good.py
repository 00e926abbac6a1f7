import dataclasses
import re

from odoo import models
from odoo.fields import Command
from odoo.tools import html_sanitize, is_html_empty, plaintext2html

from ..words import speaking
from .barcode import Barcodes
from .run import digest
from .unit import UNIT
from .variant import get_common_article, in_last_brackets

TEMPLATE = "product.template"
VARIANT = "product.product"
TAX = "account.tax"
SERVICES = {"услуга", "работа"}
# what belongs to the only variant of goods
OF_VARIANT = ("default_code", "barcode", "weight")


class B2b1cImporterGood(models.AbstractModel):
    """Goods: products, created, changed and archived.

    A catalogue by characteristics repeats the goods for each of them, under ids as
    `good#characteristic` (reference 2.3): the goods are one product, each
    characteristic is a variant.
    """

    _name = "b2b.1c.importer.good"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Goods"

    def _import_batch(self, run, items):
        if not run.backend.exchange_goods:
            run.count("skipped", len(items))
            return
        # an id may be repeated: the last row of it counts
        latest = {item.id: item for item in items}
        run.count("skipped", len(items) - len(latest))
        goods = {}
        for item in latest.values():
            goods.setdefault(item.good_id, self._strip(item))
        found, changed = self._find_changed(run, goods)
        ready = self._write_goods(run, found, changed)
        pictures = self.env["b2b.1c.importer.picture"]
        pictures._import_pictures(run, goods.values(), changed)
        self._write_characteristics(run, latest.values(), ready)

    def _strip(self, item):
        """What a row says about the goods, not about the characteristic."""
        if not item.characteristic_id:
            return item
        return dataclasses.replace(
            item,
            id=item.good_id,
            name=item.name and self._strip_name(item.name),
            characteristics=None,
            barcodes=None,
            article=None,
            version=None,
            # a deleted characteristic leaves the goods
            deleted=None,
        )

    def _strip_name(self, name):
        inner = in_last_brackets(name.strip())
        return name.strip()[: -len(inner) - 2].strip() if inner else name

    def _find_changed(self, run, goods):
        """The products that are known, and the rows that say something new.

        :param dict goods: `model.Good` by id
        :return: products by id, (row, digest) by id
        """
        bindings = self.env["b2b.1c.binding"]
        rows = bindings._find_rows(run.backend, TEMPLATE, goods)
        records = bindings._get_records(TEMPLATE, [row.res_id for row in rows.values()])
        known = set(records.ids)
        found = {
            external_id: records.browse(row.res_id)
            for external_id, row in rows.items()
            if row.res_id in known
        }
        self._bring_back(run, goods, rows, found)
        settings = run.backend._get_goods_settings()
        changed = {}
        for external_id, item in goods.items():
            said = digest(item, settings)
            if external_id not in found or rows[external_id].digest != said:
                changed[external_id] = (item, said)
        run.count("unchanged", sum(1 for key in goods if key not in changed))
        return found, changed

    def _bring_back(self, run, goods, rows, found):
        """Show goods again that were archived as a full export did not name them."""
        for external_id in goods.keys() & found.keys():
            row, product = rows[external_id], found[external_id]
            if row.absent:
                row.absent = False
                if not goods[external_id].deleted:
                    product.active = True
                    self.env["b2b.1c.importer.variant"]._hide_deleted(run, product)

    # -- products

    def _write_goods(self, run, found, changed):
        """Create and change products.

        :return: ids of goods that are products now
        """
        new, bound = [], []
        # what waits of these rows is older
        self.env["b2b.1c.waiting"]._forget(run.backend, "Good", list(changed))
        placements = self.env["b2b.1c.importer.placement"]
        placements._forget(run, [item for item, _said in changed.values()])
        properties = self.env["b2b.1c.importer.good.property"]
        told = properties._read(run, [item for item, _said in changed.values()])
        barcodes = Barcodes(run, [item for item, _said in changed.values()])
        for external_id, (item, said) in changed.items():
            product = found.get(external_id)
            if not product and item.deleted:
                run.count("skipped")
                continue
            unit = self._find_unit(run, item)
            if unit is None:
                continue
            complete, values = self._prepare(run, item, unit)
            values.update(barcodes.choose(item, product))
            known, _values = told.get(external_id, (True, ()))
            said = said if complete and known else False
            if product:
                returns = values.get("active") and not product.active
                self._change_variants(product, values)
                self._change(product, values)
                if returns:
                    self.env["b2b.1c.importer.variant"]._hide_deleted(run, product)
                run.count("updated")
                bound.append((external_id, product.id, item.name, said))
            else:
                new.append((external_id, item, said, values))
        created = self._create(run, [row[-1] for row in new])
        for (external_id, item, said, _values), product in zip(
            new, created, strict=True
        ):
            run.count("created")
            bound.append((external_id, product.id, item.name, said))
        self.env["b2b.1c.binding"]._bind(run.backend, TEMPLATE, bound)
        barcodes.add_others({row[0]: row[1] for row in bound})
        products = {row[0]: self.env[TEMPLATE].browse(row[1]) for row in bound}
        properties._write(
            run, {products[key]: told[key][1] for key in products if key in told}
        )
        placements._let_wait(run, [changed[key][0] for key in products])
        return found.keys() | {row[0] for row in bound}

    def _find_unit(self, run, item):
        """The unit, nothing if the row tells none; None if the row has to wait."""
        units = self.env["b2b.1c.importer.unit"]
        key = item.unit and units._get_key(item.unit)
        if not key:
            return self.env[UNIT]
        unit = units._find_unit(run, item.unit)
        if unit:
            return unit
        name = item.unit.full_name or item.unit.name
        self.env["b2b.1c.binding"]._park(run.backend, UNIT, key, name)
        reason = speaking(self.env)._(
            "Nobody has chosen yet what this unit is: %s", name or key
        )
        run.wait(item, UNIT, key, reason)
        return None

    def _prepare(self, run, item, unit):
        """The values of a product, as far as the row tells them.

        :return: whether nothing is missing, and the values
        """
        values = {"name": self._get_name(run, item)}
        if unit:
            values["uom_id"] = unit.id
        if item.article is not None:
            values["default_code"] = item.article.strip() or False
            values["b2b_1c_article"] = values["default_code"]
        weight = self._get_weight(run, item)
        if weight is not None:
            values["weight"] = weight
        if item.description is not None:
            values["description_ecommerce"] = self._get_description(item)
        kind = item.requisite("ТипНоменклатуры") or item.requisite("ВидНоменклатуры")
        if kind is not None:
            service = kind.strip().lower() in SERVICES
            values["type"] = "service" if service else "consu"
            values["is_storable"] = not service
        if item.deleted is not None:
            values["active"] = not item.deleted
        placements = self.env["b2b.1c.importer.placement"]
        of_groups = placements._prepare(run, item.groups)
        taxed, of_taxes = self._get_taxes(run, item)
        return taxed, {**values, **of_groups, **of_taxes}

    def _get_name(self, run, item):
        full = item.requisite("Полное наименование")
        name = full if run.backend.full_names and full else item.name
        return " ".join((name or item.id).split())

    def _get_weight(self, run, item):
        """Kilograms. УТ 10.3 tells grams (reference 2.3)."""
        if item.weight is not None:
            return float(item.weight)
        told = (item.requisite("Вес") or "").replace(",", ".").replace("\xa0", "")
        try:
            weight = float(told)
        except ValueError:
            return None
        return weight / 1000 if run.backend.configuration == "ut10" else weight

    def _get_description(self, item):
        text = item.description
        said = (item.requisite("ОписаниеВФорматеHTML") or "").lower()
        html = said == "true" or (not said and re.search(r"</?[a-zA-Z][^<>]*>", text))
        if not html:
            text = plaintext2html(text) if text.strip() else ""
        # the field would let an administrator write anything
        return False if is_html_empty(text) else html_sanitize(text)

    def _get_taxes(self, run, item):
        """Sales taxes: whether they are known, and the values."""
        if not item.taxes:
            return True, {}
        taxes = self.env[TAX]
        for told in item.taxes:
            if told.is_free:
                continue
            tax = told.rate is not None and self._find_tax(run, told)
            if not tax:
                run.report(item, self._explain_tax(told))
                return False, {}
            taxes |= tax
        return True, {"taxes_id": [Command.set(taxes.ids)]}

    def _explain_tax(self, told):
        """Why the tax of a product stays."""
        if told.rate is None:
            return speaking(self.env)._(
                "No tax rate can be read from “%s”; the tax of the product stays.",
                told.text or told.name or "",
            )
        return speaking(self.env)._(
            "No sales tax of %s %% is known; the tax of the product stays.",
            f"{told.rate.normalize():f}",
        )

    def _find_tax(self, run, told):
        """The sales tax of that rate: the company's own one first, else as bound."""
        key = f"{told.rate.normalize():f}"
        cache = run.cache.setdefault(TAX, {})
        if key not in cache:
            company = run.backend.company_id
            rate = float(told.rate)
            own = company.account_sale_tax_id
            domain = [
                *self.env[TAX]._check_company_domain(company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", rate),
            ]
            bindings = self.env["b2b.1c.binding"]
            found = bindings._find(run.backend, TAX, [key]).get(key)
            if not found and own.amount_type == "percent" and own.amount == rate:
                found = own
            found = found or self.env[TAX].search(domain, limit=1)
            if not found:
                name = f"{told.name or ''} {key} %".strip()
                bindings._park(run.backend, TAX, key, name)
            cache[key] = found
        return cache[key]

    def _change_variants(self, product, values):
        """Variants keep weight and article: core hands them on to an only one, and
        forgets them with the goods of several. Articles of their own stay."""
        variants = product.with_context(active_test=False).product_variant_ids
        if len(variants) < 2:
            return
        names = {"weight", "default_code"} & values.keys()
        told = {name: values.pop(name) for name in names}
        before = (False, product.b2b_1c_article or get_common_article(variants))
        for variant in variants:
            has_own = variant.default_code not in before
            names = [name for name in told if name != "default_code" or not has_own]
            self._change(variant, {name: told[name] for name in names})

    def _change(self, product, values):
        """Write what differs: most rows repeat most of what is known."""
        changed = {}
        for name, value in values.items():
            field, now = product._fields[name], product[name]
            if field.type == "many2one":
                same = now.id == value
            elif field.type == "many2many":
                same = set(now.ids) == set(value[0][2])
            elif field.type == "float":
                same = abs(now - value) < 1e-6
            else:
                same = (now or False) == (value or False)
            if not same:
                changed[name] = value
        if changed:
            product.write(changed)

    def _create(self, run, values_list):
        """Create products with their only variants, many at once.

        Core would write article, barcode and weight once more for each product.
        """
        templates = self.env[TEMPLATE].with_context(create_product_product=False)
        if not values_list:
            return templates
        # once: core would look each of them up for each product
        defaults = templates.default_get(list(templates._fields))
        sequence = defaults.pop("website_sequence")
        of_variants, of_templates = [], []
        for number, values in enumerate(values_list):
            of_variants.append({k: values[k] for k in OF_VARIANT if k in values})
            of_templates.append(
                {
                    **defaults,
                    "type": "consu",
                    "is_storable": True,
                    "sale_ok": True,
                    "is_published": run.backend.publish_goods,
                    "website_sequence": sequence + 5 * number,
                    "list_price": 0,
                    **{k: v for k, v in values.items() if k not in OF_VARIANT},
                }
            )
        created = templates.create(of_templates)
        self.env[VARIANT].create(
            [
                {"product_tmpl_id": template.id, "active": template.active, **values}
                for template, values in zip(created, of_variants, strict=True)
            ]
        )
        return created

    # -- characteristics

    def _write_characteristics(self, run, items, ready):
        """Variants of a catalogue by characteristics, with articles and barcodes."""
        items = [
            item for item in items if item.characteristic_id and item.good_id in ready
        ]
        if not items:
            return
        found = self.env["b2b.1c.importer.variant"]._ensure_variants(run, items)
        barcodes = Barcodes(run, items)
        for item in items:
            variant = found.get(item.id)
            if not variant:
                continue
            values = barcodes.choose(item, variant)
            if item.article is not None:
                values["default_code"] = item.article.strip() or False
            self._change(variant, values)
