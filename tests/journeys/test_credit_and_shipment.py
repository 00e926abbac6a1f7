"""What credit says to reserving and shipping: neither addon knows the other."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.b2b_credit_control.tests.common import B2bBlockBuilders
from odoo.addons.b2b_portal.tests.common import B2bCommon
from odoo.addons.b2b_reservation.tests.common import B2bReservationBuilders


@tagged("post_install", "-at_install")
class TestCreditAndShipment(B2bReservationBuilders, B2bBlockBuilders, B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._create_product("Gearbox", "GB-1", 10)
        cls._set_stock(cls.product, 10)

    def test_blocked_contract_reserves_nothing(self):
        order = self._confirm_order(5)
        self._create_block(self.contract)
        with self.assertRaisesRegex(UserError, "is blocked"):
            self._reserve(order)

    def test_blocked_contract_ships_nothing_until_it_is_lifted(self):
        order = self._confirm_order(5)
        self._reserve(order)
        request = self._create_request((order.order_line, 2))
        block = self._create_block(self.contract)
        with self.assertRaisesRegex(UserError, "is blocked"):
            request.with_user(self.dealer_user)._send()
        self.assertEqual(request.state, "draft")
        self._lift(block)
        request.with_user(self.dealer_user)._send()
        self.assertEqual(request.state, "sent")

    def test_blocked_meanwhile_is_not_confirmed_by_staff(self):
        order = self._confirm_order(5)
        self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        self._create_block(self.contract)
        with self.assertRaisesRegex(UserError, "is blocked"):
            request.with_user(self.staff_user).action_confirm()
        self.assertEqual(request.state, "sent")
        self.assertHeld(order, 5)

    def test_order_that_grew_over_the_limit_ships_nothing(self):
        self.contract.write({"has_credit_limit": True, "credit_limit": 100})
        order = self._confirm_order(5)
        self._reserve(order)
        order.order_line.product_uom_qty = 50
        self.assertTrue(order.b2b_is_on_credit_hold)
        with self.assertRaisesRegex(UserError, "is on credit hold"):
            self._request_shipment((order.order_line, 2))
