from odoo import api, fields, models


class B2bDocument(models.Model):
    _inherit = "b2b.document"

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
    def _source_fields(self):
        """Override of `b2b_portal`: shipment requests are papers too."""
        return [*super()._source_fields(), "shipment_request_id"]
