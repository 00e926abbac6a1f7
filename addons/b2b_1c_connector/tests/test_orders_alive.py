"""Orders that are cancelled here and live on in 1C."""

from odoo.tests import tagged

from .common import requisites
from .test_orders import OrdersCase


@tagged("post_install", "-at_install")
class TestOrdersAlive(OrdersCase):
    def setUp(self):
        super().setUp()
        self.order = self.confirm(quantity=4)
        self.exchange_all()

    def conflicts(self):
        return self.env["b2b.1c.conflict"].search(
            [("kind", "=", "change"), ("state", "=", "open")]
        )

    def _cancel_here(self):
        self.order._action_cancel()
        self.exchange_all()
        self.assertEqual(self.row(self.order).state, "sent")

    def test_what_1c_has_approved_goes_on_there_and_people_are_told(self):
        self._cancel_here()
        lines = self.line("good-1", 4, 400)
        for said in ("Проведен", "Отгружен"):
            self.conflicts().unlink()
            self.receive(self.order, requisites(**{said: "true"}), lines=lines)
            self.assertEqual(self.order.state, "cancel")
            [conflict] = self.conflicts()
            self.assertIn(self.order.name, conflict.text)

    def test_1c_takes_back_its_own_cancel(self):
        self.receive(self.order, requisites(Отменен="true"))
        self.assertEqual(self.order.state, "cancel")
        self.assertFalse(self.conflicts())
        self.receive(self.order, requisites(Отменен="false"))
        self.assertTrue(self.conflicts())

    def test_a_cancel_that_1c_repeats_is_no_conflict(self):
        self._cancel_here()
        # unposted, as 1C does with what it cancels; and saying nothing of it
        for said in ({"Отменен": "true"}, {"Проведен": "false"}, {}):
            self.receive(self.order, requisites(Номер_по_1С="7", **said))
            self.assertFalse(self.conflicts())
        self.assertEqual(self.ask(), [])

    def test_a_cancel_that_1c_has_not_got_yet_is_no_conflict(self):
        self.order._action_cancel()
        self.receive(self.order, requisites(Проведен="true"))
        self.assertFalse(self.conflicts())
        self.assertEqual(len(self.ask()), 1)

    def test_what_could_not_be_applied_is_not_the_same_on_both_sides(self):
        lines = self.line("good-1", 1, 100) + self.line("strange", 1, 10)
        before = self.row(self.order).digest_confirmed
        self.order.order_line.product_uom_qty = 3
        self.ask()
        self.receive(self.order, lines=lines)
        row = self.row(self.order)
        self.assertTrue(self.conflicts())
        self.assertEqual((row.state, row.digest_confirmed), ("offered", before))
        self.confirm_offer()
        self.assertEqual(self.row(self.order).state, "sent")
