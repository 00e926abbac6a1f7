import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..commerceml import model
from ..words import speaking

# the country that stands before a number for the European Union
PREFIX = re.compile(r"[A-Za-z]{2}(?=\d)")
ENTREPRENEUR = 12
# resident or not; 6 are proprietors who act jointly, others are dates of birth
COMPANY_OF_KZ = "45"
CHECK = "b2b_1c_connector.activity_type_check"


class B2b1cEntity(models.Model):
    """What a connection knows of a legal entity: whether staff have checked it, and
    which counterparty of 1C it is.

    Several legal entities may be one counterparty in 1C, so its ID is not unique here,
    as it is among bindings: the first of them is bound.
    """

    _name = "b2b.1c.entity"
    _description = "Legal Entity in 1C"
    _order = "id desc"
    _rec_name = "partner_id"

    backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Connection",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Legal entity",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    vat = fields.Char(related="partner_id.vat", string="Tax ID")
    kpp = fields.Char(related="partner_id.kpp")
    state = fields.Selection(
        [("new", "To be checked"), ("checked", "Checked"), ("known", "Known to 1C")],
        default="new",
        required=True,
        readonly=True,
        index=True,
    )
    external_id = fields.Char(string="ID in 1C", readonly=True, index="btree_not_null")
    name_in_1c = fields.Char(string="Name in 1C", readonly=True)
    checked_by_id = fields.Many2one("res.users", string="Checked by", readonly=True)
    date_checked = fields.Datetime(string="Checked on", readonly=True)

    _partner_uniq = models.UniqueIndex(
        "(backend_id, partner_id)", "This connection knows the legal entity already."
    )

    @api.model
    def _get(self, backend, partners):
        """The rows of legal entities, as far as there are any."""
        return self.search(
            [("backend_id", "=", backend.id), ("partner_id", "in", partners.ids)]
        )

    @api.model
    def _get_guid(self, backend, partner):
        """1C's own id of a partner, or None."""
        bindings = self.env["b2b.1c.binding"]
        return (
            self._get(backend, partner).external_id
            or bindings._find_ids(backend, partner).get(partner.id)
            or None
        )

    @api.model
    def _may_go(self, backend, partner):
        """Whether orders of a legal entity need not wait for staff."""
        row = self._get(backend, partner)
        return row.state == "checked" or bool(self._get_guid(backend, partner))

    @api.model
    def _hold(self, backend, order):
        """Have staff check the legal entity of an order, once."""
        partner = order.b2b_legal_entity_id
        if self._get(backend, partner):
            return
        self.create({"backend_id": backend.id, "partner_id": partner.id})
        partner.activity_schedule(
            CHECK,
            summary=self.env._("Check a legal entity for 1C"),
            # names are text, and notes are HTML
            note=Markup("<p>%s</p>")
            % self.env._(
                "%(entity)s is new to 1C. Its orders wait until you have checked its "
                "data: see 1C, Legal Entities in 1C.",
                entity=partner.display_name,
            ),
            user_id=order._b2b_get_responsible().id,
        )

    def action_check(self):
        """Let the orders of these legal entities go to 1C, for managers."""
        if not self.env.user.has_group("b2b_portal.group_b2b_manager"):
            raise AccessError(self.env._("Only a B2B manager checks legal entities."))
        self.check_access("read")
        # sudo: the exchange writes its rows, people read them
        rows = self.sudo().filtered(lambda row: row.state == "new")
        rows.write(
            {
                "state": "checked",
                "checked_by_id": self.env.uid,
                "date_checked": fields.Datetime.now(),
            }
        )
        rows._release()

    def _release(self):
        """Let go what was held for these legal entities."""
        for backend, rows in self.grouped("backend_id").items():
            held = self.env["b2b.1c.order"].search(
                [
                    ("backend_id", "=", backend.id),
                    ("state", "=", "held"),
                    (
                        "order_id.partner_id.commercial_partner_id",
                        "in",
                        rows.partner_id.ids,
                    ),
                ]
            )
            held._release()
        self.partner_id.activity_feedback([CHECK])

    @api.model
    def _bind(self, backend, partner, guid, name):
        """Keep 1C's own id of a legal entity. If there is another one already, managers
        may have merged duplicates, or chosen a wrong one: people have to say.

        :param b2b.1c.backend backend:
        :param res.partner partner:
        :param str guid: the id
        :param str name: what 1C calls it
        """
        row = self._get(backend, partner)
        if row.external_id == guid and row.name_in_1c == name:
            return
        if row.external_id and row.external_id != guid:
            row._raise_merged(guid, name)
            return
        self._rebind(backend, partner, guid, name)

    def _raise_merged(self, guid, name):
        """Ask people whether `guid` stands for the legal entity now."""
        conflicts, partner = self.env["b2b.1c.conflict"], self.partner_id
        conflict = conflicts._raise(
            self.backend_id,
            "merged",
            partner,
            guid,
            speaking(self.env)._(
                "1C knows %(entity)s as %(name)s now; before, that was %(before)s. If "
                "both are the same, as after duplicates were merged, choose it: later "
                "orders are then booked to %(name)s.",
                entity=partner.name,
                name=f"{name or '-'} ({guid})",
                before=f"{self.name_in_1c or '-'} ({self.external_id})",
            ),
        )
        if conflict.state == "open" and not conflict.choice:
            conflict.choice = partner

    @api.model
    def _rebind(self, backend, partner, guid, name):
        """Keep 1C's own id of a legal entity in place of the one before, if any."""
        self._rebind_all(backend, [(partner, guid, name)])

    @api.model
    def _rebind_all(self, backend, told):
        """Keep 1C's own ids of legal entities, at once.

        :param b2b.1c.backend backend:
        :param list told: (res.partner, id of 1C, what 1C calls it), each partner once
        """
        partners = self.env["res.partner"].union(*(partner for partner, *_ in told))
        known = self._get(backend, partners).grouped("partner_id")
        rows, new, gone = self.browse(), [], []
        for partner, guid, name in told:
            values = {"external_id": guid, "name_in_1c": name, "state": "known"}
            if row := known.get(partner):
                if row.external_id != guid:
                    gone.append(row.external_id)
                row.write(values)
                rows += row
            else:
                new.append(
                    {**values, "backend_id": backend.id, "partner_id": partner.id}
                )
        rows += self.create(new)
        bindings = self.env["b2b.1c.binding"]
        guids = [guid for _partner, guid, _name in told]
        taken = bindings._find(backend, "res.partner", guids)
        bindings._bind(
            backend,
            "res.partner",
            [
                (guid, partner.id, name, False)
                for partner, guid, name in told
                if guid not in taken
            ],
        )
        # of no account any more, whether it is deleted or not
        self.env["b2b.1c.conflict"]._settle(backend, "deleted", filter(None, gone))
        rows._release()

    # -- the legal entity as 1C wants it

    @api.model
    def _prepare_counterparty(self, backend, partner, contact=None):
        """A partner as the buyer of an order (reference 2.7).

        :param b2b.1c.backend backend:
        :param res.partner partner: the legal entity
        :param res.partner contact: the person who ordered
        :rtype: model.Counterparty
        """
        inn = get_inn(partner)
        # УТ 11 takes for a legal entity whoever has an official name
        is_person = not partner.is_company or _is_entrepreneur(partner, inn)
        # 1C finds by name, too, and a blank makes another counterparty
        name = " ".join((partner.name or "").split())
        party = model.Counterparty(
            id=self._get_guid(backend, partner),
            name=name,
            role="Покупатель",
            official_name=None if is_person else name,
            full_name=name if is_person else None,
            inn=inn,
            kpp=None if is_person else partner.kpp or None,
            okpo=_get_okpo(partner),
            contacts=_get_contacts(partner),
            accounts=[
                model.BankAccount(
                    number=account.acc_number,
                    bank=account.bank_id.name or None,
                    bic=account.bank_id.bic or None,
                )
                for account in partner.bank_ids
            ],
        )
        kind = "АдресРегистрации" if is_person else "ЮридическийАдрес"
        address = prepare_address(partner, kind)
        party.addresses = [address] if address.parts else []
        if contact and contact != partner and contact.name:
            party.representatives = [
                model.Counterparty(
                    name=contact.name,
                    relation="Контактное лицо",
                    contacts=_get_contacts(contact),
                )
            ]
        return party


