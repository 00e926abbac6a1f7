"""Orders and their state, payments, shipments (reference 2.5, 2.6)."""

from . import model, scalars
from .catalog import (
    CHARACTERISTICS,
    DESCRIPTION,
    properties,
    tax_rate,
    unit,
    without_nothing,
)
from .errors import RowError, _
from .fields import (
    Fields,
    Scalar,
    amount,
    append_text,
    deletion_mark,
    flag,
    ignored,
    items,
    lenient,
    number,
    requisites,
    status_attribute,
    text_of,
)
from .layout import local_name
from .parties import read_counterparty

# requisite → field of the document, what its text is
STATE = {
    "Номер по 1С": ("number_in_1c", str.strip),
    "Дата по 1С": ("date_in_1c", scalars.to_datetime),
    "ПометкаУдаления": ("deleted", scalars.to_flag),
    "Проведен": ("posted", scalars.to_flag),
    "Отменен": ("cancelled", scalars.to_flag),
    "Оплачен": ("paid", scalars.to_flag),
    "Заказ оплачен": ("paid", scalars.to_flag),
    "Отгружен": ("shipped", scalars.to_flag),
    "Статус заказа": ("status", str.strip),
    "Статуса заказа ИД": ("status_id", str.strip),
    "Номер оплаты по 1С": ("payment_number", str.strip),
    "Дата оплаты по 1С": ("payment_date", scalars.to_datetime),
    "Номер отгрузки по 1С": ("shipment_number", str.strip),
    "Дата отгрузки по 1С": ("shipment_date", scalars.to_datetime),
}


def read_document(element, row):
    """A document with all documents below it; without its lines if one of them cannot
    be read, as the others alone would mean that it was taken out."""
    values = DOCUMENT.read(element, row)
    if values.pop("lines_left_out", False):
        values["lines"] = None
    values.pop("subordinates_left_out", None)
    status_attribute(values, element, row)
    state_of_requisites(values, row)
    if not values.get("id") and not values.get("number"):
        raise RowError(_("a document without id and number"))
    return model.Document(line=row.line(element), **values)


def state_of_requisites(values, row):
    """Fill the fields that 2.x keeps in requisites; elements of 3.1 come first."""
    for name, text in values.get("requisites") or ():
        if name not in STATE or not text:
            continue
        key, convert = STATE[name]
        try:
            value = convert(text)
        except ValueError as error:
            row.count_unknown(f"ЗначениеРеквизита {name}: {error}")
            continue
        if value is not None and values.get(key) is None:
            values[key] = value


def read_line(element, row):
    values = LINE.read(element, row)
    status_attribute(values, element, row)
    if values.get("id"):
        values["id"] = without_nothing(values["id"])
    return model.DocumentLine(line=row.line(element), **values)


def line_unit(values, element, row):
    """`Единица`: of quantity and price, by its name (2.x); the base unit (3.1)."""
    if len(element):
        unit(values, element, row)
    else:
        values["packaging"] = text_of(element)


def read_discount(element, row):
    return model.Discount(**DISCOUNT.read(element, row))


def read_tax(element, row):
    values = TAX.read(element, row)
    tax_rate(values)
    return model.DocumentTax(**values)


def warehouse_ids(values, element, row):
    """Ids of warehouses: of an order the place of collection."""
    found = values.setdefault("warehouses", [])
    for child in element:
        identifier = child.get("ИдСклада") or ""
        for part in child:
            if local_name(part.tag) in ("Ид", "ИдСклада"):
                identifier = text_of(part)
        if identifier.strip():
            found.append(identifier.strip())


def number_in_1c(values, element, row):
    """1C pads its numbers with blanks."""
    values["number_in_1c"] = text_of(element) or None


DISCOUNT = Fields(
    "Скидка",
    {
        "Наименование": "name",
        "Сумма": lenient(amount("amount")),
        "Процент": lenient(number("percent")),
        "УчтеноВСумме": lenient(flag("included")),
    },
)
TAX = Fields(
    "Налог",
    {
        "Наименование": "name",
        "УчтеноВСумме": lenient(flag("included")),
        "Сумма": lenient(amount("amount")),
        "Ставка": "text",
    },
)
DISCOUNTS = items("discounts", {"Скидка"}, read_discount)
TAXES = items("taxes", {"Налог"}, read_tax)
LINE = Fields(
    "Товар",
    {
        # of what describes goods, a line has no field for these
        **dict.fromkeys(DESCRIPTION, ignored),
        "Ид": "id",
        "ИдКаталога": "catalog_id",
        "ПометкаУдаления": deletion_mark,
        "Статус": deletion_mark,
        "Артикул": "article",
        "Наименование": "name",
        "Штрихкод": append_text("barcodes"),
        "ШтрихКод": append_text("barcodes"),
        "БазоваяЕдиница": unit,
        "Единица": line_unit,
        "Коэффициент": number("ratio"),
        "ЦенаЗаЕдиницу": amount("price"),
        "Цена": amount("price"),
        "Количество": number("quantity"),
        "Сумма": amount("amount"),
        "Скидки": DISCOUNTS,
        "Налоги": TAXES,
        "ЗначенияСвойств": properties,
        "ХарактеристикиТовара": CHARACTERISTICS,
        "ЗначенияРеквизитов": requisites,
        "Склады": warehouse_ids,
        "СтавкиНалогов": ignored,
    },
)
DOCUMENT = Fields(
    "Документ",
    {
        "Ид": "id",
        "НомерВерсии": "version",
        "ПометкаУдаления": deletion_mark,
        "Номер": "number",
        "Дата": lenient(Scalar("date", scalars.to_date)),
        "Время": lenient(Scalar("time", scalars.to_time)),
        "ХозОперация": "operation",
        "Роль": "role",
        "Валюта": "currency",
        "Курс": lenient(number("rate")),
        "Сумма": amount("amount"),
        "Контрагенты": items("counterparties", {"Контрагент"}, read_counterparty),
        "Товары": items("lines", {"Товар"}, read_line, "lines_left_out"),
        "Комментарий": "comment",
        "СрокПлатежа": lenient(Scalar("due", scalars.to_date)),
        "Налоги": TAXES,
        "Скидки": DISCOUNTS,
        "Склады": warehouse_ids,
        "ЗначенияРеквизитов": requisites,
        "Основание": "basis",
        "Номер1С": number_in_1c,
        "Дата1С": lenient(Scalar("date_in_1c", scalars.to_datetime)),
        "Проведен": lenient(flag("posted")),
        "Отменен": lenient(flag("cancelled")),
    },
)
DOCUMENT.known["ПодчиненныеДокументы"] = items(
    "subordinates",
    {"ПодчиненныйДокумент", "Документ"},
    read_document,
    "subordinates_left_out",
)
