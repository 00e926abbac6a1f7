from odoo import api, fields, models

from .b2b_shipment_request_portal import STATE_COLORS

# Those of shipment requests; what is shipped is so on other papers, too.
REQUEST_STATES = [
    ("sent", "Sent"),
    ("confirmed", "Confirmed"),
    ("picking", "Picking"),
    ("ready", "Ready"),
    ("cancelled", "Cancelled"),
    ("rejected", "Rejected"),
]


class B2bDocument(models.Model):
    _inherit = "b2b.document"

    state = fields.Selection(
        selection_add=REQUEST_STATES,
        ondelete={state: "cascade" for state, _label in REQUEST_STATES},
    )
    status = fields.Selection(selection_add=REQUEST_STATES)
    shipment_request_id = fields.Many2one(
        "b2b.shipment.request",
        readonly=True,
        ondelete="cascade",
        groups="base.group_user",
        copy=False,
    )

    _shipment_request_uniq = models.UniqueIndex(
        "(shipment_request_id) WHERE shipment_request_id IS NOT NULL",
        "This shipment request is in the journal already.",
    )

    @api.model
    def _get_status_color(self, status):
        """Override of `b2b_portal`: those of shipment requests are as on their page."""
        if status in dict(REQUEST_STATES):
            return STATE_COLORS.get(status, "")
        return super()._get_status_color(status)

    @api.model
    def _source_fields(self):
        """Override of `b2b_portal`: shipment requests are papers too."""
        return [*super()._source_fields(), "shipment_request_id"]
