from odoo import fields, models

from ..models.b2b_1c_entity import is_same_number
from ..models.b2b_document import STATES
from ..words import speaking
from .run import digest

# what the documents of 1C are to a dealer; each adds to his debt or not as
# `b2b_document.SIGNS` says
OPERATIONS = {
    "Отпуск товара": "waybill",
    "Передача прав": "waybill",
    "Возврат товара": "return",
    "Выплата наличных денег": "payment",
    "Выплата безналичных денег": "payment",
    "Эквайринговая операция": "payment",
    "Возврат наличных денег": "payment_back",
    "Возврат безналичных денег": "payment_back",
    "Счет на оплату": "payment_request",
    "Счет-фактура": "tax_invoice",
}
MODEL = "b2b.document"


class B2b1cImporterSettlement(models.AbstractModel):
    """Payments, shipments, returns and invoices of 1C: papers of the journal, and rows
    of the ledger for contracts whose books are that 1C.

    Orders are brought in by others, who pass all other documents on to
    :meth:`_import_document`, those inside an order to :meth:`_import_subordinates`.
    """

    _name = "b2b.1c.importer.settlement"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Settlements"

    def _import_batch(self, run, items):
        for item in items:
            self._import_document(run, item)

    def _is_settlement(self, document):
        """Whether a document is one of these, by its operation."""
        return (document.operation or "").strip() in OPERATIONS

    def _import_subordinates(self, run, document, row):
        """Bring in the documents inside an order.

        :param importers.run.Run run:
        :param model.Document document: the order
        :param b2b.1c.order row: what it is here, empty if it is none of ours
        """
        for inner in document.subordinates or ():
            # a number of ours may be that of another order in 1C
            inner.basis = row.site_number or document.id
            inner.counterparties = inner.counterparties or document.counterparties
            inner.currency = inner.currency or document.currency
            if self._is_settlement(inner):
                self._import_document(run, inner, row.order_id)
            else:
                run.count("skipped")

    def _import_document(self, run, document, order=None):
        """Bring in one document; what is said again changes nothing.

        :param importers.run.Run run:
        :param model.Document document: its `basis` names the order
        :param sale.order order: the order, if it is known already
        """
        if not self._is_settlement(document):
            run.count("skipped")
            return
        if not document.id:
            run.problem(
                document, speaking(self.env)._("A document without an ID of 1C.")
            )
            return
        bindings = self.env["b2b.1c.binding"]
        known = bindings._find_rows(run.backend, MODEL, [document.id]).get(document.id)
        paper = known._get_bound() if known else self.env[MODEL]
        self.env["b2b.1c.waiting"]._forget(run.backend, "Document", [document.id])
        # absent is not "no": only what 1C says counts
        if document.deleted or document.cancelled or document.posted is False:
            self._remove(run, document, paper, known)
            return
        if order is None:
            order = self._find_order(run, document)
        found = self._find_place(run, document, order, paper, known)
        if found:
            self._save(run, document, *found, paper, known)

    def _find_place(self, run, document, order, paper, known):
        """Order, legal entity and contract of a document; None: it is none of them, and
        it is told why."""
        if self._is_disputed(run, document, order):
            contract = self._get_chosen(run, document)
            if not contract:
                self._take_out(paper, known)
                self._dispute(run, document, order)
                return None
            entity = contract.legal_entity_id
            order = order.filtered(lambda one: one.b2b_contract_id == contract)
        else:
            entity = self._find_entity(run, document, order)
            if entity is None:
                return None
            contract = self._find_contract(run, document, order, entity, paper)
        if contract is None:
            self._remove(run, document, paper, known)
            return None
        return order, entity, contract

    def _save(self, run, document, order, entity, contract, paper, known):
        """Write a document down, unless it says what it has said."""
        currency = self._find_currency(run, document, contract)
        if not currency:
            return
        said = digest(document, entity.id, contract.id, order.ids)
        if paper and known.digest == said:
            paper.synced_at = fields.Datetime.now()
            run.count("unchanged")
            return
        values = self._prepare_values(run, document, order, entity, contract, currency)
        if paper:
            paper.write(values)
        else:
            # what staff hide later stays hidden
            new = {"issued_at": fields.Datetime.now(), "is_published": True}
            paper = paper.create({**values, **new})
        row = (document.id, paper.id, paper.name, said)
        self.env["b2b.1c.binding"]._bind(run.backend, MODEL, [row])
        paper._sync_1c()
        run.count("updated" if known else "created")

    def _remove(self, run, document, paper, known):
        """Take a document out that does not count (any more)."""
        self.env["b2b.1c.conflict"]._settle(run.backend, "contract", [document.id])
        if not paper:
            run.count("skipped")
            return
        self._take_out(paper, known)
        run.count("updated")

    def _take_out(self, paper, known):
        if paper:
            paper.unlink()
            known.unlink()

    def _prepare_values(self, run, document, order, entity, contract, currency):
        code = OPERATIONS[document.operation.strip()]
        types = self.env["b2b.document.type"]
        moment = document.date_in_1c
        day = document.date or (moment and moment.date())
        due = document.due
        number = document.number_in_1c or document.number or document.id
        return {
            "name": number.strip(),
            "type_id": types._get_id_by_code(code),
            "date": day or fields.Date.today(),
            # 1C's empty date is the first day of its calendar
            "date_due": due if due and due.year > 1 else False,
            "legal_entity_id": entity.id,
            "contract_id": contract.id,
            "company_id": run.backend.company_id.id,
            "currency_id": currency.id,
            "amount": currency.round(abs(float(document.amount or 0))),
            "order_ids": [(6, 0, order.ids)],
            "state": STATES.get(code, "issued"),
            "source": "1c",
            "synced_at": fields.Datetime.now(),
            "b2b_1c_backend_id": run.backend.id,
        }

    def _find_order(self, run, document):
        """The order that a document is based on, nothing if it names none of ours.

        1C names it by the number or id that we have sent, or by its own id: other
        orders than those it was told of it cannot mean.
        """
        rows = self.env["b2b.1c.order"]
        basis = (document.basis or "").strip()
        if not basis:
            return rows.order_id
        told = [("backend_id", "=", run.backend.id), ("site_number", "!=", False)]
        keys = [("site_number", basis), ("guid", basis)]
        # as we write it: 1C pads its own numbers with zeros
        if basis.isdecimal() and basis == str(int(basis)) and len(basis) < 10:
            keys.append(("order_id", int(basis)))
        for name, value in keys:
            if found := rows.search([*told, (name, "=", value)], limit=1):
                return found.order_id
        return rows.order_id

    def _find_entity(self, run, document, order):
        """The legal entity that a document is of; None: it waits, or is left out."""
        if order.b2b_contract_id:
            return order.b2b_contract_id.legal_entity_id
        party = document.counterparty
        if not party or not party.id:
            run.problem(
                document,
                speaking(self.env)._(
                    "Neither an order of ours nor a counterparty is named."
                ),
            )
            return None
        bindings = self.env["b2b.1c.binding"]
        found = bindings._find(run.backend, "res.partner", [party.id]).get(party.id)
        if found:
            return found.commercial_partner_id
        conflicts, same = self.env["b2b.1c.conflict"], "tax_number"
        entities = self._find_by_tax_number(run, party)
        if len(entities) == 1:
            conflicts._settle(run.backend, same, [party.id])
            return entities
        if entities:
            text = self._explain_same_number(party, entities)
            conflicts._raise(run.backend, same, entities, party.id, text)
        run.wait(
            document,
            "res.partner",
            party.id,
            speaking(self.env)._(
                "Counterparty %(name)s is not known yet.",
                name=party.official_name or party.full_name or party.name or party.id,
            ),
        )
        return None

    def _find_by_tax_number(self, run, party):
        """The legal entities with this tax number among those whose books this 1C
        keeps."""
        return self._get_contracts(run).legal_entity_id.filtered(
            lambda entity: is_same_number(party, entity)
        )

    def _explain_same_number(self, party, entities):
        return speaking(self.env)._(
            "1C calls tax number %(inn)s %(name)s. Here it is that of %(entities)s. "
            "Until somebody chooses, its documents wait.",
            inn=party.inn,
            name=party.official_name or party.full_name or party.name or party.id,
            entities=", ".join(entities.mapped("display_name")),
        )

    def _get_contracts(self, run):
        """The contracts whose books this 1C keeps, closed ones too."""
        contracts = self.env["b2b.contract"].with_context(active_test=False)
        return contracts.search(
            [("books", "=", "1c"), ("b2b_1c_backend_id", "=", run.backend.id)]
        )

    def _find_contract(self, run, document, order, entity, paper):
        """The contract that a document is on; empty: people have to say; None: of none
        whose books this 1C keeps.

        The order's, else the entity's only one of this 1C, else what people have said.
        """
        candidates = self._get_contracts(run)
        conflicts = self.env["b2b.1c.conflict"]
        if order:
            conflicts._settle(run.backend, "contract", [document.id])
            return order.b2b_contract_id & candidates or None
        candidates = candidates.filtered(lambda c: c.legal_entity_id == entity)
        if not candidates:
            return None
        if len(candidates) == 1:
            conflicts._settle(run.backend, "contract", [document.id])
            return candidates
        if paper.contract_id in candidates:
            return paper.contract_id
        conflicts._raise(
            run.backend,
            "contract",
            candidates,
            document.id,
            speaking(self.env)._(
                "%(operation)s %(number)s names no order, and %(entity)s has several "
                "contracts. Until somebody chooses, it is on none of them.",
                operation=document.operation,
                number=(document.number_in_1c or document.number or "").strip(),
                entity=entity.name,
            ),
        )
        return candidates.browse()

    def _find_currency(self, run, document, contract):
        """The currency of a document; nothing: it waits until people have chosen."""
        word = (document.currency or "").strip()
        if not word:
            return contract.currency_id or run.backend.company_id.currency_id
        currency = self.env["b2b.1c.importer.currency"]._find_currency(run, word)
        if not currency:
            run.wait(
                document,
                "res.currency",
                word,
                speaking(self.env)._(
                    "Currency %(currency)s is not known.", currency=word
                ),
            )
        return currency
