"""Goods and what they share with offers and lines of documents (reference 2.3)."""

from . import model
from .errors import RowError, _
from .fields import (
    Fields,
    Names,
    append_text,
    deletion_mark,
    ignored,
    items,
    lenient,
    number,
    requisites,
    status_attribute,
    text_of,
)
from .layout import local_name
from .scalars import to_rate

# how 1C writes that there is no characteristic
NOTHING = "00000000-0000-0000-0000-000000000000"


def read_good(element, row):
    values = GOOD.read(element, row)
    identify(values, element, row)
    return model.Good(**values)


def identify(values, element, row):
    """Complete the values of goods or an offer; refused without an id."""
    if not values.get("id"):
        raise RowError(_("without id"), values.get("name") or "")
    values["id"] = without_nothing(values["id"])
    values["line"] = row.line(element)
    status_attribute(values, element, row)


def without_nothing(identifier):
    """An id of goods without the characteristic that is none."""
    return identifier.removesuffix(f"#{NOTHING}")


def read_unit(element, row):
    """A unit: text and attributes (2.x), elements, or nothing but a code (3.1)."""
    get = element.get
    name = element.text
    unit = model.Unit(
        blank(get("Код")),
        blank(name),
        blank(get("НаименованиеПолное")),
        blank(get("МеждународноеСокращение")),
    )
    if unit.code is None and unit.name and unit.name.isdigit():
        unit.code, unit.name = unit.name, None
    for child in element:
        reader = UNIT_PARTS[child.tag]
        if reader is conversion:
            conversion(unit, child, row)
        elif reader:
            setattr(unit, reader, text_of(child) or None)
        elif reader is None:
            row.count_unknown(f"БазоваяЕдиница/{local_name(child.tag)}")
    return unit


def blank(text):
    """A text without the blanks that 1C pads it with; None for an empty one."""
    return (text.strip() or None) if text else None


def conversion(unit, element, row):
    """`Пересчет`: a packaging and how many base units are in it."""
    values = CONVERSION.read(element, row)
    if "ratio" in values:
        if unit.conversions is None:
            unit.conversions = []
        unit.conversions.append((values.get("unit", ""), values["ratio"]))


def unit(values, element, row):
    values["unit"] = read_unit(element, row)


def group_ids(values, element, row):
    found = values.setdefault("groups", [])
    for child in element:
        if GROUP_ID[child.tag]:
            text = child.text
            if text:
                found.append(text.strip())
        else:
            row.count_unknown(f"Группы/{local_name(child.tag)}")


def properties(values, element, row):
    """`ЗначенияСвойств`: values by id. A value whose id is missing is left out."""
    found = values.setdefault("properties", {})
    for pair in element:
        key, texts = None, ()
        for child in pair:
            meaning = PROPERTY_VALUE[child.tag]
            text = child.text
            if text:
                text = text.strip()
            if meaning == "id":
                key = text
            elif meaning == "value":
                if text and text not in texts:
                    texts += (text,)
            elif meaning is None:
                row.count_unknown(f"ЗначенияСвойства/{local_name(child.tag)}")
        if key:
            found[key] = found[key] + texts if key in found else texts
        else:
            row.count_unknown("ЗначенияСвойства: without id")


def read_characteristic(element, row):
    return model.Characteristic(**CHARACTERISTIC.read(element, row))


def read_tax(element, row):
    """A rate: a number, perhaps among words, or words such as `Без НДС`."""
    values = TAX.read(element, row)
    tax_rate(values)
    return model.Tax(**values)


def tax_rate(values):
    """Put the rate that the text of a tax tells, if it tells one, into `values`."""
    text = values.get("text")
    if text:
        try:
            values["rate"] = to_rate(text)
        except ValueError:
            # the text is kept: whoever needs the rate sees that there is none
            pass


def manufacturer(values, element, row):
    """`Изготовитель` with id and name, or a bare name."""
    if len(element):
        values |= MANUFACTURER.read(element, row)
    else:
        values["manufacturer"] = text_of(element)


CHARACTERISTIC = Fields(
    "ХарактеристикаТовара", {"Ид": "id", "Наименование": "name", "Значение": "value"}
)
TAX = Fields("СтавкаНалога", {"Наименование": "name", "Ставка": "text"})
MANUFACTURER = Fields(
    "Изготовитель",
    {
        "Ид": "manufacturer_id",
        "Наименование": "manufacturer",
        "ОфициальноеНаименование": ignored,
    },
)
GROUP_ID = Names({"Ид": True})
PROPERTY_VALUE = Names(
    {
        "Ид": "id",
        "Значение": "value",
        "ИдЗначения": "value",
        # Bitrix' own export says each value a second time
        "ЗначениеСвойства": "ignored",
        "Наименование": "ignored",
    }
)
CONVERSION = Fields(
    "Пересчет",
    {
        "Единица": "unit",
        "Коэффициент": number("ratio"),
        "ДополнительныеДанные": ignored,
    },
)
UNIT_PARTS = Names(
    {
        "Пересчет": conversion,
        "Код": "code",
        "НаименованиеКраткое": "name",
        "НаименованиеПолное": "full_name",
        "МеждународноеСокращение": "international",
        # said again by the code, or beside the point
        "Ид": "",
        "НомерВерсии": "",
        "ПометкаУдаления": "",
        "ДополнительныеДанные": "",
    }
)
CHARACTERISTICS = items(
    "characteristics", {"ХарактеристикаТовара"}, read_characteristic
)
DESCRIPTION = {
    "Ид": "id",
    "НомерВерсии": "version",
    "ПометкаУдаления": deletion_mark,
    "Статус": deletion_mark,
    "Штрихкод": append_text("barcodes"),
    "ШтрихКод": append_text("barcodes"),
    "Артикул": "article",
    "Код": "code",
    "Наименование": "name",
    "БазоваяЕдиница": unit,
    "Группы": group_ids,
    "Категория": "category",
    "Описание": "description",
    "Картинка": append_text("pictures"),
    "ЗначенияСвойств": properties,
    "ХарактеристикиТовара": CHARACTERISTICS,
    "ЗначенияРеквизитов": requisites,
    "СтавкиНалогов": items("taxes", {"СтавкаНалога"}, read_tax),
    "Изготовитель": manufacturer,
    "Страна": "country",
    "Вес": lenient(number("weight")),
    "Ширина": lenient(number("width")),
    "Длина": lenient(number("length")),
    "Высота": lenient(number("height")),
    "КодГруппыТоваров": "goods_code",
    "ИдКаталога": ignored,
    "ПолноеНаименование": ignored,
}
GOOD = Fields("Товар", DESCRIPTION)
