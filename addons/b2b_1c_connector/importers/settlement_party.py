from odoo import models

from ..models.b2b_1c_entity import is_same_number
from ..words import speaking

CONTRACT = "b2b.contract"


class B2b1cImporterSettlementParty(models.AbstractModel):
    """Documents whose order is one dealer's, and whose counterparty is another: they
    are on no contract until people have said on which."""

    _inherit = "b2b.1c.importer.settlement"

    def _is_disputed(self, run, document, order):
        """Whether a document names another counterparty than its order is of.

        :param importers.run.Run run:
        :param model.Document document:
        :param sale.order order: may be empty
        :rtype: bool
        """
        entity, party = order.b2b_contract_id.legal_entity_id, document.counterparty
        if not entity or not party:
            return False
        entities, backend = self.env["b2b.1c.entity"], run.backend
        # 1C books orders of new legal entities to the substitute
        for partner in filter(None, (entity, backend.substitute_id)):
            guid = entities._get_guid(backend, partner)
            if (guid and guid == party.id) or is_same_number(party, partner):
                return False
        if bound := self._find_bound(run, party):
            return bound != entity
        return is_same_number(party, entity) is False

    def _find_bound(self, run, party):
        """The legal entity that 1C's id of a counterparty is bound to."""
        bindings, ids = self.env["b2b.1c.binding"], filter(None, [party.id])
        found = bindings._find(run.backend, "res.partner", ids)
        partner = found.get(party.id, self.env["res.partner"])
        return partner.commercial_partner_id

    def _get_chosen(self, run, document):
        """The contract that people have put a disputed document on."""
        bindings = self.env["b2b.1c.binding"]
        found = bindings._find(run.backend, CONTRACT, [document.id])
        return found.get(document.id, self.env[CONTRACT])

    def _dispute(self, run, document, order):
        """Have people say whose a document is; it waits until then."""
        party, mine = document.counterparty, order.b2b_contract_id
        theirs = self._find_bound(run, party)
        theirs = theirs or self._find_by_tax_number(run, party)
        contracts = self._get_contracts(run).filtered(
            lambda contract: contract == mine or contract.legal_entity_id in theirs
        )
        reason = speaking(self.env)._(
            "%(operation)s %(number)s is for order %(order)s of %(entity)s, but 1C "
            "names another counterparty: %(name)s, tax number %(inn)s. Until somebody "
            "chooses the contract, it is on none.",
            operation=document.operation,
            number=(document.number_in_1c or document.number or "").strip(),
            order=order.name,
            entity=mine.legal_entity_id.name,
            name=party.official_name or party.full_name or party.name or party.id,
            inn=party.inn or "-",
        )
        conflicts = self.env["b2b.1c.conflict"]
        conflicts._raise(run.backend, "contract", contracts, document.id, reason)
        run.wait(document, CONTRACT, document.id, reason)
