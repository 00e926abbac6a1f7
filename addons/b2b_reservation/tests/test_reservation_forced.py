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

    def _sell(self, quantity, **values):
        """Return a confirmed order of somebody who is no dealer."""
        order = self._create_order(
            b2b_contract_id=False,
            **values,
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

    def _create_place(self, name):
        """Return a new place in the stock."""
        return self.env["stock.location"].create(
            {"name": name, "location_id": self.warehouse.lot_stock_id.id}
        )

    def _shelve(self, quantity, **values):
        """Return a new product of which so much lies on a shelf, and that shelf."""
        self.goods = self._create_product("Brake pad", "BP-1", 10.0)
        shelf = self._create_place("Shelf 1")
        self.env["stock.quant"]._update_available_quantity(
            self.goods, shelf, quantity, **values
        )
        return shelf

    def _reserve_shelved(self, quantity=5, **values):
        """Return a dealer's order that holds goods of a shelf."""
        order = self._confirm_order(quantity, product=self.goods, **values)
        self._reserve(order)
        self.assertHeld(order, quantity)
        return order

    def test_goods_on_a_shelf_are_not_taken_from_above_it(self):
        shelf = self._shelve(7)
        dealers = self._reserve_shelved()
        other = self._sell(2)
        with self.assertRaisesRegex(
            UserError, f"^1.0 Units .* reserved for {dealers.name}"
        ):
            self._force(other, 3)
        self.env.invalidate_all()
        self.assertHeld(dealers, 5)
        self.assertEqual(dealers.picking_ids.move_line_ids.location_id, shelf)
        self.assertEqual(self._force(other, 2).state, "done")

    def test_what_nobody_keeps_is_taken_from_above_a_shelf(self):
        self._shelve(8)
        dealers = self._reserve_shelved()
        other = self._sell(2)
        self.assertEqual(self._force_above(other, 1).state, "done")
        self.assertHeld(dealers, 5)
        again = self._sell(1)
        with self.assertRaisesRegex(UserError, f"for {dealers.name}"):
            self._force(again, 1)

    def test_others_let_go_of_what_is_taken_near_them(self):
        self._shelve(7)
        dealers = self._reserve_shelved()
        other, again = self._sell(2), self._sell(1)
        self.assertEqual(self._force(again, 1).state, "done")
        self.assertEqual(other.picking_ids.move_ids.quantity, 1)
        self._step_on(other)
        self.assertEqual(self.goods.qty_available, 5)
        self.assertHeld(dealers, 5)

    def _force_above(self, order, quantity):
        """Deliver what an order holds and so much without saying from which shelf."""
        picking = self._add_above(order, quantity)
        picking.with_context(skip_backorder=True).button_validate()
        return picking

    def test_who_is_to_have_his_last_lets_go_first_near_a_shelf_too(self):
        self._shelve(14)
        dealers = self._reserve_shelved()
        last, first = self._sell(3), self._sell(6)
        last.picking_ids.scheduled_date = "2099-01-01"
        taker = self._sell(7)
        self.assertEqual(self._force(taker, 7).state, "done")
        self.assertHeld(dealers, 5)
        last, first = last.picking_ids.move_ids, first.picking_ids.move_ids
        self.assertEqual((last.quantity, first.quantity), (0, 2))

    def _add_above(self, order, *quantities):
        """Return the delivery of an order, ready to take what it holds and so much
        without saying from which shelf.
        """
        move = self._get_open(order).with_user(self.stock_user).move_ids
        self.env["stock.move.line"].with_user(self.stock_user).create(
            [move._prepare_move_line_vals(quantity=quantity) for quantity in quantities]
        )
        move.picked = True
        return move.picking_id

    def test_who_takes_too_much_of_another_warehouse_is_not_held_up(self):
        self._shelve(10)
        dealers = self._reserve_shelved()
        here = self._add_above(self._sell(2), 1)
        warehouse = self.env["stock.warehouse"].create({"name": "Other", "code": "OTH"})
        there = self._get_open(self._sell(5, warehouse_id=warehouse.id))
        there.with_user(self.stock_user).move_ids.write({"quantity": 5, "picked": True})
        (here | there.with_env(here.env)).with_context(
            skip_backorder=True
        ).button_validate()
        self.assertEqual((here.state, there.state), ("done", "done"))
        self.assertHeld(dealers, 5)

    def test_what_no_reserve_keeps_holds_nobody_up_from_above_a_shelf(self):
        self._shelve(2)
        dealers = self._confirm_order(5, product=self.goods)
        dealers.picking_ids.move_ids.quantity = 2
        self.assertEqual(self._force_above(self._sell(3), 3).state, "done")

    def test_no_more_is_said_to_be_missing_than_is_reserved(self):
        self._shelve(5)
        dealers = self._reserve_shelved()
        other = self._sell(1)
        self.env["stock.quant"]._update_available_quantity(
            self.goods, self.warehouse.lot_stock_id, -8
        )
        with self.assertRaisesRegex(UserError, f"^5.0 Units .* for {dealers.name}"):
            self._force_above(other, 1)

    def test_others_let_go_of_no_more_than_is_taken_near_them(self):
        self._shelve(20)
        dealers = self._reserve_shelved()
        first, second, taker = (self._sell(quantity) for quantity in (5, 5, 10))
        self._get_open(taker).move_ids._do_unreserve()
        moves = (first | second).picking_ids.move_ids
        self.assertEqual(moves.mapped("quantity"), [5, 5])
        moves.procure_method = "make_to_order"
        picking = self._add_above(taker, 5, 5)
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertHeld(dealers, 5)
        first, second = first.picking_ids.move_ids, second.picking_ids.move_ids
        self.assertEqual((first.quantity, second.quantity), (5, 0))
        self.assertEqual(first.procure_method, "make_to_order")
        self.assertEqual(second.procure_method, "make_to_stock")

    def test_order_of_the_lines_does_not_matter(self):
        shelf = self._shelve(7)
        dealers = self._reserve_shelved()
        other = self._sell(2)
        move = self._get_open(other).with_user(self.stock_user).move_ids
        move.move_line_ids.unlink()
        lines = self.env["stock.move.line"].with_user(self.stock_user)
        lines.create(move._prepare_move_line_vals(quantity=1))
        values = move._prepare_move_line_vals(quantity=2)
        lines.create({**values, "location_id": shelf.id})
        move.picked = True
        with self.assertRaisesRegex(UserError, f"^1.0 Units .* for {dealers.name}"):
            move.picking_id.with_context(skip_backorder=True).button_validate()

    def test_goods_in_a_package_are_not_taken_without_it(self):
        package = self.env["stock.package"].create({"name": "BOX-1"})
        self._shelve(7, package_id=package)
        dealers = self._reserve_shelved()
        self.assertEqual(dealers.picking_ids.move_line_ids.package_id, package)
        other = self._sell(2)
        with self.assertRaisesRegex(UserError, f"^1.0 Units .* for {dealers.name}"):
            self._force_above(other, 1)

    def test_another_dealer_takes_nothing_from_above_a_shelf_either(self):
        self._shelve(7)
        dealers = self._reserve_shelved()
        others = self._confirm_order(
            3, product=self.goods, contract=self.stranger_contract
        )
        self._reserve(others, 2, user=self.stranger_user)
        with self.assertRaisesRegex(UserError, f"for {dealers.name}"):
            self._force(others, 3)

    def test_goods_of_a_shelf_are_scrapped_from_above_it(self):
        self._shelve(7)
        dealers = self._reserve_shelved()
        scrap = self.env["stock.scrap"].with_user(self.stock_user)
        scrap = scrap.create(
            {
                "product_id": self.goods.id,
                "scrap_qty": 3,
                "location_id": self.warehouse.lot_stock_id.id,
            }
        )
        scrap.do_scrap()
        self.assertEqual(scrap.state, "done")
        self.assertHeld(dealers, 4)
        self.assertEqual(dealers.b2b_reservation_ids.line_ids.quantity, 4)
        self.assertIn("are gone", dealers.message_ids[0].body)

    def test_shelf_is_counted_whatever_is_owed_above_it(self):
        shelf = self._shelve(10)
        self.env["stock.quant"]._update_available_quantity(
            self.goods, self.warehouse.lot_stock_id, -3
        )
        dealers = self._reserve_shelved(7)
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.goods.id), ("location_id", "=", shelf.id)]
        )
        quant = quant.with_user(self.stock_user).with_context(inventory_mode=True)
        quant.inventory_quantity = 6
        quant.action_apply_inventory()
        self.assertHeld(dealers, 6)

    def test_what_is_moved_to_another_shelf_is_kept_as_before(self):
        shelf = self._shelve(7)
        below, target = self.env["stock.location"].create(
            [
                {"name": "Box", "location_id": shelf.id},
                {"name": "Shelf 2", "location_id": self.warehouse.lot_stock_id.id},
            ]
        )
        quants = self.env["stock.quant"]
        quants._update_available_quantity(self.goods, shelf, -7)
        quants._update_available_quantity(self.goods, below, 7)
        dealers = self._reserve_shelved()
        picking = self.env["stock.picking"].with_user(self.stock_user)
        picking = picking.create(
            {
                "picking_type_id": self.warehouse.int_type_id.id,
                "location_id": shelf.id,
                "location_dest_id": target.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.goods.id,
                            "product_uom_qty": 7,
                            "location_id": shelf.id,
                            "location_dest_id": target.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": 7, "picked": True})
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.assertHeld(dealers, 5)

    def _deliver_unlocked(self, quantity):
        """Return the delivery of somebody who is no dealer, done and unlocked."""
        other = self._sell(quantity)
        picking = self._get_open(other)
        self._deliver(picking.with_user(self.stock_user))
        picking.action_toggle_is_locked()
        return picking.with_user(self.stock_user)

    def test_nothing_of_a_dealer_is_added_to_a_done_transfer(self):
        shelf = self._shelve(8)
        dealers = self._reserve_shelved()
        picking = self._deliver_unlocked(2)
        lines = self.env["stock.move.line"].with_user(self.stock_user)
        for location in (shelf, self.warehouse.lot_stock_id):
            values = picking.move_ids._prepare_move_line_vals(quantity=2)
            values["location_id"] = location.id
            with (
                self.subTest(location=location.name),
                self.assertRaisesRegex(UserError, f"^1.0 Units .* for {dealers.name}"),
                self.env.cr.savepoint(),
            ):
                lines.create(values)
            self.env.invalidate_all()
        with (
            self.assertRaisesRegex(UserError, f"^1.0 Units .* for {dealers.name}"),
            self.env.cr.savepoint(),
        ):
            picking.move_ids.quantity = 4
        self.env.invalidate_all()
        line = lines.create(picking.move_ids._prepare_move_line_vals(quantity=1))
        self.assertEqual(picking.move_ids.quantity, 3)
        with self.assertRaisesRegex(UserError, f"^1.0 Units .* for {dealers.name}"):
            line.quantity = 2
        self.assertHeld(dealers, 5)

    def test_done_transfer_may_be_corrected_to_take_less(self):
        self.goods = self._stock_up(10)
        stock = self.warehouse.lot_stock_id
        line = self._deliver_unlocked(10).move_line_ids
        quants = self.env["stock.quant"]
        quants._update_available_quantity(self.goods, self._create_place("Shelf"), 7)
        dealers = self._reserve_shelved()
        # Less than reserved is left, as stock has it that was imported so.
        quants._update_available_quantity(self.goods, stock, -6)
        for quantity in (10, 8):
            line.write({"quantity": quantity, "location_id": stock.id})
            self.assertEqual(line.quantity, quantity)
        self.assertHeld(dealers, 5)
        box = self._create_place("Box")
        for missing, change in ((3, {"quantity": 9}), (2, {"location_id": box.id})):
            with (
                self.subTest(change=change),
                self.assertRaisesRegex(
                    UserError, f"^{missing}.0 Units .* for {dealers.name}"
                ),
                self.env.cr.savepoint(),
            ):
                line.write(change)
            self.env.invalidate_all()

    def test_what_is_added_to_a_done_transfer_is_taken_off_others(self):
        self.goods = self._stock_up(7)
        dealers = self._reserve_shelved()
        picking = self._deliver_unlocked(1)
        other = self._sell(1)
        self.assertEqual(other.picking_ids.move_ids.quantity, 1)
        lines = self.env["stock.move.line"].with_user(self.stock_user)
        lines.create(picking.move_ids._prepare_move_line_vals(quantity=1))
        self.assertEqual(other.picking_ids.move_ids.quantity, 0)
        self.assertHeld(dealers, 5)

    def _count_forced(self, dealers):
        """Return how many queries a forced delivery costs beside so many dealers."""
        self._shelve(100)
        for _n in range(dealers):
            self._reserve_shelved(2)
        move = self._get_open(self._sell(1)).move_ids
        self.env["stock.move.line"].create(move._prepare_move_line_vals(quantity=1))
        move.picked = True
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        move._action_done()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_guarding_costs_the_same_for_2_and_12_dealers(self):
        self._count_forced(1)
        few, many = (self._count_forced(dealers) for dealers in (2, 12))
        self.assertLess(many - few, 5, f"{many} and {few}")

    def _take_above(self, lines):
        """Return so many done lines that took goods from above a shelf, each others."""
        taken = self.env["stock.move.line"]
        for _n in range(lines):
            self._shelve(10)
            taken |= self._force_above(self._sell(1), 1).move_line_ids
        return taken

    def _count_guarding(self, lines):
        """Return how many queries it costs to see to what dealers hold near lines."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        lines._b2b_guard_nearby()
        return self.env.cr.sql_log_count - before

    def test_goods_that_no_dealer_holds_cost_nothing_more(self):
        one, many = self._take_above(1), self._take_above(8)
        few = self._count_guarding(one)
        self.assertLess(few, 10)
        self.assertEqual(self._count_guarding(many), few)
        held = self._take_above(1)
        self._reserve_shelved()
        few = self._count_guarding(one | held)
        self.assertEqual(self._count_guarding(many | held), few)
