from odoo import api, models
from odoo.exceptions import UserError, ValidationError


class B2b1cBackendChecks(models.Model):
    """What keeps a connection sound."""

    _inherit = "b2b.1c.backend"

    @api.constrains("login")
    def _check_login(self):
        for connection in self:
            login = connection.login or ""
            # Basic authentication ends the name at a colon
            is_bad = ":" in login or login != login.strip()
            if is_bad or (connection.user_id and not login):
                raise ValidationError(
                    self.env._(
                        "1C logs in with the user's name: it is not empty, holds no "
                        "colon, and neither begins nor ends with a blank."
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_bound(self):
        # sudo: whether anything is bound decides, whoever may see it
        bindings = self.env["b2b.1c.binding"].sudo()
        bound = [("backend_id", "in", self.ids), ("res_id", "!=", False)]
        if found := bindings.search(bound, limit=1):
            raise UserError(
                self.env._(
                    "%(connection)s knows what 1C calls the records of Odoo. Without "
                    "it the next connection would make all goods once more: archive it "
                    "instead.",
                    connection=found.backend_id.name,
                )
            )
