"""Files of goods and offers as CommerceML 2.x has them.

How a configuration differs from the others is said by its `Dialect`.
"""

from dataclasses import dataclass

from . import assortment
from .xml_out import XmlFile

UT_NAMESPACE = "urn:1C.ru:commerceml_2"


@dataclass
class Dialect:
    """What a configuration writes its own way."""

    schema: str = "2.07"
    namespace: str = UT_NAMESPACE
    currency: str = "RUB"
    # the text of the unit lies in the element (УТ 10) or only in its attributes
    unit_text: bool = False
    padded_unit: bool = True
    recount: bool = True
    # "attribute" or "element": where `Статус` = `Удален` stands
    status_in: str = "attribute"
    # a good is repeated for every characteristic (УТ 10)
    by_characteristic: bool = False
    code_element: bool = False
    stock: str = "warehouses"
    priced_only: bool = False
    international_unit: bool = True
    weight_in_grams: bool = False
    goods_type: str = "Товар"
    categories: bool = False
    variant_values: bool = False
    name_length: int = 250

    def picture_paths(self, good):
        """Paths of the pictures of `good` inside the exchange folder."""
        plain = good.id.replace("-", "")
        return [
            f"import_files/{plain[:2]}/{plain}_{picture.replace('-', '')}.jpg"
            for picture in good.pictures
        ]


def owner(xml, base):
    with xml.inside("Владелец"):
        xml.tags(Ид=base.owner_id, **assortment.OWNER)


def classifier(xml, base, dialect, properties=True):
    """`Классификатор`; goes with the first portion of goods only."""
    with xml.inside("Классификатор"):
        xml.tags(Ид=base.catalog_id, Наименование="Классификатор (Каталог товаров)")
        owner(xml, base)
        if not properties:
            return
        groups(xml, base)
        with xml.inside("Свойства"):
            for row in base.maker.properties.values():
                write_property(xml, row, "ДляТоваров")
            if dialect.variant_values:
                for row in base.maker.variant_properties.values():
                    write_property(xml, row, "ДляПредложений")
        if dialect.categories:
            _categories(xml, base)


def groups(xml, base):
    with xml.inside("Группы"):
        for root, below in base.maker.groups():
            with xml.inside("Группа"):
                xml.tags(Ид=base.maker.group_id(root), Наименование=root)
                if below:
                    with xml.inside("Группы"):
                        for name in below:
                            with xml.inside("Группа"):
                                id = base.maker.group_id(name)
                                xml.tags(Ид=id, Наименование=name)


def write_property(xml, row, mark, versions=False):
    with xml.inside("Свойство"):
        xml.tag("Ид", row.id)
        if versions:
            xml.tags(НомерВерсии="AAAAAQAAAAA=", ПометкаУдаления=False)
        xml.tag("Наименование", row.name)
        if row.multiple:
            xml.tag("Множественное", True)
        xml.tag("ТипЗначений", row.kind)
        if row.values:
            with xml.inside("ВариантыЗначений"):
                for value, id in row.values.items():
                    with xml.inside("Справочник"):
                        xml.tags(ИдЗначения=id, Значение=value)
        xml.tag(mark, True)


def _categories(xml, base):
    with xml.inside("Категории"):
        for root, _below in base.maker.groups():
            with xml.inside("Категория"):
                xml.tags(Ид=base.maker.guid("категория", root), Наименование=root)
    with xml.inside("ЕдиницыИзмерения"):
        for full, short, code in assortment.UNITS.values():
            with xml.inside("ЕдиницаИзмерения"):
                xml.tags(Код=code, НаименованиеПолное=full)
                xml.tag("МеждународноеСокращение", short)


# -- goods


def write_goods(path, base, dialect, numbers, first, full):
    """A portion of goods; `first` of the catalogue, `full` export or only changes."""
    with _open(path, base, dialect) as xml:
        if first:
            classifier(xml, base, dialect)
        only_changes = not (full and first)
        with xml.inside("Каталог", {"СодержитТолькоИзменения": only_changes}):
            xml.tags(Ид=base.catalog_id, ИдКлассификатора=base.catalog_id)
            xml.tag("Наименование", "Каталог товаров")
            owner(xml, base)
            with xml.inside("Товары"):
                for number in numbers:
                    _good_rows(xml, base, dialect, base.good(number))


