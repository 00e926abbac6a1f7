from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def _generate_template_attachments(
        self, res_ids, render_fields, render_results=None
    ):
        """Override of `mail`: the bill goes as it was frozen, not printed anew."""
        render_results = super()._generate_template_attachments(
            res_ids, render_fields, render_results=render_results
        )
        if "attachment_ids" in render_fields and self._b2b_carries_bill():
            for order in self.env["sale.order"].browse(res_ids):
                values = render_results.setdefault(order.id, {})
                values["attachment_ids"] = [
                    *values.get("attachment_ids", []),
                    *order._b2b_get_bill_attachment().ids,
                ]
        return render_results

    def _b2b_carries_bill(self):
        """Tell whether mails of this template carry the bill of their order."""
        return self == self.env.ref(
            "b2b_portal.mail_template_order_bill", raise_if_not_found=False
        )
