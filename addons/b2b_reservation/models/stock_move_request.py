from odoo import api, fields, models


class StockMove(models.Model):
    _inherit = "stock.move"

    # On moves, for those of later steps and of backorders are copies of them.
    b2b_shipment_request_id = fields.Many2one(
        "b2b.shipment.request",
        string="Shipment request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    def _b2b_get_requests(self):
        """Return the shipment requests that want goods of these moves (sudo), whether
        their transfers are split off yet or not.
        """
        claims = self.sale_line_id.sudo()._b2b_claims()
        requests = self.sudo().b2b_shipment_request_id
        return requests | claims.reservation_id.shipment_request_id

    def _b2b_get_quantity_returned(self):
        """Return what of this move has come back, in its unit."""
        self.ensure_one()
        back = self.returned_move_ids.filtered(lambda move: move.state == "done")
        return sum(
            move.product_uom._compute_quantity(
                move.quantity, self.product_uom, rounding_method="HALF-UP"
            )
            for move in back
        )

    @api.model
    def _b2b_split_reserved(self, shares):
        """Return moves with just a part of what some moves hold, reserved as it was:
        those moves, if they hold and need no more.

        :param dict shares: how much of which move, in the unit of the product
        """
        moves = self.browse().concat(*shares)
        split = moves.filtered(
            lambda move: (
                move.product_id.uom_id.compare(shares[move], move.product_qty) < 0
            )
        )
        values = []
        for move in split:
            values += move._split(shares[move])
        # Together: for each by itself core would ask everything anew.
        parts = self.create(values)
        parts.with_context(bypass_entire_pack=True)._action_confirm(
            merge=False, create_proc=False
        )
        for move, part in zip(split, parts, strict=True):
            move._b2b_hand_over(shares[move], part)
        (split | parts)._recompute_state()
        return moves - split | parts

    def _b2b_hand_over(self, quantity, part):
        """Hand a part of what this move holds over to another one.

        :param float quantity: how much, in the unit of the product
        :param stock.move part: of the same product and place
        """
        unit = self.product_id.uom_id
        for line in self.move_line_ids.sorted("id"):
            if unit.compare(quantity, 0.0) <= 0:
                break
            held = line.quantity_product_uom
            if unit.compare(held, quantity) <= 0:
                line.move_id = part
            else:
                rest = unit._compute_quantity(
                    held - quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
                handed = line.quantity - rest
                line.quantity = rest
                line.copy(
                    {"move_id": part.id, "quantity": handed, "picked": line.picked}
                )
            quantity -= held

    def _search_picking_for_assignation_domain(self):
        """Override of `stock`: on the transfer of a shipment request is what was asked
        for, and nothing else.
        """
        domain = super()._search_picking_for_assignation_domain()
        request = self.b2b_shipment_request_id
        return [*domain, ("b2b_shipment_request_id", "in", request.ids or [False])]

    def _key_assign_picking(self):
        """Override of `stock`: the next steps of shipment requests stay apart, too."""
        return (*super()._key_assign_picking(), self.b2b_shipment_request_id)

    def _get_new_picking_values(self):
        """Override of `stock`: the transfer of the next step is the request's, too."""
        values = super()._get_new_picking_values()
        request = self.b2b_shipment_request_id
        if len(request) == 1:
            values |= request.sudo()._prepare_transfer_values()
        return values

    def _action_cancel(self):
        """Override of `stock`: a request whose goods are cancelled ends."""
        requests = self._b2b_get_requests()
        result = super()._action_cancel()
        requests._close_if_empty()
        requests.filtered("picking_ids")._follow_transfers()
        return result
