"""Numbers, flags, dates as 1C and its imitators write them (reference 2.1, 2.4, 2.6).

Each function takes text and returns a value, or raises ValueError.
"""

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from .errors import _

# what Decimal may see: no NaN, no infinity, no exponent that takes gigabytes to print
PLAIN = re.compile(r"[-+]?[0-9]{1,30}(?:\.[0-9]{0,30})?").fullmatch
BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f']+")
DATE = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[T ]+(?P<time>\S+?)(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
).fullmatch
RUSSIAN_DATE = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?: +(?P<time>\S+))?",
    re.ASCII,
).fullmatch
TIME = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?", re.ASCII).fullmatch
# roubles after an amount, as people write them
ROUBLES = re.compile(r"(?:руб(?:\.|лей|ль|ля)?|р\.?|₽|rub|rur)\s*$", re.IGNORECASE)
# a rate told as the share in the whole: 20/120, in 1C's own names 20_120
SHARE = re.compile(r"([0-9]+)\s*[/_]\s*([0-9]+)")
NUMBER = re.compile(r"[0-9]{1,30}(?:[.,][0-9]{1,30})?")
FREE = re.compile(r"\s*без|.*не\s*облагает", re.IGNORECASE).match
TRUE = {"true", "1", "да", "истина"}
FALSE = {"false", "0", "нет", "ложь"}


@lru_cache(4096)
def to_decimal(text):
    """A number: point or comma, with blanks (no-break ones too) between thousands."""
    if PLAIN(text):
        return Decimal(text)
    compact = BLANKS.sub("", text).replace("\u2212", "-")
    comma, point = compact.rfind(","), compact.rfind(".")
    if comma >= 0 and point >= 0:
        # both: the later one begins the fraction, the other one groups
        grouping = "," if comma < point else "."
        compact = compact.replace(grouping, "")
    for separator in ",.":
        if compact.count(separator) > 1:
            compact = compact.replace(separator, "")
    compact = compact.replace(",", ".")
    if compact.startswith("."):
        compact = f"0{compact}"
    if not PLAIN(compact):
        raise ValueError(_("not a number"))
    return Decimal(compact)


@lru_cache(4096)
def to_amount(text):
    """A sum of money: a number, perhaps with the word for roubles after it."""
    return to_decimal(text if PLAIN(text) else ROUBLES.sub("", text))


@lru_cache(1024)
def to_rate(text):
    """A rate of tax in percent, also with a percent sign or inside words: `НДС 20%`,
    `20/120`. None for words that mean free of tax: see `is_free`."""
    if is_free(text):
        return None
    try:
        return to_decimal(text.removesuffix("%").rstrip())
    except ValueError:
        pass
    bare = SHARE.sub(lambda found: _rate_of_share(*found.groups()), text)
    numbers = {Decimal(number.replace(",", ".")) for number in NUMBER.findall(bare)}
    if len(numbers) != 1:
        raise ValueError(_("not a tax rate"))
    return numbers.pop()


def _rate_of_share(part, whole):
    return part if int(whole) == 100 + int(part) else f"{part} {whole}"


def is_free(text):
    """Whether the text of a rate says that there is no tax: `Без НДС`, `не облагается`.

    A rate of zero is a rate.
    """
    return bool(FREE(text))


@lru_cache(64)
def to_flag(text):
    """True, False, or None for an empty text."""
    word = text.strip().lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    if not word:
        return None
    raise ValueError(_("neither true nor false"))


@lru_cache(1024)
def to_datetime(text):
    """A moment without zone, as the clock of 1C showed it.

    None for an empty text and for 1C's empty date 0001-01-01.
    """
    text = text.strip()
    if not text:
        return None
    found = DATE(text) or RUSSIAN_DATE(text)
    if not found:
        raise ValueError(_("not a date"))
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    clock = to_time(found["time"]) if found["time"] else time()
    return None if year <= 1 else datetime.combine(date(year, month, day), clock)


def to_date(text):
    """The day of a date or moment; None as in `to_datetime`."""
    moment = to_datetime(text)
    return moment and moment.date()


@lru_cache(1024)
def to_time(text):
    """A time of day; None for an empty text. Leading zeros may be missing."""
    text = text.strip()
    if not text:
        return None
    # УТ also writes the time as a moment of the empty date
    if "T" in text:
        text = text.partition("T")[2]
    found = TIME(text)
    if not found:
        raise ValueError(_("not a time"))
    return time(*(int(part or 0) for part in found.groups()))
