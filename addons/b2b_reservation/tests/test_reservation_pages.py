from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.b2b_portal.tests.common import B2bBuilders
from odoo.addons.http_routing.tests.common import MockRequest

from .common import B2bReservationBuilders


@tagged("post_install", "-at_install")
class TestReservationPages(B2bReservationBuilders, B2bBuilders, HttpCase):
    def setUp(self):
        super().setUp()
        self.authenticate("b2b_dealer", "b2b_dealer")
        self._set_stock(self.product, 3)
        self.order = self._confirm_order()

    def _post(self, path, **values):
        return self.url_open(
            path, data={"csrf_token": Request.csrf_token(self), **values}
        )

    def _post_reserve(self, quantity=None, order=None):
        order = order or self.order
        name = f"line_{order.order_line.id}"
        values = {} if quantity is None else {name: quantity}
        return self._post(f"/my/orders/{order.id}/reserve", **values)

    def test_order_offers_to_reserve_and_the_form_says_what_is_there(self):
        page = self.url_open(f"/my/orders/{self.order.id}").text
        self.assertIn(f"/my/orders/{self.order.id}/reserve", page)
        form = self.url_open(f"/my/orders/{self.order.id}/reserve").text
        self.assertIn(f'name="line_{self.order.order_line.id}"', form)
        self.assertIn('value="3"', form)
        self.assertIn('step="1"', form)

    def test_dealer_reserves_and_is_told_what_is_missing(self):
        page = self._post_reserve()
        self.assertTrue(page.url.endswith("/my/reservations"))
        self.assertIn("Reserved in part. Missing: [OF-100] Oil filter (2", page.text)
        self.assertIn("o_b2b_countdown", page.text)
        self.assertHeld(self.order, 3)

    def test_part_of_a_line_is_reserved(self):
        page = self._post_reserve("2")
        self.assertIn("Everything you asked for is reserved.", page.text)
        self.assertHeld(self.order, 2)

    def test_fractions_are_reserved_only_of_units_that_allow_them(self):
        page = self._post_reserve("1.5")
        self.assertIn("Only whole numbers of Units can be reserved.", page.text)
        self.assertHeld(self.order, 0)
        self.product.uom_id.b2b_fractional = True
        form = self.url_open(f"/my/orders/{self.order.id}/reserve").text
        self.assertIn('step="0.01"', form)
        page = self._post_reserve("1.5")
        self.assertIn("Everything you asked for is reserved.", page.text)
        self.assertHeld(self.order, 1.5)

    def test_order_says_whether_a_part_is_reserved(self):
        path = f"/my/orders/{self.order.id}"
        self.assertIn("The goods are not reserved", self.url_open(path).text)
        self._reserve(self.order, 1)
        self.assertIn("A part of the goods is not reserved", self.url_open(path).text)

    def test_what_is_taken_is_said_to_be(self):
        self._reserve(self._confirm_order(3))
        page = self._post_reserve("1")
        self.assertEqual(page.status_code, 200)
        self.assertIn("it is taken", page.text)
        self.assertHeld(self.order, 0)

    def test_nonsense_is_refused_and_loses_nothing(self):
        for text in ("-1", "nan", "inf", "1e400", "lots", "9999", "0", "\x00"):
            with self.subTest(text=text):
                page = self._post_reserve(text)
                self.assertEqual(page.status_code, 200)
                self.assertIn("alert-danger", page.text)
        self.assertHeld(self.order, 0)
        for query in ("filterby=no", "page=-1", "filterby=%00"):
            page = self.url_open(f"/my/reservations?{query}")
            self.assertEqual(page.status_code, 200)

    def test_sending_the_form_twice_reserves_once(self):
        self._set_stock(self.product, 10)
        self._post_reserve("5")
        page = self._post_reserve("5")
        self.assertIn("alert-danger", page.text)
        self.assertHeld(self.order, 5)

    def test_dealer_releases_his_reservation(self):
        reservation = self._reserve(self.order)
        for _time in range(2):
            page = self._post(f"/my/reservations/{reservation.id}/release")
            self.assertEqual(page.status_code, 200)
        self.assertEqual(reservation.state, "released")
        self.assertHeld(self.order, 0)

    def test_dealer_extends_his_reservation_once(self):
        reservation = self._reserve(self.order)
        end = reservation.date_expiry
        path = f"/my/reservations/{reservation.id}/extend"
        self.assertIn(path, self.url_open("/my/reservations").text)
        self.assertIn("is extended", self._post(path).text)
        self.assertGreater(reservation.date_expiry, end)
        self.assertIn("cannot be extended any more", self._post(path).text)
        self.assertNotIn(path, self.url_open("/my/reservations").text)

    def test_reservation_of_staff_is_not_the_dealers_to_release(self):
        self.order.picking_ids.action_assign()
        reservation = self.order.b2b_reservation_ids
        page = self._post(f"/my/reservations/{reservation.id}/release")
        self.assertIn("ask him", page.text)
        self.assertEqual(reservation.state, "running")

    def test_strangers_order_and_reservation_are_not_found(self):
        order = self._confirm_order(1, self.stranger_contract)
        reservation = self._reserve(order, user=self.stranger_user)
        self.assertEqual(self._post_reserve(order=order).status_code, 404)
        for number in (order.id, 0, 10**12):
            path = f"/my/orders/{number}/reserve"
            self.assertEqual(self.url_open(path).status_code, 404)
        for action in ("extend", "release"):
            page = self._post(f"/my/reservations/{reservation.id}/{action}")
            self.assertEqual(page.status_code, 404)
        self.assertEqual(reservation.state, "running")
        self.assertFalse(reservation.extension_count)
        self.assertNotIn(reservation.name, self.url_open("/my/reservations").text)

    def test_role_that_may_not_order_may_not_reserve(self):
        reservation = self._reserve(self.order, 1)
        self.dealer_user.b2b_membership_ids.role = "accountant"
        self.assertEqual(self._post_reserve().status_code, 403)
        page = self._post(f"/my/reservations/{reservation.id}/release")
        self.assertEqual(page.status_code, 403)
        self.assertHeld(self.order, 1)

    def test_who_is_no_dealer_has_no_such_page(self):
        new_test_user(self.env, login="plain_portal", groups="base.group_portal")
        self.authenticate("plain_portal", "plain_portal")
        self.assertEqual(self.url_open("/my/reservations").status_code, 404)

    def test_browser_is_sent_the_words_of_the_countdown(self):
        with MockRequest(self.env):
            modules = self.env["ir.http"]._get_translation_frontend_modules_name()
        self.assertIn("b2b_reservation", modules)

    def _count_queries(self, path):
        self.url_open(path)
        before = self.env.cr.sql_log_count
        self.assertEqual(self.url_open(path).status_code, 200)
        return self.env.cr.sql_log_count - before

    def test_queries_do_not_grow_with_the_goods_of_an_order(self):
        order = self._confirm_order(1)
        counts = []
        for number in (2, 40):
            while len(order.order_line) < number:
                product = self._create_product("Spare part", "SP-1", 10)
                self._set_stock(product, 5)
                order.order_line[0].copy(
                    {"order_id": order.id, "product_id": product.id}
                )
            counts.append(self._count_queries(f"/my/orders/{order.id}/reserve"))
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            order.sudo()._b2b_parse_reserve(None)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[:2], counts[2:])

    def test_queries_do_not_grow_with_the_reservations(self):
        self._set_stock(self.product, 100)
        for _n in range(2):
            self._reserve(self._confirm_order(1))
        few = self._count_queries("/my/reservations")
        for _n in range(15):
            self._reserve(self._confirm_order(1))
        self.assertLessEqual(self._count_queries("/my/reservations"), few)
