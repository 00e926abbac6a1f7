from collections import defaultdict

from odoo import models

from ..models.b2b_1c_entity import get_numbers, get_party_numbers, is_same_number
from ..words import speaking

PARTNER = "res.partner"
# so many unknown counterparties of a batch are reported one by one: 1C may have
# thousands, and a file has room for so many reports only
TOLD = 50


class B2b1cImporterCounterparty(models.AbstractModel):
    """Counterparties in a file of their own, as the separately installed module sends
    them (reference 2.7): their IDs are kept of the legal entities that this connection
    is for, which are found by tax number.

    No legal entity is made, changed or archived: people type them in, and 1C has all
    its suppliers in that file. What is unclear is for people to decide.
    """

    _name = "b2b.1c.importer.counterparty"
    _inherit = "b2b.1c.importer"
    _description = "1C Importer of Counterparties"

    def _import_batch(self, run, items):
        if not self._is_wanted(run.backend):
            run.count("skipped", len(items))
            return
        latest = self._take_latest(run, items)
        bindings = self.env["b2b.1c.binding"]
        known = bindings._find(run.backend, PARTNER, latest)
        new = [item for key, item in latest.items() if key not in known]
        alive = run.cache.setdefault("counterparties_alive", set())
        alive |= {key for key in known if not latest[key].deleted}
        replaced = self._import_new(run, new, alive)
        self._import_known(run, latest, known, replaced)

    def _is_wanted(self, backend):
        """Whether anything is exchanged that names counterparties."""
        return backend.exchange_orders or backend.exchange_states or backend.keeps_books

    def _take_latest(self, run, items):
        """The counterparties by id; of those that are repeated the last one.

        :rtype: dict[str, model.Counterparty]
        """
        latest = {}
        for item in items:
            if not item.id:
                text = speaking(self.env)._("A counterparty without an ID of 1C.")
                run.problem(item, text)
                continue
            if item.id in latest:
                run.count("skipped")
            latest[item.id] = item
        return latest

    # -- those that are bound

    def _import_known(self, run, latest, known, replaced):
        """Keep what 1C says of counterparties that are bound.

        :param dict latest: `model.Counterparty` by id
        :param dict known: what they are bound to, by id
        :param res.partner replaced: people are asked whether another one stands for
            these
        """
        bindings = self.env["b2b.1c.binding"]._find_rows(run.backend, PARTNER, known)
        partners = {key: one.commercial_partner_id for key, one in known.items()}
        rows = self._get_rows(run, partners.values())
        told, settled = [], []
        for key, partner in partners.items():
            item, row = latest[key], rows.get(partner)
            # what was merged leaves ids behind that are of no account
            is_current = not row or row.external_id in (False, key)
            is_new = self._note_binding(item, bindings[key])
            if not is_current or partner in replaced or not bindings[key].deleted:
                settled.append(key)
            else:
                self._tell_deleted(run, item, partner)
            if is_current and not bindings[key].deleted:
                self._check_number(run, item, partner)
                said = (key, _get_name(item))
                if not row or (row.external_id, row.name_in_1c) != said:
                    told.append((partner, *said))
                    is_new = True
            run.count("updated" if is_new else "unchanged")
        # several ids may be one legal entity: the last one of them counts
        told = {partner: (partner, *said) for partner, *said in told}
        self.env["b2b.1c.entity"]._rebind_all(run.backend, list(told.values()))
        conflicts = self.env["b2b.1c.conflict"]
        conflicts._settle(run.backend, "deleted", settled)
        conflicts._settle(run.backend, "tax_number", known)

    def _note_binding(self, item, binding):
        """Keep name and mark of deletion; returns whether that was new."""
        values = {"name": _get_name(item)}
        if item.deleted is not None:
            values["deleted"] = item.deleted
        new = {name: value for name, value in values.items() if binding[name] != value}
        binding.write(new)
        return bool(new)

    def _tell_deleted(self, run, item, partner):
        """Have people see to a legal entity whose counterparty is marked as deleted."""
        text = speaking(self.env)._(
            "1C has marked %(name)s as deleted, which is %(entity)s here. Nothing was "
            "changed here, and orders go on naming it. If the customer has left, close "
            "its contracts; if not, take the mark away in 1C.",
            name=_get_name(item),
            entity=partner.display_name,
        )
        conflicts = self.env["b2b.1c.conflict"]
        conflicts._raise(run.backend, "deleted", partner, item.id, text)
        run.report(item, text)

    def _check_number(self, run, item, partner):
        """Report that 1C and Odoo have different tax numbers of a legal entity."""
        if is_same_number(item, partner) is not False:
            return
        text = speaking(self.env)._(
            "1C has tax number %(inn)s, KPP %(kpp)s, of %(entity)s: another one than "
            "here, where nothing was changed.",
            inn=item.inn or "-",
            kpp=item.kpp or "-",
            entity=partner.display_name,
        )
        run.report(item, text)

    # -- those that are not

    def _import_new(self, run, items, alive):
        """Find the legal entities of counterparties that are not bound.

        :param set alive: ids of those that are bound and not deleted
        :return: those of which people are asked whether another counterparty stands for
            them now
        :rtype: res.partner
        """
        unknown, matches = [], defaultdict(list)
        for item in items:
            if item.deleted:
                # before it was ever seen, or as a duplicate
                run.count("skipped")
                continue
            entities = self._find_entities(run, item)
            if len(entities) > 1:
                settlements = self.env["b2b.1c.importer.settlement"]
                text = settlements._explain_same_number(item, entities)
                self._ask(run, item, "tax_number", entities, text)
            elif entities:
                matches[entities].append(item)
            else:
                unknown.append(item)
        self._report_unknown(run, unknown)
        conflicts = self.env["b2b.1c.conflict"]
        deleted = [item.id for item in items if item.deleted]
        conflicts._settle(run.backend, "tax_number", deleted)
        return self._match(run, matches, alive)

    def _match(self, run, matches, alive):
        """Bind legal entities to the counterparty with their tax number, or have people
        choose it.

        :param dict matches: counterparties by legal entity
        :param set alive: as in :meth:`_import_new`
        :return: as :meth:`_import_new`
        """
        rows = self._get_rows(run, matches)
        told, settled, gone = [], [], []
        replaced = self.env[PARTNER]
        for entity, items in matches.items():
            row = rows.get(entity)
            chosen = self._choose_branch(entity, items)
            if row and row.external_id in alive:
                chosen = []
            others = [item for item in items if item not in chosen]
            self._report_others(run, entity, others)
            settled += [item.id for item in others]
            if row and row.external_id:
                for item in chosen:
                    replaced |= entity
                    gone.append(row.external_id)
                    row._raise_merged(item.id, _get_name(item))
                self._report_asked(run, chosen)
            elif len(chosen) == 1:
                told.append((entity, chosen[0].id, _get_name(chosen[0])))
                settled.append(chosen[0].id)
                if chosen[0].kpp and chosen[0].kpp == entity.kpp:
                    # its branches may come in a later batch
                    alive.add(chosen[0].id)
            else:
                text = self._explain_several(entity, chosen)
                for item in chosen:
                    self._ask(run, item, "tax_number", entity, text)
        self.env["b2b.1c.entity"]._rebind_all(run.backend, told)
        run.count("created", len(told))
        conflicts = self.env["b2b.1c.conflict"]
        conflicts._settle(run.backend, "tax_number", settled)
        conflicts._settle(run.backend, "deleted", gone)
        return replaced

    def _choose_branch(self, entity, items):
        """The counterparty of its own branch, if one is; else all of them."""
        same = [item for item in items if item.kpp and item.kpp == entity.kpp]
        return same if len(same) == 1 else items

    def _ask(self, run, item, kind, entities, text):
        """Have people choose what a counterparty is."""
        conflicts = self.env["b2b.1c.conflict"]
        conflicts._raise(run.backend, kind, entities, item.id, text)
        run.count("skipped")
        run.report(item, text)

    def _explain_several(self, entity, items):
        names = (f"{_get_name(item)} (KPP {item.kpp or '-'})" for item in items)
        return speaking(self.env)._(
            "1C has several counterparties with tax number %(inn)s of %(entity)s: "
            "%(names)s. Choose it for the right one, and leave the others as they are.",
            inn=items[0].inn or items[0].okpo,
            entity=entity.display_name,
            names=", ".join(names),
        )

    def _report_asked(self, run, items):
        for item in items:
            run.count("skipped")
            text = speaking(self.env)._(
                "Another counterparty stands for this legal entity so far: see "
                "Conflicts."
            )
            run.report(item, text)

    def _report_others(self, run, entity, items):
        for item in items:
            run.count("skipped")
            text = speaking(self.env)._(
                "It has the tax number of %s, which is another counterparty of 1C.",
                entity.display_name,
            )
            run.report(item, text)

    def _report_unknown(self, run, items):
        run.count("skipped", len(items))
        people = speaking(self.env)
        for item in items[:TOLD]:
            if get_party_numbers(item):
                text = people._(
                    "No legal entity with a contract for this connection has tax "
                    "number %(inn)s, KPP %(kpp)s.",
                    inn=item.inn or item.okpo,
                    kpp=item.kpp or "-",
                )
            else:
                text = people._("Without a tax number it is not looked for.")
            run.report(item, text)
        if more := items[TOLD:]:
            run.report(more[0], people._("and %s more", len(more)))

    # -- legal entities

    def _get_rows(self, run, partners):
        """What the connection knows of legal entities; what is only bound is completed.

        :param partners: several `res.partner`
        :rtype: dict[res.partner, b2b.1c.entity]
        """
        partners = self.env[PARTNER].union(*partners)
        entities, bindings = self.env["b2b.1c.entity"], self.env["b2b.1c.binding"]
        rows = entities._get(run.backend, partners)
        unknown = partners - rows.filtered("external_id").partner_id
        bound = bindings.search(
            [
                ("backend_id", "=", run.backend.id),
                ("res_model", "=", PARTNER),
                ("res_id", "in", unknown.ids),
            ],
            order="id desc",
        )
        if bound:
            first = {row.res_id: row for row in bound}
            entities._rebind_all(
                run.backend,
                [
                    (partner, first[partner.id].external_id, first[partner.id].name)
                    for partner in unknown
                    if partner.id in first
                ],
            )
            rows = entities._get(run.backend, partners)
        return rows.grouped("partner_id")

    def _find_entities(self, run, item):
        """The legal entities with the tax number of a counterparty: those whose books
        this 1C keeps, as for documents, else those whose orders it gets."""
        for index in self._get_indexes(run):
            found = self.env[PARTNER].union(
                *(index[number] for number in get_party_numbers(item))
            )
            if found := found.filtered(lambda entity: is_same_number(item, entity)):
                return found
        return self.env[PARTNER]

    def _get_indexes(self, run):
        """Legal entities by the numbers that 1C may know them by.

        :return: of those whose books this 1C keeps, and of the others
        """
        if "counterparties" not in run.cache:
            backend = run.backend
            contracts = self.env["b2b.1c.importer.settlement"]._get_contracts(run)
            others = contracts.search(
                [
                    ("company_id", "=", backend.company_id.id),
                    ("b2b_1c_backend_id", "in", [False, backend.id]),
                ]
            )
            run.cache["counterparties"] = [
                _index(contracts.legal_entity_id),
                _index(others.legal_entity_id | backend.substitute_id),
            ]
        return run.cache["counterparties"]


def _index(partners):
    found = defaultdict(lambda: partners.browse())
    for partner in partners:
        for number in get_numbers(partner):
            found[number] += partner
    return found


def _get_name(item):
    """What 1C calls a counterparty."""
    return item.name or item.official_name or item.full_name or item.id
