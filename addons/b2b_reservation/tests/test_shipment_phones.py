from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import phones
from .common import B2bReservationCommon


@tagged("post_install", "-at_install")
class TestShipmentPhones(B2bReservationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 5)
        cls.order = cls._confirm_order(5)
        cls.turkey = cls.env.ref("base.tr")
        cls.company.country_id = cls.env.ref("base.ge")

    def setUp(self):
        super().setUp()
        self._reserve(self.order)
        self.request = self._create_request((self.order.order_line, 1))

    def _get_sentences(self, phone):
        self.request.contact_phone = phone
        return [
            sentence
            for field, sentence in self.request._get_problems()
            if field == "contact_phone"
        ]

    def _create_address(self, country):
        return self.env["res.partner"].create(
            {
                "name": "Depot",
                "type": "delivery",
                "parent_id": self.dealer.id,
                "country_id": country.id,
            }
        )

    def test_number_without_code_is_of_the_country_of_the_legal_entity(self):
        self.request.method_id = self.env.ref("b2b_reservation.shipment_method_pickup")
        self.request.address_id = self._create_address(self.turkey)
        self.assertEqual(
            self.request._format_phone("0470 12 34 56"), "+32 470 12 34 56"
        )
        self.assertFalse(self.request._format_phone("0532 123 45 67"))

    def test_number_without_code_is_of_the_country_that_goods_are_brought_to(self):
        self.request.address_id = self._create_address(self.turkey)
        self.assertEqual(
            self.request._format_phone("0532 123 45 67"), "+90 532 123 45 67"
        )

    def test_number_without_code_is_of_the_suppliers_country_at_last(self):
        self.dealer.country_id = False
        self.request.address_id = False
        self.assertEqual(
            self.request._format_phone("555 12 34 56"), "+995 555 12 34 56"
        )

    def test_numbers_of_any_country_are_taken_with_their_code(self):
        for phone, expected in {
            "+7 495 123-45-67": "+7 495 123-45-67",
            "+380(44)1234567": "+380 44 123 4567",
            "0090 532 123 45 67": "+90 532 123 45 67",
        }.items():
            self.assertEqual(self.request._format_phone(phone), expected)

    def test_wrong_number_is_told_with_a_right_one_of_the_country(self):
        for phone in ("12345", "+32 470 12", "+999 123456789", "0000000000"):
            (sentence,) = self._get_sentences(phone)
            self.assertIn(f"“{phone}” is no phone number", sentence)
            self.assertIn(phones.get_example("BE"), sentence)

    def test_the_number_that_is_shown_is_right(self):
        for code in ("BE", "RU", "TR", "UA", "GE", "", "AQ"):
            example = phones.get_example(code)
            self.assertTrue(example.startswith("+"), code)
            self.assertFalse(self._get_sentences(example), code)

    def test_sent_request_keeps_the_number_in_the_international_format(self):
        self.request.contact_phone = "0470/12.34.56"
        self.request.with_user(self.dealer_user)._send()
        self.assertEqual(self.request.contact_phone, "+32 470 12 34 56")

    def test_wrong_number_stops_the_sending(self):
        self.request.contact_phone = "+32 470 12"
        with self.assertRaisesRegex(UserError, "is no phone number"):
            self.request.with_user(self.dealer_user)._send()
        self.assertEqual(self.request.state, "draft")

    def test_without_the_library_characters_and_length_decide(self):
        with patch.object(phones, "phonenumbers", None):
            self.assertEqual(phones.get_example("BE"), phones.ANY_EXAMPLE)
            self.assertTrue(self.request._format_phone("+380 44 123 45 67"))
            for phone in ("12345", "call me maybe 1234567", "1" * 20):
                self.assertFalse(self.request._format_phone(phone), phone)
