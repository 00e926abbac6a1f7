from odoo import models


class SaleOrder(models.Model):
    """Orders of which money was given back."""

    _inherit = "sale.order"

    def _b2b_get_paid_back(self, credited, cancelled):
        """Return what of the money for this order credit notes have given back.

        An order is paid if what was received for it covers what it costs. A posted
        credit note takes from what was received, be it paid back yet or not: the
        dealer may use it for something else. Two parts of it take nothing:

        * What has settled invoices that are reversed: they were never paid with money.
        * What is for goods that are neither with the dealer nor on their way to him,
          as he has sent them back or they are not delivered any more. For the order
          these are neither paid nor to be paid: the rest of it stays as paid as it is.
          Of goods that are still to be delivered this is not true: who gives their
          money back, or a part of it, lessens the order, too, or it is paid in part.

        Orders without credit notes need not be read for it.

        :param dict credited: what credit notes give back, by the id of the order line
        :param float cancelled: what invoices that were reversed asked for
        :rtype: float
        """
        self.ensure_one()
        # Who asks need not see deliveries.
        lines = self.env["sale.order.line"].sudo().browse(credited)
        for_no_goods = sum(
            min(max(credited[line.id], 0.0), line._b2b_get_amount_not_coming())
            for line in lines
        )
        return max(sum(credited.values()) - for_no_goods - cancelled, 0.0)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _b2b_get_amount_not_coming(self):
        """Return what those goods of this order line cost that are neither with the
        dealer nor on their way to him.

        :rtype: float
        """
        self.ensure_one()
        ordered = self.product_uom_qty
        if not self.move_ids or ordered <= 0:
            return 0.0
        pending = self.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        back = pending.filtered(
            lambda move: move.location_id.usage == "customer" and move.to_refund
        )
        # Of a chain of steps the last one that there is.
        coming = pending.filtered(
            lambda move: (
                (move.location_final_id or move.location_dest_id).usage == "customer"
                and not move.move_dest_ids & pending
            )
        )
        rest = ordered - self.qty_delivered
        rest -= self._b2b_count_picked(coming, "product_uom_qty")
        rest += self._b2b_count_picked(back, "product_uom_qty")
        return self.price_total * min(max(rest / ordered, 0.0), 1.0)
