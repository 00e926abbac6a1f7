from odoo import models

# how 1C writes currencies (reference 2.4), in small letters, without dots and blanks
WORDS = {
    "руб": "RUB",
    "рубль": "RUB",
    "рублей": "RUB",
    "р": "RUB",
    "₽": "RUB",
    "rur": "RUB",
    "810": "RUB",
    "грн": "UAH",
    "гривна": "UAH",
    "₴": "UAH",
    "евро": "EUR",
    "€": "EUR",
    "долл": "USD",
    "доллсша": "USD",
    "$": "USD",
    "тг": "KZT",
    "тенге": "KZT",
    "₸": "KZT",
    "белруб": "BYN",
    "бр": "BYN",
    "byr": "BYN",
    "сум": "UZS",
    "лей": "MDL",
    "лари": "GEL",
    "₾": "GEL",
    "драм": "AMD",
    "֏": "AMD",
    "манат": "AZN",
    "₼": "AZN",
    "сомони": "TJS",
    "tl": "TRY",
    "₺": "TRY",
    "юань": "CNY",
}
# where these are at home, a bare "руб" is theirs
ROUBLES = ("BYN",)


class B2b1cImporterCurrency(models.AbstractModel):
    """Finds currencies by the words of 1C."""

    _name = "b2b.1c.importer.currency"
    _description = "1C Importer of Currencies"

    def _find_currency(self, run, word):
        """The currency that a word of 1C stands for; it is made active.

        What people have chosen for the word comes first, then the words 1C is known to
        write, codes of letters and codes of digits. A word that nobody knows is
        parked: people choose the currency, and what needs it waits until then.

        :param importers.run.Run run:
        :param str word: `руб.`, `RUB`, `643`, …
        :return: nothing if it is not known
        :rtype: res.currency
        """
        cache = run.cache.setdefault("currencies", {})
        if word not in cache:
            found = self._look_up(run, word)
            if found and not found.active:
                found.active = True
            if not found:
                bindings = self.env["b2b.1c.binding"]
                bindings._park(run.backend, "res.currency", word, word)
            cache[word] = found
        return cache[word]

    def _look_up(self, run, word):
        bindings = self.env["b2b.1c.binding"]
        chosen = bindings._find(run.backend, "res.currency", [word]).get(word)
        if chosen:
            return chosen
        bare = "".join(word.casefold().replace(".", "").split())
        code = WORDS.get(bare, bare.upper())
        home = run.backend.company_id.currency_id
        if bare in ("руб", "р") and home.name in ROUBLES:
            return home
        currencies = self.env["res.currency"].with_context(active_test=False)
        if code.isdigit():
            return currencies.search([("iso_numeric", "=", int(code))], limit=1)
        return currencies.search([("name", "=", code)], limit=1)
