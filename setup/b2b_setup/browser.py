# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chromium, in which the browser tests run."""

import shutil

from . import debian

# the names under which Odoo's tests look for it
NAMES = ["google-chrome", "chromium", "chromium-browser", "google-chrome-stable"]


def ensure():
    """Make sure that a browser is on PATH: installed as root, else named."""
    if not any(shutil.which(name) for name in NAMES):
        debian.install(
            ["chromium"], "no Chromium on PATH, which the browser tests need"
        )
