from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import B2bReservationBuilders, B2bReservationCommon
from .test_shipment_pages import ShipmentPagesCommon


class PaidBuilders(B2bReservationBuilders):
    def _wait(self, order, user=None):
        user = user or self.dealer_user
        waits = order.with_user(user)._b2b_wait(order.order_line.ids)
        return waits.with_env(self.env)

    def _get_waits(self, order):
        return self.env["b2b.reservation.wait"]._of_lines(order.order_line)


@tagged("post_install", "-at_install")
class TestPaidAndWaiting(PaidBuilders, B2bReservationCommon):
    """Paid orders that want what others wait for."""

    def test_paid_order_does_not_overtake_who_waits(self):
        first = self._confirm_order(3, self.stranger_contract)
        self._wait(first, self.stranger_user)
        paid = self._confirm_order(5)
        self._pay_order(paid)
        self._set_stock(self.product, 5)
        with self.assertRaisesRegex(UserError, r"Not reserved: .*\(3 "):
            self._request_shipment((paid.order_line, 5))
        request = self._request_shipment((paid.order_line, 2))
        self.assertEqual(request.state, "sent")
        self._run_cron("ir_cron_serve")
        self.assertHeld(first, 3)
        self.assertHeld(paid, 2)

    def test_who_has_waited_first_and_paid_takes_it_himself(self):
        paid = self._confirm_order(5)
        self._pay_order(paid)
        wait = self._wait(paid)
        other = self._confirm_order(3, self.stranger_contract)
        self._wait(other, self.stranger_user)
        self._set_stock(self.product, 5)
        request = self._request_shipment((paid.order_line, 5))
        self.assertEqual(request.state, "sent")
        self.assertEqual(wait.state, "served")
        self._run_cron("ir_cron_serve")
        self.assertHeld(paid, 5)
        self.assertHeld(other, 0)

    def test_paid_order_that_waits_is_served_in_its_place_and_kept(self):
        first = self._confirm_order(3, self.stranger_contract)
        self._wait(first, self.stranger_user)
        paid = self._confirm_order(5)
        self._pay_order(paid)
        self._wait(paid)
        self._set_stock(self.product, 5)
        self._run_cron("ir_cron_serve")
        self.assertHeld(first, 3)
        self.assertHeld(paid, 2)
        self._expire(paid.b2b_reservation_ids)
        self.assertHeld(paid, 2)

    def test_what_is_paid_and_missing_gets_a_place_in_line(self):
        paid, unpaid = self._confirm_order(5), self._confirm_order(5)
        self._pay_order(paid)
        self._set_stock(self.product, 1)
        request = self._create_request((paid.order_line, 5), (unpaid.order_line, 5))
        request.with_user(self.dealer_user).sudo()._wait_for_paid()
        wait = self._get_waits(paid)
        self.assertEqual((wait.place, wait.quantity), (1, 5))
        self.assertEqual(wait.user_id, self.dealer_user)
        self.assertFalse(self._get_waits(unpaid))

    def test_what_is_reserved_already_waits_for_nothing(self):
        paid = self._confirm_order(5)
        self._set_stock(self.product, 5)
        self._reserve(paid)
        self._pay_order(paid)
        request = self._create_request((paid.order_line, 5))
        self.assertFalse(request._wait_for_paid())

    def test_who_may_not_reserve_gets_no_place(self):
        paid = self._confirm_order(5)
        self._pay_order(paid)
        self.contract.write({"date_start": "2019-01-01", "date_end": "2020-01-01"})
        request = self._create_request((paid.order_line, 5))
        self.assertFalse(request._wait_for_paid())


@tagged("post_install", "-at_install")
class TestPaidAndMissingPage(PaidBuilders, ShipmentPagesCommon):
    def test_dealer_is_told_that_he_is_in_line_and_asks_again_later(self):
        # his first order holds all that is there
        paid = self._confirm_order(5)
        self._pay_order(paid)
        form = {f"line_{self.line.id}": "", f"line_{paid.order_line.id}": "5"}
        for _time in range(2):
            problems = self._get_problems(self._post(**form))
            self.assertIn("Not reserved", problems[0])
            self.assertIn("You are in line", problems[0])
            self.env["b2b.shipment.request"].search([]).unlink()
        self.assertEqual(self._get_waits(paid).place, 1)
        self._set_stock(self.product, 5)
        self._run_cron("ir_cron_serve")
        self._post(**form)
        self.assertEqual(self._get_shipment().state, "sent")

    def test_what_is_not_paid_gets_no_place(self):
        # somebody has taken off what was reserved
        self.order.picking_ids.do_unreserve()
        self.env["b2b.reservation"].search([])._release("released")
        problems = self._get_problems(self._post())
        self.assertNotIn("You are in line", " ".join(problems))
        self.assertFalse(self._get_waits(self.order))
