# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where things lie: the checkout, and B2B_HOME for all that is downloaded or made."""

import ast
import hashlib
import os
import shutil
from pathlib import Path

from .console import Problem

SETUP = Path(__file__).resolve().parents[1]
REPOSITORY = SETUP.parent
ADDONS = REPOSITORY / "addons"
REQUIREMENTS = SETUP / "requirements.txt"


def home():
    """B2B_HOME: shared by all clones of this user, kept between runs."""
    chosen = os.environ.get("B2B_HOME")
    if chosen:
        return Path(chosen).expanduser().resolve()
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().resolve() / "b2b-portal"


def folder(*names):
    """A folder inside B2B_HOME, made if missing."""
    path = home().joinpath(*names)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"{path} cannot be made ({error.strerror}): name a folder in B2B_HOME"
        ) from error
    return path


def need_space(gigabytes, what):
    """Refuse to begin what the disk cannot hold."""
    free = shutil.disk_usage(folder()).free / 1e9
    if free < gigabytes:
        raise Problem(
            f"too little disk for {what}: {gigabytes} GB needed in {home()}, "
            f"{free:.1f} GB free; make room or name another folder in B2B_HOME"
        )


def short_hash(*parts):
    """Ten characters that stand for `parts` (text, bytes or paths)."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else str(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()[:10]


def manifests():
    """The manifests of our installable addons, by addon name."""
    found = {}
    for path in sorted(ADDONS.glob("*/__manifest__.py")):
        manifest = ast.literal_eval(path.read_text(encoding="utf-8"))
        if manifest.get("installable", True):
            found[path.parent.name] = manifest
    return found


def not_installable():
    """The names of folders with Python that Odoo cannot install (yet): they are linted
    and tested, too."""
    found = manifests()
    names = [path.parent.name for path in ADDONS.glob("*/__init__.py")]
    return sorted(name for name in names if name not in found)


def ours():
    """The names of our addons, each after those that it depends on."""
    found = manifests()
    ordered = []

    def add(name):
        for needed in found[name].get("depends", []):
            if needed in found:
                add(needed)
        if name not in ordered:
            ordered.append(name)

    for name in found:
        add(name)
    return ordered


# What stands in until the addons name their dependencies themselves.
FALLBACK_MODULES = [
    "account_payment",
    "portal",
    "sale_management",
    "stock_delivery",
    "website_payment",
    "website_sale_stock",
]


# What tests and the demo use beside: a provider that takes payments without money.
DEMO_MODULES = {"payment_demo"}


def core_modules():
    """What our addons depend on that is not ours, and what tests and the demo use: the
    modules of the core template."""
    found = manifests()
    needed = {name for manifest in found.values() for name in manifest["depends"]}
    return sorted((needed - set(found) or set(FALLBACK_MODULES)) | DEMO_MODULES)


def with_dependencies(names):
    """`names` of our addons and those of ours that they depend on, sorted."""
    found = manifests()
    todo, chosen = list(names), set()
    while todo:
        name = todo.pop()
        if name in found and name not in chosen:
            chosen.add(name)
            todo += found[name]["depends"]
    return sorted(chosen)


def addons_hash(names):
    """Stands for the content of our addons `names` as far as a database depends on it.

    Tests and texts for readers are left out: changing them makes no new database.
    """
    digest = hashlib.sha256()
    for name in names:
        for path in sorted((ADDONS / name).rglob("*")):
            inside = path.relative_to(ADDONS)
            if not path.is_file() or path.suffix in (".pyc", ".md", ".rst", ".pot"):
                continue
            if {"tests", "__pycache__", "readme"} & set(inside.parts):
                continue
            digest.update(str(inside).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:10]
