from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestEditedDelivery(B2bReservationCommon):
    """Quantities that the warehouse types on a dealer's delivery."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls._set_stock(cls.product, 5)
        cls.order = cls._confirm_order()
        cls.picking = cls.order.picking_ids

    def _type(self, quantity, picking=None):
        """Type a quantity on a transfer and save it."""
        picking = (picking or self.picking).with_user(self.stock_user)
        with Form(picking) as form, form.move_ids.edit(0) as move:
            move.quantity = quantity
        self._end_transaction()

    def _end_transaction(self):
        """Do what is done when a transaction ends."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def _validate(self, picking):
        """Validate a transfer as it is, with a backorder of the rest."""
        picking = picking.with_user(self.stock_user)
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.state, "done")
        self._end_transaction()

    def test_what_is_typed_off_is_no_longer_promised(self):
        reservation = self._reserve(self.order)
        self._type(0)
        self.assertEqual(reservation.line_ids.quantity, 0)
        other = self._reserve(self._confirm_order())
        self.assertEqual(other.line_ids.quantity, 5)
        self._type(2, other.order_id.picking_ids)
        self.assertEqual(other.line_ids.quantity, 2)
        self.env["stock.rule"].run_scheduler()
        self.assertHeld(self.order, 0)
        self.assertHeld(other.order_id, 2)

    def test_deleted_line_is_no_longer_promised(self):
        reservation = self._reserve(self.order)
        self.picking.move_line_ids.with_user(self.stock_user).unlink()
        self._end_transaction()
        self.assertEqual(reservation.line_ids.quantity, 0)
        self.assertEqual(self.order.order_line._b2b_quantity_to_reserve(), 5)

    def test_edited_line_is_followed(self):
        reservation = self._reserve(self.order)
        self.picking.move_line_ids.with_user(self.stock_user).quantity = 1
        self._end_transaction()
        self.assertEqual(reservation.line_ids.quantity, 1)

    def test_set_back_it_is_reserved_as_before(self):
        reservation = self._reserve(self.order)
        end = reservation.date_expiry
        self._type(0)
        self._type(5)
        self.assertEqual(self.order.b2b_reservation_ids, reservation)
        self.assertEqual(reservation.line_ids.quantity, 5)
        self.assertEqual(reservation.line_ids.quantity_off, 0)
        self.assertEqual(reservation.date_expiry, end)

    def test_part_delivery_keeps_the_rest_reserved(self):
        reservation = self._reserve(self.order)
        self._type(3)
        self._validate(self.picking)
        self.assertHeld(self.order, 2)
        self.assertEqual(reservation.state, "running")
        self.assertEqual(reservation.line_ids.quantity, 2)
        self.assertEqual(reservation.line_ids.quantity_delivered, 3)
        self.assertEqual(reservation.line_ids.quantity_off, 0)

    def _order_with_paint(self):
        """Return an order of two lines that a dealer has reserved."""
        paint = self._create_product("Paint", "PA-1", 10)
        self._set_stock(paint, 3)
        order = self.env["sale.order"].create(
            {
                "warehouse_id": self.warehouse.id,
                "partner_id": self.dealer.id,
                "b2b_contract_id": self.contract.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": 5}
                    ),
                    Command.create({"product_id": paint.id, "product_uom_qty": 3}),
                ],
            }
        )
        order.action_confirm()
        order.with_user(self.dealer_user)._b2b_reserve()
        return order

    def test_line_that_is_left_out_is_reserved_on_the_backorder(self):
        order = self._order_with_paint()
        reservation = order.b2b_reservation_ids
        end = reservation.date_expiry
        picking = order.picking_ids
        self._type(0, picking)
        self.assertEqual(order.order_line[0]._b2b_quantity_held(), 0)
        self._validate(picking)
        self.assertEqual(reservation.state, "running")
        self.assertEqual(reservation.line_ids.mapped("quantity"), [5, 0])
        self.assertEqual(reservation.line_ids.mapped("quantity_off"), [0, 0])
        self.assertEqual(order.order_line[0]._b2b_quantity_held(), 5)
        self.assertEqual(reservation.date_expiry, end)

    def test_part_delivery_promises_nothing_that_others_have_taken(self):
        reservation = self._reserve(self.order)
        self._type(3)
        other = self._confirm_order(2)
        self._reserve(other)
        self._validate(self.picking)
        self.assertHeld(self.order, 0)
        self.assertHeld(other, 2)
        self.assertEqual(reservation.state, "done")

    def test_what_is_typed_is_reserved_without_end(self):
        self._type(5)
        reservation = self.order.b2b_reservation_ids
        self.assertTrue(reservation.is_by_staff)
        self.assertFalse(reservation.date_expiry)
        self.assertEqual(reservation.user_id, self.stock_user)
        self.assertEqual(reservation.line_ids.quantity, 5)
        self.assertEqual(self.order.order_line._b2b_quantity_to_ship(), 5)

    def test_added_line_is_reserved_without_end(self):
        line = self.env["stock.move.line"].with_user(self.stock_user)
        line.create(
            {
                "move_id": self.picking.move_ids.id,
                "picking_id": self.picking.id,
                "product_id": self.product.id,
                "quantity": 2,
            }
        )
        self._end_transaction()
        self.assertEqual(self.order.b2b_reservation_ids.line_ids.quantity, 2)

    def test_what_is_not_there_is_not_promised(self):
        order = self._confirm_order(8)
        self._type(8, order.picking_ids)
        self.assertEqual(order.b2b_reservation_ids.line_ids.quantity, 5)

    def test_dozens_are_reserved_in_the_unit_of_the_order(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._set_stock(self.product, 24)
        order = self._confirm_order(2, product_uom_id=dozen.id)
        self.assertEqual(order.picking_ids.move_ids.product_uom, self.product.uom_id)
        self._type(12, order.picking_ids)
        self.assertEqual(order.b2b_reservation_ids.line_ids.quantity, 1)

    def test_unreserving_forgets_what_was_typed_off(self):
        reservation = self._reserve(self.order)
        self._type(2)
        self.picking.with_user(self.stock_user).do_unreserve()
        self._end_transaction()
        self.assertEqual(reservation.state, "released")
        self.assertEqual(reservation.line_ids.quantity_off, 0)

    def test_who_gives_back_the_rest_gets_nothing_again(self):
        reservation = self._reserve(self.order)
        self._type(3)
        reservation._release_by_dealer({reservation.line_ids.id: 3})
        self.assertEqual(reservation.state, "released")
        self.assertEqual(reservation.line_ids.quantity_off, 0)

    def test_expiry_forgets_what_was_typed_off(self):
        reservation = self._reserve(self.order)
        self._type(0)
        self.assertEqual(reservation.state, "running")
        self._expire(reservation)
        self.assertEqual(reservation.state, "expired")
        self.assertEqual(reservation.line_ids.quantity_off, 0)
        self.assertHeld(self.order, 0)

    def test_typed_off_a_request_it_is_not_shipped_and_not_lost(self):
        self._reserve(self.order)
        request = self._request_shipment((self.order.order_line, 4))
        request.with_user(self.staff_user).action_confirm()
        picking = request.picking_ids
        self._type(3, picking)
        self.assertEqual(request.reservation_ids.line_ids.quantity, 3)
        self.assertEqual(request.state, "confirmed")
        self._validate(picking)
        rest = request.picking_ids - picking
        self.assertEqual(rest.move_ids.quantity, 1)
        self.assertEqual(request.reservation_ids.line_ids.quantity, 1)
        self.assertHeld(self.order, 2)

    # === TYPED OFF ONE TRANSFER, WHEN ANOTHER MOVES === #

    def _split_by_request(self, on_request, on_order):
        """Ask to ship 2 of 5 and type quantities on both of the transfers; return the
        request.
        """
        self._reserve(self.order)
        request = self._request_shipment((self.order.order_line, 2))
        request.with_user(self.staff_user).action_confirm()
        self._type(on_request, request.picking_ids)
        self._type(on_order, self.order.picking_ids - request.picking_ids)
        return request

    def assertClaims(self, request, on_request, on_order):
        """Check what is reserved and what is typed off, as pairs."""
        line = self.order.order_line
        claims = line._b2b_claims()
        of_request = claims.filtered("reservation_id.shipment_request_id")
        moves = line._b2b_first_moves()
        of_moves = moves.filtered("b2b_shipment_request_id")
        for pair, claim, move in (
            (on_request, of_request, of_moves),
            (on_order, claims - of_request, moves - of_moves),
        ):
            self.assertEqual((claim.quantity, claim.quantity_off), pair)
            self.assertEqual(sum(move.mapped("quantity")), pair[0])

    def test_typed_off_the_order_it_stays_off_when_its_request_leaves(self):
        request = self._split_by_request(2, 1)
        self.assertClaims(request, (2, 0), (1, 2))
        other = self._confirm_order(2)
        self._validate(request.picking_ids)
        self.assertClaims(request, (0, 0), (1, 2))
        self._reserve(other)
        self.assertHeld(other, 2)

    def test_typed_off_a_request_it_stays_off_when_the_order_leaves(self):
        request = self._split_by_request(1, 3)
        self.assertClaims(request, (1, 1), (3, 0))
        self._validate(self.order.picking_ids - request.picking_ids)
        self.assertClaims(request, (1, 1), (0, 0))
        self._type(2, request.picking_ids)
        self.assertClaims(request, (2, 0), (0, 0))

    def test_each_gets_back_what_was_typed_off_it(self):
        request = self._split_by_request(1, 1)
        self.assertClaims(request, (1, 1), (1, 2))
        self._validate(request.picking_ids)
        self.assertClaims(request, (1, 0), (1, 2))

    def test_wholly_typed_off_the_order_it_stays_off_when_its_request_leaves(self):
        request = self._split_by_request(1, 0)
        self._validate(request.picking_ids)
        self.assertClaims(request, (1, 0), (0, 3))

    def test_line_left_out_of_a_request_is_not_given_to_the_order(self):
        order = self._order_with_paint()
        line, paint = order.order_line
        request = self._request_shipment((line, 2), (paint, 1))
        request.with_user(self.staff_user).action_confirm()
        picking = request.picking_ids
        self._type(0, picking)
        self._type(1, order.picking_ids - picking)
        self._validate(picking)
        rest = request.picking_ids - picking
        self.assertEqual(rest.move_ids.product_id, self.product)
        self.assertEqual(rest.move_ids.quantity, 2)
        held = line._b2b_first_moves() - rest.move_ids
        self.assertEqual(held.quantity, 1)

    def test_cancelled_transfer_forgets_only_what_was_typed_off_it(self):
        request = self._split_by_request(1, 1)
        request.picking_ids.with_user(self.stock_user).action_cancel()
        self._end_transaction()
        claims = self.order.order_line._b2b_claims()
        self.assertEqual((claims.quantity, claims.quantity_off), (1, 2))

    def test_unreserving_the_order_forgets_only_what_was_typed_off_it(self):
        request = self._split_by_request(1, 1)
        picking = self.order.picking_ids - request.picking_ids
        picking.with_user(self.stock_user).do_unreserve()
        self._end_transaction()
        self.assertClaims(request, (1, 1), (0, 0))

    def test_what_is_counted_less_is_lost_and_not_typed_off(self):
        orders = self.order, self._confirm_order()
        self._set_stock(self.product, 5)
        reservations = [self._reserve(order) for order in orders]
        self._end_transaction()
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        quant = quant.with_user(self.stock_user).with_context(inventory_mode=True)
        quant.inventory_quantity = 0
        quant.action_apply_inventory()
        self._end_transaction()
        mails = self.env["mail.mail"].search([("model", "=", "b2b.reservation")])
        for reservation in reservations:
            self.assertEqual(reservation.state, "released")
            self.assertEqual(reservation.line_ids.quantity_off, 0)
            self.assertIn(reservation.id, mails.mapped("res_id"))

    def test_orders_of_others_are_edited_as_in_stock_odoo(self):
        order = self._create_order(quantity=5, b2b_contract_id=False)
        order.action_confirm()
        self.assertEqual(order.picking_ids.move_ids.quantity, 5)
        self._type(2, order.picking_ids)
        self.assertEqual(order.picking_ids.move_ids.quantity, 2)
        self.assertEqual(self.product.free_qty, 3)
        self.assertFalse(order.b2b_reservation_ids)
        self._validate(order.picking_ids)
        rest = order.picking_ids.filtered(lambda picking: picking.state != "done")
        self.assertEqual(rest.move_ids.product_uom_qty, 3)
