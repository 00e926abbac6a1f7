# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What `__main__.py` has prepared, seen from the Python environment that it started."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

from . import pdf
from .paths import ADDONS, REQUIREMENTS, SETUP, ours, short_hash

ENVIRONMENT = Path(sys.prefix)
PYTHON = ENVIRONMENT / "bin" / "python"


@cache
def odoo():
    """The folder that holds the package `odoo`."""
    link = next(ENVIRONMENT.glob("lib/python*/site-packages/odoo.pth"))
    return Path(link.read_text(encoding="utf-8").strip())


@cache
def odoo_identity():
    """Stands for this Odoo."""
    release = (odoo() / "odoo" / "release.py").read_bytes()
    commit = b""
    if (odoo() / ".git").exists():
        command = ["git", "-C", odoo(), "rev-parse", "HEAD"]
        commit = subprocess.run(command, capture_output=True).stdout
    return short_hash(odoo(), release, commit)


def identity():
    """Stands for this Odoo and these Python packages."""
    return short_hash(odoo_identity(), REQUIREMENTS.read_bytes())


def addons_path():
    """Where Odoo looks for addons: its own and ours."""
    own = odoo() / "odoo" / "addons"
    found = [own]
    # a checkout of Odoo keeps all but base in a second folder
    if not (own / "web").exists():
        found.append(odoo() / "addons")
    if ours():
        found.append(ADDONS)
    return ",".join(map(str, found))


def has_module(name):
    """Whether Odoo brings a module of this name."""
    return any(
        (Path(place) / name / "__manifest__.py").exists()
        for place in addons_path().split(",")
    )


def environment(config):
    """The variables Odoo runs with; `config` is its configuration file."""
    found = dict(os.environ)
    tools = pdf.ensure(ENVIRONMENT)
    folders = [str(tools)] if tools else []
    folders += [str(ENVIRONMENT / "bin"), found.get("PATH", os.defpath)]
    found["PATH"] = os.pathsep.join(folders)
    found["PYTHONPATH"] = str(SETUP)
    found["PYTHONDONTWRITEBYTECODE"] = "1"
    found["ODOO_RC"] = str(config)
    return found
