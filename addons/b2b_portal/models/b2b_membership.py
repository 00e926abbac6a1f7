from odoo import api, fields, models

ROLES = [
    ("admin", "Administrator"),
    ("buyer", "Buyer"),
    ("accountant", "Accountant"),
]
# What each role may do on the dealer's side; everybody with a membership may read.
ROLE_ACTIONS = {
    "admin": {"order", "pay", "team"},
    "buyer": {"order", "pay"},
    "accountant": {"pay"},
}


class B2bMembership(models.Model):
    """Who may act for which legal entity of a dealer.

    Access rules of portal users read these rows, never the tree of partners.
    """

    _name = "b2b.membership"
    _description = "Legal Entity Membership"
    _order = "user_id, legal_entity_id"
    _rec_name = "legal_entity_id"

    _user_entity_uniq = models.Constraint(
        "UNIQUE(user_id, legal_entity_id)",
        "This user already acts for this legal entity.",
    )

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    legal_entity_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="cascade"
    )
    dealer_id = fields.Many2one(
        related="legal_entity_id.b2b_dealer_id", store=True, index=True
    )
    role = fields.Selection(ROLES, required=True, default="buyer")
    is_within_dealer = fields.Boolean(
        compute="_compute_is_within_dealer",
        help="The user is a contact of the dealer that the legal entity belongs to.",
    )

    def _compute_is_within_dealer(self):
        for membership in self:
            entity = membership.legal_entity_id
            membership.is_within_dealer = (
                entity.commercial_partner_id == entity
                and entity.b2b_dealer_id == membership.user_id.partner_id.b2b_dealer_id
            )

    @api.model_create_multi
    def create(self, vals_list):
        memberships = super().create(vals_list)
        self.env.registry.clear_cache()
        return memberships

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        if not self.env.context.get("b2b_keep_all_entities"):
            # Else the next new entity of the dealer would bring the row back.
            self.user_id.sudo().b2b_all_entities = False
        return super().unlink()

    def _remove_outdated(self):
        """Remove those of these memberships whose user or legal entity has left the
        dealer; the user still follows his new company."""
        self.invalidate_recordset(["is_within_dealer"])
        self.filtered(lambda membership: not membership.is_within_dealer).with_context(
            b2b_keep_all_entities=True
        ).unlink()

    def _allows(self, action):
        """Tell whether the role of this membership includes an action.

        :param str action: ``order``, ``pay`` or ``team``
        :rtype: bool
        """
        self.ensure_one()
        return action in ROLE_ACTIONS[self.role]
