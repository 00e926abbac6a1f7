"""What an addon would bring that asks 1C by itself. Imported within its test only."""

from odoo import api, fields, models

started = []


class FakeFlow(models.Model):
    _inherit = "b2b.1c.flow"

    kind = fields.Selection(
        selection_add=[("acts", "Acts")], ondelete={"acts": "cascade"}
    )

    @api.model
    def _get_settings(self):
        return {
            **super()._get_settings(),
            "acts": ("exchange_goods", "interval_documents"),
        }

    def _start(self):
        if self.kind == "acts":
            started.append(self.backend_id)
            self._note(self.backend_id, ["acts"])
            # and again at the next one
            self._plan()
            return None
        return super()._start()
