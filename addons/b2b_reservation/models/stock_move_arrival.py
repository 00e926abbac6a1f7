from odoo import models


class StockMove(models.Model):
    """Goods that are bought or made for a dealer's order: as they arrive they are
    reserved for him, for the time of his contract. What he gives back is for sale.
    """

    _inherit = "stock.move"

    def _b2b_waits_for_own(self):
        """Tell whether this move takes only what arrives for it."""
        self.ensure_one()
        return bool(self.procure_method == "make_to_order" or self.move_orig_ids)

    def _get_available_move_lines(self, *args, **kwargs):
        """Override of `stock`: of what has arrived for a dealer's order his move takes
        no more than running reservations let it.
        """
        arrived = super()._get_available_move_lines(*args, **kwargs)
        by_staff = self.env.context.get("b2b_reserve_by_staff")
        if by_staff or not arrived or not self._b2b_is_on_request():
            return arrived
        allowed = self._b2b_quantity_allowed()
        unit = self.product_id.uom_id
        let = {}
        for place, quantity in arrived.items():
            held = self._b2b_quantity_held_of(place)
            more = min(max(quantity - held, 0.0), allowed)
            allowed -= more
            if unit.compare(held + more, 0.0) > 0:
                let[place] = held + more
        return let

    def _b2b_quantity_held_of(self, place):
        """Return what this move holds in a place, in the unit of its product.

        :param tuple place: location, lot, package and owner
        """
        lines = self.move_line_ids.filtered(
            lambda x: (x.location_id, x.lot_id, x.package_id, x.owner_id) == place
        )
        return sum(lines.mapped("quantity_product_uom"))

    def _b2b_quantity_arrived(self):
        """Return what has arrived for this move, is still there and it does not hold,
        in the unit of its product.
        """
        self.ensure_one()
        move = self.with_context(b2b_reserve_by_staff=True)
        total = 0.0
        for place, quantity in move._get_available_move_lines(set(), set()).items():
            location, lot, package, owner = place
            there = self._get_available_quantity(
                location, lot_id=lot, package_id=package, owner_id=owner, strict=True
            )
            rest = min(quantity - self._b2b_quantity_held_of(place), there)
            total += max(rest, 0.0)
        return total

    def _action_done(self, *args, **kwargs):
        """Override of `stock`: what arrives for dealers is reserved for them."""
        done = super()._action_done(*args, **kwargs)
        brought = done.filtered(lambda move: move.state == "done")
        # Who brings it need not see the orders.
        waiting = brought.sudo().move_dest_ids.filtered(
            lambda move: (
                move.state not in ("done", "cancel") and move._b2b_is_on_request()
            )
        )
        for order, moves in waiting.grouped(lambda x: x.sale_line_id.order_id).items():
            order._b2b_reserve_arrived(moves, brought)
        return done
