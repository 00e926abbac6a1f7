"""Offers, prices and the forms stock comes in (reference 2.4)."""

from . import model
from .catalog import DESCRIPTION, NOTHING, identify
from .errors import RowError, _
from .fields import (
    Fields,
    Names,
    amount,
    flag,
    ignored,
    items,
    lenient,
    number,
    refuse,
)
from .layout import local_name
from .scalars import to_decimal


def read_offer(element, row):
    values = OFFER.read(element, row)
    identify(values, element, row)
    characteristic = values.pop("characteristic", None)
    # changes of УТ 11 name the goods again for each characteristic
    if characteristic and characteristic != NOTHING and "#" not in values["id"]:
        values["id"] += f"#{characteristic}"
    if values.get("prices_left_out"):
        # nothing said, which an empty list is not
        values["prices"] = values["prices"] or None
    return model.Offer(**values)


def read_price(element, row):
    """A price; without a type it cannot be told what it is."""
    values = PRICE.read(element, row)
    if not values.get("type_id"):
        raise RowError(_("a price without type"))
    return model.Price(**values)


def price_tax(values, element, row):
    values |= PRICE_TAX.read(element, row)


def warehouse(values, element, row):
    """`Склад` with attributes ((b), (d)) or with `Ид` and `Количество` inside (c).

    Without a warehouse's id the quantity is that of all; without a quantity nothing is
    said.

    :return: the id of a warehouse whose quantity is not told here
    """
    found = element.get("ИдСклада")
    text = element.get("КоличествоНаСкладе")
    source = element
    for child in element:
        meaning = WAREHOUSE[child.tag]
        if meaning == "id":
            found = child.text
        elif meaning == "quantity":
            text, source = child.text, child
        elif meaning is None:
            row.count_unknown(f"Склад/{local_name(child.tag)}")
    stocks = values.get("stocks")
    if stocks is None:
        stocks = values["stocks"] = []
    text = text and text.strip()
    found = found and found.strip()
    if not text:
        return found
    try:
        quantity = to_decimal(text)
    except ValueError as error:
        refuse(source, error.args[0], text)
    if found:
        stocks.append(model.Stock(found, quantity))
    else:
        values["quantity"] = quantity
    return None


def warehouses(values, element, row):
    """`Склады` of the changes package: one warehouse, or a list of them."""
    if len(element) and local_name(element[0].tag) == "Склад":
        for child in element:
            warehouse(values, child, row)
    elif element.attrib or len(element):
        warehouse(values, element, row)


def rests(values, element, row):
    """`Остатки/Остаток`, each with warehouses or with a total (c).

    Some write the quantity beside the warehouse.
    """
    for rest in element:
        if not REST[rest.tag]:
            row.count_unknown(f"Остатки/{local_name(rest.tag)}")
            continue
        open_ids, totals = [], {}
        for child in rest:
            meaning = REST_PARTS[child.tag]
            if meaning == "warehouse":
                if identifier := warehouse(values, child, row):
                    open_ids.append(identifier)
            elif meaning == "quantity":
                total(totals, child, row)
            else:
                row.count_unknown(f"Остаток/{local_name(child.tag)}")
        if not totals:
            continue
        if not open_ids:
            values["quantity"] = totals["quantity"]
        elif len(open_ids) == 1:
            values["stocks"].append(model.Stock(open_ids[0], totals["quantity"]))
        else:
            row.count_unknown("Остаток: one Количество of several Склад")


total = number("quantity")
REST = Names({"Остаток": True})
REST_PARTS = Names({"Склад": "warehouse", "Количество": "quantity"})
WAREHOUSE = Names(
    {
        "Ид": "id",
        "ИдСклада": "id",
        "Количество": "quantity",
        "КоличествоНаСкладе": "quantity",
        "Наименование": "ignored",
    }
)
PRICE_TAX = Fields(
    "Налог",
    {
        "УчтеноВСумме": lenient(flag("tax_included")),
        "Наименование": ignored,
        "Ставка": ignored,
        "Акциз": ignored,
    },
)
PRICE = Fields(
    "Цена",
    {
        "ИдТипаЦены": "type_id",
        "ЦенаЗаЕдиницу": amount("value"),
        "Валюта": "currency",
        "Единица": "unit",
        "Коэффициент": number("ratio"),
        "Налог": price_tax,
        # made for people: no-break spaces, words
        "Представление": ignored,
    },
)
OFFER = Fields(
    "Предложение",
    {
        **DESCRIPTION,
        "ИдХарактеристики": "characteristic",
        "Цены": items("prices", {"Цена"}, read_price, "prices_left_out"),
        "Количество": number("quantity"),
        "Склад": warehouse,
        "Склады": warehouses,
        "Остатки": rests,
    },
)
