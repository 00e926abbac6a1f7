"""Units of ОКЕИ, the classifier of units that 1C tells the codes of (reference 2.3)."""

# code → unit of Odoo
ODOO = {
    "003": "uom.product_uom_millimeter",
    "004": "uom.product_uom_cm",
    "006": "uom.product_uom_meter",
    "008": "uom.product_uom_km",
    "055": "uom.product_uom_square_meter",
    "111": "uom.product_uom_milliliter",
    "112": "uom.product_uom_litre",
    "113": "uom.product_uom_cubic_meter",
    "163": "uom.product_uom_gram",
    "166": "uom.product_uom_kgm",
    "168": "uom.product_uom_ton",
    "355": "uom.product_uom_minute",
    "356": "uom.product_uom_hour",
    "359": "uom.product_uom_day",
    "641": "uom.product_uom_dozen",
    "796": "uom.product_uom_unit",
}
# code → name of units that Odoo does not know
OTHERS = {
    "018": "пог. м",
    "245": "кВт·ч",
    "616": "боб",
    "625": "лист",
    "657": "изд",
    "704": "набор",
    "715": "пара",
    "728": "пач",
    "736": "рул",
    "778": "упак",
    "812": "ящ",
    "813": "кор",
    "839": "компл",
    "868": "бут",
    "872": "флак",
    "876": "усл. ед",
    "879": "усл. шт",
}
# what 1C writes where it gives no code → code
NAMES = {
    "мм": "003",
    "см": "004",
    "м": "006",
    "км": "008",
    "м2": "055",
    "м²": "055",
    "кв.м": "055",
    "мл": "111",
    "л": "112",
    "м3": "113",
    "м³": "113",
    "г": "163",
    "гр": "163",
    "кг": "166",
    "т": "168",
    "мин": "355",
    "ч": "356",
    "час": "356",
    "шт": "796",
    "pce": "796",
    **{name: code for code, name in OTHERS.items()},
}


def code_of(code, name):
    """The three digits of a unit, None if neither code nor name are known.

    :param code: as 1C writes it, perhaps padded or without leading zeros
    :param name: as `шт` or `шт.`
    """
    code = (code or "").strip()
    if code.isdigit():
        code = code.zfill(3)
        if code in ODOO or code in OTHERS:
            return code
    return NAMES.get((name or "").strip().rstrip(".").lower())


def name_of(code):
    """The short name of a unit, None if the code is unknown."""
    return next((name for name, known in NAMES.items() if known == code), None)


def code_of_odoo(xml_id):
    """The code of a unit of Odoo, None if it has none."""
    return next((code for code, known in ODOO.items() if known == xml_id), None)
