import dataclasses

from odoo import models

from ..commerceml import model
from ..words import speaking
from .barcode import Barcodes

TEMPLATE = "product.template"
VARIANT = "product.product"
# what an offer is counted as, if several things become of it
ORDER = ("created", "updated", "unchanged", "skipped")


class OfferRow:
    """An offer that is brought in, and what becomes of it.

    :ivar offer: the `model.Offer`
    :ivar product: the `product.product` it stands for
    """

    def __init__(self, offer, product):
        self.offer = offer
        self.product = product
        self.problems = []
        self.waits = []
        self._outcomes = set()

    def has_stock(self):
        """Whether the offer says any quantity."""
        return bool(self.offer.stocks) or self.offer.quantity is not None

    def note(self, outcome):
        """Say what has become of a part: `created`, `updated`, …"""
        self._outcomes.add(outcome)

    def problem(self, reason):
        """Say why a part does not go in."""
        self.problems.append(reason)

    def wait(self, needs_model, needs_id, reason, part, **values):
        """Have a part wait.

        :param str part: names it
        :param values: what the part consists of, fields of the offer
        """
        item = model.Offer(id=self.offer.id, line=self.offer.line, **values)
        self.waits.append((item, needs_model, needs_id, reason, part))

    def tell(self, run):
        """Report and count the offer: once, whatever number of parts it has."""
        for number, reason in enumerate(self.problems):
            if number:
                run.report(self.offer, reason)
            else:
                run.problem(self.offer, reason)
        for number, (*needs, reason, part) in enumerate(self.waits):
            run.wait(*needs, reason, part, count=not number and not self.problems)
        if not self.problems and not self.waits:
            said = [outcome for outcome in ORDER if outcome in self._outcomes]
            run.count(said[0] if said else "unchanged")


