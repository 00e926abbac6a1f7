from odoo import models
from odoo.http import SessionExpiredException

from odoo.addons.bus.websocket import wsrequest


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    @classmethod
    def _authenticate(cls):
        """Override of `bus`: each message of an open socket asks again."""
        result = super()._authenticate()
        if wsrequest.env.user._b2b_get_gate():
            raise SessionExpiredException()
        return result
