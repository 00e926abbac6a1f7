# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19 itself: the one B2B_ODOO points at, else Debian's, unpacked privately."""

import os
import re
import shutil
from pathlib import Path

from . import debian
from .console import Problem, step
from .locks import one_at_a_time
from .paths import folder, home, need_space

PACKAGE = "odoo-19"
# Debian replaces bundled files by links into these packages.
LINKED = [
    "fonts-glyphicons-halflings",
    "fonts-montserrat",
    "fonts-ocr-b",
    "fonts-roboto-unhinted",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
]
# Odoo wants the files of Font Awesome 4.7; later releases of Debian carry 7.
LINKED_OLD = ["fonts-font-awesome", "fonts-inconsolata"]
INSIDE = Path("usr/lib/python3/dist-packages")


def ensure():
    """Returns the folder that holds the package `odoo` (it goes onto Python's path)."""
    chosen = os.environ.get("B2B_ODOO")
    if chosen:
        return _existing(Path(chosen).expanduser().resolve())
    ready = _ready()
    if ready:
        return ready
    with one_at_a_time("odoo", "Odoo"):
        return _ready() or _download()


def _existing(root):
    release = root / "odoo" / "release.py"
    if not release.exists():
        raise Problem(f"B2B_ODOO: {root} holds no folder odoo with a release.py in it")
    if not re.search(r"version_info\s*=\s*\(19,", release.read_text(encoding="utf-8")):
        raise Problem(f"B2B_ODOO: the Odoo in {root} is not version 19")
    return root


def _ready():
    found = sorted((home() / "odoo").glob(f"[0-9]*/{INSIDE}"), key=os.path.getmtime)
    return found[-1] if found else None


def _download():
    need_space(5, "Odoo, PostgreSQL and databases")
    old = debian.fetch("bookworm", LINKED_OLD)
    new = debian.fetch("sid", [PACKAGE, *LINKED])
    version = new[0].name.split("_")[1].replace("%3a", "-")
    target = folder("odoo") / version
    partial = target.with_name(f".{version}.partial")
    with step(f"Unpacking Odoo {version}"):
        shutil.rmtree(partial, ignore_errors=True)
        debian.unpack([*new, *old], partial)
        _complete(partial / INSIDE)
        partial.rename(target)
    return target / INSIDE


def _complete(root):
    """Put in what Debian leaves out, and make sure that nothing else is missing."""
    # Blurs the background of video calls. Without the file every page of the backend
    # logs an error, which fails every browser test; an empty one is enough for us.
    blur = root / "odoo/addons/mail/static/lib/selfie_segmentation"
    blur.mkdir(parents=True, exist_ok=True)
    (blur / "selfie_segmentation.js").write_text("/* left out: needs a model file */\n")
    dangling = [
        path
        for path in (root / "odoo/addons").rglob("*")
        if path.is_symlink() and not path.exists()
    ]
    if dangling:
        raise Problem(
            f"Odoo as unpacked lacks {len(dangling)} linked files ({dangling[0]}): "
            "Debian has moved them to a package that setup/ does not know yet"
        )
