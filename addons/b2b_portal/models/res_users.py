from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    b2b_membership_ids = fields.One2many(
        "b2b.membership", "user_id", string="Legal entities and roles"
    )
    b2b_legal_entity_ids = fields.Many2many(
        "res.partner",
        string="Legal entities he acts for",
        compute="_compute_b2b_legal_entity_ids",
        help="Read by the access rules of portal users.",
    )
    b2b_by_membership = fields.Boolean(
        string="Sees by membership",
        compute="_compute_b2b_by_membership",
        help="Portal users see exactly the records of the legal entities they act for. "
        "Those whose memberships are not filled in yet see what Odoo shows them.",
    )
    b2b_all_entities = fields.Boolean(
        string="Gets all legal entities",
        default=True,
        help="A contact of the head office acts for every legal entity of the dealer, "
        "new ones included; a contact of one entity acts for that entity.",
    )
    b2b_pricelist_ids = fields.Many2many(
        "product.pricelist",
        string="Pricelists he may see",
        compute="_compute_b2b_pricelist_ids",
        help="Read by the access rules of portal users.",
    )
    b2b_contract_id = fields.Many2one(
        "b2b.contract",
        string="Last chosen contract",
        ondelete="set null",
        help="The shop opens with it at the next log-in.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["b2b_legal_entity_ids"]

    @api.depends("b2b_membership_ids.legal_entity_id")
    def _compute_b2b_legal_entity_ids(self):
        memberships = (
            self.env["b2b.membership"].sudo().search([("user_id", "in", self.ids)])
        )
        by_user = memberships.grouped("user_id")
        for user in self:
            user.b2b_legal_entity_ids = by_user.get(
                user._origin, memberships.browse()
            ).legal_entity_id

    @api.depends("share", "group_ids", "b2b_all_entities", "b2b_membership_ids")
    def _compute_b2b_by_membership(self):
        for user in self:
            user.b2b_by_membership = user._is_portal() and (
                not user.b2b_all_entities or user.sudo()._b2b_is_of_dealer()
            )

    @api.depends(
        "b2b_membership_ids.legal_entity_id.b2b_contract_ids.pricelist_id",
        "b2b_membership_ids.legal_entity_id.property_product_pricelist",
        "partner_id.property_product_pricelist",
    )
    @api.depends_context("company")
    def _compute_b2b_pricelist_ids(self):
        """Those of his contracts and of himself, those offered to every visitor, and
        what they are based on.
        """
        pricelists = self.env["product.pricelist"].sudo()
        offered = pricelists.search([("selectable", "=", True)])
        contracts = self.env["b2b.contract"].sudo().with_context(active_test=False)
        for user in self.sudo():
            pricelists = offered | user.partner_id.property_product_pricelist
            for contract in contracts.search(
                [("legal_entity_id", "in", user.b2b_legal_entity_ids.ids)]
            ):
                pricelists |= contract._get_pricelist()
            while bases := pricelists.item_ids.base_pricelist_id - pricelists:
                pricelists |= bases
            user.b2b_pricelist_ids = pricelists

    def _b2b_is_of_dealer(self):
        """Tell whether this user acts for a dealer: somebody with a contract, be it
        archived. Vendors and other customers see what Odoo shows them.
        """
        self.ensure_one()
        contracts = self.env["b2b.contract"].with_context(active_test=False)
        return bool(self.b2b_membership_ids) and bool(
            contracts.search_count(
                [("dealer_id", "=", self.partner_id.b2b_dealer_id.id)], limit=1
            )
        )

    def _b2b_sees_dealer_pages(self):
        """Tell whether the account of this user leads to the pages of dealers: he is
        a dealer's, or acts for a legal entity with a contract. To all others it looks
        as in stock Odoo.

        :rtype: bool
        """
        self.ensure_one()
        if not self._is_portal():
            return False
        # Contracts of another dealer, or closed ones, are not his to read.
        contracts = self.env["b2b.contract"].sudo().with_context(active_test=False)
        return self.b2b_by_membership or bool(
            contracts.search_count(
                [("legal_entity_id", "in", self.b2b_legal_entity_ids.ids)], limit=1
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        users._b2b_sync_memberships()
        return users

    def write(self, vals):
        memberships = self.env["b2b.membership"].sudo()
        if "partner_id" in vals:
            memberships = self.sudo().b2b_membership_ids.filtered("is_within_dealer")
        result = super().write(vals)
        memberships._remove_outdated()
        if {"group_ids", "partner_id", "active", "b2b_all_entities"} & vals.keys():
            self._b2b_sync_memberships()
        return result

    def _b2b_sync_memberships(self):
        """Add the memberships that portal users get by default.

        Rows that exist are left alone, so that a role or a restriction set by
        hand stays. Users who do not get all entities are not touched.
        """
        portal_users = self.sudo().filtered(
            lambda user: user.share and user.active and user.b2b_all_entities
        )
        portal_users = portal_users.filtered(lambda user: user._is_portal())
        entities_by_dealer = portal_users.partner_id._b2b_entities_by_dealer()
        vals_list = []
        for user in portal_users:
            home = user.partner_id.commercial_partner_id
            is_head_office = home == user.partner_id.b2b_dealer_id
            scope = entities_by_dealer[home] if is_head_office else home
            missing = scope - user.b2b_membership_ids.legal_entity_id
            vals_list += [
                {"user_id": user.id, "legal_entity_id": entity.id} for entity in missing
            ]
        if vals_list:
            self.env["b2b.membership"].sudo().create(vals_list)

    @api.model
    def _b2b_find_without_membership(self, limit, after=0):
        """Return portal users who have not got their default memberships yet.

        :param int limit: how many at most
        :param int after: only those with a higher id
        """
        return self.search(
            [
                ("id", ">", after),
                ("share", "=", True),
                ("b2b_all_entities", "=", True),
                ("b2b_membership_ids", "=", False),
                ("all_group_ids", "in", self.env.ref("base.group_portal").ids),
            ],
            order="id",
            limit=limit,
        )

    def _b2b_may(self, action, legal_entity):
        """Tell whether this user's role lets him act for a legal entity.

        :param str action: ``order``, ``pay`` or ``team``
        :param res.partner legal_entity: one legal entity
        :rtype: bool
        """
        self.ensure_one()
        membership = (
            self.env["b2b.membership"]
            .sudo()
            .search(
                [
                    ("user_id", "=", self.id),
                    ("legal_entity_id", "=", legal_entity.id),
                ]
            )
        )
        return bool(membership) and membership._allows(action)
