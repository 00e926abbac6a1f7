from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestDocumentOfRequest(B2bReservationCommon):
    """The row of the journal that a shipment request has."""

    def test_it_names_all_orders_whoever_moves_the_goods(self):
        self._set_stock(self.product, 10)
        own, other = self._confirm_order(2), self._confirm_order(3)
        for order in own | other:
            self._reserve(order)
        request = self._request_shipment((own.order_line, 2), (other.order_line, 3))
        request.with_user(self.staff_user).action_confirm()
        user = new_test_user(
            self.env,
            "own_orders_only",
            "sales_team.group_sale_salesman,stock.group_stock_user,"
            "b2b_portal.group_b2b_user",
        )
        own.user_id, other.user_id = user, self.staff_user
        self.env.invalidate_all()
        self.assertEqual(request.with_user(user).order_ids, own, "his own orders only")
        self._deliver(request.picking_ids.with_user(user))
        self.assertEqual(request.state, "shipped")
        document = self.env["b2b.document"].search(
            [("shipment_request_id", "=", request.id)]
        )
        self.assertEqual(document.state, "shipped")
        self.env.invalidate_all()
        self.assertEqual(document.order_ids, own | other)
