from math import floor

from odoo import api, fields, models


class B2bReservationLine(models.Model):
    """How much of an order line a reservation keeps."""

    _name = "b2b.reservation.line"
    _description = "Reserved Goods"
    _order = "reservation_id, id"

    reservation_id = fields.Many2one(
        "b2b.reservation", required=True, index=True, ondelete="cascade"
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order line",
        required=True,
        index=True,
        ondelete="cascade",
    )
    product_id = fields.Many2one(related="sale_line_id.product_id", store=True)
    product_uom_id = fields.Many2one(related="sale_line_id.product_uom_id")
    quantity_asked = fields.Float(
        string="Asked for", digits="Product Unit", readonly=True
    )
    quantity = fields.Float(
        string="Reserved",
        digits="Product Unit",
        readonly=True,
        help="What the deliveries of the order may hold by this reservation, in the "
        "unit of the order line.",
    )
    quantity_missing = fields.Float(
        string="Missing",
        digits="Product Unit",
        compute="_compute_quantity_missing",
        store=True,
        help="What was asked for and not in stock.",
    )
    quantity_taken = fields.Float(digits="Product Unit", readonly=True)
    quantity_delivered = fields.Float(
        string="Delivered", digits="Product Unit", readonly=True
    )
    state = fields.Selection(related="reservation_id.state", store=True)
    date_expiry = fields.Datetime(related="reservation_id.date_expiry", store=True)

    @api.depends("quantity_asked", "quantity_taken")
    def _compute_quantity_missing(self):
        for line in self:
            missing = line.quantity_asked - line.quantity_taken
            line.quantity_missing = max(line.product_uom_id.round(missing), 0.0)

    def _b2b_take(self):
        """Have the moves of the orders take what these new lines keep, and keep only
        what they get.
        """
        sale_lines = self.sale_line_id
        # What others of their reservations have not got is not for these.
        before = {line: line._b2b_quantity_held() for line in sale_lines}
        sale_lines._b2b_first_moves()._action_assign()
        for line in self:
            sale_line = line.sale_line_id
            taken = sale_line._b2b_quantity_held() - before[sale_line]
            line.quantity = line._get_whole_kits(min(max(taken, 0.0), line.quantity))
            line.quantity_taken = line.quantity
            if sale_line._b2b_kit_moves():
                # Components that make no whole kit are not kept.
                sale_line._b2b_let_go()

    def _get_whole_kits(self, taken):
        """Return how much of what was taken for this new line it keeps: of kits whole
        ones, unless it is all that was asked for.

        :param float taken: in the unit of the order line
        """
        self.ensure_one()
        unit = self.product_uom_id
        is_all = unit.compare(taken, self.quantity_asked) >= 0
        if is_all or unit.b2b_fractional or not self.sale_line_id._b2b_kit_moves():
            return taken
        return floor(taken)

    def _b2b_leave_to_others(self):
        """Leave what others wait for to them: these new lines keep no more than the
        rest of what is free.
        """
        sale_lines = self.sale_line_id
        waits = self.env["b2b.reservation.wait"].sudo()
        waiting = waits._get_lines(sale_lines.product_id, sale_lines.warehouse_id)
        for line in self:
            sale_line = line.sale_line_id
            free = sale_line._b2b_quantity_free()
            place = (sale_line.product_id, sale_line.warehouse_id)
            ahead = sale_line._b2b_quantity_ahead(free, waiting.get(place, waits))
            if ahead:
                line.quantity = min(line.quantity, max(free - ahead, 0.0))

    def _get_portal_rows(self):
        """Return what the dealer reads of these lines; a caller with sudo.

        :rtype: list[dict]
        """
        return [
            {
                "id": line.id,
                "product": line.product_id.display_name,
                "unit": line.product_uom_id.name,
                "asked": line.product_uom_id._b2b_format(line.quantity_asked),
                "taken": line.product_uom_id._b2b_format(line.quantity_taken),
                "quantity": line.product_uom_id._b2b_format(line.quantity),
                "kept": line.product_uom_id._b2b_format_input(line.quantity),
                "step": line.product_uom_id._b2b_get_step(line.quantity),
                "missing": line.quantity_missing
                and line.product_uom_id._b2b_format(line.quantity_missing),
            }
            for line in self
        ]

    def _in_order_of_use(self, request=None):
        """Return these lines in the order in which their goods leave: those set aside
        for a shipment request as its goods leave, the first to expire first, those
        without end last.

        :param b2b.shipment.request request: whose goods leave; none: first those that
            are set aside for no request
        """
        request = request or self.env["b2b.shipment.request"]
        return self.sorted(
            lambda line: (
                line.reservation_id.shipment_request_id != request,
                not line.date_expiry,
                line.date_expiry,
                line.id,
            )
        )

    def _consume(self, quantity, into=None, request=None):
        """Take a quantity off these lines, of one order line.

        :param float quantity: in the unit of the order line
        :param str into: the field that has it then: the goods have left or were picked
        :param b2b.shipment.request request: whose goods they are, if any
        :return: what of the quantity these lines did not keep
        :rtype: float
        """
        for line in self._in_order_of_use(request):
            taken = min(line.quantity, quantity)
            if line.product_uom_id.compare(taken, 0.0) <= 0:
                continue
            line.quantity -= taken
            if into:
                line[into] += taken
            quantity -= taken
        self.reservation_id._close_empty()
        return quantity
