from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _b2b_get_paying_entities(self):
        """Return the legal entities that this user's role lets him pay for.

        :rtype: res.partner
        """
        self.ensure_one()
        memberships = (
            self.env["b2b.membership"].sudo().search([("user_id", "=", self.id)])
        )
        return memberships.filtered(
            lambda membership: membership._allows("pay")
        ).legal_entity_id
