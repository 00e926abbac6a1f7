from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import AccessError

# Roles of those who are told what to pay.
PAYING_ROLES = ("admin", "accountant")


class ResPartner(models.Model):
    _inherit = "res.partner"

    b2b_has_reminders = fields.Boolean(
        string="Payment reminders",
        default=True,
        help="Mails about what is due and overdue. The dealer's accountant may switch "
        "them off.",
    )
    b2b_block_count = fields.Integer(compute="_compute_b2b_block_count")
    b2b_hold_count = fields.Integer(compute="_compute_b2b_hold_count")

    def _compute_b2b_block_count(self):
        counts = dict(
            self.env["b2b.block"]._read_group(
                [("dealer_id", "in", self.ids), ("is_lifted", "=", False)],
                ["dealer_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.b2b_block_count = counts.get(partner, 0)

    def _compute_b2b_hold_count(self):
        counts = defaultdict(int)
        for contract, count in self.env["b2b.credit.hold"]._read_group(
            [("contract_id.dealer_id", "in", self.ids), ("state", "=", "held")],
            ["contract_id"],
            ["__count"],
        ):
            counts[contract.dealer_id] += count
        for partner in self:
            partner.b2b_hold_count = counts[partner]

    def _b2b_get_payers(self):
        """Return whom to write to about the debts of these legal entities (sudo): those
        whose role is to pay, and the invoice addresses. Each mailbox once.

        :rtype: res.partner
        """
        memberships = (
            self.env["b2b.membership"]
            .sudo()
            .search(
                [
                    ("legal_entity_id", "in", self.ids),
                    ("role", "in", PAYING_ROLES),
                    ("user_id.active", "=", True),
                ]
            )
        )
        payers = memberships.user_id.partner_id
        for entity in self.sudo():
            payers |= entity.browse(entity.address_get(["invoice"])["invoice"])
        by_mailbox = payers.filtered("email").grouped(
            lambda partner: partner.email_normalized or partner.email
        )
        return payers.browse(same[0].id for same in by_mailbox.values())

    # === REMINDERS === #

    def _b2b_get_reminded(self, user):
        """Return the legal entities whose reminders a user may switch (sudo): those
        that he pays for.

        :param res.users user: of the dealer
        :rtype: res.partner
        """
        memberships = user.sudo().b2b_membership_ids
        return memberships.filtered(
            lambda membership: membership.role in PAYING_ROLES
        ).legal_entity_id

    def _b2b_switch_reminders(self, user, wanted):
        """Switch the reminders of a user's legal entities.

        :param res.users user: of the dealer
        :param wanted: ids of those that are reminded; the others are not
        :raise AccessError: if none of them is his to switch
        """
        entities = self._b2b_get_reminded(user)
        if not entities:
            raise AccessError(
                self.env._("Your role does not let you switch payment reminders.")
            )
        for entity in entities:
            if entity.b2b_has_reminders != (entity.id in wanted):
                entity.b2b_has_reminders = entity.id in wanted

    # === ACTIONS === #

    def action_view_b2b_blocks(self):
        """Open the blocks of these dealers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_credit_control.b2b_block_action"
        )
        return action | {"domain": [("dealer_id", "in", self.b2b_dealer_id.ids)]}

    def action_view_b2b_holds(self):
        """Open the orders of these dealers that were held."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_credit_control.b2b_credit_hold_action"
        )
        dealers = self.b2b_dealer_id
        return action | {"domain": [("contract_id.dealer_id", "in", dealers.ids)]}

    def action_view_b2b_documents(self):
        """Open the papers of these dealers."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_portal.b2b_document_action"
        )
        return action | {"domain": [("dealer_id", "in", self.b2b_dealer_id.ids)]}
