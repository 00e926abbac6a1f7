"""Headers of sections, and what classifiers and packages define: groups, categories,
properties, price types, warehouses, units (reference 2.2, 2.4)."""

from . import layout, model
from .errors import RowError, _
from .fields import (
    Fields,
    deletion_mark,
    flag,
    ignored,
    lenient,
    nested,
    refuse,
    status_attribute,
    text_of,
)
from .layout import local_name
from .parties import ADDRESSES, CONTACTS, addresses, read_counterparty
from .scalars import to_flag

SECTIONS = {
    layout.CLASSIFIER: model.Classifier,
    layout.CATALOG: model.Catalog,
    layout.PACKAGE: model.OfferPackage,
    layout.CHANGES: model.OfferPackage,
}


def read_section(element, row):
    """The header of a section, as far as it has been read."""
    name = local_name(element.tag)
    kind = SECTIONS[name]
    values = SECTION.read(element, row)
    if kind is not model.OfferPackage:
        values.pop("catalog_id", None)
    elif name == layout.CHANGES:
        values["is_changes"] = True
    mark = element.get("СодержитТолькоИзменения")
    if mark is not None:
        try:
            values["only_changes"] = to_flag(mark)
        except ValueError:
            row.count_unknown(f"{name}: СодержитТолькоИзменения")
    return kind(**values)


def read_groups(element, row, parent_id=None):
    """A group and all groups below it, each before its children.

    :return: groups, and a `RowError` in place of one that cannot be read
    """
    values = GROUP.read(element, row)
    children = values.pop("children", [])
    status_attribute(values, element, row)
    group_id = values.get("id")
    if group_id:
        yield model.Group(parent_id=parent_id, line=row.line(element), **values)
    else:
        yield RowError(_("a group without id"), values.get("name") or "")
    for child in children:
        yield from read_groups(child, row, group_id or parent_id)


def subgroups(values, element, row):
    """Keep the groups below for `read_groups`."""
    found = values.setdefault("children", [])
    for child in element:
        if local_name(child.tag) == "Группа":
            found.append(child)
        else:
            row.count_unknown(f"Группы/{local_name(child.tag)}")


def reader_of(kind, known):
    """A function from an element and row to an object of `kind`, which needs an id."""

    def read(element, row):
        values = known.read(element, row)
        status_attribute(values, element, row)
        if not values.get("id"):
            raise RowError(_("without id"), values.get("name") or "")
        return kind(line=row.line(element), **values)

    return read


def read_variant(element, row):
    """One value of a property: (id, value); a bare text is its own id."""
    values = VARIANT.read(element, row)
    text = text_of(element)
    value = values.get("value", text)
    return values.get("id") or value, value


def variants(values, element, row):
    found = values.setdefault("variants", {})
    for child in element:
        if local_name(child.tag) in ("Справочник", "Вариант", "ВариантЗначения"):
            key, value = read_variant(child, row)
            found[key] = value
        else:
            row.count_unknown(f"ВариантыЗначений/{local_name(child.tag)}")


def value_types(values, element, row):
    """`ТипыЗначений/ТипЗначений/{Тип, ВариантыЗначений}` of 2.03."""
    for child in element:
        if len(child):
            values |= VALUE_TYPE.read(child, row)
        else:
            values["type"] = text_of(child)


def tax_of_price_type(values, element, row):
    values |= PRICE_TAX.read(element, row)


def read_unit_definition(element, row):
    values = UNIT.read(element, row)
    status_attribute(values, element, row)
    # УНФ writes the code only
    values["id"] = values.get("id") or values.get("code")
    if not values["id"]:
        refuse(element, _("a unit without id and code"))
    return model.UnitDefinition(line=row.line(element), **values)


COMMON = {
    "Ид": "id",
    "НомерВерсии": "version",
    "ПометкаУдаления": deletion_mark,
    "Статус": deletion_mark,
    "Наименование": "name",
}
SECTION = Fields(
    "Раздел",
    {
        # containers are read row by row; what is unknown here, the stream counts
        **dict.fromkeys(layout.KNOWN, ignored),
        **COMMON,
        "Владелец": nested("owner", read_counterparty),
        "Описание": "description",
        "ИдКлассификатора": "classifier_id",
        "ИдКаталога": "catalog_id",
        "СодержитТолькоИзменения": lenient(flag("only_changes")),
    },
)
GROUP = Fields(
    "Группа",
    {**COMMON, "Описание": "description", "Картинка": ignored, "Группы": subgroups},
)
VARIANT = Fields(
    "Вариант",
    {
        "ИдЗначения": "id",
        "Ид": "id",
        "Значение": "value",
        "Наименование": "value",
        "ПоУмолчанию": ignored,
        "Сортировка": ignored,
    },
)
VALUE_TYPE = Fields(
    "ТипЗначений",
    {"Тип": "type", "Описание": ignored, "ВариантыЗначений": variants},
)
PROPERTY = Fields(
    "Свойство",
    {
        **COMMON,
        "Описание": "description",
        "ТипЗначений": "type",
        "ТипыЗначений": value_types,
        "ВариантыЗначений": variants,
        "Множественное": lenient(flag("multiple")),
        "Обязательное": lenient(flag("required")),
        "ДляТоваров": lenient(flag("for_goods")),
        "ДляПредложений": lenient(flag("for_offers")),
        "Внешний": ignored,
        "Информационное": ignored,
    },
)
PRICE_TAX = Fields(
    "Налог",
    {
        "Наименование": "tax",
        "УчтеноВСумме": lenient(flag("tax_included")),
        "Акциз": ignored,
        "Ставка": ignored,
    },
)
PRICE_TYPE = Fields(
    "ТипЦены",
    {**COMMON, "Валюта": "currency", "Налог": tax_of_price_type, "Описание": ignored},
)
WAREHOUSE = Fields(
    "Склад",
    {
        **COMMON,
        "Комментарий": "comment",
        "Контакты": CONTACTS,
        **dict.fromkeys(ADDRESSES, addresses),
    },
)
UNIT = Fields(
    "ЕдиницаИзмерения",
    {
        **COMMON,
        "Код": "code",
        "НаименованиеКраткое": "name",
        "НаименованиеПолное": "full_name",
        "МеждународноеСокращение": "international",
    },
)

read_category = reader_of(model.Category, Fields("Категория", COMMON))
read_property = reader_of(model.Property, PROPERTY)
read_price_type = reader_of(model.PriceType, PRICE_TYPE)
read_warehouse = reader_of(model.Warehouse, WAREHOUSE)
