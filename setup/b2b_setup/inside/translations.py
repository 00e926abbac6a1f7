# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Brings the translation files of addons up to date with their source.

In: the database in which they are installed, the folder of the addons, their names.
Writes i18n/NAME.pot and merges it into the .po of each language: new terms are added
empty, terms that are gone are dropped. Prints how many are left to translate.
"""

import io
import sys
from pathlib import Path

import polib

from odoo.tools.translate import trans_export

from . import announce, odoo_environment

LANGUAGES = ("ru", "tr", "uk")


def export(env, name):
    """The terms of the addon `name` as a polib file."""
    buffer = io.BytesIO()
    trans_export(None, [name], buffer, "po", env)
    return polib.pofile(buffer.getvalue().decode())


def merge(pot, path, language):
    """Bring the .po file `path` up to date; returns how many terms are empty."""
    if path.exists():
        po = polib.pofile(str(path))
    else:
        po = polib.POFile()
    po.metadata = {**pot.metadata, "Language": language}
    for date in ("POT-Creation-Date", "PO-Revision-Date"):
        po.metadata.pop(date, None)
    po.merge(pot)
    for entry in po.obsolete_entries():
        po.remove(entry)
    po.sort(key=lambda entry: entry.msgid)
    po.save(str(path))
    return len(po.untranslated_entries()) + len(po.fuzzy_entries())


def main(database, addons, *names):
    with odoo_environment(database) as env:
        for name in names:
            folder = Path(addons) / name / "i18n"
            folder.mkdir(exist_ok=True)
            pot = export(env, name)
            # a file made twice of the same source is the same file
            pot.metadata.pop("POT-Creation-Date", None)
            pot.metadata.pop("PO-Revision-Date", None)
            pot.sort(key=lambda entry: entry.msgid)
            pot.save(str(folder / f"{name}.pot"))
            for language in LANGUAGES:
                left = merge(pot, folder / f"{language}.po", language)
                announce(f"{name}, {language}: {left} of {len(pot)} to translate")


if __name__ == "__main__":
    main(*sys.argv[1:])
