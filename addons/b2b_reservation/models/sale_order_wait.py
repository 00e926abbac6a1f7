from odoo import models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    """Waiting for goods that are not in stock."""

    _inherit = "sale.order"

    def _b2b_wait(self, line_ids):
        """Put the current user in line for what of some lines is not reserved.

        :param list line_ids: ids of lines of this order
        :return: who waits for them now
        :rtype: b2b.reservation.wait
        :raise UserError: if something is against reserving
        """
        self.ensure_one()
        order = self.sudo()
        # Of two clicks at once the second finds who waits already.
        order._b2b_serialize()
        if reason := order._b2b_reserve_refusal():
            raise UserError(reason)
        lines = order.order_line.filtered(lambda line: line.id in line_ids)
        return order.env["b2b.reservation.wait"]._stand_in_line(lines)

    def _b2b_parse_reserve(self, quantities):
        """Override: for what staff have picked just now core takes no more.

        :raise UserError: if that is asked for, or nothing else is
        """
        wanted = super()._b2b_parse_reserve(quantities)
        picked = [line for line, _quantity in wanted if line._b2b_is_picked()]
        if picked and (quantities is not None or len(picked) == len(wanted)):
            raise UserError(
                self.env._(
                    "The warehouse has picked %(products)s for order %(order)s: more "
                    "of it can be reserved once that has left.",
                    products=", ".join(line.product_id.display_name for line in picked),
                    order=self.name,
                )
            )
        return wanted

    def _b2b_lessen_waiting(self):
        """Wait for no more than is not reserved yet; a caller with sudo."""
        self.env["b2b.reservation.wait"]._of_lines(self.order_line)._lessen()

    def _action_cancel(self):
        """Override of `sale`: nobody waits for what is not delivered any more."""
        result = super()._action_cancel()
        waits = self.env["b2b.reservation.wait"].sudo()
        waits._of_lines(self.order_line)._end("left")
        return result
