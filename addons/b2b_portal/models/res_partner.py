import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column

PRICELIST_FIELDS = {
    "property_product_pricelist",
    "specific_property_product_pricelist",
}
KPP_PATTERN = re.compile(r"\d{4}[0-9A-Z]{2}\d{3}")


class ResPartner(models.Model):
    _inherit = "res.partner"

    b2b_dealer_id = fields.Many2one(
        "res.partner",
        string="Dealer",
        compute="_compute_b2b_dealer_id",
        store=True,
        recursive=True,
        index=True,
        help="The head of the group that this partner belongs to. A legal entity is "
        "its own commercial partner; the dealer is the topmost of them.",
    )
    kpp = fields.Char(
        string="KPP",
        help="Tax registration reason code of a Russian legal entity: nine characters.",
    )
    b2b_contract_ids = fields.One2many(
        "b2b.contract", "legal_entity_id", string="Contracts"
    )
    b2b_dealer_contract_ids = fields.One2many(
        "b2b.contract", "dealer_id", string="Contracts of all legal entities"
    )
    b2b_membership_ids = fields.One2many(
        "b2b.membership", "legal_entity_id", string="Who acts for it"
    )

    def _auto_init(self):
        if not column_exists(self.env.cr, self._table, "b2b_dealer_id"):
            create_column(self.env.cr, self._table, "b2b_dealer_id", "int4")
            self._b2b_fill_dealers()
        return super()._auto_init()

    @api.model
    def _b2b_fill_dealers(self):
        """Give the partners that exist their dealer by one statement: computing it for
        a million of them would keep the installation waiting."""
        self.env.cr.execute(
            """
            WITH RECURSIVE tree AS (
                SELECT id, id AS dealer_id
                  FROM res_partner
                 WHERE parent_id IS NULL
                 UNION ALL
                SELECT child.id, tree.dealer_id
                  FROM res_partner AS child
                  JOIN tree ON tree.id = child.parent_id
            )
            UPDATE res_partner AS partner
               SET b2b_dealer_id = tree.dealer_id
              FROM tree
             WHERE tree.id = partner.id
            """
        )

    @api.depends("parent_id.b2b_dealer_id")
    def _compute_b2b_dealer_id(self):
        for partner in self:
            partner.b2b_dealer_id = (
                partner.parent_id.b2b_dealer_id if partner.parent_id else partner
            )

    @api.constrains("is_company", "parent_id")
    def _check_b2b_contracts_legal_entity(self):
        for partner in self.with_context(active_test=False):
            if partner.b2b_contract_ids and partner.commercial_partner_id != partner:
                raise ValidationError(
                    self.env._(
                        "%(partner)s has contracts, so it stays a company.",
                        partner=partner.name,
                    )
                )

    @api.constrains("kpp")
    def _check_kpp(self):
        for partner in self:
            if partner.kpp and not KPP_PATTERN.fullmatch(partner.kpp):
                raise ValidationError(
                    self.env._(
                        "%(kpp)s is no KPP: it has nine characters, like 770101001.",
                        kpp=partner.kpp,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners.filtered(
            lambda partner: partner.is_company and partner.parent_id
        )._b2b_sync_memberships()
        return partners

    def write(self, vals):
        if PRICELIST_FIELDS & vals.keys():
            # The access rules of portal users name their pricelists.
            self.env.registry.clear_cache()
        if not {"parent_id", "is_company"} & vals.keys():
            return super().write(vals)
        memberships = self._b2b_memberships_within_dealer()
        result = super().write(vals)
        memberships._remove_outdated()
        self._b2b_sync_memberships()
        self._b2b_resync_settlements()
        return result

    @api.model
    def _commercial_fields(self):
        return super()._commercial_fields() + ["kpp"]

    def _can_be_edited_by_current_customer(self, order_sudo=False, **kwargs):
        """Override of `portal`: with a cart on a contract a buyer keeps the delivery
        addresses of his legal entities; the entities themselves are staff's business.
        """
        if order_sudo and order_sudo.b2b_contract_id:
            self.ensure_one()
            return (
                self != self.commercial_partner_id
                and self in order_sudo._b2b_get_delivery_addresses()
            )
        return super()._can_be_edited_by_current_customer(
            order_sudo=order_sudo, **kwargs
        )

    @api.model
    def _b2b_legal_entity_domain(self):
        """Return the domain of partners that are legal entities."""
        return Domain("is_company", "=", True) | Domain("parent_id", "=", False)

    def _b2b_entities_by_dealer(self):
        """Return the active legal entities of the dealers of these partners.

        :rtype: dict[res.partner, res.partner]
        """
        entities = self.sudo().search(
            Domain("b2b_dealer_id", "in", self.b2b_dealer_id.ids)
            & self._b2b_legal_entity_domain()
        )
        by_dealer = defaultdict(self.sudo().browse)
        by_dealer.update(entities.grouped("b2b_dealer_id"))
        return by_dealer

    def _b2b_memberships_within_dealer(self):
        """Return the memberships that rest on these partners' place in their tree."""
        below = (
            self.sudo()
            .with_context(active_test=False)
            .search([("id", "child_of", self.ids)])
        )
        memberships = (
            self.env["b2b.membership"]
            .sudo()
            .search(
                Domain("legal_entity_id", "in", below.ids)
                | Domain("user_id.partner_id", "in", below.ids)
            )
        )
        return memberships.filtered("is_within_dealer")

    def _b2b_sync_memberships(self):
        """Give the portal users of these partners' dealers their default entities."""
        if dealers := self.sudo().b2b_dealer_id:
            self.env["res.users"].sudo().search(
                [("partner_id.b2b_dealer_id", "in", dealers.ids), ("share", "=", True)]
            )._b2b_sync_memberships()

    def _b2b_resync_settlements(self):
        """Bring the ledger in line with these partners' new place in their tree."""
        lines = self.env["account.move.line"].sudo()
        lines.search(
            lines._b2b_settlement_domain() & Domain("partner_id", "child_of", self.ids)
        )._b2b_sync_settlements()

    def _b2b_only_contract(self, company, day=None):
        """Return the contract that entries of a legal entity can only belong to.

        That is the only one it has with a company, archived or not: it keeps its
        past. When there are several, it is the only active one valid on the day.

        :param res.company company: the supplier's company
        :param datetime.date day: default today
        :return: one contract, or none when there is none or a choice
        :rtype: b2b.contract
        """
        day = day or fields.Date.context_today(self)
        contracts = self.with_context(active_test=False).b2b_contract_ids.filtered(
            lambda contract: contract.company_id == company
        )
        if len(contracts) > 1:
            contracts = contracts.filtered(
                lambda contract: contract.active and contract._is_valid_on(day)
            )
        return contracts if len(contracts) == 1 else contracts.browse()

    def _b2b_reallocate_settlements(self):
        """Redo the share of contracts in the ledger and the journal of these legal
        entities."""
        entities = self.exists()
        if not entities:
            return
        lines = self.env["account.move.line"].sudo()
        lines.search(
            lines._b2b_settlement_domain()
            & Domain("partner_id.commercial_partner_id", "in", entities.ids)
            & Domain("move_id.b2b_contract_id", "=", False)
        )._b2b_sync_settlements()
        self.env["b2b.document"].sudo()._reallocate(entities)

    def _b2b_get_delivery_addresses(self):
        """Return the addresses that goods of this legal entity may be delivered to
        (sudo): its own, and those of the other legal entities the user acts for.

        :rtype: res.partner
        """
        self.ensure_one()
        own = self.sudo()
        entities = (own | self.env.user.b2b_legal_entity_ids.sudo()).filtered(
            lambda entity: entity.b2b_dealer_id == own.b2b_dealer_id
        )
        addresses = entities.search(
            [
                ("id", "child_of", entities.ids),
                ("commercial_partner_id", "in", entities.ids),
                ("type", "in", ("delivery", "other")),
                ("is_company", "=", False),
            ],
            order="id desc",
        )
        return own | addresses | entities