def _open(path, base, dialect):
    return XmlFile(path, dialect.schema, dialect.namespace, base.now())


def _good_rows(xml, base, dialect, good):
    if dialect.by_characteristic and good.variants:
        for variant in good.variants:
            _good(xml, base, dialect, good, variant)
    else:
        _good(xml, base, dialect, good)


def _good(xml, base, dialect, good, variant=None):
    in_attribute = good.deleted and dialect.status_in == "attribute"
    with xml.inside("Товар", {"Статус": "Удален"} if in_attribute else None):
        xml.tag("Ид", full_id(good, variant))
        code = variant.barcode if variant else good.barcode
        if code and (variant or not good.variants) and 8 <= len(code) <= 14:
            xml.tag("Штрихкод", code)
        xml.tag("Артикул", good.article)
        if dialect.code_element:
            xml.tag("Код", good.code)
        xml.tag("Наименование", full_name(good, variant)[: dialect.name_length])
        unit(xml, dialect, good)
        with xml.inside("Группы"):
            xml.tag("Ид", base.maker.group_id(good.group))
        if dialect.categories:
            category = base.maker.guid("категория", good.root_group)
            xml.tag("Категория", category)
        xml.tag("Описание", good.description)
        for picture in dialect.picture_paths(good):
            xml.tag("Картинка", picture)
        if good.deleted and dialect.status_in == "element":
            xml.tag("Статус", "Удален")
        if variant:
            characteristics(xml, base, variant)
        property_values(xml, base, good)
        taxes(xml, good)
        xml.requisites(_requisites(dialect, good))


def full_id(good, variant=None):
    return f"{good.id}#{variant.id}" if variant else good.id


def full_name(good, variant=None):
    return f"{good.name} ({variant.name})" if variant else good.name


def unit(xml, dialect, good):
    """`БазоваяЕдиница` the way of this configuration."""
    full, short, code = assortment.UNITS[good.unit]
    padded = f"{code} " if dialect.padded_unit else code
    attributes = {"Код": padded, "НаименованиеПолное": full}
    if short:
        attributes["МеждународноеСокращение"] = short
    if not dialect.recount:
        text = good.unit if dialect.unit_text else ""
        xml.tag("БазоваяЕдиница", text, attributes)
        return
    with xml.inside("БазоваяЕдиница", attributes), xml.inside("Пересчет"):
        xml.tags(Единица=code, Коэффициент=1)


def characteristics(xml, base, variant):
    with xml.inside("ХарактеристикиТовара"):
        for name, value in variant.values.items():
            with xml.inside("ХарактеристикаТовара"):
                xml.tag("Ид", base.maker.variant_properties[name].id)
                xml.tags(Наименование=name, Значение=value)


def property_values(xml, base, good):
    if not good.properties:
        return
    with xml.inside("ЗначенияСвойств"):
        for name, values in good.properties.items():
            row = base.maker.properties[name]
            with xml.inside("ЗначенияСвойства"):
                xml.tag("Ид", row.id)
                for value in values:
                    xml.tag("Значение", row.values.get(value, value))


def variant_values(xml, base, variant):
    with xml.inside("ЗначенияСвойств"):
        for name, value in variant.values.items():
            row = base.maker.variant_properties[name]
            with xml.inside("ЗначенияСвойства"):
                xml.tags(Ид=row.id, Значение=row.values[value])


def taxes(xml, good):
    with xml.inside("СтавкиНалогов"), xml.inside("СтавкаНалога"):
        xml.tags(Наименование="НДС", Ставка=good.vat)


def _requisites(dialect, good):
    rows = [
        ("ВидНоменклатуры", good.kind),
        ("ТипНоменклатуры", "Услуга" if good.service else dialect.goods_type),
        ("Полное наименование", good.name),
    ]
    if good.weight:
        grams = round(good.weight * 1000)
        rows.append(("Вес", grams if dialect.weight_in_grams else good.weight))
    if good.is_html:
        rows.append(("ОписаниеВФорматеHTML", "Истина"))
    for number, picture in enumerate(dialect.picture_paths(good), 1):
        rows.append(("ОписаниеФайла", f"{picture}#Фото {number}"))
    return rows


# -- offers


