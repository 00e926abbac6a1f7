from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `http_routing`: the countdown says something too."""
        names = super()._get_translation_frontend_modules_name()
        return [*names, "b2b_reservation"]
