from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("draft", "Draft"),
    ("sent", "Sent"),
    ("confirmed", "Confirmed"),
    ("picking", "Picking"),
    ("ready", "Ready"),
    ("shipped", "Shipped"),
    ("cancelled", "Cancelled"),
]
# In these the goods are set aside for the request.
OPEN_STATES = ("sent", "confirmed", "picking", "ready")
# What only the actions set: each of these means more than its value.
SET_BY_ACTIONS = {
    "cost",
    "date_planned",
    "date_sent",
    "date_shipped",
    "is_rejected",
    "name",
    "reason",
    "state",
    "token",
}
# What has been agreed on with sending.
SENT_WITH = {
    "address_id",
    "company_id",
    "date_wanted",
    "legal_entity_id",
    "line_ids",
    "method_id",
}


class B2bShipmentRequest(models.Model):
    """What a dealer asks the supplier to ship: which of the goods that are reserved or
    paid for him, when, how, and who receives them.

    It moves nothing itself: reservations hold its goods from sending on, and once staff
    confirm it, the transfers of the orders are split so that just these goods leave.
    """

    _name = "b2b.shipment.request"
    _description = "Shipment Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(
        string="Number", required=True, readonly=True, default="/", copy=False
    )
    state = fields.Selection(
        STATES,
        string="Status",
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    legal_entity_id = fields.Many2one(
        "res.partner",
        string="Legal entity",
        required=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users", string="Requested by", default=lambda self: self.env.user
    )
    date_sent = fields.Datetime(string="Sent on", readonly=True, copy=False)
    date_wanted = fields.Date(string="Wanted on", help="The day the dealer asks for.")
    date_planned = fields.Date(
        string="Planned for",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        help="The day the supplier has confirmed.",
    )
    date_shipped = fields.Datetime(string="Shipped on", readonly=True, copy=False)
    reason = fields.Text(
        readonly=True,
        copy=False,
        help="Why staff moved the date or rejected the request, for the dealer.",
    )
    is_rejected = fields.Boolean(readonly=True, copy=False)
    method_id = fields.Many2one(
        "b2b.shipment.method", ondelete="restrict", check_company=True
    )
    needs_address = fields.Boolean(related="method_id.needs_address")
    needs_carrier = fields.Boolean(related="method_id.needs_carrier")
    needs_terminal = fields.Boolean(related="method_id.needs_terminal")
    power_of_attorney = fields.Selection(related="method_id.power_of_attorney")
    address_id = fields.Many2one("res.partner", string="Delivery address")
    carrier_id = fields.Many2one(
        "b2b.carrier", string="Transport company", check_company=True
    )
    terminal_id = fields.Many2one(
        "b2b.carrier.terminal", domain="[('carrier_id', '=', carrier_id)]"
    )
    contact_id = fields.Many2one("res.partner", help="Who receives the cargo.")
    contact_name = fields.Char(string="Receiver")
    contact_phone = fields.Char(string="Receiver's phone")
    attorney_number = fields.Char(string="Power of attorney", copy=False)
    attorney_date = fields.Date(string="Power of attorney of", copy=False)
    attorney_file = fields.Binary(
        string="Scan of the power of attorney", attachment=True, copy=False
    )
    attorney_filename = fields.Char(copy=False)
    comment = fields.Text()
    line_ids = fields.One2many(
        "b2b.shipment.request.line", "request_id", string="Goods", copy=False
    )
    order_ids = fields.Many2many(
        "sale.order", string="Orders", compute="_compute_order_ids", store=True
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse", compute="_compute_order_ids", store=True, index=True
    )
    contract_id = fields.Many2one(
        "b2b.contract",
        compute="_compute_order_ids",
        store=True,
        index=True,
        help="Empty if the goods are of orders on several contracts.",
    )
    reservation_ids = fields.One2many(
        "b2b.reservation", "shipment_request_id", string="Reservations"
    )
    picking_ids = fields.One2many(
        "stock.picking", "b2b_shipment_request_id", string="Transfers"
    )
    weight = fields.Float(
        digits="Stock Weight", compute="_compute_measures", store=True
    )
    volume = fields.Float(digits="Volume", compute="_compute_measures", store=True)
    weight_uom_name = fields.Char(compute="_compute_uom_names")
    volume_uom_name = fields.Char(compute="_compute_uom_names")
    currency_id = fields.Many2one(related="company_id.currency_id")
    cost = fields.Monetary(
        string="Delivery cost",
        readonly=True,
        copy=False,
        help="What the delivery method asks for these goods.",
    )
    token = fields.Char(
        readonly=True,
        copy=False,
        help="Names the form it came from: sent twice, it is one request.",
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, name)", "A shipment request with this number exists already."
    )
    _token_uniq = models.UniqueIndex(
        "(token) WHERE token IS NOT NULL", "This form was sent already."
    )

    # === COMPUTE METHODS === #

    @api.depends(
        "line_ids.sale_line_id.order_id.b2b_contract_id",
        "line_ids.sale_line_id.warehouse_id",
    )
    def _compute_order_ids(self):
        for request in self:
            orders = request.line_ids.sale_line_id.order_id
            request.order_ids = orders
            # A route may bring single lines of an order from elsewhere.
            request.warehouse_id = request.line_ids.sale_line_id.warehouse_id[:1]
            contracts = orders.b2b_contract_id
            request.contract_id = contracts if len(contracts) == 1 else False

    @api.depends("line_ids.weight", "line_ids.volume")
    def _compute_measures(self):
        for request in self:
            request.weight = sum(request.line_ids.mapped("weight"))
            request.volume = sum(request.line_ids.mapped("volume"))

    def _compute_uom_names(self):
        templates = self.env["product.template"]
        self.weight_uom_name = templates._get_weight_uom_name_from_ir_config_parameter()
        self.volume_uom_name = templates._get_volume_uom_name_from_ir_config_parameter()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                sequence = self.env["ir.sequence"]
                vals["name"] = sequence.next_by_code("b2b.shipment.request") or "/"
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            self._check_may_write(vals)
        return super().write(vals)

    def _check_may_write(self, vals):
        """Refuse to write what an action is for, or what was sent.

        :raise UserError: saying so
        """
        self.check_access("write")
        kept = SET_BY_ACTIONS & vals.keys()
        if not kept and any(request.state != "draft" for request in self):
            kept = SENT_WITH & vals.keys()
        if kept:
            labels = self.fields_get(sorted(kept), ["string"])
            raise UserError(
                self.env._(
                    "%(fields)s of a shipment request cannot be edited: confirm it, "
                    "move its date, reject or cancel it.",
                    fields=", ".join(labels[name]["string"] for name in sorted(labels)),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if any(request.state != "draft" for request in self):
            raise UserError(
                self.env._(
                    "A shipment request that was sent is cancelled, not deleted."
                )
            )
