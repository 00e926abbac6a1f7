from odoo import models

from ..commerceml.writer import ORDER
from ..words import speaking

SETTLEMENT = "b2b.1c.importer.settlement"


class B2b1cImporterDocument(models.AbstractModel):
    """Documents of 1C: what it says of our orders; payments and shipments are for the
    settlements."""

    _name = "b2b.1c.importer.document"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Documents"

    def _import_batch(self, run, items):
        known = self._find_numbers(run, items)
        for item in items:
            self._import_document(run, item, known)

    def _find_numbers(self, run, documents):
        """The orders that have the numbers of these documents, in one query: 1C repeats
        thousands for weeks.

        :rtype: dict[str, b2b.1c.order]
        """
        numbers = [_get_number(document) for document in documents]
        domain = [("backend_id", "=", run.backend.id), ("site_number", "in", numbers)]
        found = self.env["b2b.1c.order"].search(domain, order="id desc")
        return {row.site_number: row for row in found}

    def _import_document(self, run, document, known):
        """Bring in a document, by its operation.

        :param importers.run.Run run:
        :param model.Document document:
        :param dict known: orders by their numbers
        """
        operation = (document.operation or ORDER).strip()
        if operation != ORDER:
            self.env[SETTLEMENT]._import_document(run, document)
            return
        row = self._find_order(run, document, known)
        if run.backend.exchange_states:
            self._import_order(run, document, row)
        else:
            run.count("skipped")
        self.env[SETTLEMENT]._import_subordinates(run, document, row)

    def _import_order(self, run, document, row):
        if row:
            is_new = row._apply(document)
            run.count("updated" if is_new else "unchanged")
            return
        run.count("skipped")
        if document.number:
            # told success all the same, else 1C would send it for ever
            run.report(
                document,
                speaking(self.env)._(
                    "No order of ours has the number %(number)s.",
                    number=document.number,
                ),
            )

    def _find_order(self, run, document, numbers):
        """The order by our number, else by 1C's id, else by ours.

        :rtype: b2b.1c.order
        """
        rows = self.env["b2b.1c.order"]
        known = [("backend_id", "=", run.backend.id), ("site_number", "!=", False)]
        day = document.date and document.date.isoformat()
        found = numbers.get(_get_number(document), rows)
        if found and document.id not in (found.guid, str(found.order_id.id), None):
            # 1C may use a number of ours for an order of its own
            if found.guid and day and not found.site_moment.startswith(day):
                found = rows
        if not found and document.id:
            found = rows.search([*known, ("guid", "=", document.id)], limit=1)
        if not found and (document.id or "").isdecimal() and len(document.id) < 10:
            found = rows.search([*known, ("order_id", "=", int(document.id))])
        return found


def _get_number(document):
    """Our number of an order: 1C pads it with blanks."""
    return (document.number or "").strip()
