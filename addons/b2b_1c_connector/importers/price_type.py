from odoo import models

from ..words import speaking
from .run import digest

PRICELIST = "product.pricelist"


class B2b1cImporterPriceType(models.AbstractModel):
    """Price types: pricelists that only those get for whom they are chosen."""

    _name = "b2b.1c.importer.price_type"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Price Types"

    def _import_batch(self, run, items):
        if not run.backend.exchange_prices:
            run.count("skipped", len(items))
            return
        for item in items:
            self._import_price_type(run, item)

    def _import_price_type(self, run, item):
        bindings = self.env["b2b.1c.binding"]
        known = bindings._find_rows(run.backend, PRICELIST, [item.id]).get(item.id)
        pricelist = known._get_bound() if known else self.env[PRICELIST]
        said = digest(item)
        if pricelist and known.digest == said:
            run.count("unchanged")
            return
        if item.deleted:
            self._remove(run, item, pricelist)
            return
        currency = run.backend.company_id.currency_id
        if item.currency:
            importer = self.env["b2b.1c.importer.currency"]
            currency = importer._find_currency(run, item.currency)
            if not currency:
                reason = speaking(self.env)._(
                    "The currency %(currency)s is not known: choose it in Odoo.",
                    currency=item.currency,
                )
                run.wait(item, "res.currency", item.currency, reason)
                return
        if not pricelist:
            pricelist = self._create(run, item, currency)
            run.count("created")
        elif self._update(run, item, known, pricelist, currency):
            run.count("updated")
        else:
            return
        bindings._bind(
            run.backend, PRICELIST, [(item.id, pricelist.id, item.name, said)]
        )
        self.env["b2b.1c.conflict"]._settle(run.backend, "other", [item.id])
        for name in ("pricelists", "own_pricelists"):
            run.cache.pop(name, None)

    def _create(self, run, item, currency):
        return self.env[PRICELIST].create(
            {
                "name": item.name or item.id,
                "currency_id": currency.id,
                "company_id": run.backend.company_id.id,
                # not on the website, not the first one that Odoo finds
                "website_id": False,
                "selectable": False,
                "sequence": 1000,
                "b2b_only_chosen": True,
                "b2b_1c_tax": self._get_tax_rule(item),
            }
        )

    def _get_tax_rule(self, item):
        if item.tax_included is None:
            return False
        return "included" if item.tax_included else "excluded"

    def _update(self, run, item, known, pricelist, currency):
        """Change a pricelist; the name only if it was changed in 1C.

        :return: whether all of it could be done
        """
        values = {"active": True}
        if rule := self._get_tax_rule(item):
            values["b2b_1c_tax"] = rule
        if known.name and item.name and known.name != item.name:
            values["name"] = item.name
        if item.currency and currency != pricelist.currency_id:
            if users := self._get_users(run.backend, pricelist):
                reason = speaking(self.env)._(
                    "The price type %(name)s has another currency now, "
                    "%(currency)s. Its pricelist is used by %(users)s and cannot "
                    "change.",
                    name=pricelist.display_name,
                    currency=currency.name,
                    users=users,
                )
                self._raise_conflict(run.backend, item.id, pricelist, reason)
                run.problem(item, reason)
                return False
            # they say amounts of the other currency
            fixed = [
                ("pricelist_id", "=", pricelist.id),
                ("compute_price", "=", "fixed"),
            ]
            self.env["product.pricelist.item"].search(fixed).unlink()
            values["currency_id"] = currency.id
        pricelist.write(values)
        return True

    def _remove(self, run, item, pricelist):
        """Do what is to be done with a price type that is marked as deleted."""
        if not pricelist or not pricelist.active:
            run.count("skipped" if not pricelist else "unchanged")
        elif reason := self._archive(run.backend, item.id, pricelist):
            run.report(item, reason)
            run.count("skipped")
        else:
            run.count("updated")

    def _archive(self, backend, external_id, pricelist):
        """Archive the pricelist of a price type that was removed in 1C, unless it is in
        use: then people decide.

        :param str external_id: its id in 1C
        :return: why it is not archived, None if it is
        """
        if not pricelist.active:
            return None
        users = self._get_users(backend, pricelist)
        if not users:
            pricelist.active = False
            return None
        reason = speaking(self.env)._(
            "The price type %(name)s was removed in 1C, but %(users)s use its "
            "pricelist. Give them another one, then archive it.",
            name=pricelist.display_name,
            users=users,
        )
        self._raise_conflict(backend, external_id, pricelist, reason)
        return reason

    def _raise_conflict(self, backend, external_id, pricelist, reason):
        conflicts = self.env["b2b.1c.conflict"]
        conflicts._raise(backend, "other", pricelist, external_id, reason)

    def _get_users(self, backend, pricelist):
        """The names of what uses a pricelist: contracts, legal entities, pricelists.

        :rtype: str
        """
        users = [backend] if backend.list_pricelist_id == pricelist else []
        users += self.env["b2b.contract"].search([("pricelist_id", "=", pricelist.id)])
        domain = [("specific_property_product_pricelist", "=", pricelist.id)]
        users += self.env["res.partner"].search(domain)
        domain = [
            ("base_pricelist_id", "=", pricelist.id),
            ("pricelist_id.active", "=", True),
        ]
        users += self.env["product.pricelist.item"].search(domain).pricelist_id
        return ", ".join(user.display_name for user in users)
