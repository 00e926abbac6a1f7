from odoo import models
from odoo.fields import Command

from ..commerceml import model
from ..words import speaking

TEMPLATE = "product.template"
GROUP, SHOP_GROUP = "product.category", "product.public.category"


class B2b1cImporterPlacement(models.AbstractModel):
    """The categories of goods, in backend and shop, as their groups in 1C say.

    Files come in any order, so goods may come before their groups: they go in all the
    same, and their categories follow when the groups come.
    """

    _name = "b2b.1c.importer.placement"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Categories of Goods"

    def _import_batch(self, run, items):
        """Bring in what waited, see :meth:`_let_wait`."""
        if not run.backend.exchange_goods:
            run.count("skipped", len(items))
            return
        ids = [item.id for item in items]
        products = self.env["b2b.1c.binding"]._find(run.backend, TEMPLATE, ids)
        for item in items:
            if product := products.get(item.id):
                values = self._prepare(run, item.groups)
                self.env["b2b.1c.importer.good"]._change(product, values)
                run.count("updated")
            else:
                # it has left meanwhile
                run.count("skipped")
        self._let_wait(run, [item for item in items if item.id in products])

    def _prepare(self, run, groups):
        """The values of a product, as far as its groups are known.

        :param groups: ids of 1C; None: nothing is said of them
        :rtype: dict
        """
        if groups is None:
            return {}
        public = self._find_bound(run, SHOP_GROUP, groups)
        values = {"public_categ_ids": [Command.set([one.id for one in public])]}
        if internal := self._find_bound(run, GROUP, groups):
            values["categ_id"] = internal[0].id
        return values

    def _let_wait(self, run, items):
        """Have the categories of goods wait for the groups that are not known yet; the
        goods themselves are counted already.

        :param list items: `model.Good` or `model.Placement` of products
        """
        reason = speaking(self.env)._(
            "The group is not known yet: when it comes, the goods come into it."
        )
        told = run.cache.setdefault("groups_told", set())
        for item in items:
            groups = item.groups or ()
            self._find_bound(run, GROUP, groups)
            # one after another, as all are looked for again then
            missing = next((one for one in groups if not run.cache[GROUP][one]), None)
            if missing:
                row = model.Placement(item.id, list(groups), line=item.line)
                # a whole catalogue may wait: there is room for so many reports only
                is_first = missing not in told
                told.add(missing)
                run.wait(row, GROUP, missing, reason, count=False, report=is_first)

    def _forget(self, run, items):
        """Throw away what waits of goods that say something new of their groups.

        :param list items: `model.Good`s
        """
        ids = [item.id for item in items if item.groups is not None]
        self.env["b2b.1c.waiting"]._forget(run.backend, model.Placement.__name__, ids)

    def _find_bound(self, run, res_model, external_ids):
        """The categories that groups stand for, without those that are not known."""
        cache = run.cache.setdefault(res_model, {})
        missing = [one for one in external_ids if one not in cache]
        if missing:
            bindings = self.env["b2b.1c.binding"]
            cache.update(dict.fromkeys(missing))
            cache.update(bindings._find(run.backend, res_model, missing))
        return [cache[one] for one in external_ids if cache[one]]
