from odoo import api, fields, models

from .b2b_shipment_request import OPEN_STATES, STATES


class B2bShipmentRequest(models.Model):
    """What staff need to find their way among shipment requests."""

    _inherit = "b2b.shipment.request"

    state = fields.Selection(group_expand="_expand_states")
    date_expected = fields.Date(
        string="Day",
        compute="_compute_date_expected",
        store=True,
        index=True,
        help="The day the supplier has confirmed; before that, the day the dealer "
        "asks for.",
    )
    is_begun = fields.Boolean(
        compute="_compute_is_begun", help="A part of the goods has left."
    )
    picking_count = fields.Integer(compute="_compute_picking_count", compute_sudo=True)
    order_count = fields.Integer(compute="_compute_order_count", compute_sudo=True)

    @api.depends("date_planned", "date_wanted")
    def _compute_date_expected(self):
        for request in self:
            request.date_expected = request.date_planned or request.date_wanted

    @api.depends("line_ids.quantity_shipped")
    def _compute_is_begun(self):
        for request in self:
            request.is_begun = any(request.line_ids.mapped("quantity_shipped"))

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for request in self:
            request.picking_count = len(request.picking_ids)

    @api.depends("order_ids")
    def _compute_order_count(self):
        for request in self:
            request.order_count = len(request.order_ids)

    @api.model
    def _expand_states(self, states, _domain):
        """Return the columns of the kanban: states under way though they are empty."""
        return [
            state for state, _label in STATES if state in OPEN_STATES or state in states
        ]

    # === ACTIONS === #

    def action_open_pickings(self):
        """Open the transfers that move these goods."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.action_picking_tree_all"
        )
        return self._open(action, self.picking_ids)

    def action_open_orders(self):
        """Open the orders that these goods are of."""
        action = self.env["ir.actions.act_window"]._for_xml_id("sale.action_orders")
        return self._open(action, self.order_ids)

    @api.model
    def _open(self, action, records):
        """Return an action that shows some records: a list, or the form of one."""
        action |= {"domain": [("id", "in", records.ids)], "context": {}}
        if len(records) == 1:
            forms = [view for view in action["views"] if view[1] == "form"]
            action |= {
                "views": forms or [(False, "form")],
                "res_id": records.id,
            }
        return action