def write_offers(path, base, dialect, numbers, first, full):
    """A portion of prices and stock."""
    with _open(path, base, dialect) as xml:
        classifier(xml, base, dialect, properties=False)
        only_changes = not (full and first)
        with xml.inside("ПакетПредложений", {"СодержитТолькоИзменения": only_changes}):
            package_head(xml, base)
            price_types(xml, base, dialect)
            if dialect.stock == "warehouses":
                warehouses(xml, base)
            with xml.inside("Предложения"):
                for number in numbers:
                    good = base.good(number)
                    for variant in good.variants or [None]:
                        _offer(xml, base, dialect, good, variant)


def package_head(xml, base):
    xml.tags(Ид=f"{base.catalog_id}#", Наименование="Пакет предложений")
    xml.tags(ИдКаталога=base.catalog_id, ИдКлассификатора=base.catalog_id)


def price_types(xml, base, dialect, versions=False):
    with xml.inside("ТипыЦен"):
        for id, name, _share in base.maker.price_types():
            with xml.inside("ТипЦены"):
                xml.tag("Ид", id)
                if versions:
                    xml.tags(НомерВерсии="AAAAAQAAAAQ=", ПометкаУдаления=False)
                xml.tags(Наименование=name, Валюта=dialect.currency)
                with xml.inside("Налог"):
                    xml.tags(Наименование="НДС", УчтеноВСумме=True)


def warehouses(xml, base, versions=False):
    with xml.inside("Склады"):
        for id, name in base.maker.warehouses():
            with xml.inside("Склад"):
                xml.tag("Ид", id)
                if versions:
                    xml.tags(НомерВерсии="AAAAAQAAAAA=", ПометкаУдаления=False)
                xml.tag("Наименование", name)


def _offer(xml, base, dialect, good, variant):
    prices = base.prices(good, variant)
    if dialect.priced_only and not prices:
        return
    with xml.inside("Предложение"):
        xml.tag("Ид", full_id(good, variant))
        if variant:
            xml.tag("Штрихкод", variant.barcode)
        xml.tag("Артикул", good.article)
        xml.tag("Наименование", full_name(good, variant)[: dialect.name_length])
        unit(xml, dialect, good)
        if variant:
            characteristics(xml, base, variant)
            if dialect.variant_values:
                variant_values(xml, base, variant)
        write_prices(xml, dialect, good, prices)
        write_stock(xml, dialect, base.stock(good, variant))


def write_prices(xml, dialect, good, prices, presentation=True):
    """`Цены`; nothing at all for what is on no price list."""
    if not prices:
        return
    full, short, code = assortment.UNITS[good.unit]
    name = short if dialect.international_unit and short else good.unit
    with xml.inside("Цены"):
        for type_id, price in prices:
            with xml.inside("Цена"):
                if presentation:
                    text = f"{price:,.2f}".replace(",", "\xa0").replace(".", ",")
                    line = f" {text} {dialect.currency} за {name}"
                    xml.tag("Представление", line)
                xml.tags(ИдТипаЦены=type_id, ЦенаЗаЕдиницу=price)
                xml.tags(Валюта=dialect.currency, Единица=name, Коэффициент=1)


def write_stock(xml, dialect, stock):
    """The quantity in the form of this configuration; nothing if it is not counted."""
    if not stock:
        return
    total = sum(stock.values())
    if dialect.stock == "rests":
        with xml.inside("Остатки"):
            for id, quantity in stock.items():
                with xml.inside("Остаток"), xml.inside("Склад"):
                    xml.tags(Ид=id, Количество=quantity)
        return
    xml.tag("Количество", total)
    names = {"warehouses": "Склад", "changes": "Склады"}
    if dialect.stock in names:
        for id, quantity in stock.items():
            row = {"ИдСклада": id, "КоличествоНаСкладе": quantity}
            xml.tag(names[dialect.stock], attributes=row)


def write_changes(path, base, dialect, numbers):
    """`ИзмененияПакетаПредложений`: the product is repeated for each characteristic."""
    with _open(path, base, dialect) as xml:
        with xml.inside("ИзмененияПакетаПредложений"):
            package_head(xml, base)
            with xml.inside("Предложения"):
                for number in numbers:
                    good = base.good(number)
                    for variant in good.variants or [None]:
                        with xml.inside("Предложение"):
                            xml.tag("Ид", good.id)
                            if variant:
                                xml.tag("ИдХарактеристики", variant.id)
                            prices = base.prices(good, variant)
                            write_prices(xml, dialect, good, prices, False)
                            write_stock(xml, dialect, base.stock(good, variant))
