from odoo.tests import HttpCase, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservationCommon


class B2bPassportMixin:
    def _get_steps(self, order, user=None):
        """Return the steps of an order by their key."""
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.dealer_user
        passport = order.with_user(user).sudo()._b2b_get_passport([])
        return {step["key"]: step for step in passport}

    def _get_step(self, order, **kwargs):
        return self._get_steps(order, **kwargs)[self.STEP]


@tagged("post_install", "-at_install")
class TestReserveStep(B2bPassportMixin, B2bReservationCommon):
    STEP = "reserve"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 10)

    def test_reserving_stands_between_the_bill_and_paying(self):
        steps = list(self._get_steps(self._confirm_order()))
        self.assertEqual(steps[:4], ["choose", "bill", "reserve", "pay"])

    def test_confirmed_order_is_to_be_reserved(self):
        order = self._confirm_order()
        step = self._get_step(order)
        self.assertEqual(step["state"], "now")
        self.assertEqual(step["action"]["url"], f"/my/orders/{order.id}/reserve")

    def test_who_may_not_order_reads_the_step_without_its_button(self):
        order = self._confirm_order()
        self.dealer_user.b2b_membership_ids.role = "accountant"
        step = self._get_step(order)
        self.assertEqual((step["state"], step["action"]), ("now", None))

    def test_offer_is_reserved_later_and_what_is_cancelled_never(self):
        order = self._create_order()
        self.assertEqual(self._get_step(order)["state"], "later")
        order._action_cancel()
        self.assertEqual(self._get_step(order)["state"], "skipped")

    def test_refusal_is_said(self):
        order = self._confirm_order()
        self.contract.active = False
        step = self._get_step(order)
        self.assertEqual((step["state"], step["action"]), ("refused", None))
        self.assertEqual(step["text"], self.contract._refusal_reason("reserve"))

    def test_all_is_kept_until_a_moment(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        step = self._get_step(order)
        self.assertEqual(step["state"], "done")
        self.assertIn("Kept until", step["text"])
        self.assertEqual(step["who"], self.dealer_user.name)
        self.assertTrue(step["date"])
        (document,) = step["documents"]
        self.assertEqual(document["name"], reservation.name)
        reservation.date_expiry = False
        self.assertEqual(self._get_step(order)["text"], "Kept without end.")

    def test_part_is_kept(self):
        order = self._confirm_order()
        self._reserve(order, 2)
        step = self._get_step(order)
        self.assertEqual(step["state"], "now")
        self.assertIn("A part of the goods", step["text"])
        self.assertTrue(step["action"])

    def test_what_has_expired_is_to_be_reserved_again(self):
        order = self._confirm_order()
        reservation = self._reserve(order)
        reservation._release("expired")
        step = self._get_step(order)
        self.assertEqual(step["state"], "now")
        (document,) = step["documents"]
        self.assertEqual(document["text"], "Expired")

    def test_service_needs_no_reserve(self):
        service = self._create_product(
            "Advice", "ADV", 50.0, type="service", is_storable=False
        )
        order = self._confirm_order(product=service)
        self.assertEqual(self._get_step(order)["state"], "skipped")

    def test_delivered_goods_were_reserved(self):
        order = self._confirm_order()
        self._reserve(order)
        order.picking_ids.move_ids.picked = True
        order.picking_ids._action_done()
        step = self._get_step(order)
        self.assertEqual((step["state"], step["action"]), ("done", None))

    def test_salesman_without_rights_on_reservations_reads_the_step(self):
        order = self._confirm_order()
        self._reserve(order)
        salesman = self._create_salesman()
        order.user_id = salesman
        step = self._get_step(order, user=salesman)
        self.assertEqual((step["state"], step["documents"]), ("done", []))

    def _create_salesman(self):
        return self.env["res.users"].create(
            {
                "name": "Salesman",
                "login": "b2b_salesman",
                "group_ids": [
                    (6, 0, self.env.ref("sales_team.group_sale_salesman").ids)
                ],
            }
        )


@tagged("post_install", "-at_install")
class TestReserveStepPage(B2bReservationBuilders, B2bBuilders, HttpCase):
    def test_number_of_queries_does_not_depend_on_reservations_and_lines(self):
        self._set_stock(self.product, 100)
        order = self._confirm_order()
        self._reserve(order, 1)
        self.authenticate("b2b_dealer", "b2b_dealer")

        def count():
            url = f"/my/orders/{order.id}"
            for _time in range(3):
                self.assertIn("b2b_passport", self.url_open(url).text)
            before = self.cr.sql_log_count
            self.url_open(url)
            return self.cr.sql_log_count - before

        few = count()
        order.order_line.copy({"order_id": order.id})
        order.order_line.copy({"order_id": order.id})
        for line in order.order_line:
            order.with_user(self.dealer_user)._b2b_reserve({line.id: 1})
        self.assertEqual(count(), few)
