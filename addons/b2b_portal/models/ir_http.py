from odoo import models
from odoo.http import request
from odoo.tools import lazy


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _frontend_pre_dispatch(cls):
        result = super()._frontend_pre_dispatch()
        # Sudoed and lazy, as the cart and the pricelist of website_sale are.
        request.b2b_contract = lazy(request.website._b2b_get_current_contract)
        return result
