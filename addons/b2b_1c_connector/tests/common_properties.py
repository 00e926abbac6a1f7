"""Builders of the tests of properties: classifiers that define them, goods of them."""

from .common import catalog
from .common_import import ImportCase, classifier

COLOR = {"red": "Red", "blue": "Blue"}


def property_(external_id, name, kind="Справочник", variants=None, content=""):
    """`Свойство`; `variants` are values by their ids."""
    rows = "".join(
        f"<Справочник><ИдЗначения>{key}</ИдЗначения><Значение>{value}</Значение>"
        "</Справочник>"
        for key, value in (variants or {}).items()
    )
    listed = f"<ВариантыЗначений>{rows}</ВариантыЗначений>" if rows else ""
    return (
        f"<Свойство><Ид>{external_id}</Ид><Наименование>{name}</Наименование>"
        f"<ТипЗначений>{kind}</ТипЗначений>{listed}{content}</Свойство>"
    )


def properties(*rows):
    return f"<Свойства>{''.join(rows)}</Свойства>"


def values(**told):
    """`ЗначенияСвойств`: a value, or several, by id of the property."""
    rows = ""
    for key, value in told.items():
        several = value if isinstance(value, (list, tuple)) else [value]
        texts = "".join(f"<Значение>{one}</Значение>" for one in several)
        rows += f"<ЗначенияСвойства><Ид>{key}</Ид>{texts}</ЗначенияСвойства>"
    return f"<ЗначенияСвойств>{rows}</ЗначенияСвойств>"


def good(content="", external_id="g", name="Saw"):
    return (
        f"<Товар><Ид>{external_id}</Ид><Наименование>{name}</Наименование>"
        f"{content}</Товар>"
    )


class PropertiesCase(ImportCase):
    def define(self, *rows):
        """Import a classifier of these properties."""
        return self.import_xml(classifier(properties(*rows)), "classifier.xml")

    def define_color(self, **variants):
        return self.define(property_("color", "Color", variants=variants or COLOR))

    def import_goods(self, *rows):
        return self.import_xml(catalog("".join(rows)))

    def give(self, **told):
        """Import the goods with these values."""
        return self.import_goods(good(values(**told)))

    @property
    def product(self):
        return self.bound("product.template", "g")

    def find_property(self, external_id="color"):
        return self.bound("b2b.1c.property", external_id)

    def get_attributes(self, product=None):
        """The values of each attribute of a product, by name."""
        found = {}
        for line in (product or self.product).attribute_line_ids:
            names = line.value_ids.mapped("name")
            found.setdefault(line.attribute_id.name, []).extend(names)
        return found

    def get_table(self):
        return dict(self.product._get_b2b_1c_properties())
