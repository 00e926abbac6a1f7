from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestLoss(B2bReservationCommon):
    """Reserved goods that are counted less or scrapped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls._set_stock(cls.product, 10)

    def _count(self, quantity, product=None):
        """Count what is on the shelf, as the warehouse does."""
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", (product or self.product).id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        quant = quant.with_user(self.stock_user).with_context(inventory_mode=True)
        quant.inventory_quantity = quantity
        quant.action_apply_inventory()
        self.assertEqual((product or self.product).qty_available, quantity)

    def _scrap(self, quantity, picking=None):
        scrap = self.env["stock.scrap"].with_user(self.stock_user)
        scrap = scrap.create(
            {
                "product_id": self.product.id,
                "scrap_qty": quantity,
                "location_id": self.warehouse.lot_stock_id.id,
                "picking_id": picking.id if picking else False,
            }
        )
        scrap.action_validate()
        self.assertEqual(scrap.state, "done")
        return scrap

    def _get_mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", "b2b.reservation"), ("subject", "like", "less is reserved")]
        )

    def test_count_lets_who_reserved_last_lose_first(self):
        first, second = self._confirm_order(6), self._confirm_order(4)
        kept, shortened = self._reserve(first), self._reserve(second)
        self._count(7)
        self.assertHeld(first, 6)
        self.assertHeld(second, 1)
        self.assertEqual(kept.line_ids.quantity, 6)
        self.assertEqual(shortened.line_ids.quantity, 1)
        self._count(3)
        self.assertHeld(first, 3)
        self.assertHeld(second, 0)
        self.assertEqual(kept.line_ids.quantity, 3)
        self.assertEqual(shortened.state, "released")
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(second, 0)

    def test_who_took_more_last_loses_first(self):
        first, second = self._confirm_order(6), self._confirm_order(4)
        self._reserve(first, 5)
        self._reserve(second)
        self._reserve(first)
        self._count(9)
        self.assertHeld(first, 5)
        self.assertHeld(second, 4)

    def test_what_is_paid_is_lost_last(self):
        first, second = self._confirm_order(6), self._confirm_order(4)
        self._reserve(first)
        self._reserve(second)
        bill = second._b2b_issue_bill()
        self._pay_bill(bill)
        self._count(7)
        self.assertHeld(first, 3)
        self.assertHeld(second, 4)

    def test_what_is_broken_on_a_transfer_is_lost_for_its_order(self):
        first, second = self._confirm_order(6), self._confirm_order(4)
        self._reserve(first)
        self._reserve(second)
        self._scrap(2, first.picking_ids)
        self.assertHeld(first, 4)
        self.assertHeld(second, 4)

    def test_dealer_is_told_and_the_order_notes_it(self):
        order = self._confirm_order(6)
        reservation = self._reserve(order)
        self._count(4)
        mail = self._get_mails()
        self.assertEqual(mail.recipient_ids, self.dealer_user.partner_id)
        self.assertEqual(mail.res_id, reservation.id)
        self.assertIn("2", mail.body_html)
        self.assertIn("2 Units", order.message_ids[0].body)
        self.assertIn("are gone", order.message_ids[0].body)

    def test_scrapped_goods_are_gone(self):
        order = self._confirm_order(8)
        reservation = self._reserve(order)
        scrap = self._scrap(2)
        self.assertHeld(order, 8)
        self.assertFalse(self._get_mails())
        scrap = self._scrap(3)
        self.assertHeld(order, 5)
        self.assertEqual(reservation.line_ids.quantity, 5)
        self.assertEqual(len(self._get_mails()), 1)
        self.assertIn(scrap.name, order.message_ids[0].body)

    def test_what_nobody_holds_goes_first(self):
        order = self._confirm_order(4)
        reservation = self._reserve(order)
        other = self._create_order(quantity=5, b2b_contract_id=False)
        other.action_confirm()
        self.assertEqual(other.picking_ids.move_ids.quantity, 5)
        self._count(5)
        self.assertEqual(other.picking_ids.move_ids.quantity, 1)
        self.assertHeld(order, 4)
        self.assertEqual(reservation.line_ids.quantity, 4)
        self.assertFalse(self._get_mails())

    def test_what_is_free_elsewhere_takes_its_place(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf 2", "location_id": self.warehouse.lot_stock_id.id}
        )
        order = self._confirm_order(10)
        reservation = self._reserve(order)
        self.env["stock.quant"]._update_available_quantity(self.product, shelf, 2)
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        quant = quant.with_user(self.stock_user).with_context(inventory_mode=True)
        quant.inventory_quantity = 7
        quant.action_apply_inventory()
        self.assertHeld(order, 9)
        self.assertEqual(reservation.line_ids.quantity, 9)
        self.assertIn("1 Units", order.message_ids[0].body)

    def test_what_is_to_be_shipped_is_lost_last(self):
        first = self._confirm_order(5)
        self._reserve(first)
        late = self._confirm_order(5)
        self._reserve(late)
        request = self._request_shipment((late.order_line, 3))
        request.with_user(self.staff_user).action_confirm()
        self._count(6)
        self.assertHeld(late, 3)
        self.assertEqual(request.picking_ids.move_ids.quantity, 3)
        self.assertEqual(request.reservation_ids.line_ids.quantity, 3)
        self.assertHeld(first, 3)

    def test_what_is_picked_is_in_somebodys_hands(self):
        order = self._confirm_order(8)
        self._reserve(order)
        order.picking_ids.move_ids.picked = True
        self._count(5)
        self.assertHeld(order, 8)

    def test_lost_at_the_output_is_noted(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirm_order(5)
        self._reserve(order)
        self._deliver(order.order_line._b2b_first_moves().picking_id)
        ship = order.order_line.move_ids.filtered(lambda move: move.state != "done")
        self.assertEqual(ship.quantity, 5)
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.wh_output_stock_loc_id.id),
            ]
        )
        quant = quant.with_user(self.stock_user).with_context(inventory_mode=True)
        quant.inventory_quantity = 3
        quant.action_apply_inventory()
        self.assertEqual(ship.quantity, 3)
        self.assertIn("2 Units", order.message_ids[0].body)
