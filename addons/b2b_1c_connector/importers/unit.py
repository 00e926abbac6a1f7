from odoo import models

from . import okei

UNIT = "uom.uom"


class B2b1cImporterUnit(models.AbstractModel):
    """Units: by the codes of ОКЕИ, else as people have bound them."""

    _name = "b2b.1c.importer.unit"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Units"

    def _import_batch(self, run, items):
        """Units that the classifier defines (3.x): goods tell their code."""
        for item in items:
            found = self._find_unit(run, item)
            run.count("unchanged" if found else "skipped")
            if not found:
                name = item.full_name or item.name
                self.env["b2b.1c.binding"]._park(
                    run.backend, UNIT, self._get_key(item), name
                )

    def _get_key(self, unit):
        """What a unit is bound by."""
        return (unit.code or unit.name or "").strip() or None

    def _find_unit(self, run, unit):
        """The unit of Odoo, nothing if people have to choose it.

        :param importers.run.Run run:
        :param unit: `model.Unit` or `model.UnitDefinition`
        :rtype: uom.uom
        """
        key = self._get_key(unit)
        cache = run.cache.setdefault("units", {})
        if key not in cache:
            bindings = self.env["b2b.1c.binding"]
            found = bindings._find(run.backend, UNIT, [key]).get(key)
            if not found:
                code = okei.code_of(unit.code, unit.name)
                found = (
                    self._get_known(code, unit) if code else self._get_namesake(unit)
                )
                if found:
                    rows = [(key, found.id, unit.name or unit.full_name, False)]
                    bindings._bind(run.backend, UNIT, rows)
            cache[key] = found
        return cache[key]

    def _get_namesake(self, unit):
        """The unit of the same name that people have made, if any."""
        names = [name for name in (unit.name, unit.full_name) if name]
        return self.env[UNIT].search([("name", "in", names)], limit=1)

    def _get_known(self, code, unit):
        if code in okei.ODOO:
            return self.env.ref(okei.ODOO[code])
        name = unit.name or okei.OTHERS[code]
        units = self.env[UNIT]
        found = units.search([("name", "=", name)], limit=1)
        if not found:
            self.env["b2b.1c.name"]._take(UNIT, [name])
            found = units.create({"name": name})
        return found
