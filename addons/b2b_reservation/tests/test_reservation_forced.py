from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestForcedDeliveries(B2bReservationCommon):
    """Deliveries by which the warehouse takes more than is there for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )

    def _stock_up(self, quantity):
        """Return a new product of which so much is there."""
        product = self._create_product("Brake pad", "BP-1", 10.0)
        self._set_stock(product, quantity)
        return product

    def _sell(self, quantity):
        """Return a confirmed order of somebody who is no dealer."""
        order = self._create_order(
            b2b_contract_id=False,
            order_line=[
                Command.create(
                    {"product_id": self.goods.id, "product_uom_qty": quantity}
                )
            ],
        )
        order.action_confirm()
        return order

    def _get_open(self, order):
        return order.picking_ids.filtered(lambda p: p.state not in ("done", "cancel"))

    def _step_on(self, *orders):
        """Bring goods of orders to their next place, as the warehouse does."""
        for order in orders:
            picking = self._get_open(order)
            self._deliver(picking.with_user(self.stock_user))
            self.assertEqual(picking.state, "done")

    def _force(self, order, quantity):
        """Deliver so much of an order, there or not."""
        picking = self._get_open(order).with_user(self.stock_user)
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def _bring_to_step(self, steps, done):
        """Return a dealer's order of 5 and one of somebody else of 2, after so many
        steps of their deliveries: there is no more.
        """
        self.warehouse.delivery_steps = steps
        self.goods = self._stock_up(7)
        dealers = self._confirm_order(5, product=self.goods)
        self._reserve(dealers)
        other = self._sell(2)
        for _step in range(done):
            self._step_on(dealers, other)
        self.assertEqual(sum(self._get_open(dealers).move_ids.mapped("quantity")), 5)
        return dealers, other

    def test_every_later_step_is_safe_and_says_whose_it_is(self):
        for steps, done in (
            ("pick_ship", 1),
            ("pick_pack_ship", 1),
            ("pick_pack_ship", 2),
        ):
            with self.subTest(steps=steps, done=done):
                dealers, other = self._bring_to_step(steps, done)
                with self.assertRaisesRegex(
                    UserError, f"^1.0 Units .* reserved for {dealers.name}"
                ):
                    self._force(other, 3)
                self.env.invalidate_all()
                held = self._get_open(dealers).move_ids
                self.assertEqual((held.quantity, held.state), (5, "assigned"))
                self.assertEqual(self._force(other, 2).state, "done")
                self._step_on(dealers)

    def test_what_is_picked_for_a_dealer_is_safe(self):
        for steps, done in (("ship_only", 0), ("pick_ship", 0), ("pick_ship", 1)):
            with self.subTest(steps=steps, done=done):
                dealers, other = self._bring_to_step(steps, done)
                self._get_open(dealers).move_ids.picked = True
                with self.assertRaisesRegex(UserError, f"for {dealers.name}"):
                    self._force(other, 3)
                self._step_on(dealers)

    def test_what_is_typed_beyond_the_reserve_keeps_nobody_from_his_own(self):
        self.goods = self._stock_up(5)
        other = self._sell(3)
        self.assertEqual(other.picking_ids.move_ids.quantity, 3)
        dealers = self._confirm_order(8, product=self.goods)
        self._reserve(dealers, 2)
        dealers.picking_ids.move_ids.quantity = 8
        self.assertEqual(self._force(other, 3).state, "done")
        again = self._sell(1)
        with self.assertRaisesRegex(UserError, f"^1.0 Units .* for {dealers.name}"):
            self._force(again, 1)
