from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _b2b_get_mail_reader(self, legal_entity):
        """Return to whom goes what is to be told of this user's doings: he himself as
        long as he acts for the legal entity, else it.

        :param res.partner legal_entity: whose goods it is about
        :rtype: res.partner
        """
        self.ensure_one()
        acts = self.share and legal_entity in self.b2b_legal_entity_ids
        return self.partner_id if acts and self.active else legal_entity
