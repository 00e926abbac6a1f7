"""What another addon would bring. Imported by tests only, within their class: see
:class:`FakeModelLoader`."""

from odoo import api, fields, models
from odoo.fields import Domain


class FakeLetter(models.Model):
    """A kind of paper that the journal does not know."""

    _name = "b2b.fake.letter"
    _description = "Letter"
    _inherit = ["b2b.document.source"]
    _b2b_document_field = "letter_id"

    name = fields.Char()
    partner_id = fields.Many2one("res.partner")
    is_sent = fields.Boolean()

    @api.model
    def _b2b_document_domain(self):
        return Domain("is_sent", "=", True)

    @api.model
    def _b2b_document_depends(self):
        return ["name", "partner_id", "is_sent"]

    def _b2b_document_values(self):
        return {
            "name": self.name,
            "type_id": self.env.ref("b2b_portal.document_type_others"),
            "date": fields.Date.to_date("2026-04-01"),
            "legal_entity_id": self.partner_id,
            "company_id": self.env.company,
            "currency_id": self.env.company.currency_id,
            "state": "issued",
            "is_published": self.is_sent,
        }

    @api.model
    def _b2b_contract_depends(self):
        return ["partner_id"]

    def _b2b_document_contract(self):
        return self.env["b2b.contract"]

    def _b2b_document_pdf(self):
        return b"%PDF-1.4 " + self.name.encode()


class FakeDocument(models.Model):
    """The journal with that kind of paper."""

    _name = "b2b.document"
    _inherit = ["b2b.document"]

    letter_id = fields.Many2one("b2b.fake.letter", ondelete="cascade")

    @api.model
    def _source_fields(self):
        return super()._source_fields() + ["letter_id"]


class FakeContract(models.Model):
    """Contracts that may not be ordered on while their number says so."""

    _name = "b2b.contract"
    _inherit = ["b2b.contract"]

    def _refusal_reason(self, action):
        reason = super()._refusal_reason(action)
        if not reason and action == "order" and "HOLD" in self.name:
            return f"Contract {self.name} is on hold."
        return reason
