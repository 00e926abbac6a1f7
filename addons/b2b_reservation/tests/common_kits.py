"""Builders shared by the tests of kits."""

from .common import B2bReservationCommon


class B2bKitsCommon(B2bReservationCommon):
    """A kit of two bolts and a nut. Where `mrp` is installed it is a real one, else an
    order whose moves are such as `mrp` makes.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kit = cls._create_product("Set", "SET", 10)
        cls.bolt = cls._create_product("Bolt", "BOLT", 1)
        cls.nut = cls._create_product("Nut", "NUT", 1)
        cls.needed = {cls.bolt: 2.0, cls.nut: 1.0}
        if "mrp.bom" in cls.env:
            cls._create_bom()

    @classmethod
    def _create_bom(cls):
        cls.env["mrp.bom"].create(
            {
                "product_tmpl_id": cls.kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": product.id, "product_qty": quantity})
                    for product, quantity in cls.needed.items()
                ],
            }
        )

    def _order_kits(self, quantity=5.0):
        order = self._confirm_order(quantity, product=self.kit)
        if "mrp.bom" not in self.env:
            self._explode(order.order_line.move_ids)
        self.assertEqual(order.order_line.move_ids.product_id, self.bolt | self.nut)
        return order

    def _explode(self, move):
        """Put the components in the place of the move of a kit."""
        parts = self.env["stock.move"]
        for product, quantity in self.needed.items():
            parts |= move.copy(
                {
                    "product_id": product.id,
                    "product_uom": product.uom_id.id,
                    "product_uom_qty": move.product_uom_qty * quantity,
                    "picking_id": move.picking_id.id,
                }
            )
        parts._action_confirm(merge=False)
        move.product_uom_qty = 0.0
        move._action_cancel()
        move.unlink()

    def _get_held(self, order):
        self.env.invalidate_all()
        moves = order.order_line._b2b_first_moves()
        return tuple(
            sum(moves.filtered(lambda m, p=p: m.product_id == p).mapped("quantity"))
            for p in (self.bolt, self.nut)
        )

    def _ship(self, order, bolts, nuts):
        """Deliver components, the rest on a backorder."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        for move in picking.move_ids:
            move.quantity = bolts if move.product_id == self.bolt else nuts
            move.picked = True
        picking._action_done()
