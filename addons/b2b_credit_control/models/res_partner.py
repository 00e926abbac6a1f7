from odoo import models

# Roles of those who are told what to pay.
PAYING_ROLES = ("admin", "accountant")


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            # Who is blocked follows from the dealer.
            self.env.registry.clear_cache()
        return result

    def _b2b_get_payers(self):
        """Return whom to write to about the debts of these legal entities (sudo): those
        whose role is to pay, and the invoice addresses.

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
        return payers.filtered("email")
