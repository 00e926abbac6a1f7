from odoo import models
from odoo.http import request
from odoo.tools import lazy


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `http_routing`: scripts of the shop say something too."""
        return [*super()._get_translation_frontend_modules_name(), "b2b_portal"]

    @classmethod
    def _frontend_pre_dispatch(cls):
        result = super()._frontend_pre_dispatch()
        # Sudoed and lazy, as the cart and the pricelist of website_sale are.
        request.b2b_contract = lazy(request.website._b2b_get_current_contract)
        return result
