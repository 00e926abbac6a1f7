from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _b2b_carries_bill(self):
        """Override of `b2b_portal`: an order that is released has its bill, too."""
        return super()._b2b_carries_bill() or self == self.env.ref(
            "b2b_credit_control.mail_template_credit_release", raise_if_not_found=False
        )
