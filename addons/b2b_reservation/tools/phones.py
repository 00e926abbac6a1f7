"""Phone numbers by the plan of their country.

Odoo does without the library of numbers, and so do we: then a number is judged by its
characters alone.
"""

try:
    import phonenumbers
except ImportError:
    phonenumbers = None

MIN_DIGITS = 7
MAX_DIGITS = 15
# What is shown where nothing says the country.
ANY_EXAMPLE = "+44 7400 123456"


def has_plans():
    """Tell whether the numbers of countries are known."""
    return phonenumbers is not None


def looks_like_phone(text):
    """Tell whether a text may be a phone number, whatever the country.

    :param str text: what somebody has typed
    """
    digits = sum(character.isdecimal() for character in text)
    return MIN_DIGITS <= digits <= MAX_DIGITS and not text.strip(
        "+0123456789 ()-.\u00a0"
    )


def get_example(country_code):
    """Return a right phone number of a country, in the international format.

    :param str country_code: as ISO 3166 has it, like ``TR``
    :rtype: str
    """
    if not phonenumbers or not country_code:
        return ANY_EXAMPLE
    number = phonenumbers.example_number_for_type(
        country_code, phonenumbers.PhoneNumberType.MOBILE
    )
    if not number:
        return ANY_EXAMPLE
    return phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
    )
