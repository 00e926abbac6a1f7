from odoo.tests import tagged

from .common import as_1c_writes, catalog, envelope, package
from .common_import import classifier
from .common_properties import (
    COLOR,
    PropertiesCase,
    good,
    properties,
    property_,
    values,
)

LINE = "product.template.attribute.line"
VALUE = "product.attribute.value"


@tagged("post_install", "-at_install")
class TestProperties(PropertiesCase):
    # -- what becomes of them

    def test_lists_are_attributes_that_make_no_variants(self):
        self.define_color()
        self.give(color="red")
        self.assertEqual(self.get_attributes(), {"Color": ["Red"]})
        attribute = self.find_property().attribute_id
        self.assertEqual(attribute.create_variant, "no_variant")
        self.assertEqual(len(self.product.product_variant_ids), 1)
        self.assertFalse(self.product.has_configurable_attributes)
        self.assertEqual(self.get_table(), {})

    def test_other_properties_stand_in_a_table(self):
        self.define(property_("p", "Purpose", "Строка"))
        self.give(p="For wood")
        self.assertEqual(self.get_table(), {"Purpose": "For wood"})
        self.assertEqual(self.get_attributes(), {})

    def test_the_connection_says_what_becomes_of_them(self):
        self.define(
            property_("color", "Color", variants=COLOR),
            property_("p", "Purpose", "Строка"),
        )
        self.give(color="red", p="For wood")
        both = {"Color": "Red", "Purpose": "For wood"}
        lists = {name: [value] for name, value in both.items()}
        for setting, attributes, table in (
            ("attributes", lists, {}),
            ("values", {}, both),
            ("none", {}, both),
            ("lists", {"Color": ["Red"]}, {"Purpose": "For wood"}),
        ):
            self.connection.properties_as = setting
            self.give(color="red", p="For wood")
            self.assertEqual(self.get_attributes(), attributes, setting)
            self.assertEqual(self.get_table(), table, setting)

    def test_properties_that_nobody_wants_are_not_kept(self):
        self.connection.properties_as = "none"
        self.assertEqual(self.define_color().skipped, 1)
        self.assertEqual(self.give(color="red").created, 1)
        self.assertFalse(self.find_property())
        self.assertEqual(self.get_attributes(), {})

    def test_types_of_1c(self):
        self.define(
            property_("n", "Power", "Число"),
            property_("d", "Since", "Время"),
            property_("t", "At", "Время"),
            property_("s", "Text", "Строка"),
        )
        self.give(
            n="1 500,50", d="2020-02-01T00:00:00", t="2020-02-01T10:30:00", s=" a  b "
        )
        self.assertEqual(
            self.get_table(),
            {
                "Power": "1500.5",
                "Since": "2020-02-01",
                "At": "2020-02-01 10:30:00",
                "Text": "a  b",
            },
        )
        self.give(n="many", d="0001-01-01T00:00:00", s="")
        self.assertEqual(self.get_table(), {"Power": "many"})

    def test_a_property_without_type_that_has_values_is_a_list(self):
        self.define(property_("color", "Color", "", variants=COLOR))
        self.give(color="red")
        self.assertEqual(self.get_attributes(), {"Color": ["Red"]})

    def test_numbers_written_otherwise_are_one_value(self):
        self.connection.properties_as = "attributes"
        self.define(property_("n", "Power", "Число"))
        self.import_goods(
            *[
                good(values(n=text), f"g{number}")
                for number, text in enumerate(["10", "10.0", "10,00"])
            ]
        )
        names = self.find_property("n").attribute_id.value_ids.mapped("name")
        self.assertEqual(names, ["10"])

    def test_several_values_leave_no_choice_to_the_buyer(self):
        self.define_color()
        self.give(color=["red", "blue"])
        self.assertEqual(self.get_attributes(), {"Color": ["Red", "Blue"]})
        self.assertEqual(len(self.product.attribute_line_ids), 2)
        self.assertFalse(self.product.has_configurable_attributes)
        combination = self.product._get_first_possible_combination()
        self.assertTrue(self.product._is_combination_possible(combination))
        self.assertEqual(
            self.product._get_variant_for_combination(combination),
            self.product.product_variant_id,
        )

    def test_goods_are_found_by_each_of_their_values(self):
        self.define_color()
        self.give(color=["red", "blue"])
        attribute = self.find_property().attribute_id
        self.assertEqual(attribute.visibility, "visible")
        for value in attribute.value_ids:
            [domain] = self.product._get_attribute_value_domain(
                {attribute.id: [value.id]}
            )
            found = self.env["product.template"].search(domain)
            self.assertEqual(found, self.product)

    # -- changes

    def test_the_same_again_makes_nothing(self):
        names = (LINE, VALUE, "product.attribute", "b2b.1c.property.value")
        rows = [property_("color", "Color", variants=COLOR), property_("p", "P", "")]
        row = good(values(color=["red", "blue"], p="x"))
        self.define(*rows)
        self.import_goods(row)
        before = [self.env[name].search([]) for name in names]
        file = self.define(*reversed(rows))
        self.assertEqual((file.created, file.updated, file.unchanged), (0, 0, 2))
        self.assertEqual(self.import_goods(row).unchanged, 1)
        # and if the goods say something else
        self.import_goods(good(values(p="x", color=["blue", "red"]), name="Other"))
        self.assertEqual([self.env[name].search([]) for name in names], before)

    def test_values_that_are_not_named_any_more_are_cleared(self):
        self.define_color()
        self.define(property_("p", "Purpose", "Строка"))
        self.give(color=["red", "blue"], p="x")
        self.give(color="blue", p="")
        self.assertEqual(self.get_attributes(), {"Color": ["Blue"]})
        self.assertEqual(self.get_table(), {})
        self.give(p="x")
        self.assertEqual(self.get_attributes(), {})
        self.assertEqual(self.get_table(), {"Purpose": "x"})

    def test_a_row_without_properties_leaves_them(self):
        self.define_color()
        self.give(color="red")
        self.import_goods(good(name="Handsaw"))
        self.assertEqual(self.get_attributes(), {"Color": ["Red"]})
        self.assertEqual(self.product.name, "Handsaw")

    def test_values_that_no_goods_have_leave_the_filter(self):
        self.define_color()
        self.give(color="red")
        attribute = self.find_property().attribute_id
        red = attribute.value_ids
        self.give(color="blue")
        self.assertEqual(attribute.value_ids.mapped("name"), ["Blue"])
        self.give(color="red")
        self.assertEqual(attribute.value_ids, red)

    def test_values_of_sold_goods_change(self):
        self.define_color()
        self.give(color="red")
        product = self.product.product_variant_id
        partner = self.env["res.partner"].create({"name": "Buyer"})
        order = self.env["sale.order"].create({"partner_id": partner.id})
        order._cart_add(product.id, 1)
        sold = order.order_line.product_no_variant_attribute_value_ids
        self.assertEqual(sold.name, "Red")
        self.give(color="blue")
        self.assertEqual(self.get_attributes(), {"Color": ["Blue"]})
        self.assertTrue(sold.exists())
        self.give(color=["red", "blue"])
        self.assertEqual(set(self.get_attributes()["Color"]), {"Red", "Blue"})
        # the line that the order names is taken up again
        self.assertTrue(sold.ptav_active and sold.attribute_line_id.active)

    def test_what_people_add_stays(self):
        self.define_color()
        self.give(color="red")
        attribute = self.find_property().attribute_id
        others = self.env[VALUE].create(
            [{"attribute_id": attribute.id, "name": name} for name in ("Big", "Small")]
        )
        lines = self.env[LINE].create(
            {
                "product_tmpl_id": self.product.id,
                "attribute_id": attribute.id,
                "value_ids": others.ids,
            }
        )
        own = self.env["product.attribute"].create(
            {
                "name": "Own",
                "create_variant": "no_variant",
                "value_ids": [(0, 0, {"name": "x"})],
            }
        )
        lines |= self.env[LINE].create(
            {
                "product_tmpl_id": self.product.id,
                "attribute_id": own.id,
                "value_ids": own.value_ids.ids,
            }
        )
        self.give(color="blue")
        self.assertEqual(lines.exists(), lines)
        self.assertTrue(all(lines.mapped("active")))
        self.assertIn("Blue", self.get_attributes()["Color"])

    # -- classifiers

    def test_only_what_goods_use_is_made(self):
        many = {f"v{number}": f"Value {number}" for number in range(300)}
        before = self.env["product.attribute"].search_count([])
        file = self.define(
            *[property_(f"p{number}", f"P {number}") for number in range(600)],
            property_("color", "Color", variants=many),
        )
        self.assertEqual(file.created, 601)
        self.assertEqual(self.env["product.attribute"].search_count([]), before)
        self.give(color="v7")
        self.assertEqual(self.env["product.attribute"].search_count([]), before + 1)
        attribute = self.find_property().attribute_id
        self.assertEqual(attribute.value_ids.mapped("name"), ["Value 7"])

    def test_queries_do_not_grow_with_properties_and_goods(self):
        def count(content):
            file = self.receive(as_1c_writes(envelope(content)))
            file._schedule()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            file._import()
            self.env.flush_all()
            self.assertFalse(file.failed)
            return self.env.cr.sql_log_count - before

        def define(key, number):
            rows = [
                property_(f"{key}{one}", f"{key} {one}", variants={"a": "A", "b": "B"})
                for one in range(number)
            ]
            return count(classifier(properties(*rows)))

        def give(key, number, value):
            told = values(**{f"{key}{one}": value for one in range(number)})
            rows = [good(told, f"{key}-{one}") for one in range(number)]
            return count(catalog("".join(rows)))

        define("w", 2), give("w", 2, "a")
        few, many = define("x", 2), define("y", 40)
        self.assertLessEqual(many, few + 2)
        for value in "ab":
            few, many = give("x", 3, value), give("y", 30, value)
            # products, and one write for each attribute
            self.assertLessEqual(many, few + 170, value)

    def test_the_classifier_may_have_come_earlier(self):
        self.define_color()
        self.import_xml(catalog(good(values(color="blue"))), "import0_2.xml")
        self.assertEqual(self.get_attributes(), {"Color": ["Blue"]})

    def test_goods_may_come_before_their_properties(self):
        row = good(values(color="red", p="x"))
        file = self.import_goods(row)
        self.assertEqual((file.created, file.waiting, file.failed), (1, 0, 0))
        self.assertEqual(len(file.problem_ids), 2)
        self.assertTrue(all(file.problem_ids.mapped("waits")))
        self.assertEqual(self.import_goods(row).unchanged, 1)
        self.define_color()
        self.assertEqual(self.get_attributes(), {"Color": ["Red"]})
        self.define(property_("p", "Purpose", "Строка"))
        self.assertEqual(self.get_table(), {"Purpose": "x"})
        self.assertEqual(self.import_goods(row).unchanged, 1)

    def test_unknown_properties_without_value_matter_to_nobody(self):
        row = good(values(color=""))
        file = self.import_goods(row)
        self.assertFalse(file.problem_ids)
        self.assertEqual(self.import_goods(row).unchanged, 1)

    def test_newer_goods_make_older_ones_wait_no_more(self):
        self.give(color="red")
        self.import_goods(good(values(), name="Newer"))
        self.define_color()
        self.assertEqual(self.product.name, "Newer")
        self.assertEqual(self.get_attributes(), {})

    def test_a_list_for_goods_and_one_for_offers(self):
        both = properties(
            property_(
                "color",
                "Color",
                variants=COLOR,
                content="<ДляТоваров>true</ДляТоваров>",
            ),
            property_(
                "color", "Color", content="<ДляПредложений>true</ДляПредложений>"
            ),
        )
        file = self.import_xml(classifier(both))
        self.assertEqual((file.created, file.skipped), (1, 1))
        self.give(color="red")
        again = self.import_xml(classifier(both))
        self.assertEqual((again.created, again.updated), (0, 0))
        # in files of their own
        self.define(property_("color", "Color"))
        self.define_color()
        self.give(color="blue")
        self.assertEqual(self.get_attributes(), {"Color": ["Blue"]})

    def test_renamed_properties_and_values_are_the_same_ones(self):
        self.define_color()
        self.connection.properties_as = "lists"
        self.give(color="red")
        attribute = self.find_property().attribute_id
        line = self.product.attribute_line_ids
        file = self.define(
            property_("color", "Colour", variants={**COLOR, "red": "Crimson"})
        )
        self.assertEqual(file.updated, 1)
        self.assertEqual(self.product.attribute_line_ids, line)
        self.assertEqual(self.get_attributes(), {"Colour": ["Crimson"]})
        self.assertEqual(self.find_property().attribute_id, attribute)

    def test_renamed_values_in_the_table(self):
        self.connection.properties_as = "values"
        self.define_color()
        self.give(color=["red", "blue"])
        self.define(property_("color", "Colour", variants={"red": "Crimson"}))
        self.assertEqual(self.get_table(), {"Colour": "Crimson, Blue"})

    def test_a_value_that_vanishes_from_the_list_stays_on_its_goods(self):
        self.define_color()
        self.give(color="red")
        self.define(property_("color", "Color", variants={"blue": "Blue"}))
        self.import_goods(good(values(color="red"), name="Other"))
        self.assertEqual(self.get_attributes(), {"Color": ["Red"]})

    def test_a_deleted_property_leaves_and_may_return(self):
        mark = "<ПометкаУдаления>{}</ПометкаУдаления>".format
        for setting, get in (
            ("attributes", self.get_attributes),
            ("values", self.get_table),
        ):
            self.connection.properties_as = setting
            self.define_color()
            self.give(color="red")
            self.assertTrue(get())
            self.define(property_("color", "Color", content=mark("true")))
            self.assertFalse(get())
            self.give(color="red")
            self.assertFalse(get())
            self.define(property_("color", "Color", content=mark("false")))
            self.give(color="red")
            self.assertTrue(get(), setting)

    def test_a_property_that_was_deleted_before_it_was_seen(self):
        file = self.define(
            property_(
                "color", "Color", content="<ПометкаУдаления>true</ПометкаУдаления>"
            )
        )
        self.assertEqual((file.created, file.skipped), (0, 1))

    def test_unknown_values_of_a_list(self):
        self.define_color()
        guid = "11111111-2222-3333-4444-555555555555"
        self.give(color=[guid, "Plain"])
        self.assertEqual(self.get_attributes(), {"Color": ["Plain"]})
        self.define_color(**{guid: "Green"})
        # not taken for known: the same row is looked at again
        self.give(color=[guid, "Plain"])
        self.assertEqual(set(self.get_attributes()["Color"]), {"Green", "Plain"})

    def test_values_that_are_called_the_same_stay_apart(self):
        self.define_color(a="Red", b="Red")
        self.import_goods(good(values(color="a"), "g"), good(values(color="b"), "h"))
        self.define_color(a="Red", b="Crimson")
        self.assertEqual(self.get_attributes(), {"Color": ["Red"]})
        other = self.bound("product.template", "h")
        self.assertEqual(self.get_attributes(other), {"Color": ["Crimson"]})

    # -- beside others

    def test_characteristics_of_the_same_name_are_others(self):
        self.define_color()
        self.give(color="red")
        told = (
            "<ХарактеристикиТовара><ХарактеристикаТовара><Наименование>Color"
            "</Наименование><Значение>{}</Значение></ХарактеристикаТовара>"
            "</ХарактеристикиТовара>"
        ).format
        offers = [
            f"<Предложение><Ид>g#{value}</Ид>{told(value)}</Предложение>"
            for value in ("Red", "Blue")
        ]
        self.import_xml(package("".join(offers)), "offers.xml")
        variants = self.product.product_variant_ids
        self.assertEqual(len(variants), 2)
        self.give(color="blue")
        self.assertEqual(self.product.product_variant_ids, variants)
        kinds = self.product.attribute_line_ids.attribute_id.mapped("create_variant")
        self.assertEqual(set(kinds), {"dynamic", "no_variant"})
        combination = self.product._get_first_possible_combination()
        variant = self.product._get_variant_for_combination(combination)
        self.assertIn(variant, variants)
        self.import_xml(package("".join(offers)), "offers.xml")
        self.assertEqual(self.product.product_variant_ids, variants)

    def test_goods_repeated_by_characteristic_have_properties_once(self):
        self.define_color()
        self.import_goods(
            good(values(color="red"), "g#1", "Saw (L)"),
            good(values(color="red"), "g#2", "Saw (M)"),
        )
        found = self.get_attributes()
        self.assertEqual(found.pop("Color"), ["Red"])
        self.assertEqual(len(self.product.product_variant_ids), 2)

    def test_two_connections_share_attributes_and_values(self):
        self.define_color()
        self.give(color="red")
        attribute = self.find_property().attribute_id
        self.connection = self._create_connection("second")
        self.exchange, _token = self.env["b2b.1c.exchange"]._begin(
            self.connection, "catalog"
        )
        self.define(property_("c", "Color", variants={"r": "Red"}))
        self.give(c="r")
        self.assertEqual(self.find_property("c").attribute_id, attribute)
        self.assertEqual(attribute.value_ids.mapped("name"), ["Red"])

    def test_two_properties_of_one_name_are_two(self):
        self.define(
            property_("a", "Size", variants={"1": "L"}),
            property_("b", "Size", variants={"1": "XL"}),
        )
        self.give(a="1", b="1")
        found = [self.find_property(key).attribute_id for key in "ab"]
        self.assertNotEqual(*found)
        self.assertEqual(len(self.product.attribute_line_ids), 2)

    def test_attributes_that_make_variants_are_left_alone(self):
        attribute = self.env["product.attribute"].create(
            {"name": "Color", "create_variant": "always"}
        )
        self.define_color()
        self.give(color="red")
        self.assertNotEqual(self.find_property().attribute_id, attribute)
