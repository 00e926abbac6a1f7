from odoo import api, fields, models
from odoo.fields import Domain


class B2bShipmentRequest(models.Model):
    """The printed form of a shipment request, and its row in the dealer's journal."""

    _name = "b2b.shipment.request"
    _inherit = ["b2b.shipment.request", "b2b.document.source"]
    _b2b_document_field = "shipment_request_id"

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._b2b_create_documents()
        return requests

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._b2b_create_documents()
        return result

    @api.model
    def _b2b_document_domain(self):
        """What has been sent, whatever has become of it."""
        return Domain("state", "!=", "draft") & Domain("date_sent", "!=", False)

    @api.model
    def _b2b_document_depends(self):
        return [
            "company_id",
            "date_sent",
            "is_rejected",
            "legal_entity_id",
            "name",
            "order_ids",
            "state",
        ]

    def _b2b_forget_lists(self):
        self.invalidate_recordset(["order_ids"], flush=False)

    def _b2b_document_values(self):
        self.ensure_one()
        types = self.env["b2b.document.type"]
        is_draft = self.state == "draft"
        return {
            "name": self.name,
            "type_id": types.browse(types._get_id_by_code("shipment_request")),
            "date": self._b2b_document_date(),
            "date_due": False,
            "legal_entity_id": self.legal_entity_id,
            "company_id": self.company_id,
            "currency_id": self.currency_id,
            # It asks for goods, not for money.
            "amount": 0.0,
            "amount_residual": 0.0,
            "order_ids": self.order_ids,
            "state": "issued" if is_draft else self._get_shown_state(),
            "is_published": not is_draft and bool(self.date_sent),
        }

    def _b2b_document_date(self):
        """Return the day on which it was sent, where the supplier is."""
        return self._b2b_get_day(self.date_sent or fields.Datetime.now())

    @api.model
    def _b2b_contract_depends(self):
        return ["contract_id"]

    def _b2b_document_contract(self):
        self.ensure_one()
        return self.contract_id

    def _b2b_issued_at(self):
        return self.date_sent

    def _b2b_document_pdf(self):
        """Return the PDF as the request stands: staff may have moved the date."""
        return self._b2b_render_pdf("b2b_reservation.action_report_shipment_request")

    # === WHAT THE FORM SAYS === #

    def _get_pdf_name(self):
        """Return the name of the PDF without its ending."""
        self.ensure_one()
        return self.name.replace("/", "_")

    def _get_report_lang(self):
        """Return the language this form is printed in: the dealer's."""
        self.ensure_one()
        return self.legal_entity_id.lang or self.user_id.lang

    def _get_report_receiver(self):
        """Return who receives the cargo: name and phone, as far as they are known.

        :rtype: str
        """
        self.ensure_one()
        name = self.contact_name or self.contact_id.name
        phone = self.contact_phone or self.contact_id.phone
        return ", ".join(filter(None, (name, phone)))

    def _get_report_attorney(self):
        """Return number and day of the power of attorney, or nothing.

        :rtype: str
        """
        self.ensure_one()
        if not self.attorney_number or not self.attorney_date:
            return self.attorney_number or ""
        return self.env._(
            "No %(number)s of %(date)s",
            number=self.attorney_number,
            date=self._format_day(self.attorney_date),
        )
