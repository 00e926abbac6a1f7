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
    "005": "дм",
    "018": "пог. м",
    "019": "1000 пог. м",
    "020": "усл. м",
    "039": "дюйм",
    "050": "мм2",
    "051": "см2",
    "053": "дм2",
    "058": "1000 м2",
    "059": "га",
    "061": "км2",
    "110": "мм3",
    "114": "1000 м3",
    "118": "дл",
    "119": "гл",
    "160": "гг",
    "161": "мг",
    "162": "кар",
    "206": "ц",
    "212": "Вт",
    "214": "кВт",
    "222": "В",
    "245": "кВт·ч",
    "260": "А",
    "263": "А·ч",
    "354": "с",
    "360": "нед",
    "362": "мес",
    "364": "кварт",
    "365": "полгода",
    "366": "год",
    "383": "руб",
    "539": "чел·ч",
    "540": "чел·дн",
    "616": "боб",
    "625": "лист",
    "626": "100 л.",
    "630": "тыс. ст. усл. кирп",
    "639": "доз",
    "642": "ед",
    "643": "тыс. ед",
    "657": "изд",
    "683": "100 ящ",
    "698": "место",
    "704": "набор",
    "715": "пара",
    "728": "пач",
    "732": "10 пар",
    "734": "посылка",
    "736": "рул",
    "740": "дюж. шт",
    "744": "%",
    "778": "упак",
    "780": "дюж. упак",
    "781": "100 упак",
    "782": "1000 упак",
    "792": "чел",
    "797": "100 шт",
    "798": "1000 шт",
    "799": "млн шт",
    "810": "ячейка",
    "812": "ящ",
    "813": "кор",
    "831": "л 100 % спирта",
    "836": "гол",
    "837": "1000 пар",
    "839": "компл",
    "840": "секц",
    "868": "бут",
    "870": "ампула",
    "872": "флак",
    "876": "усл. ед",
    "879": "усл. шт",
    "881": "усл. банк",
    "908": "номер",
    "917": "смена",
    "922": "знак",
    "930": "1000 пласт",
    "949": "млн лист",
}
# what 1C writes where it gives no code → code: spaces and full stops left out
NAMES = {
    "мм": "003",
    "см": "004",
    "м": "006",
    "метр": "006",
    "км": "008",
    "погм": "018",
    "мп": "018",
    "пм": "018",
    "погонныйметр": "018",
    "м2": "055",
    "м²": "055",
    "квм": "055",
    "мкв": "055",
    "мл": "111",
    "см3": "111",
    "л": "112",
    "литр": "112",
    "дм3": "112",
    "м3": "113",
    "м³": "113",
    "кубм": "113",
    "мкуб": "113",
    "г": "163",
    "гр": "163",
    "грамм": "163",
    "кг": "166",
    "килограмм": "166",
    "т": "168",
    "тн": "168",
    "тонна": "168",
    "мин": "355",
    "ч": "356",
    "час": "356",
    "сут": "359",
    "дн": "359",
    "день": "359",
    "месяц": "362",
    "бобина": "616",
    "дюж": "641",
    "дюжина": "641",
    "единица": "642",
    "нбр": "704",
    "пар": "715",
    "пачка": "728",
    "рулон": "736",
    "уп": "778",
    "упаковка": "778",
    "шт": "796",
    "штука": "796",
    "штук": "796",
    "pce": "796",
    "pcs": "796",
    "тысшт": "798",
    "ящик": "812",
    "коробка": "813",
    "комплект": "839",
    "к-т": "839",
    "бутылка": "868",
    "флакон": "872",
    **{
        "".join(name.lower().replace(".", "").split()): code
        for code, name in OTHERS.items()
    },
}


def code_of(code, name):
    """The three digits of a unit, None if neither code nor name are known.

    :param code: as 1C writes it, perhaps padded or without leading zeros
    :param name: as `шт`, `шт.` or `пог. м`
    """
    code = (code or "").strip()
    if code.isdigit():
        code = code.zfill(3)
        if code in ODOO or code in OTHERS:
            return code
    return NAMES.get("".join((name or "").lower().replace(".", "").split()))


def name_of(code):
    """The short name of a unit, None if the code is unknown."""
    if code in OTHERS:
        return OTHERS[code]
    return next((name for name, known in NAMES.items() if known == code), None)


def code_of_odoo(xml_id):
    """The code of a unit of Odoo, None if it has none."""
    return next((code for code, known in ODOO.items() if known == xml_id), None)
