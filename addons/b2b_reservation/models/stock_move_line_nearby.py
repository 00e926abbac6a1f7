from odoo import api, models

# What of a done line says what it has taken from where.
TAKING_FIELDS = {
    "location_id",
    "lot_id",
    "owner_id",
    "package_id",
    "product_uom_id",
    "quant_id",
    "quantity",
}


class StockMoveLine(models.Model):
    """Goods that are taken without saying from which shelf or package: their place is
    left with less than nothing, and they were of those nearby.
    """

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Override of `stock`: what is added to a done transfer is taken off others,
        too, and off no dealer.
        """
        lines = super().create(vals_list)
        if done := lines.filtered(lambda line: line.state == "done"):
            done._b2b_free_places()
            done._b2b_guard_nearby()
        return lines

    def write(self, vals):
        """Override of `stock`: what is changed on a done transfer is taken off no
        dealer. What takes less than before is nobody's loss.
        """
        if TAKING_FIELDS.isdisjoint(vals):
            return super().write(vals)
        done = self.filtered(lambda line: line.state == "done")
        before = [(line._b2b_place(), line.quantity_product_uom) for line in done]
        result = super().write(vals)
        for line, (place, quantity) in zip(done, before, strict=True):
            unit = line.product_id.uom_id
            is_more = unit.compare(line.quantity_product_uom, quantity) > 0
            if not is_more and line._b2b_place() == place:
                done -= line
        done._b2b_guard_nearby()
        return result

    def _action_done(self):
        """Override of `stock`: goods nearby are taken off no dealer. Looked at when all
        have left: what one takes too much another may have left there.
        """
        result = super()._action_done()
        self.exists()._b2b_guard_nearby()
        return result

    def _b2b_place(self):
        """Return what tells goods of this line from others.

        :rtype: tuple
        """
        self.ensure_one()
        return (
            self.product_id,
            self.location_id,
            self.lot_id,
            self.package_id,
            self.owner_id,
        )

    def _b2b_taking(self):
        """Return those of these lines that take goods out of the stock."""
        return self.filtered(
            lambda line: (
                line.product_id.is_storable
                and not line.location_id.should_bypass_reservation()
            )
        )

    def _b2b_get_places(self, domain=()):
        """Return what there is where these lines take goods, by :meth:`_b2b_place`.

        :param list domain: of those places, only these
        :rtype: dict[tuple, stock.quant]
        """
        quants = self.env["stock.quant"].sudo()
        quants = quants.search(
            [
                ("product_id", "in", self.product_id.ids),
                ("location_id", "in", self.location_id.ids),
                *domain,
            ]
        )
        return quants.grouped(
            lambda x: (x.product_id, x.location_id, x.lot_id, x.package_id, x.owner_id)
        )

    def _b2b_free_places(self):
        """Have others let go of what these lines, new on done transfers, have taken:
        core does so for all but new ones.
        """
        taking = self._b2b_taking()
        quants = taking and taking._b2b_get_places()
        for place, lines in taking.grouped(lambda line: line._b2b_place()).items():
            there = quants.get(place, self.env["stock.quant"])
            short = sum(there.mapped("reserved_quantity"))
            short -= sum(there.mapped("quantity"))
            product, location, lot, package, owner = place
            if product.uom_id.compare(short, 0.0) > 0:
                lines[0]._free_reservation(
                    product,
                    location,
                    short,
                    lot_id=lot,
                    package_id=package,
                    owner_id=owner,
                )

    def _b2b_guard_nearby(self):
        """See to it that dealers keep what they hold near places that these done lines
        have left with less than nothing. The number of queries does not depend on how
        much they hold.

        :raise UserError: if there is not enough left, saying whose it is
        """
        taking = self._b2b_taking()
        if not taking:
            return
        overdrawn = taking._b2b_get_places([("quantity", "<", 0.0)])
        forced = taking.filtered(lambda line: line._b2b_place() in overdrawn)
        # Who moves the goods need not see all that is held.
        held = forced and forced.sudo()._b2b_get_held_nearby(self)
        kept = held and held.filtered(lambda line: line._b2b_is_kept())
        if not kept:
            return
        products = kept.product_id
        for line in forced.filtered(lambda line: line.product_id in products):
            # Read again: the line before may have changed who holds what.
            own = line.sudo()._b2b_get_held_nearby(self)
            if own := own.filtered(lambda x: x._b2b_is_kept()):
                line._b2b_guard(own)
                line._b2b_free_nearby()

    def _b2b_get_quantities_nearby(self):
        """Return how much of its product there is near this line, and how much of it
        somebody holds.

        :rtype: tuple[float, float]
        """
        quants = self.env["stock.quant"].sudo()
        (quantities,) = quants._read_group(
            [
                ("product_id", "=", self.product_id.id),
                ("location_id", "child_of", self._b2b_nearby().ids),
            ],
            aggregates=["quantity:sum", "reserved_quantity:sum"],
        )
        return quantities

    def _b2b_nearby(self):
        """Return the locations whose goods these lines may have taken.

        :rtype: stock.location
        """
        near = self.env["stock.location"]
        for line in self:
            of_move = line.move_id.location_id
            is_below = line.location_id._child_of(of_move)
            near |= of_move if is_below else line.location_id
        return near

    def _b2b_get_held_nearby(self, gone=()):
        """Return what holds goods near these lines.

        :param stock.move.line gone: what has left at the same time
        """
        return self.search(
            [
                ("product_id", "in", self.product_id.ids),
                ("location_id", "child_of", self._b2b_nearby().ids),
                ("state", "not in", ("done", "cancel")),
                ("quantity_product_uom", ">", 0.0),
                ("id", "not in", [line.id for line in gone]),
            ]
        )

    def _b2b_guard(self, kept):
        """See to it that dealers keep what they hold near the place of this line: they
        follow what it has moved; only what it has scrapped is gone.

        :param stock.move.line kept: what holds goods of this product for them there
        :raise UserError: if there is not enough, saying whose it is
        """
        unit = self.product_id.uom_id
        held = kept._b2b_quantity_kept()
        there, _reserved = self._b2b_get_quantities_nearby()
        # There may be less than nothing, of which they lack no more than they hold.
        lacking = min(held - there, held)
        if unit.compare(lacking, 0.0) <= 0:
            return
        if self.move_id.location_dest_id.usage == "inventory":
            kept._b2b_lose(min(lacking, self.quantity_product_uom), self.move_id)
            return
        kept, _quantity, lacking = self._b2b_move_along(kept, lacking, lacking)
        if unit.compare(lacking, 0.0) > 0:
            kept._b2b_refuse_to_lose(lacking)

    def _b2b_free_nearby(self):
        """Have others than dealers let go of what this line has taken near them, who
        else would take it off the dealers: core looks at the place of the line only.
        """
        unit = self.product_id.uom_id
        there, reserved = self._b2b_get_quantities_nearby()
        quantity = min(reserved - there, self.quantity_product_uom)
        if unit.compare(quantity, 0.0) <= 0:
            return
        others = self._b2b_get_held_nearby(self.move_id.move_line_ids)
        others = others.filtered(lambda x: not x.picked and not x._b2b_is_kept())
        others = others.sorted(lambda line: (line.date, line.id), reverse=True)
        # Who of one place gives first core says: its order need not be this one.
        held = {
            place: sum(lines.mapped("quantity_product_uom"))
            for place, lines in others.grouped(lambda x: x._b2b_place()).items()
        }
        for (product, location, lot, package, owner), here in held.items():
            taken = min(quantity, here)
            if unit.compare(taken, 0.0) <= 0:
                break
            quantity -= taken
            self._free_reservation(
                product,
                location,
                taken,
                lot_id=lot,
                package_id=package,
                owner_id=owner,
            )
