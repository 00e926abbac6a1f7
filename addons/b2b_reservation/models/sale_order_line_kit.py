from collections import defaultdict

from odoo import models


class SaleOrderLine(models.Model):
    """Kits: order lines whose moves bring the components of what is sold. Reserved is
    what makes whole sets, counting the components that have left already.
    """

    _inherit = "sale.order.line"

    def _b2b_kit_moves(self):
        """Return the moves that bring the components of this order line from the
        stock, or none if it is no kit.
        """
        self.ensure_one()
        moves = self.move_ids
        # Without reading more of the moves: this is asked all the time.
        if moves.product_id <= self.product_id:
            return moves.browse()
        return moves.filtered(
            lambda move: move.state != "cancel" and move._b2b_is_on_request()
        )

    def _b2b_get_kit_parts(self, moves):
        """Return how much of which product makes one unit of this order line.

        :param stock.move moves: see :meth:`_b2b_kit_moves`
        :return: quantities in the unit of the product
        :rtype: dict
        """
        ordered = self.product_uom_qty
        total = defaultdict(float)
        for move in moves:
            total[move.product_id] += move.product_qty
        needed = self._b2b_get_bom_parts()
        return {
            product: needed.get(product.id) or quantity / ordered
            for product, quantity in total.items()
            if ordered and quantity
        }

    def _b2b_get_bom_parts(self):
        """Return how much of which product, by its id, the bill of materials of this
        kit says makes one unit of this order line. None without `mrp`: then what the
        order asks for says it, which is less sure when goods come back.
        """
        if "bom_line_id" not in self.env["stock.move"]._fields:
            return {}
        boms = self.move_ids.bom_line_id.bom_id.filtered(
            lambda bom: (
                bom.type == "phantom"
                and bom.product_tmpl_id == self.product_id.product_tmpl_id
                and bom.product_id <= self.product_id
            )
        )
        if not boms or not hasattr(self, "_get_bom_component_qty"):
            return {}
        unit, own = self.product_id.uom_id, self.product_uom_id
        factor = own._compute_quantity(1.0, unit, round=False)
        return {
            product_id: factor * part["qty"]
            for product_id, part in self._get_bom_component_qty(boms[:1]).items()
        }

    def _b2b_count_kits(self, moves, get_quantity, parts=None):
        """Return how many units of this order line its components make.

        :param stock.move moves: which bring them
        :param get_quantity: a function that returns what of a move counts, in the unit
            of its product
        :param dict parts: see :meth:`_b2b_get_kit_parts`; by default of these moves
        """
        have = defaultdict(float)
        for move in moves:
            have[move.product_id] += get_quantity(move)
        parts = self._b2b_get_kit_parts(moves) if parts is None else parts
        counts = (have[product] / quantity for product, quantity in parts.items())
        return self.product_uom_id.round(min(counts, default=0.0))

    def _b2b_kits_gone(self, moves, later=(), back=()):
        """Return how many units of this order line have left the stock.

        :param stock.move moves: see :meth:`_b2b_kit_moves`
        :param stock.move later: of them, as if they had not been done yet
        :param stock.move back: done ones that have brought components back
        """
        parts = self._b2b_get_kit_parts(moves)
        gone = {move: _get_gone(move) for move in moves if move not in later}
        gone |= {move: -_get_held(move) for move in back}
        return self._b2b_count_kits(gone, gone.get, parts)

    def _b2b_kits_left(self, moves, parts):
        """Return how many units of this order line have left the gate.

        :param stock.move moves: done ones that have brought components away from there
        :param dict parts: see :meth:`_b2b_get_kit_parts`
        """
        return self._b2b_count_kits(moves, _get_held, parts)

    def _b2b_kits_held(self, moves):
        """Return how many units of this order line are held beside those that left."""
        held = self._b2b_count_kits(
            moves, lambda move: _get_gone(move) or _get_held(move)
        )
        return held - self._b2b_kits_gone(moves)

    def _b2b_kits_waiting(self, moves):
        """Return how many units of this order line are yet to leave."""
        total = self._b2b_count_kits(
            moves, lambda move: _get_gone(move) or move.product_qty
        )
        return total - self._b2b_kits_gone(moves)

    def _b2b_get_kit_room(self, moves, claims=None):
        """Return how much of each component the claims of this order line let it hold
        beyond what it holds; less than nothing is to be given back.

        :param stock.move moves: see :meth:`_b2b_kit_moves`
        :param b2b.reservation.line claims: its :meth:`_b2b_claims`, if they are known
        :rtype: dict
        """
        kits = self._b2b_quantity_claimed(claims) + self._b2b_kits_gone(moves)
        room = {
            product: kits * quantity
            for product, quantity in self._b2b_get_kit_parts(moves).items()
        }
        for move in moves:
            if move.product_id in room:
                room[move.product_id] -= _get_gone(move) or _get_held(move)
        return room


def _get_gone(move):
    """Return what of a move has left, in the unit of its product."""
    return _get_held(move) if move.state == "done" else 0.0


def _get_held(move):
    """Return what a move holds or has moved, in the unit of its product."""
    return move.product_uom._compute_quantity(
        move.quantity, move.product_id.uom_id, rounding_method="HALF-UP"
    )
