from odoo import models

from ..words import speaking

WAREHOUSE = "stock.warehouse"


class B2b1cImporterWarehouse(models.AbstractModel):
    """Warehouses: those of the company that are named as in 1C, or are the only ones.

    Any other is parked, and people choose what it is in Odoo, unless the connection
    says that warehouses are to be created.
    """

    _name = "b2b.1c.importer.warehouse"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Warehouses"

    def _import_batch(self, run, items):
        if not run.backend._follows_stock():
            run.count("skipped", len(items))
            return
        bindings = self.env["b2b.1c.binding"]
        ids = {item.id for item in items}
        known = bindings._find_rows(run.backend, WAREHOUSE, ids)
        free = self._get_free(run)
        is_only = len(ids) == len(free) == 1 and not self._has_others(run, ids)
        for item in items:
            row = known.get(item.id)
            if row and row._get_bound():
                # the name helps who looks through the bindings
                if item.name and row.name != item.name:
                    row.name = item.name
                run.count("unchanged")
                continue
            if item.deleted:
                run.count("skipped")
                continue
            found = free if is_only else self._find_by_name(free, item)
            free -= found
            if not found and run.backend.create_warehouses:
                found = self._create(run, item)
            if found:
                rows = [(item.id, found.id, item.name, False)]
                bindings._bind(run.backend, WAREHOUSE, rows)
                run.count("created")
            else:
                self._park(run, item)

    def _get_free(self, run):
        """The warehouses of the company that no warehouse of this 1C is bound to."""
        bindings = self.env["b2b.1c.binding"]
        domain = [("backend_id", "=", run.backend.id), ("res_model", "=", WAREHOUSE)]
        taken = bindings.search([*domain, ("res_id", "!=", False)]).mapped("res_id")
        return self.env[WAREHOUSE].search(
            [("company_id", "=", run.backend.company_id.id), ("id", "not in", taken)]
        )

    def _has_others(self, run, ids):
        """Whether 1C has told of other warehouses, or the company has."""
        warehouses = self.env[WAREHOUSE]
        company = run.backend.company_id
        return warehouses.search_count([("company_id", "=", company.id)]) > 1 or bool(
            self.env["b2b.1c.binding"].search_count(
                [
                    ("backend_id", "=", run.backend.id),
                    ("res_model", "=", WAREHOUSE),
                    ("external_id", "not in", list(ids)),
                ]
            )
        )

    def _find_by_name(self, warehouses, item):
        name = (item.name or "").strip().casefold()
        return warehouses.filtered(
            lambda warehouse: warehouse.name.strip().casefold() == name
        )[:1]

    def _create(self, run, item):
        return self.env[WAREHOUSE].create(
            {
                "name": item.name or item.id,
                "code": self._make_code(run),
                "company_id": run.backend.company_id.id,
            }
        )

    def _make_code(self, run):
        """A short name that no warehouse of the company has."""
        warehouses = self.env[WAREHOUSE].with_context(active_test=False)
        taken = warehouses.search([("company_id", "=", run.backend.company_id.id)])
        codes = set(taken.mapped("code"))
        number = 1
        while f"1C{number}" in codes:
            number += 1
        return f"1C{number}"

    def _park(self, run, item):
        bindings = self.env["b2b.1c.binding"]
        bindings._park(run.backend, WAREHOUSE, item.id, item.name)
        row = bindings._find_rows(run.backend, WAREHOUSE, [item.id])[item.id]
        row.name = item.name
        reason = speaking(self.env)._(
            "The warehouse %(name)s is not known: choose it in Odoo. Its stock waits.",
            name=item.name or item.id,
        )
        run.count("skipped")
        run.report(item, reason)
