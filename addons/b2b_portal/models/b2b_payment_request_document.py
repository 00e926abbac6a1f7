from odoo import api, models
from odoo.fields import Domain

DOCUMENT_STATES = {"not_paid": "to_pay", "partial": "partial", "paid": "paid"}


class B2bPaymentRequest(models.Model):
    _name = "b2b.payment.request"
    _inherit = ["b2b.payment.request", "b2b.document.source"]
    _b2b_document_field = "payment_request_id"

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        requests._b2b_create_documents()
        return requests

    @api.model
    def _b2b_document_domain(self):
        return Domain("state", "=", "issued")

    @api.model
    def _b2b_document_depends(self):
        return [
            "amount_paid",
            "amount_total",
            "date",
            "legal_entity_id",
            "name",
            "payment_state",
            "state",
            "validity_date",
        ]

    def _b2b_document_values(self):
        self.ensure_one()
        types = self.env["b2b.document.type"]
        return {
            "name": self.name,
            "type_id": types.browse(types._get_id_by_code("payment_request")),
            "date": self.date,
            "date_due": False,
            "legal_entity_id": self.legal_entity_id,
            "company_id": self.company_id,
            "currency_id": self.currency_id,
            "amount": self.amount_total,
            "amount_residual": max(self.amount_total - self.amount_paid, 0.0),
            "order_ids": self.order_id,
            "state": DOCUMENT_STATES.get(self.payment_state, "to_pay"),
            "is_published": self.state == "issued",
        }

    @api.model
    def _b2b_contract_depends(self):
        return ["contract_id"]

    def _b2b_document_contract(self):
        self.ensure_one()
        return self.contract_id

    def _b2b_document_pdf(self):
        """Return the PDF as it was sent: it never changes."""
        self.ensure_one()
        return self._b2b_get_pdf_attachment().raw or b""
