"""What must hold for the translations of each of our addons."""

import io
import re
from collections import Counter

import polib

from odoo.modules import get_module_path
from odoo.tools.translate import trans_export

LANGUAGES = ("ru", "tr", "uk")
# Placeholders, expressions and tags, which a translation keeps.
MARKS = re.compile(r"%\(\w+\)[sd]|%[sd]|\$\{[^}]*\}|\{\{[^}]*\}\}|</?\w+")


class TranslationsMixin:
    """Checks the .po files of :attr:`addon`; ``./setup/translate`` keeps them.

    For an HttpCase.
    """

    addon = None

    def _export_terms(self):
        """Return the terms of the addon as it is installed here."""
        buffer = io.BytesIO()
        trans_export(None, [self.addon], buffer, "po", self.env)
        entries = polib.pofile(buffer.getvalue().decode())
        return {entry.msgid for entry in entries}

    def _read(self, language):
        path = f"{get_module_path(self.addon)}/i18n/{language}.po"
        entries = polib.pofile(path)
        return {
            entry.msgid: entry.msgstr
            for entry in entries
            if not entry.obsolete and not entry.fuzzy
        }

    def test_every_term_is_translated(self):
        terms = self._export_terms()
        self.assertTrue(terms)
        for language in LANGUAGES:
            translated = {
                msgid for msgid, msgstr in self._read(language).items() if msgstr
            }
            with self.subTest(language=language):
                self.assertFalse(sorted(terms - translated), "run ./setup/translate")

    def test_scripts_of_pages_are_translated(self):
        self.env["res.lang"]._activate_lang("ru_RU")
        answer = self.url_open("/website/translations?lang=ru_RU").json()
        self.assertTrue(answer["modules"].get(self.addon, {}).get("messages"))

    def test_translations_keep_placeholders_and_tags(self):
        for language in LANGUAGES:
            for msgid, msgstr in self._read(language).items():
                with self.subTest(language=language, term=msgid):
                    self.assertEqual(
                        Counter(MARKS.findall(msgid)), Counter(MARKS.findall(msgstr))
                    )
