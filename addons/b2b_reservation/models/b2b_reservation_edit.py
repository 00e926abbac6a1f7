from odoo import fields, models


class B2bReservation(models.Model):
    """Reservations of which staff have typed goods off."""

    _inherit = "b2b.reservation"

    def _release(self, state):
        """Override: what has ended gets nothing back."""
        # Before: stock empties the cache as it lets the goods go.
        self.sudo().line_ids.filtered("quantity_off").quantity_off = 0.0
        return super()._release(state)

    def _close_empty(self):
        """Override: what may get goods back goes on."""
        ending = self.filtered(
            lambda kept: not any(kept.line_ids.mapped("quantity_off"))
        )
        return super(B2bReservation, ending)._close_empty()


class B2bReservationLine(models.Model):
    _inherit = "b2b.reservation.line"

    quantity_off = fields.Float(
        string="Taken off",
        digits="Product Unit",
        readonly=True,
        help="What staff have typed off the delivery: others may have it. It is "
        "reserved again once the quantity is set back or the rest gets a transfer of "
        "its own.",
    )

    def _take_off(self, quantity, request):
        """Take off these lines, of one order line, what staff have typed off.

        :param float quantity: in the unit of the order line
        :param b2b.shipment.request request: whose goods they were, if any
        """
        for line in self._in_order_of_use(request):
            taken = min(line.quantity, quantity)
            if line.product_uom_id.compare(taken, 0.0) > 0:
                line.quantity -= taken
                line.quantity_off += taken
                quantity -= taken

    def _bring_back(self, quantity):
        """Give back to these lines, of one order line, what was typed off them.

        :param float quantity: no more than this, in the unit of the order line
        :return: how much was given back
        :rtype: float
        """
        total = 0.0
        for line in self:
            back = min(line.quantity_off, quantity - total)
            if line.product_uom_id.compare(back, 0.0) > 0:
                line.quantity_off -= back
                line.quantity += back
                total += back
        return total
