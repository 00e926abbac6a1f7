import dataclasses

from odoo import models

from ..commerceml import model

TEMPLATE = "product.template"


class B2b1cImporterOfferGoods(models.AbstractModel):
    """Goods that come as offers: an old 1C was seen to send no catalogue at all, and to
    describe the goods, with their groups, in a package of offers named `import.xml`.

    What a catalogue has ever listed is described there.
    """

    _inherit = "b2b.1c.importer.offer"

    def _import_batch(self, run, offers):
        told = self._find_goods(run, offers)
        only = [offer for offer in told if not offer.tells_more]
        # what else they tell is counted with the offers
        both = [offer for offer in told if offer.tells_more]
        self._import_goods(run, only)
        counts = run.counts.copy()
        self._import_goods(run, both)
        run.counts = counts
        done = set(map(id, only))
        rest = [offer for offer in offers if id(offer) not in done]
        return super()._import_batch(run, rest)

    def _find_goods(self, run, offers):
        """The offers that describe goods.

        :rtype: list[model.Offer]
        """
        told = [offer for offer in offers if offer.tells_goods]
        if not told or not run.backend.exchange_goods:
            return []
        bindings = self.env["b2b.1c.binding"]
        ids = [offer.id for offer in told]
        rows = bindings._find_rows(run.backend, TEMPLATE, ids)
        domain = [("binding_id", "in", [row.id for row in rows.values()])]
        listed = self.env["b2b.1c.listing"].search(domain).binding_id
        return [
            offer
            for offer in told
            if offer.id not in rows or rows[offer.id] not in listed
        ]

    def _import_goods(self, run, offers):
        if offers:
            names = [field.name for field in dataclasses.fields(model.Good)]
            goods = [
                model.Good(**{name: getattr(offer, name) for name in names})
                for offer in offers
            ]
            self.env["b2b.1c.importer.good"]._import_batch(run, goods)
