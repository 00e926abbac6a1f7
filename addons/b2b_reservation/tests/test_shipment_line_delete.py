from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestOrderLineDeleted(B2bReservationCommon):
    """A dealer's draft does not keep staff from deleting what he wanted to have."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Who sells need not see shipment requests.
        cls.salesman = new_test_user(
            cls.env, login="b2b_seller", groups="sales_team.group_sale_manager"
        )
        cls._set_stock(cls.product, 10)
        cls.order = cls._confirm_order(5)
        cls.line = cls.order.order_line

    def setUp(self):
        super().setUp()
        self._reserve(self.order)

    def _cancel_order(self):
        self.order._action_cancel()
        self.env.flush_all()

    def test_line_leaves_drafts(self):
        draft = self._create_request((self.line, 5))
        self._cancel_order()
        self.line.with_user(self.salesman).unlink()
        self.assertFalse(self.line.exists())
        self.assertFalse(draft.line_ids)
        self.assertEqual(draft.state, "draft")

    def test_order_leaves_drafts(self):
        draft = self._create_request((self.line, 5))
        self._cancel_order()
        self.order.with_user(self.salesman).unlink()
        self.assertFalse(self.order.exists())
        self.assertFalse(draft.line_ids)

    def test_what_was_sent_names_its_request(self):
        draft = self._create_request((self.line, 5))
        request = self._request_shipment((self.line, 5))
        self._cancel_order()
        self.assertEqual(request.state, "cancelled")
        for records in (self.line, self.order):
            with (
                self.subTest(model=records._name),
                self.assertRaisesRegex(UserError, f"shipment request {request.name}"),
            ):
                records.with_user(self.salesman).unlink()
        self.assertTrue(draft.line_ids)
