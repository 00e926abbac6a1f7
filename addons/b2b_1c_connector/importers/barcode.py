"""Barcodes of goods: no two products have the same one."""

from ..words import speaking

TEMPLATE = "product.template"
VARIANT = "product.product"


class Barcodes:
    """The barcodes of some rows.

    The first one of goods is theirs, further ones are kept as those of their unit
    (`product.uom`). Further ones that 1C takes away go, those of people stay.

    :param importers.run.Run run:
    :param list items: `model.Good`s
    """

    def __init__(self, run, items):
        self._run = run
        self._env = env = run.env
        codes = {code for item in items for code in item.barcodes or ()}
        variants = env[VARIANT].with_context(active_test=False)
        found = variants.search([("barcode", "in", list(codes))]) if codes else variants
        self._owners = {one.barcode: one.product_tmpl_id.id for one in found}
        units = env["product.uom"].search([("barcode", "in", list(codes))])
        self._owners.update(
            (one.barcode, one.product_id.product_tmpl_id.id) for one in units
        )
        self._packagings = set(units.filtered(self._is_foreign).mapped("barcode"))
        self._others = {}
        self._brought = self._find_brought(items)

    def _is_foreign(self, packaging):
        return packaging.b2b_1c_backend_id != self._run.backend

    def _find_brought(self, items):
        """Further barcodes that this 1C has brought, by ids of their products."""
        told = [item.good_id for item in items if item.barcodes is not None]
        if not told:
            return {}
        bindings = self._env["b2b.1c.binding"]
        goods = bindings._find_rows(self._run.backend, TEMPLATE, told)
        rows = self._env["product.uom"].search(
            [
                ("b2b_1c_backend_id", "=", self._run.backend.id),
                (
                    "product_id.product_tmpl_id",
                    "in",
                    [row.res_id for row in goods.values() if row.res_id],
                ),
            ]
        )
        return rows.grouped(lambda row: row.product_id.product_tmpl_id.id)

    def choose(self, item, product):
        """The value for the barcode of a product; those of others are reported.

        :param product: a `product.template`, `product.product` or nothing
        :rtype: dict
        """
        if item.barcodes is None:
            return {}
        is_variant = product and product._name == VARIANT
        template = product.product_tmpl_id if is_variant else product
        owner = template.id if template else item.id
        free = []
        for code in dict.fromkeys(filter(None, item.barcodes)):
            if self._owners.setdefault(code, owner) == owner:
                free.append(code)
            else:
                self._report(item, code)
        main = [code for code in free if code not in self._packagings][:1]
        self._others[item.good_id] = [code for code in free if code not in main]
        if not is_variant:
            self._take_away(template, self._others[item.good_id])
        elif main:
            siblings = template.product_variant_ids - product
            if main[0] in siblings.mapped("barcode"):
                self._report(item, main[0])
                return {}
        return {"barcode": main[0] if main else False}

    def _report(self, item, code):
        reason = speaking(self._env)._(
            "The barcode %s belongs to another product.", code
        )
        self._run.report(item, reason)

    def _take_away(self, template, others):
        """Remove what 1C does not name any more: at once, as a further barcode may
        have become the first one."""
        brought = template and self._brought.get(template.id)
        if brought:
            gone = brought.filtered(lambda row: row.barcode not in others)
            self._brought[template.id] = brought - gone
            gone.unlink()

    def add_others(self, products):
        """Keep further barcodes of goods as those of their unit.

        :param dict products: id of the product by id of 1C
        """
        values = []
        for external_id, codes in self._others.items():
            if external_id not in products:
                continue
            template = self._env[TEMPLATE].browse(products[external_id])
            variant = template.with_context(active_test=False).product_variant_ids[:1]
            brought = self._brought.get(template.id, self._env["product.uom"])
            known = self._packagings.union(brought.mapped("barcode"))
            values += [
                {
                    "product_id": variant.id,
                    "uom_id": template.uom_id.id,
                    "barcode": code,
                    "company_id": False,
                    "b2b_1c_backend_id": self._run.backend.id,
                }
                for code in codes
                if code not in known
            ]
        self._env["product.uom"].create(values)
