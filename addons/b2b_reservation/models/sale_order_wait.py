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

    def _b2b_lessen_waiting(self):
        """Wait for no more than is not reserved yet; a caller with sudo."""
        self.env["b2b.reservation.wait"]._of_lines(self.order_line)._lessen()

    def _action_cancel(self):
        """Override of `sale`: nobody waits for what is not delivered any more."""
        result = super()._action_cancel()
        waits = self.env["b2b.reservation.wait"].sudo()
        waits._of_lines(self.order_line)._end("left")
        return result


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _b2b_quantity_free(self):
        """Return how much of the product of this order line is free in the warehouse
        it is delivered from, in its unit.
        """
        self.ensure_one()
        product = self.product_id.with_context(warehouse_id=self.warehouse_id.id)
        return product.uom_id._compute_quantity(
            max(product.free_qty, 0.0), self.product_uom_id, rounding_method="DOWN"
        )

    def _b2b_quantity_ahead(self, enough):
        """Return what others wait for who came before this order line and may reserve
        it, in its unit.

        :param float enough: no more than this is of interest
        """
        self.ensure_one()
        waits = self.env["b2b.reservation.wait"].sudo()
        ahead = 0.0
        for wait in waits._get_line(self.product_id, self.warehouse_id):
            if wait.sale_line_id == self or ahead >= enough:
                break
            if not wait.order_id._b2b_reserve_refusal():
                ahead += wait.product_uom_id._compute_quantity(
                    wait.quantity, self.product_uom_id
                )
        return ahead


class B2bReservationLine(models.Model):
    _inherit = "b2b.reservation.line"

    def _b2b_leave_to_others(self):
        """Leave what others wait for to them: these new lines keep no more than the
        rest of what is free.
        """
        for line in self:
            sale_line = line.sale_line_id
            free = sale_line._b2b_quantity_free()
            ahead = sale_line._b2b_quantity_ahead(free)
            if ahead:
                line.quantity = min(line.quantity, max(free - ahead, 0.0))
