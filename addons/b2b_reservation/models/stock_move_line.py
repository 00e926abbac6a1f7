from odoo import models
from odoo.exceptions import UserError
from odoo.tools import OrderedSet


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _b2b_is_kept(self):
        """Tell whether this line holds goods for a dealer: out of the stock, or on a
        later step of his delivery.
        """
        self.ensure_one()
        move = self.move_id
        return (
            bool(move.sale_line_id.sudo().order_id.b2b_contract_id)
            and not move._should_bypass_reservation()
        )

    def _b2b_quantity_kept(self):
        """Return what of these lines, of one product, nobody may take: what running
        reservations let them hold, on later steps all they hold. The number of queries
        does not depend on theirs.

        :rtype: float
        """
        kept = 0.0
        claims = self.move_id.sale_line_id.sudo()._b2b_claims()
        by_line = claims.grouped("sale_line_id")
        for sale_line, lines in self.grouped(lambda x: x.move_id.sale_line_id).items():
            first = lines.filtered(lambda line: line.move_id._b2b_is_on_request())
            held = sum(first.mapped("quantity_product_uom"))
            sale_line = sale_line.sudo()
            own = by_line.get(sale_line, claims.browse())
            surplus = sale_line._b2b_quantity_surplus(self.product_id, own)
            kept += max(held - surplus, 0.0)
            kept += sum((lines - first).mapped("quantity_product_uom"))
        return kept

    def _free_reservation(
        self,
        product_id,
        location_id,
        quantity,
        lot_id=None,
        package_id=None,
        owner_id=None,
        ml_ids_to_ignore=None,
    ):
        """Override of `stock`: a forced delivery takes the reserve of anybody but that
        of a dealer. What is counted less or scrapped is gone, whoever it was kept for.

        :raise UserError: if without his there is not enough, saying whose it is
        """
        places = [
            ("product_id", "=", product_id.id),
            ("location_id", "=", location_id.id),
            ("lot_id", "=", lot_id.id if lot_id else False),
            ("package_id", "=", package_id.id if package_id else False),
            ("owner_id", "=", owner_id.id if owner_id else False),
            ("state", "not in", ("done", "cancel")),
            ("quantity_product_uom", ">", 0.0),
            ("id", "not in", [*(ml_ids_to_ignore or ()), *self.ids]),
        ]
        kept = self.search(places).filtered(
            lambda line: line.move_id != self.move_id and line._b2b_is_kept()
        )
        quants = self.env["stock.quant"]._gather(
            product_id, location_id, lot_id, package_id, owner_id, strict=True
        )
        held = kept._b2b_quantity_kept()
        # There may be less than nothing, of which they lack no more than they hold.
        lacking = min(held - sum(quants.mapped("quantity")), held)
        is_broken = bool(kept) and product_id.uom_id.compare(lacking, 0.0) > 0
        is_gone = self.move_id.location_dest_id.usage == "inventory"
        if is_broken and not is_gone:
            kept, quantity, lacking = self._b2b_move_along(kept, quantity, lacking)
            is_broken = product_id.uom_id.compare(lacking, 0.0) > 0
        if is_broken and not is_gone:
            kept._b2b_refuse_to_lose(lacking)
        if product_id.uom_id.compare(quantity, 0.0) <= 0:
            return None
        result = super()._free_reservation(
            product_id,
            location_id,
            quantity,
            lot_id=lot_id,
            package_id=package_id,
            owner_id=owner_id,
            ml_ids_to_ignore=OrderedSet([*(ml_ids_to_ignore or ()), *kept.ids]),
        )
        if is_broken:
            kept._b2b_lose(lacking, self.move_id)
        return result

    def _b2b_refuse_to_lose(self, quantity):
        """Say that these lines, of one product, hold what somebody wants to take.

        :param float quantity: how much of it, in the unit of the product
        :raise UserError: always, saying whose it is
        """
        product = self.product_id
        orders = self.move_id.sale_line_id.sudo().order_id
        raise UserError(
            self.env._(
                "%(quantity)s %(unit)s of %(product)s are missing. What is there "
                "is reserved for %(orders)s: release it there first.",
                quantity=product.uom_id.round(quantity),
                unit=product.uom_id.name,
                product=product.display_name,
                orders=", ".join(
                    f"{order.name} ({order.partner_id.display_name})"
                    for order in orders
                ),
            )
        )

    def _b2b_move_along(self, kept, quantity, lacking):
        """Have deliveries of dealers follow goods that the warehouse has moved to a
        place they take from, too, before anybody else takes these.

        :param stock.move.line kept: what holds goods for dealers where these were
        :param float quantity: how much somebody has to let go of
        :param float lacking: how much of it these dealers have to
        :return: what still holds goods there, and what is left of the quantities
        :rtype: tuple
        """
        target = self.location_dest_id
        following = kept.filtered(
            lambda line: target._child_of(line.move_id.location_id)
        )
        if not following:
            return kept, quantity, lacking
        before = sum(following.mapped("quantity_product_uom"))
        lost = following._b2b_take_elsewhere(lacking, self.move_id)
        taken = before - sum(lost.values())
        taken -= sum(following.exists().mapped("quantity_product_uom"))
        return kept.exists(), quantity - taken, lacking - taken
