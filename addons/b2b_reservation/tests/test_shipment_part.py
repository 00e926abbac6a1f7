from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestPartlyShipped(B2bReservationCommon):
    """What the dealer is told when only a part of what he asked for leaves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls._set_stock(cls.product, 10)
        cls.order = cls._confirm_order()

    def setUp(self):
        super().setUp()
        self._reserve(self.order)
        self.request = self._request_shipment((self.order.order_line, 4))

    def _ship(self, quantity, picking=None):
        """Ship so much of what is open and return the mails that went out."""
        mails = self.env["mail.mail"]
        domain = [("model", "=", "b2b.shipment.request")]
        before = mails.search(domain)
        picking = picking or self.request._get_open_transfers()
        picking.move_ids.quantity = quantity
        self._deliver(picking.with_user(self.stock_user))
        return mails.search(domain) - before

    def _confirm(self):
        self.request.with_user(self.staff_user).action_confirm()

    def test_confirmed_and_left_in_part(self):
        self._confirm()
        mail = self._ship(1)
        self.assertEqual(len(mail), 1)
        self.assertIn("is shipped in part", mail.subject)
        self.assertIn("1 of 4 Units", " ".join(mail.body_html.split()))
        self.assertEqual(self.request.state, "picking")
        mail = self._ship(2)
        self.assertIn("is shipped in part", mail.subject)
        self.assertIn("3 of 4 Units", " ".join(mail.body_html.split()))
        mail = self._ship(1)
        self.assertIn("is shipped", mail.subject)
        self.assertNotIn("in part", mail.subject)
        self.assertNotIn("4 of 4", mail.body_html)
        self.assertEqual(self.request.state, "shipped")

    def test_ready_and_left_in_part(self):
        self._confirm()
        self.request.with_user(self.stock_user).action_ready()
        mail = self._ship(1)
        self.assertIn("is shipped in part", mail.subject)
        self.assertEqual(self.request.state, "ready")

    def test_left_in_part_before_it_was_confirmed(self):
        mail = self._ship(3, self.order.picking_ids)
        # What is on no request leaves first of a transfer that has none of its own.
        self.assertFalse(mail.filtered(lambda mail: "picked" in mail.subject))
        self.assertEqual(self.request.line_ids.quantity_shipped, 2)
        self.assertIn("is shipped in part", mail.subject)
        self.assertTrue(self.request.activity_ids, "it is still to be confirmed")

    def test_rest_that_does_not_come_is_told(self):
        self._confirm()
        picking = self.request.picking_ids
        picking.move_ids.write({"quantity": 3, "picked": True})
        picking.with_context(
            skip_backorder=True, picking_ids_not_to_backorder=picking.ids
        ).button_validate()
        self.assertEqual(self.request.state, "shipped")
        domain = [("model", "=", "b2b.shipment.request")]
        mail = self.env["mail.mail"].search(domain, order="id desc", limit=1)
        self.assertIn("3 of 4 Units", " ".join(mail.body_html.split()))

    def test_way_to_the_gate_is_no_shipment(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._confirm_order()
        self._reserve(order)
        self.request = self._request_shipment((order.order_line, 4))
        self._confirm()
        mail = self._ship(2)
        self.assertFalse(mail.filtered(lambda mail: "in part" in mail.subject))
        self.assertEqual(self.request.state, "picking")
