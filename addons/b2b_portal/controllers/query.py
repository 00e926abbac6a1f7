"""Reading words of an address: nonsense becomes nothing, never an error."""

from odoo import fields

MAX_ID = 2**31 - 1
MAX_TEXT = 100


def parse_date(text):
    """Return the date that a word like ``2026-01-31`` names, or None.

    :rtype: datetime.date | None
    """
    try:
        return fields.Date.to_date(text) or None
    except (TypeError, ValueError):
        return None


def parse_id(text):
    """Return the id that a word names, or None if no record can have it.

    :rtype: int | None
    """
    try:
        number = int(text)
    except (TypeError, ValueError):
        return None
    return number if 0 < number <= MAX_ID else None


def parse_text(text):
    """Return a word to search for, without what a database cannot take.

    :rtype: str
    """
    return (text or "").replace("\x00", "").strip()[:MAX_TEXT]


def choose(options, key, default):
    """Return the key if it is one of the options, else the default."""
    return key if key in options else default
