from odoo import fields, models
from odoo.exceptions import UserError


class B2bReservation(models.Model):
    """Goods that were taken off the shelf and have not left: where deliveries go in
    steps they lie at the gate, kept for the dealer until they leave.
    """

    _inherit = "b2b.reservation"

    def _has_picked(self):
        """Tell whether goods of this reservation lie at the gate."""
        self.ensure_one()
        return any(self.line_ids.mapped("quantity_picked"))

    def _release(self, state):
        """Override: what lies at the gate is not for sale: the rest is released."""
        staying = self.filtered(
            lambda kept: (
                kept.state == "running" and kept.contract_id and kept._has_picked()
            )
        )
        ending = self - staying
        # Before: stock empties the cache as it lets the goods go.
        ending.sudo().line_ids.filtered("quantity_picked").quantity_picked = 0.0
        result = super(B2bReservation, ending)._release(state)
        if not staying:
            return result
        # Who may release them need not be who moves the goods.
        lines = staying.sudo().line_ids
        lines.write({"quantity": 0.0, "quantity_off": 0.0})
        staying._keep_at_gate()
        lines.sale_line_id._b2b_let_go()
        return result

    def _keep_at_gate(self):
        """Keep those of these reservations without end that have goods at the gate and
        nothing else.
        """
        for reservation in self:
            lines = reservation.line_ids
            is_picked = reservation.state == "running" and reservation._has_picked()
            if is_picked and not any(lines.mapped("quantity")):
                reservation.write({"date_expiry": False, "hours_left": 0.0})

    def _close_empty(self):
        """Override: what lies at the gate is not delivered."""
        picked = self.filtered(lambda kept: kept._has_picked())
        picked._keep_at_gate()
        return super(B2bReservation, self - picked)._close_empty()

    def _give_back(self):
        """Override: what lies at the gate has no end."""
        result = super()._give_back()
        self._keep_at_gate()
        return result

    def _release_by_dealer(self, quantities=None, kept=None):
        """Override: what is picked is in the hands of the warehouse.

        :raise UserError: if it would have to be released, saying what
        """
        if quantities is None:
            for line in self.sudo().line_ids:
                line._check_not_picked(line._get_kept())
        return super()._release_by_dealer(quantities, kept)

    def _release_part(self, quantities, kept=None):
        """Override: what is picked is in the hands of the warehouse.

        :raise UserError: if it would have to be released, saying what
        """
        for line in self.sudo().line_ids:
            line._check_not_picked(quantities.get(line.id, 0.0))
        result = super()._release_part(quantities, kept)
        lines = self.sudo().line_ids
        if not any(lines.mapped("quantity")):
            # Who gives back all that he has wants no more of it.
            lines.quantity_off = 0.0
            self._close_empty()
        return result

    def _get_portal_rows(self):
        """Override: what is picked is shown and not to be released."""
        rows = super()._get_portal_rows()
        # The rules have let him read them; deliveries he need not see.
        picked = self.sudo().line_ids._filter_picked()
        for reservation, row in zip(self.sudo(), rows, strict=True):
            loose = any(
                line._get_loose() if line in picked else line.quantity
                for line in reservation.line_ids
            )
            row["can_release"] = row["can_release"] and loose
        return rows


class B2bReservationLine(models.Model):
    _inherit = "b2b.reservation.line"

    quantity_picked = fields.Float(
        string="Picked",
        digits="Product Unit",
        readonly=True,
        help="What was taken off the shelf and has not left yet.",
    )

    def _get_kept(self):
        """Return how much this line keeps, on the shelf and at the gate, in the unit of
        the order line.

        :rtype: float
        """
        return sum(line.quantity + line.quantity_picked for line in self)

    def _pass_gate(self, quantity, request, is_delivered):
        """Take a quantity off what these lines, of one order line, have at the gate.

        :param float quantity: in the unit of the order line
        :param b2b.shipment.request request: whose goods they are, if any
        :param bool is_delivered: they have left; else they are no longer there
        """
        for line in self._in_order_of_use(request):
            taken = min(line.quantity_picked, quantity)
            if line.product_uom_id.compare(taken, 0.0) <= 0:
                continue
            line.quantity_picked -= taken
            if is_delivered:
                line.quantity_delivered += taken
            quantity -= taken
        self.reservation_id._close_empty()

    def _filter_picked(self):
        """Return those of these lines of whose orders the warehouse has goods picked
        that it has not moved yet. The number of queries does not depend on theirs.
        """
        picked = self.env["stock.move.line"].search(
            [
                ("picked", "=", True),
                ("state", "not in", ("done", "cancel")),
                ("move_id.sale_line_id", "in", self.sale_line_id.ids),
            ]
        )
        lines = picked.move_id.sale_line_id
        return self.filtered(lambda line: line.sale_line_id in lines)

    def _get_loose(self):
        """Return how much of this line can still be released: it is on the shelf and
        nobody has picked it; in the unit of the order line.

        :rtype: float
        """
        self.ensure_one()
        sale_line = self.sale_line_id
        lines = sale_line._b2b_first_moves().move_line_ids.filtered("picked")
        if not lines:
            return self.quantity
        if sale_line._b2b_kit_moves():
            return 0.0
        picked = self.product_id.uom_id._compute_quantity(
            sum(lines.mapped("quantity_product_uom")),
            self.product_uom_id,
            rounding_method="HALF-UP",
        )
        rest = self.product_uom_id.round(sale_line._b2b_quantity_held() - picked)
        return min(max(rest, 0.0), self.quantity)

    def _check_not_picked(self, quantity):
        """Refuse to release what the warehouse has picked.

        :param float quantity: what is to be released, in the unit of the order line
        :raise UserError: saying how much is picked
        """
        self.ensure_one()
        unit, loose = self.product_uom_id, self._get_loose()
        kept = self._get_kept()
        if self.state != "running" or unit.compare(min(quantity, kept), loose) <= 0:
            return
        raise UserError(
            self.env._(
                "The warehouse has picked %(quantity)s %(unit)s of %(product)s of "
                "reservation %(number)s: these cannot be released.",
                quantity=unit._b2b_format(kept - loose),
                unit=unit.name,
                product=self.product_id.display_name,
                number=self.reservation_id.name,
            )
        )

    def _get_portal_rows(self):
        """Override: the dealer reads what is kept for him, be it picked or not."""
        rows = super()._get_portal_rows()
        for line, row in zip(self, rows, strict=True):
            unit = line.product_uom_id
            row["quantity"] = unit._b2b_format(line._get_kept())
            row["picked"] = line.quantity_picked and unit._b2b_format(
                line.quantity_picked
            )
        return rows
