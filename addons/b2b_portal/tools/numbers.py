"""Reading numbers as people type them."""

import math

# No shelf holds more; beyond it numbers lose their last digits.
MAX_QUANTITY = 10**9


def parse_number(value):
    """Return the number that somebody has typed: 2.5 for "2,5", "2.5" or 2.5.

    Spaces group digits. Of a point and a comma the last is the decimal sign, the other
    one groups digits too; a comma alone is the decimal sign.

    :param value: text or number as it came from the browser
    :rtype: float | None
    :return: None for what is no number, or an infinite one
    """
    text = "".join(str(value).split())
    # Python reads True and "1_0" as numbers; nobody types them for one.
    if isinstance(value, bool) or "_" in text:
        return None
    if "," in text and "." in text:
        grouping = "," if text.rindex(".") > text.rindex(",") else "."
        text = text.replace(grouping, "")
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def parse_quantity(text):
    """Return the quantity that an input of a form says, 0 for an empty one.

    :param str text: what was typed
    :rtype: float | None
    :return: None for what is no quantity of goods
    """
    quantity = parse_number(text) if (text or "").strip() else 0.0
    is_quantity = quantity is not None and 0 <= quantity < MAX_QUANTITY
    return quantity if is_quantity else None
