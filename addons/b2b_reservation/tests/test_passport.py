from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders

from .common import B2bReservationBuilders, B2bReservationCommon


class B2bPassportMixin:
    def _get_steps(self, order, user=None):
        """Return the steps of an order by their key."""
        self.env.flush_all()
        self.env.invalidate_all()
        user = user or self.dealer_user
        package = self.env["b2b.document"].with_user(user)._get_package(order)
        passport = (
            order.with_user(user).sudo()._b2b_get_passport(package._get_portal_rows())
        )
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
        salesman = new_test_user(
            self.env, "b2b_salesman", groups="sales_team.group_sale_salesman"
        )
        order.user_id = salesman
        step = self._get_step(order, user=salesman)
        self.assertEqual((step["state"], step["documents"]), ("done", []))


@tagged("post_install", "-at_install")
class TestShipStep(B2bPassportMixin, B2bReservationCommon):
    STEP = "ship"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 10)
        cls.manager = new_test_user(
            cls.env,
            "b2b_shipping_manager",
            groups="b2b_portal.group_b2b_manager,sales_team.group_sale_salesman",
        )

    def test_asking_stands_between_paying_and_collecting(self):
        steps = list(self._get_steps(self._confirm_order()))
        self.assertEqual(steps[3:], ["pay", "ship", "collect"])

    def test_nothing_is_shipped_before_it_is_reserved_or_paid(self):
        order = self._confirm_order()
        steps = self._get_steps(order)
        self.assertEqual(steps["ship"]["state"], "later")
        self.assertIn("reserved or paid", steps["ship"]["text"])
        self.assertFalse(steps["ship"]["action"])
        collect = steps["collect"]
        self.assertEqual((collect["state"], collect["text"]), ("later", ""))

    def test_what_is_reserved_can_be_asked_for(self):
        order = self._confirm_order()
        self._reserve(order)
        step = self._get_step(order)
        self.assertEqual(step["state"], "now")
        self.assertEqual(
            step["action"]["url"], f"/my/shipment-requests/new?order={order.id}"
        )

    def test_who_may_not_order_reads_the_step_without_its_button(self):
        order = self._confirm_order()
        self._reserve(order)
        self.dealer_user.b2b_membership_ids.role = "accountant"
        step = self._get_step(order)
        self.assertEqual((step["state"], step["action"]), ("now", None))

    def test_refusal_is_said(self):
        order = self._confirm_order()
        self._reserve(order)
        self.contract.active = False
        step = self._get_step(order)
        self.assertEqual((step["state"], step["action"]), ("refused", None))
        self.assertEqual(step["text"], self.contract._refusal_reason("ship"))

    def test_sent_request_is_shown_until_all_is_asked_for(self):
        order = self._confirm_order()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 2))
        step = self._get_step(order)
        self.assertEqual(step["state"], "now")
        self._request_shipment((order.order_line, 3))
        step = self._get_step(order)
        self.assertEqual((step["state"], step["action"]), ("done", None))
        self.assertEqual(step["who"], self.dealer_user.name)
        self.assertTrue(step["date"])
        pages = [paper["url"] for paper in step["documents"] if not paper["is_pdf"]]
        self.assertEqual(len(pages), 2)
        self.assertEqual(pages[0], f"/my/shipment-requests/{request.id}")
        (paper, _other) = [row for row in step["documents"] if row["is_pdf"]]
        self.assertTrue(paper["url"].endswith("/pdf"))
        collect = self._get_steps(order)["collect"]
        self.assertEqual(collect["state"], "now")
        self.assertIn("We prepare", collect["text"])

    def test_cancelled_request_is_asked_for_again(self):
        order = self._confirm_order()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 5))
        request.with_user(self.dealer_user)._cancel_by_dealer()
        step = self._get_step(order)
        self.assertEqual(step["state"], "now")
        self.assertEqual(step["documents"][0]["text"], "Cancelled")

    def test_draft_is_not_shown(self):
        order = self._confirm_order()
        self._reserve(order)
        self._create_request((order.order_line, 5))
        self.assertFalse(self._get_step(order)["documents"])

    def test_goods_that_are_ready_are_collected_now(self):
        order = self._confirm_order()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 5))
        request.with_user(self.manager).action_confirm()
        request.with_user(self.manager).action_start_picking()
        request.with_user(self.manager).action_ready()
        step = self._get_steps(order)["collect"]
        self.assertEqual(step["state"], "now")
        self.assertIn("ready", step["text"])

    def test_shipped_request_is_done(self):
        order = self._confirm_order()
        self._reserve(order)
        request = self._request_shipment((order.order_line, 5))
        request.with_user(self.manager).action_confirm()
        self._deliver(request.picking_ids)
        steps = self._get_steps(order)
        self.assertEqual(steps["ship"]["state"], "done")
        self.assertEqual(steps["collect"]["state"], "done")

    def test_service_and_what_left_unasked_need_no_request(self):
        order = self._confirm_order()
        order.picking_ids.action_assign()
        self._deliver(order.picking_ids)
        self.assertEqual(self._get_step(order)["state"], "skipped")

    def test_offer_is_shipped_later_and_what_is_cancelled_never(self):
        order = self._create_order()
        self.assertEqual(self._get_step(order)["state"], "later")
        order._action_cancel()
        self.assertEqual(self._get_step(order)["state"], "skipped")

    def test_who_sees_no_requests_sees_none_here(self):
        order = self._confirm_order()
        self._reserve(order)
        self._request_shipment((order.order_line, 5))
        salesman = new_test_user(
            self.env, "b2b_salesman", groups="sales_team.group_sale_salesman"
        )
        order.user_id = salesman
        # The paper he sees in the journal, as those of all his orders.
        documents = self._get_step(order, user=salesman)["documents"]
        self.assertFalse([row for row in documents if not row["is_pdf"]])
        order.user_id = self.manager
        documents = self._get_step(order, user=self.manager)["documents"]
        self.assertTrue([row for row in documents if not row["is_pdf"]])


@tagged("post_install", "-at_install")
class TestPassportPage(B2bReservationBuilders, B2bBuilders, HttpCase):
    def test_number_of_queries_does_not_depend_on_what_the_order_has(self):
        self._set_stock(self.product, 100)
        order = self._confirm_order()
        self._reserve(order, 1)
        self._request_shipment((order.order_line, 1))
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
            self._request_shipment((line, 1))
        self.assertEqual(count(), few)