class B2b1cImporterOffer(models.AbstractModel):
    """Offers: variants of goods, their prices and stock.

    The three may come together or in files of their own, in any order. What of an offer
    cannot go in yet waits, each part by itself.
    """

    _name = "b2b.1c.importer.offer"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Offers"

    def _import_batch(self, run, offers):
        offers = self._cut_deleted(run, offers)
        bindings = self.env["b2b.1c.binding"]
        ids = {offer.good_id for offer in offers}
        goods = bindings._find(run.backend, TEMPLATE, ids)
        products = self._find_products(run, offers, goods)
        rows = [
            OfferRow(offer, products[offer.id])
            for offer in offers
            if products.get(offer.id)
        ]
        # deleted before they were ever seen
        run.count("skipped", sum(not product for product in products.values()))
        unknown = [offer for offer in offers if offer.id not in products]
        self._let_wait(run, unknown, goods)
        self._forget_waiting(run, rows)
        self._set_barcodes(run, rows)
        self.env["b2b.1c.importer.price"]._set_prices(run, rows)
        self.env["b2b.1c.importer.stock"]._set_stock(run, rows)
        for row in rows:
            row.tell(run)

    def _cut_deleted(self, run, offers):
        """Offers without what the deleted ones say of price and stock: they are not for
        sale. Of those a characteristic remains to be hidden."""
        left = []
        deleted = [offer.id for offer in offers if offer.deleted]
        if deleted:
            self.env["b2b.1c.waiting"]._forget(run.backend, "Offer", deleted)
        for offer in offers:
            if not offer.deleted:
                left.append(offer)
            elif offer.characteristic_id:
                nothing = {"prices": None, "quantity": None, "stocks": None}
                left.append(dataclasses.replace(offer, **nothing))
            else:
                run.count("skipped")
        return left

    def _set_barcodes(self, run, rows):
        """Give variants the barcodes of their offers; those of goods come with them."""
        if not run.backend.exchange_goods:
            return
        told = [
            row for row in rows if row.offer.characteristic_id and row.offer.barcodes
        ]
        barcodes = Barcodes(run, [row.offer for row in told]) if told else None
        for row in told:
            values = barcodes.choose(row.offer, row.product)
            if values.get("barcode", row.product.barcode) != row.product.barcode:
                row.product.write(values)
                row.note("updated")

    def _find_products(self, run, offers, goods):
        """The products that offers stand for; unknown ones are left out.

        :param dict goods: the templates that are known, by id
        :rtype: dict[str, product.product]
        """
        if run.backend.exchange_goods:
            variants = self.env["b2b.1c.importer.variant"]
            found = variants._ensure_variants(run, offers, goods)
            ids = {external_id: product.id for external_id, product in found.items()}
            return self._browse_together(ids)
        bindings = self.env["b2b.1c.binding"]
        found = bindings._find(run.backend, VARIANT, {offer.id for offer in offers})
        plain = {offer.id for offer in offers} - found.keys()
        templates = {key: goods[key] for key in plain & goods.keys()}
        ids = {external_id: product.id for external_id, product in found.items()}
        variants = self._find_first_variants(templates.values())
        for external_id, template in templates.items():
            if template.id in variants:
                ids[external_id] = variants[template.id]
        return self._browse_together(ids)

    def _browse_together(self, ids):
        """Products by id of 1C, of which the first that is read has all fetched.

        :param dict ids: ids of products by id of 1C, False for none
        """
        products = self.env[VARIANT].browse(set(filter(None, ids.values())))
        known = {product.id: product for product in products}
        return {
            external_id: known.get(res_id, self.env[VARIANT])
            for external_id, res_id in ids.items()
        }

    def _find_first_variants(self, templates):
        """The first variant of each template, archived or not, as ids."""
        variants = self.env[VARIANT].with_context(active_test=False)
        domain = [("product_tmpl_id", "in", [template.id for template in templates])]
        rows = variants._read_group(domain, ["product_tmpl_id"], ["id:min"])
        return {template.id: variant for template, variant in rows}

    def _let_wait(self, run, offers, goods):
        """Keep offers whose goods or characteristics are not known yet.

        The changes of УТ 11 name a new characteristic by its id alone (reference 2.4):
        nobody could say what it is, so it waits for the next full export of offers.

        :param dict goods: the templates that are known, by id
        """
        for offer in offers:
            if offer.good_id in goods:
                needs = (VARIANT, offer.id)
                reason = self._explain_unknown(run)
            else:
                needs = (TEMPLATE, offer.good_id)
                reason = speaking(self.env)._("The goods are not known yet.")
            parts = self._split(run, offer)
            for number, (part, item) in enumerate(parts):
                run.wait(item, *needs, reason, part, count=not number)
            if not parts:
                run.count("skipped")

    def _explain_unknown(self, run):
        if run.package and run.package.is_changes:
            return speaking(self.env)._(
                "The characteristic is new, and changes tell only its ID. It waits for "
                "the next full export of offers, which names it: start one in 1C."
            )
        return speaking(self.env)._("The characteristic is not known yet.")

    def _split(self, run, offer):
        """What of an offer is to wait: (name of the part, offer cut down to it)."""
        backend = run.backend
        parts = []
        if backend.exchange_goods and offer.characteristic_id and offer.name:
            bare = dataclasses.replace(offer, prices=None, quantity=None, stocks=None)
            parts.append(("", bare))
        line = offer.line
        if backend.exchange_prices and offer.prices is not None:
            item = model.Offer(id=offer.id, prices=offer.prices, line=line)
            parts.append(("prices", item))
        if backend._follows_stock() and (offer.stocks or offer.quantity is not None):
            item = model.Offer(
                id=offer.id, quantity=offer.quantity, stocks=offer.stocks, line=line
            )
            parts.append(("stock", item))
        return parts

    def _forget_waiting(self, run, rows):
        """Throw away older prices and quantities of offers that wait, as newer ones
        have come."""
        waiting = self.env["b2b.1c.waiting"]
        ids = [row.offer.id for row in rows]
        found = waiting.search(waiting._domain(run.backend, "Offer", ids))
        if not found:
            return
        newer = {(row.offer.id, part) for row in rows for part in self._name_parts(row)}
        found.filtered(lambda old: (old.external_id, old.part) in newer).unlink()

    def _name_parts(self, row):
        """The names of the parts that an offer says something new about."""
        offer = row.offer
        if offer.prices is not None:
            yield "prices"
            for price in offer.prices:
                yield f"price {price.type_id}"
        if row.has_stock():
            yield "stock"
            for stock in offer.stocks or ():
                yield f"stock {stock.warehouse_id}"
