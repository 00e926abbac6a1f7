from unittest.mock import patch

from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.models.b2b_membership import ROLE_ACTIONS
from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders


@tagged("post_install", "-at_install")
class TestPayToKeep(B2bReservationBuilders, B2bBuilders, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate("b2b_dealer", "b2b_dealer")
        self._set_stock(self.product, 5)
        self.order = self._confirm_order()
        self.bill = self.order._b2b_issue_bill()
        self.reservation = self._reserve(self.order)
        self.path = f"/my/reservations/{self.reservation.id}/pay"

    def _open(self):
        return self.url_open(self.path, allow_redirects=False).headers["Location"]

    def test_button_leads_to_the_bill(self):
        self.assertIn(self.path, self.url_open("/my/reservations").text)
        self.assertIn(self.order._b2b_get_pay_url(), self._open())

    def test_bill_by_invoice_is_paid_as_such(self):
        self.bill.action_withdraw()
        self.contract.billing_mode = "invoice"
        invoice = self.order._b2b_issue_bill()
        self.assertEqual(invoice._name, "account.move")
        self.assertIn(self.path, self.url_open("/my/reservations").text)
        self.assertIn(self.order._b2b_get_pay_url(), self._open())

    def test_paid_goods_are_said_to_be_kept_and_are(self):
        self._pay_bill(self.bill)
        page = self.url_open("/my/reservations").text
        self.assertNotIn(self.path, page)
        self.assertNotIn(f"/my/reservations/{self.reservation.id}/extend", page)
        self.assertNotIn("o_b2b_countdown", page)
        self.assertTrue(self._open().endswith("/my/reservations"))
        self._expire(self.reservation)
        self.assertHeld(self.order, 5)

    def test_partly_paid_bill_may_still_be_paid(self):
        self._pay_bill(self.bill, 10)
        self.assertIn(self.path, self.url_open("/my/reservations").text)

    def test_without_bill_or_end_there_is_nothing_to_pay(self):
        self.bill.action_withdraw()
        self.assertNotIn(self.path, self.url_open("/my/reservations").text)
        self.assertTrue(self._open().endswith("/my/reservations"))

    def test_who_may_not_pay_is_not_led_to(self):
        allowed = {role: actions - {"pay"} for role, actions in ROLE_ACTIONS.items()}
        self.startPatcher(patch.dict(ROLE_ACTIONS, allowed))
        self.assertNotIn(self.path, self.url_open("/my/reservations").text)
        self.assertEqual(self.url_open(self.path).status_code, 403)

    def test_who_may_only_pay_sees_the_button_that_does(self):
        self.dealer_user.b2b_membership_ids.role = "accountant"
        page = self.url_open("/my/reservations").text
        self.assertIn(self.path, page)
        for action in ("extend", "release"):
            self.assertNotIn(f"/my/reservations/{self.reservation.id}/{action}", page)

    def test_strangers_reservation_is_not_found(self):
        self.authenticate("b2b_stranger", "b2b_stranger")
        self.assertEqual(self.url_open(self.path).status_code, 404)
