from odoo import models
from odoo.fields import Domain

STEPS = ("draft", "sent", "confirmed", "picking", "ready", "shipped")
STATE_COLORS = {
    "sent": "info",
    "confirmed": "primary",
    "picking": "primary",
    "ready": "warning",
    "shipped": "success",
    "cancelled": "secondary",
    "rejected": "danger",
}


class B2bShipmentRequest(models.Model):
    """What the dealer's account shows of shipment requests."""

    _inherit = "b2b.shipment.request"

    def _get_portal_rows(self):
        """Return what a list shows of these requests.

        :rtype: list[dict]
        """
        states = self._get_state_labels()
        # The rules have let him read them; of products he may see only those on sale.
        return [
            {
                "id": shipment.id,
                "name": shipment.name,
                "created": shipment.date_sent or shipment.create_date,
                "legal_entity": shipment.legal_entity_id.name,
                "orders": [(order.id, order.name) for order in shipment.order_ids],
                "method": shipment.method_id.name,
                "wanted": shipment.date_wanted,
                "planned": shipment.date_planned,
                "shipped": shipment.date_shipped,
                "state": shipment.state,
                "state_text": states[shipment._get_shown_state()],
                "color": STATE_COLORS.get(shipment._get_shown_state(), "secondary"),
            }
            for shipment in self.sudo()
        ]

    def _get_state_labels(self):
        """Return the names of the states; a rejected request has one of its own."""
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels | {"rejected": self.env._("Rejected")}

    def _get_shown_state(self):
        """Return the state as the dealer is told it."""
        self.ensure_one()
        if self.state == "cancelled" and self.is_rejected:
            return "rejected"
        return self.state

    def _get_steps(self):
        """Return the way of this request: each step with its name, whether it is over
        or the current one, and when it was, as far as known.

        :rtype: list[dict]
        """
        self.ensure_one()
        labels = self._get_state_labels()
        dates = {
            "draft": self.state == "draft" and self.create_date,
            "sent": self.date_sent,
            "shipped": self.date_shipped,
        }
        current = STEPS.index(self.state) if self.state in STEPS else -1
        return [
            {
                "label": labels[step],
                "is_over": number < current or step == self.state == "shipped",
                "is_current": number == current,
                "date": number <= current and dates.get(step),
            }
            for number, step in enumerate(STEPS)
        ]

    def _get_portal_url(self):
        """Return the address of the page of this request."""
        self.ensure_one()
        return f"/my/shipment-requests/{self.id}"

    def _get_carrier_url(self):
        """Return where the dealer follows his cargo; only an address of the web.

        :rtype: str | bool
        """
        self.ensure_one()
        url = (self.carrier_id.website or "").strip()
        if not url or url.startswith(("http://", "https://")):
            return url or False
        return False if ":" in url else f"https://{url}"

    def _get_documents(self):
        """Return the papers of this request that the user may see: its own form and
        those of its transfers.

        :rtype: b2b.document
        """
        self.ensure_one()
        documents = self.env["b2b.document"].sudo(False)
        if not documents.has_access("read"):
            return documents
        # What a paper was made of is not for dealers to search by.
        found = documents.sudo().search(
            documents._get_portal_domain() & self.sudo()._get_documents_domain()
        )
        return documents.search(Domain("id", "in", found.ids), order="date, id")

    def _get_documents_domain(self):
        """Return the domain of the papers of this request."""
        domain = Domain("picking_id", "in", self.picking_ids.ids)
        return domain | Domain("shipment_request_id", "=", self.id)

    def _get_form_url(self, documents):
        """Return the address of the PDF of this request, if it is in the journal.

        :param b2b.document documents: those of :meth:`_get_documents`
        :rtype: str | bool
        """
        self.ensure_one()
        form = documents.sudo().filtered_domain([("shipment_request_id", "=", self.id)])
        return bool(form) and form._get_pdf_url()


class B2bShipmentRequestLine(models.Model):
    _inherit = "b2b.shipment.request.line"

    def _get_portal_rows(self):
        """Return what the dealer reads of these goods; a caller with sudo.

        :rtype: list[dict]
        """
        return [
            {
                "product": line.product_id.display_name,
                "order": (line.order_id.id, line.order_id.name),
                "unit": line.product_uom_id.name,
                "quantity": line.product_uom_id._b2b_format(line.quantity),
                "shipped": line.product_uom_id._b2b_format(line.quantity_shipped),
            }
            for line in self
        ]
