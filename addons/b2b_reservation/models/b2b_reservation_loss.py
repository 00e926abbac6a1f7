from odoo import models


class B2bReservation(models.Model):
    """Reservations whose goods are gone: counted less, broken, scrapped."""

    _inherit = "b2b.reservation"

    def _get_lost_rows(self):
        """Return what the mail says of the goods that are gone: the context has their
        quantities by the id of the line.

        :rtype: list[dict]
        """
        lost = self.env.context.get("b2b_lost", {})
        return [
            {
                "product": line.product_id.display_name,
                "quantity": line.product_uom_id._b2b_format(lost.get(line.id, 0.0)),
                "unit": line.product_uom_id.name,
            }
            for line in self.line_ids
            if not lost or line.id in lost
        ]

    def _get_lost_subject(self):
        """Return the subject of the mail about what is gone, in the language of its
        reader.
        """
        self.ensure_one()
        return self.env._(
            "%(company)s: less is reserved for order %(order)s",
            company=self.company_id.name,
            order=self.order_id.name,
        )


class B2bReservationLine(models.Model):
    _inherit = "b2b.reservation.line"

    def _lose(self, quantity, request):
        """Take what is gone off these lines, of one order line, the last ones first,
        and tell the dealer.

        :param float quantity: in the unit of the order line
        :param b2b.shipment.request request: for which the goods were set aside; none:
            those that are set aside come last
        """
        lost = {}
        for line in self.sorted(
            lambda line: (line.reservation_id.shipment_request_id != request, -line.id)
        ):
            taken = min(line.quantity, quantity)
            if line.product_uom_id.compare(taken, 0.0) > 0:
                line.quantity -= taken
                quantity -= taken
                lost[line.id] = taken
        shortened = self.browse(lost).reservation_id
        shortened._close_empty()
        for reservation in shortened.with_context(b2b_lost=lost):
            reservation._send_to_dealer("b2b_reservation.mail_template_goods_lost")
