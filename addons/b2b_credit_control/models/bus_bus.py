from odoo import models
from odoo.http import SessionExpiredException


class BusBus(models.Model):
    _inherit = "bus.bus"

    def _poll(self, channels, last=0, ignore_ids=None):
        """Override of `bus`: an open socket is told nothing once its user is blocked,
        though he sends nothing himself.
        """
        user = self.env.user
        if user and user._is_portal():
            # Nothing else on this way notices what another worker has changed.
            self.env.registry.check_signaling(self.env.cr)
            if user._b2b_get_gate():
                raise SessionExpiredException()
        return super()._poll(channels, last=last, ignore_ids=ignore_ids)
