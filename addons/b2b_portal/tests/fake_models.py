"""Models that exist for one test class only, and a document source made of them."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.model_classes import add_to_registry


def load_fake_models(test_class, define):
    """Add models to the registry until the test class ends.

    Their tables and columns go with the transaction of the class.

    :param type test_class: whose ``registry`` and ``cr`` are used
    :param callable define: returns the model classes, bases before heirs
    """
    registry, known = test_class.registry, models.MetaModel._module_to_models__
    definitions = define()
    for definition in definitions:
        # Else they would come back when the registry is loaded anew.
        known[definition._module].remove(definition)
    names = [definition._name for definition in definitions]
    extended = {
        name: registry[name]._base_classes__ for name in names if name in registry
    }
    sources = registry["b2b.document.source"]._inherit_children

    def restore():
        for name in names:
            if name in extended:
                registry[name]._base_classes__ = extended[name]
            else:
                sources.discard(name)
                registry["base"]._inherit_children.discard(name)
                del registry[name]
        registry._setup_models__(test_class.env.cr, list(extended))

    test_class.addClassCleanup(restore)
    for definition in definitions:
        add_to_registry(registry, definition)
    registry._setup_models__(test_class.env.cr, names)
    registry.init_models(test_class.env.cr, names, {"models_to_check": True})


def define_fake_source():
    """Return a kind of paper as another addon would bring it."""

    class FakeLetter(models.Model):
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
        _name = "b2b.document"
        _inherit = ["b2b.document"]

        letter_id = fields.Many2one("b2b.fake.letter", ondelete="cascade")

        @api.model
        def _source_fields(self):
            return super()._source_fields() + ["letter_id"]

    return FakeLetter, FakeDocument
