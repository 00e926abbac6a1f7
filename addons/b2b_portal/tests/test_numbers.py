from odoo.tests import BaseCase, tagged

from ..tools.numbers import MAX_QUANTITY, parse_number, parse_quantity
from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestNumbers(BaseCase):
    def test_numbers_are_read_as_people_type_them(self):
        for text, expected in {
            "2,5": 2.5,
            "2.5": 2.5,
            "1 200,5": 1200.5,
            "1\u00a0200,5": 1200.5,
            "1\u202f200,5": 1200.5,
            "1,200.5": 1200.5,
            "1.200,5": 1200.5,
            "1,234,567.5": 1234567.5,
            "-1": -1.0,
            ".5": 0.5,
            3: 3.0,
            1e-07: 1e-07,
        }.items():
            self.assertEqual(parse_number(text), expected, text)

    def test_what_is_no_number_is_none(self):
        for text in (
            *("", " ", "abc", "nan", "inf", "1e400", "1,2,3", "1.2,3.4", "1_0", "0x1"),
            *(None, True, [], {}),
        ):
            self.assertIsNone(parse_number(text), repr(text))

    def test_quantities_are_not_negative_and_no_shelf_holds_a_billion(self):
        for text, expected in {
            "": 0.0,
            " ": 0.0,
            None: 0.0,
            "0": 0.0,
            "2,5": 2.5,
        }.items():
            self.assertEqual(parse_quantity(text), expected, repr(text))
        self.assertEqual(parse_quantity(str(MAX_QUANTITY - 1)), MAX_QUANTITY - 1)
        for text in ("-1", "nan", "inf", "many", "1e9", "2 pcs"):
            self.assertIsNone(parse_quantity(text), text)


@tagged("post_install", "-at_install")
class TestUnitsInForms(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unit = cls.env.ref("uom.product_uom_unit")
        cls.metre = cls.env.ref("uom.product_uom_meter")

    def test_of_most_units_only_whole_numbers_are_allowed(self):
        self.assertTrue(self.unit._b2b_allows(2.0))
        self.assertFalse(self.unit._b2b_allows(2.5))
        self.assertTrue(self.metre._b2b_allows(2.5))

    def test_step_of_an_input_lets_the_whole_be_taken(self):
        self.assertEqual(self.unit._b2b_get_step(5.0), 1)
        self.assertEqual(self.unit._b2b_get_step(2.5), 0.01)
        self.assertEqual(self.metre._b2b_get_step(5.0), 0.01)

    def test_inputs_hold_numbers_as_browsers_read_them(self):
        units = self.unit.with_context(lang="fr_FR")
        for quantity, expected in {
            0.0: "0",
            5.0: "5",
            2.5: "2.5",
            0.1 + 0.2: "0.3",
            999999999.99: "999999999.99",
        }.items():
            self.assertEqual(units._b2b_format_input(quantity), expected)
