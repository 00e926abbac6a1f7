from odoo import models
from odoo.exceptions import UserError

from .serialize import serialize


class B2bReservation(models.Model):
    """Giving back a part of what is kept."""

    _inherit = "b2b.reservation"

    def _release_part(self, quantities, kept=None):
        """Release a part of this running reservation; the rest is kept as before.

        :param dict quantities: how much of which of its lines, by its id, in the unit
            of the order line
        :param dict kept: what the lines were thought to keep: who sends the same form
            twice gives back once
        :raise UserError: if that is not possible, with a sentence for the reader
        """
        self.ensure_one()
        # Of two at once the second fails to serialize, runs again and sees the rest.
        serialize(self)
        given = self._parse_release(quantities, kept or {})
        for line, quantity in given:
            line.quantity -= quantity
        # Who may release them need not be who moves the goods.
        self.sudo().line_ids.sale_line_id._b2b_let_go()
        self._close_empty()

    def _release_by_staff(self, quantities, kept, reason):
        """Release a part of this reservation for the current user, and tell the dealer.

        :param dict quantities: see :meth:`_release_part`
        :param dict kept: see :meth:`_release_part`
        :param str reason: for the dealer
        :raise AccessError: for who may not release
        :raise UserError: if that is not possible
        """
        self.ensure_one()
        self.check_access("write")
        # Nobody writes the lines himself.
        reservation = self.sudo()
        reservation._check_not_requested()
        reservation._release_part(quantities, kept)
        reservation.reason = reason
        told = reservation.with_context(b2b_lost=quantities)
        told.message_post(body=told._get_released_note(reason))
        told._send_to_dealer("b2b_reservation.mail_template_released_by_staff")

    def _get_released_note(self, reason):
        """Return what staff read of a release: the context has the quantities by the id
        of the line.
        """
        return self.env._(
            "Released: %(goods)s. %(reason)s",
            goods=", ".join(
                f"{row['product']} ({row['quantity']} {row['unit']})"
                for row in self._get_lost_rows()
            ),
            reason=reason,
        )

    def _get_released_subject(self):
        """Return the subject of the mail about what staff released, in the language of
        its reader.
        """
        self.ensure_one()
        return self.env._(
            "%(company)s: goods of order %(order)s are no longer reserved",
            company=self.company_id.name,
            order=self.order_id.name,
        )

    def _parse_release(self, quantities, kept):
        """Return what is to be released as pairs of line and quantity; see
        :meth:`_release_part`."""
        if self.state != "running":
            raise UserError(
                self.env._("Reservation %(number)s has ended.", number=self.name)
            )
        by_id = {line.id: line for line in self.line_ids}
        for line_id, quantity in kept.items():
            line = by_id.get(line_id)
            if line and line.product_uom_id.compare(line.quantity, quantity):
                raise UserError(
                    self.env._(
                        "Reservation %(number)s has changed. Please look at it again.",
                        number=self.name,
                    )
                )
        given = []
        for line_id, quantity in quantities.items():
            line = by_id.get(line_id)
            if not line:
                raise UserError(
                    self.env._(
                        "Reservation %(number)s has no such line.", number=self.name
                    )
                )
            given.append((line, line._parse_release(quantity)))
        return given


class B2bReservationLine(models.Model):
    _inherit = "b2b.reservation.line"

    def _parse_release(self, quantity):
        """Return how much of this line is released, rounded to its unit.

        :param float quantity: what is asked for
        :raise UserError: if that is nothing, more than is kept, or a fraction of what
            goes in whole numbers
        """
        self.ensure_one()
        unit = self.product_uom_id
        quantity = unit.round(quantity)
        rest = unit.compare(self.quantity, quantity)
        if quantity <= 0 or rest < 0:
            raise UserError(
                self.env._(
                    "Of %(product)s %(quantity)s %(unit)s can be released.",
                    product=self.product_id.display_name,
                    quantity=unit._b2b_format(self.quantity),
                    unit=unit.name,
                )
            )
        if rest and not unit._b2b_allows(quantity):
            raise UserError(
                self.env._(
                    "Only whole numbers of %(unit)s can be released.", unit=unit.name
                )
            )
        return quantity
