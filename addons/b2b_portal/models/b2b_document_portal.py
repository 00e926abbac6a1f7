import functools

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date, format_datetime

from .b2b_document import OPEN_STATES

STATE_COLORS = {
    "overdue": "danger",
    "to_pay": "info",
    "partial": "warning",
    "processing": "info",
    "paid": "success",
    "received": "success",
}


class B2bDocument(models.Model):
    """What the dealer's account shows of the journal: which documents, in which tabs,
    the rows of its lists, the addresses and names of the PDFs.
    """

    _inherit = "b2b.document"

    # === WHICH DOCUMENTS === #

    @api.model
    def _get_portal_domain(self):
        """Return the domain of what the journal shows, within the access rules."""
        return Domain("is_published", "=", True) & Domain(
            "root_type_id", "in", self._get_tabs().ids
        )

    @api.model
    def _get_tabs(self):
        """Return the types that are tabs of the journal, in their order."""
        return self.env["b2b.document.type"].search_fetch(
            [("parent_id", "=", False)],
            ["name", "code", "show_orders", "show_status"],
        )

    @api.model
    def _get_package(self, order):
        """Return the documents of an order that the user may see.

        :param sale.order order: one order
        :return: documents in the order of the process
        :rtype: b2b.document
        """
        if not self.has_access("read"):
            return self.browse()
        documents = self.search(
            self._get_portal_domain() & Domain("order_ids", "in", order.ids)
        )
        return documents.sorted(
            lambda document: (document.type_id.sequence, document.date, document.id)
        )

    @api.model
    def _count_by_tab(self, domain):
        """Return how many documents there are, by id of their tab.

        :rtype: dict[int, int]
        """
        groups = self._read_group(domain, ["root_type_id"], ["__count"])
        return {tab.id: count for tab, count in groups}

    # === THE ROWS OF A LIST === #

    @api.model
    def _get_portal_fields(self):
        """Return the fields that :meth:`_get_portal_rows` reads."""
        return [
            "name",
            "type_id",
            "root_type_id",
            "date",
            "date_due",
            "legal_entity_id",
            "contract_id",
            "order_ids",
            "currency_id",
            "amount",
            "amount_residual",
            "state",
            "issued_at",
            "synced_at",
        ]

    def _get_portal_rows(self):
        """Return what a list in the account shows of these documents.

        The values are formatted for the user's language, so that the template has
        only to put them in their places.

        :rtype: list[dict]
        """
        labels = dict(self._fields["status"]._description_selection(self.env))
        # Many rows are of the same day: its name is made once.
        day = functools.cache(lambda value: format_date(self.env, value))
        return [document._get_portal_row(labels, day) for document in self]

    def _get_portal_row(self, labels, day):
        """Return one row, see :meth:`_get_portal_rows`.

        :param dict labels: names of the states
        :param callable day: formats a date
        """
        self.ensure_one()
        status = self.status
        is_open = status in (*OPEN_STATES, "overdue")
        url = self._get_pdf_url() if self._has_pdf() else ""
        return {
            "id": self.id,
            "number": self.name,
            "type": self.type_id.name,
            "tab": self.root_type_id.code,
            "date": day(self.date),
            "date_due": day(self.date_due) if is_open else "",
            "legal_entity": self.legal_entity_id.name,
            "contract": self.contract_id.name or "",
            "orders": [(order.id, order.name) for order in self.order_ids],
            "amount": format_amount(self.env, self.amount, self.currency_id)
            if self.amount
            else "",
            "amount_open": format_amount(
                self.env, self.amount_residual, self.currency_id
            )
            if is_open and 0 < self.amount_residual < self.amount
            else "",
            "status": status,
            "status_label": labels[status],
            "status_color": self._get_status_color(status),
            "issued_at": format_datetime(self.env, self.issued_at, dt_format="short"),
            "synced_at": format_datetime(self.env, self.synced_at, dt_format="short"),
            # What other addons let him do with it: pairs of address and name.
            "actions": [],
            "url": url,
            "download_url": url and f"{url}?download=1",
        }

    @api.model
    def _get_status_color(self, status):
        """Return the colour of Bootstrap in which a status is shown, or nothing.

        :rtype: str
        """
        return STATE_COLORS.get(status, "")

    # === PDF === #

    def _has_pdf(self):
        """Tell whether there is a PDF to open; papers of other books may have none."""
        self.ensure_one()
        return True

    def _get_pdf_url(self, download=False):
        """Return the address of the PDF."""
        self.ensure_one()
        return f"/my/journal/{self.id}/pdf" + ("?download=1" if download else "")

    def _get_pdf_filename(self):
        """Return a file name that any system takes, like ``Invoice INV_2026_1.pdf``."""
        self.ensure_one()
        name = f"{self.type_id.name} {self.name}"
        return "".join(c if c.isalnum() or c in " .-_" else "_" for c in name) + ".pdf"
