# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chromium, in which the browser tests run."""

import shutil
from pathlib import Path

from . import debian
from .console import Problem

# the names under which Odoo's tests look for it, in their order
NAMES = ["google-chrome", "chromium", "chromium-browser", "google-chrome-stable"]


def ensure():
    """Make sure that a browser is on PATH: installed as root, else named."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found and not _is_snap(found):
        return
    if found or debian.os_release().get("ID") == "ubuntu":
        raise Problem(
            "the browser tests need a Chromium on PATH that is no snap, as Ubuntu's is "
            "(it hides its files from them): have Google Chrome's own package installed"
        )
    debian.install(["chromium"], "no Chromium on PATH, which the browser tests need")


def _is_snap(program):
    """Whether `program` is one of snap's links, or Ubuntu's script that calls one."""
    real = Path(program).resolve()
    if real.name == "snap":
        return True
    with real.open("rb") as source:
        start = source.read(4096)
    return start.startswith(b"#!") and b"/snap/" in start
