from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class B2bReservation(models.Model):
    """Reservations whose goods a shipment request has set aside: they do not expire
    while it is open, and have the time back that was left if it is cancelled.
    """

    _inherit = "b2b.reservation"

    def _set_aside(self, taken, request):
        """Keep a part of what this running reservation keeps for a shipment request.

        :param dict taken: the quantity of which of its lines, in the unit of the order
        :param b2b.shipment.request request: which then has a reservation of its own,
            or this one if it takes all and nothing has left of it
        """
        self.ensure_one()
        # What has left before is not of the request: it would count as shipped by it.
        is_whole = not any(self.line_ids.mapped("quantity_delivered")) and all(
            line.product_uom_id.compare(taken.get(line, 0.0), line._get_kept()) >= 0
            for line in self.line_ids
        )
        reservation = self if is_whole else self._split_off(taken)
        reservation.write(
            {
                "shipment_request_id": request.id,
                "hours_left": self._get_hours_left(),
                "date_expiry": False,
            }
        )
        self._keep_at_gate()
        self._close_empty()

    def _get_hours_left(self):
        """Return the time to the end of this reservation in hours, 0 for no end."""
        self.ensure_one()
        if not self.date_expiry:
            return 0.0
        left = self.date_expiry - fields.Datetime.now()
        # What was sent in the very last minute is not kept for good.
        return max(left.total_seconds(), 60) / 3600

    def _split_off(self, taken):
        """Return a new running reservation with a part of what this one keeps."""
        self.ensure_one()
        lines = []
        for line, quantity in taken.items():
            # What stands ready leaves first.
            picked = min(line.quantity_picked, quantity)
            lines.append(
                Command.create(
                    {
                        "sale_line_id": line.sale_line_id.id,
                        "quantity_asked": quantity,
                        "quantity_taken": quantity,
                        "quantity": quantity - picked,
                        "quantity_picked": picked,
                    }
                )
            )
            if line.product_uom_id.compare(quantity, line.quantity_asked) >= 0:
                line.unlink()
                continue
            line.write(
                {
                    "quantity": line.quantity - quantity + picked,
                    "quantity_picked": line.quantity_picked - picked,
                    "quantity_asked": line.quantity_asked - quantity,
                    "quantity_taken": line.quantity_taken - quantity,
                }
            )
        return self.create(
            {
                "order_id": self.order_id.id,
                "user_id": self.user_id.id,
                "is_by_staff": self.is_by_staff,
                "is_paid": self.is_paid,
                "date_paying": self.date_paying,
                "date_reserved": self.date_reserved,
                "extension_count": self.extension_count,
                "is_reminded": self.is_reminded,
                "line_ids": lines,
            }
        )

    def _give_back(self):
        """Take these reservations off their shipment request: what they still keep
        has the time again that was left when it was sent.
        """
        now = fields.Datetime.now()
        for reservation in self:
            left = reservation.hours_left
            reservation.write(
                {
                    "shipment_request_id": False,
                    "hours_left": 0.0,
                    "date_expiry": left and fields.Datetime.add(now, hours=left),
                }
            )

    # === RELEASING === #

    def _check_not_requested(self):
        """Refuse to act on what a shipment request has set aside.

        :raise UserError: saying which one
        """
        for reservation in self.sudo():
            request = reservation.shipment_request_id
            if reservation.state == "running" and request:
                raise UserError(
                    self.env._(
                        "The goods of reservation %(number)s are to be shipped: cancel "
                        "shipment request %(request)s first.",
                        number=reservation.name,
                        request=request.name,
                    )
                )
