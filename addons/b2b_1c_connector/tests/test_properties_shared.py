"""Two bases call a property alike: its attribute is shared, and what one of them does
concerns its own goods alone."""

from odoo.tests import tagged

from .common_properties import PropertiesCase, good, property_, values

DELETED = "<ПометкаУдаления>true</ПометкаУдаления>"


@tagged("post_install", "-at_install")
class TestSharedProperties(PropertiesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.connection, cls.exchange
        second = cls._create_connection("second")
        cls.second = second, cls.env["b2b.1c.exchange"]._begin(second, "catalog")[0]

    def setUp(self):
        super().setUp()
        self.define_color()
        self.give(color="red")
        self.mine = self.product
        self.attribute = self.find_property().attribute_id
        self.connection, self.exchange = self.second
        self.define(property_("c", "Color", variants={"r": "Red", "b": "Blue"}))
        self.give(c="r")
        self.assertEqual(self.find_property("c").attribute_id, self.attribute)
        self.assertNotEqual(self.product, self.mine)

    def _go_back(self):
        self.connection, self.exchange = self.first

    def test_deleted_in_one_base_it_stays_on_goods_of_the_other(self):
        self.define(property_("c", "Color", content=DELETED))
        self.assertEqual(self.get_attributes(), {})
        self.assertEqual(self.get_attributes(self.mine), {"Color": ["Red"]})
        self._go_back()
        self.define(property_("color", "Color", content=DELETED))
        self.assertEqual(self.get_attributes(self.mine), {})

    def test_renamed_in_one_base_it_keeps_its_name(self):
        file = self.define(property_("c", "Colour", variants={"r": "Red", "b": "Blue"}))
        self.assertEqual(file.updated, 1)
        self.assertEqual(self.find_property("c").name, "Colour")
        self.assertEqual(self.attribute.name, "Color")

    def test_renamed_when_nobody_else_has_it_it_is_called_so(self):
        self._go_back()
        self.find_property().attribute_id = False
        self.connection, self.exchange = self.second
        self.define(property_("c", "Colour"))
        self.assertEqual(self.attribute.name, "Colour")

    def test_value_renamed_in_one_base_keeps_its_name(self):
        self.define(property_("c", "Color", variants={"r": "Crimson", "b": "Blue"}))
        self.assertEqual(self.get_attributes(self.mine), {"Color": ["Red"]})

    def test_value_that_only_one_base_has_is_renamed(self):
        self.give(c="b")
        self.define(property_("c", "Color", variants={"r": "Red", "b": "Navy"}))
        self.assertEqual(self.get_attributes(), {"Color": ["Navy"]})
        self.assertEqual(self.get_attributes(self.mine), {"Color": ["Red"]})


@tagged("post_install", "-at_install")
class TestOlderRowsThatWait(PropertiesCase):
    """A row waits for what is not known; a newer one of the same goods goes in."""

    BUCKET = '<БазоваяЕдиница Код="999">ведро</БазоваяЕдиница>'

    def _choose_the_unit(self):
        parked = self.env["b2b.1c.binding"].search([("res_model", "=", "uom.uom")])
        parked.record = self.env.ref("uom.product_uom_unit")
        # the next file takes up what waited
        self.define_color()

    def test_they_do_not_come_over_newer_ones(self):
        file = self.import_goods(good(self.BUCKET, name="Old"))
        self.assertEqual(file.waiting, 1)
        file = self.import_goods(good(values(), name="New"))
        self.assertEqual(file.created, 1)
        self._choose_the_unit()
        self.assertEqual(self.product.name, "New")

    def test_they_do_not_come_over_newer_ones_that_tell_no_properties(self):
        self.connection.properties_as = "none"
        self.import_goods(good(self.BUCKET, name="Old"))
        self.import_goods(good("", name="New"))
        self._choose_the_unit()
        self.assertEqual(self.product.name, "New")

    def test_those_of_other_goods_go_in_when_they_can(self):
        self.import_goods(good(self.BUCKET, "other", "Other"))
        self.import_goods(good("", name="New"))
        self._choose_the_unit()
        self.assertEqual(self.bound("product.template", "other").name, "Other")
