from odoo.tests import new_test_user, tagged

from odoo.addons.b2b_portal.tests.checkout_common import B2bCheckoutCommon

from .common import B2bReservationBuilders


@tagged("post_install", "-at_install")
class TestShipmentJourney(B2bReservationBuilders, B2bCheckoutCommon):
    """From an order with a bill to a shipped request, in the browser: the dealer, the
    manager, the warehouse, the dealer again.
    """

    def test_dealer_enters_a_new_delivery_address(self):
        order = self._confirm_order(5)
        self._reserve(order)
        self.start_tour(
            f"/my/shipment-requests/new?order={order.id}",
            "b2b_reservation.shipment_new_address",
            login=self.dealer_user.login,
        )
        shipment = self.env["b2b.shipment.request"].search(
            [("legal_entity_id", "=", self.dealer.id)]
        )
        self.assertEqual(shipment.state, "sent")
        self.assertEqual(shipment.address_id.parent_id, self.dealer)
        self.assertEqual(shipment.address_id.country_id, self.env.ref("base.be"))
        self.assertFalse(shipment.address_id.state_id)
        self.assertEqual(shipment.contact_phone, "+32 470 12 34 56")

    def test_dealer_asks_staff_confirm_warehouse_ships(self):
        self.product.write({"weight": 2.0, "volume": 0.5})
        for name, terminal in (("Fast Freight", "North"), ("Slow Freight", "South")):
            carrier = self.env["b2b.carrier"].create({"name": name})
            self.env["b2b.carrier.terminal"].create(
                {"name": terminal, "city": "Kyiv", "carrier_id": carrier.id}
            )
        # Employees are given the right to create contacts: without it the form of
        # transfers of `stock_delivery` does not open.
        worker = new_test_user(
            self.env,
            login="b2b_worker",
            groups="stock.group_stock_user,base.group_partner_manager",
        )
        order = self._confirm_order(5)
        order.name = "JOURNEY/1"
        order._b2b_bill_on_submission()
        self.assertTrue(order._b2b_get_bill())

        self.start_tour(
            "/my/orders",
            "b2b_reservation.shipment_asked_for",
            login=self.dealer_user.login,
        )
        shipment = self.env["b2b.shipment.request"].search(
            [("legal_entity_id", "=", self.dealer.id)]
        )
        self.assertEqual(shipment.state, "sent")
        self.assertEqual(shipment.line_ids.quantity, 3)

        action = "b2b_reservation.b2b_shipment_request_action"
        self.start_tour(
            f"/odoo/action-{action}/{shipment.id}",
            "b2b_reservation.shipment_confirmed",
            login=self.staff_user.login,
        )
        picking = shipment.picking_ids
        self.assertEqual(picking.move_ids.product_uom_qty, 3)

        self.start_tour(
            f"/odoo/m-stock.picking/{picking.id}",
            "b2b_reservation.shipment_delivered",
            login=worker.login,
        )
        self.assertEqual(shipment.state, "shipped")

        self.start_tour(
            "/my/shipment-requests?filterby=ended",
            "b2b_reservation.shipment_shipped",
            login=self.dealer_user.login,
        )
        self.assertHeld(order, 2)