def get_inn(partner):
    """The digits of a tax number, without the country; None if there is none."""
    return _clean_inn(partner.vat)


def _is_entrepreneur(partner, inn):
    """Whether a tax number is that of a sole proprietor: twelve digits in Russia; in
    Kazakhstan companies have as many, and the fifth tells them apart."""
    prefix = PREFIX.match((partner.vat or "").strip())
    country = partner.country_id.code or (prefix and prefix[0].upper())
    if len(inn or "") != ENTREPRENEUR:
        return False
    if country == "KZ":
        return inn[4] not in COMPANY_OF_KZ
    return country in (False, None, "RU")


def _clean_inn(text):
    number = PREFIX.sub("", "".join((text or "").split()), count=1)
    return number if number.isdigit() else None


def is_same_number(party, partner):
    """Whether a counterparty of 1C has the tax number of a partner, and its branch.

    :param model.Counterparty party:
    :param res.partner partner:
    :return: None if one of them has no number
    :rtype: bool | None
    """
    ours, theirs = get_numbers(partner), {_clean_inn(party.inn)}
    if _get_okpo(partner):
        theirs.add(party.okpo)
    nothing = {None, False, ""}
    if not ours or not theirs - nothing:
        return None
    branches = {partner.kpp, party.kpp} - nothing
    return bool(ours & theirs) and len(branches) < 2


def get_numbers(partner):
    """The numbers by one of which 1C may know a partner.

    :rtype: set[str]
    """
    # in Ukraine Odoo may keep either of the two as tax number
    return set(filter(None, [get_inn(partner), _get_okpo(partner)]))


def get_party_numbers(party):
    """The numbers that a counterparty of 1C may have here, by :func:`get_numbers`; of
    those found :func:`is_same_number` decides.

    :param model.Counterparty party:
    :rtype: set[str]
    """
    return set(filter(None, [_clean_inn(party.inn), party.okpo]))


def _get_okpo(partner):
    """In Ukraine companies are found by this code, which Odoo keeps as their ID."""
    code = partner.company_registry or ""
    return code if partner.country_id.code == "UA" and code.isdigit() else None


def prepare_address(partner, kind):
    """An address in parts and as one line.

    :rtype: model.Address
    """
    parts = {
        "Почтовый индекс": partner.zip,
        "Страна": partner.country_id.name,
        "Регион": partner.state_id.name,
        "Город": partner.city,
        "Улица": ", ".join(filter(None, [partner.street, partner.street2])),
    }
    parts = {name: value for name, value in parts.items() if value}
    return model.Address(kind, ", ".join(parts.values()), parts)


def _get_contacts(partner):
    found = [
        model.Contact("Телефон рабочий", partner.phone or ""),
        model.Contact("Почта", partner.email or ""),
    ]
    return [contact for contact in found if contact.value]
