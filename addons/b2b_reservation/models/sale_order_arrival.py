from odoo import models


class SaleOrder(models.Model):
    """Goods that are bought or made for an order."""

    _inherit = "sale.order"

    def _b2b_reserve_arrived(self, moves, brought):
        """Reserve for the dealer what has arrived for this order, may he reserve just
        now or not, and tell him; a caller with sudo.

        :param stock.move moves: of this order, which wait for it
        :param stock.move brought: what was done now: what came before and was given
            back is not taken again
        """
        self.ensure_one()
        wanted = []
        for line, of_line in moves.grouped("sale_line_id").items():
            quantity = min(
                line._b2b_quantity_brought(of_line.move_orig_ids & brought),
                line._b2b_quantity_to_reserve(),
            )
            if line.product_uom_id.compare(quantity, 0.0) > 0:
                wanted.append((line, quantity))
        order = self.with_user(self._b2b_get_dealer_user()).sudo()
        reservation = order._b2b_create_reservation(wanted)
        reservation.line_ids._b2b_take()
        reservation = reservation._b2b_or_nothing()
        if reservation:
            order._b2b_revive_bill()
            order._b2b_lessen_waiting()
            reservation._send_to_dealer("b2b_reservation.mail_template_waited_for")

    def _b2b_get_dealer_user(self):
        """Return the user of the dealer who placed this order, or the current one."""
        users = self.b2b_contact_id.user_ids.filtered(lambda user: user.active)
        return users[:1] or self.env.user


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _b2b_quantity_brought(self, moves):
        """Return how much of this order line some moves have brought, in its unit; of
        a kit for how many of them.

        :param stock.move moves: done ones, which other moves of its have waited for
        """
        self.ensure_one()
        brought = {
            product: sum(of_product.move_line_ids.mapped("quantity_product_uom"))
            for product, of_product in moves.grouped("product_id").items()
        }
        unit = self.product_uom_id
        if components := self._b2b_kit_moves():
            parts = self._b2b_get_kit_parts(components)
            counts = [brought[part] / parts[part] for part in brought if part in parts]
            return unit.round(min(counts, default=0.0), rounding_method="DOWN")
        return self.product_id.uom_id._compute_quantity(
            sum(brought.values()), unit, rounding_method="DOWN"
        )
