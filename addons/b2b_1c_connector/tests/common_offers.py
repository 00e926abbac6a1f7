"""Builders of the tests of offers: goods that are bound, prices, quantities."""

from .common import package
from .common_import import ImportCase

TYPE = "type-1"


def price_type(external_id=TYPE, name="Wholesale", currency="USD", content=""):
    said = f"<Валюта>{currency}</Валюта>" if currency else ""
    return (
        f"<ТипЦены><Ид>{external_id}</Ид><Наименование>{name}</Наименование>"
        f"{said}{content}</ТипЦены>"
    )


def price_types(*rows):
    return f"<ТипыЦен>{''.join(rows)}</ТипыЦен>"


def tax(included):
    said = "true" if included else "false"
    return f"<Налог><УчтеноВСумме>{said}</УчтеноВСумме></Налог>"


def price(value, type_id=TYPE, content=""):
    return (
        f"<Цена><Представление>{value} за шт</Представление>"
        f"<ИдТипаЦены>{type_id}</ИдТипаЦены>"
        f"<ЦенаЗаЕдиницу>{value}</ЦенаЗаЕдиницу>{content}</Цена>"
    )


def prices(*rows):
    return f"<Цены>{''.join(rows)}</Цены>"


def offer(content, external_id="good-1", name=""):
    named = f"<Наименование>{name}</Наименование>" if name else ""
    return f"<Предложение><Ид>{external_id}</Ид>{named}{content}</Предложение>"


class OffersCase(ImportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls._create_goods("good-1", "Saw")
        cls.template = cls.product.product_tmpl_id

    @classmethod
    def _create_goods(cls, external_id, name, **values):
        """The only variant of goods that are bound."""
        template = cls.env["product.template"].create(
            {"name": name, "is_storable": True, "taxes_id": False, **values}
        )
        cls._bind("product.template", external_id, template)
        return template.product_variant_id

    @classmethod
    def _create_variants(cls, external_id, *names):
        """The variants of goods, bound as characteristics of these names."""
        attribute = cls.env["product.attribute"].create(
            {
                "name": "Size",
                "create_variant": "always",
                "value_ids": [(0, 0, {"name": name}) for name in names],
            }
        )
        line = {"attribute_id": attribute.id, "value_ids": attribute.value_ids.ids}
        template = cls.env["product.template"].create(
            {
                "name": "Boots",
                "is_storable": True,
                "taxes_id": False,
                "attribute_line_ids": [(0, 0, line)],
            }
        )
        cls._bind("product.template", external_id, template)
        variants = template.product_variant_ids
        for name, variant in zip(names, variants, strict=True):
            cls._bind("product.product", f"{external_id}#{name}", variant)
        return variants

    @classmethod
    def _bind(cls, res_model, external_id, record):
        bindings = cls.env["b2b.1c.binding"]
        rows = [(external_id, record.id, record.display_name, False)]
        return bindings._bind(cls.connection, res_model, rows)

    def import_offers(self, *offers, head="", name="offers.xml", **values):
        return self.import_xml(package("".join(offers), head, **values), name)

    def get_counts(self, file):
        """The outcomes of a file that are not zero."""
        names = ("created", "updated", "unchanged", "skipped", "waiting", "failed")
        return {name: file[name] for name in names if file[name]}
