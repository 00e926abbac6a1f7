# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/check [lint] [install] [lifecycle]: what must be right before the tests run.

lint: ruff (rules and format), pylint-odoo, our own checks of the source.
install: each addon alone and all together install, and the demo data load, without a
warning or an error in Odoo's log.
lifecycle: a copy of the demo database upgrades and loses our addons again, without such
a line either; then nothing of them is left, and all that is not theirs is.
"""

import os
import re
import subprocess

from . import prepared
from .console import Problem, say, step
from .instances import Instance
from .paths import ADDONS, REPOSITORY, SETUP, not_installable, ours, with_dependencies
from .templates import AddonsTemplate, DemoTemplate

BAD_LINE = re.compile(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) |fault: ")


def main(words):
    known = {"lint": _lint, "install": _install, "lifecycle": _lifecycle}
    unknown = set(words) - set(known)
    if unknown:
        raise Problem(f"{', '.join(unknown)}: known are {', '.join(known)}")
    faults = []
    for name in words or known:
        faults += known[name]()
    for fault in faults:
        say(fault)
    if faults:
        raise Problem(f"{len(faults)} checks failed")
    return 0


def _lint():
    """Run the linters; returns the names of those that found something."""
    places = [SETUP, *(ADDONS / name for name in [*ours(), *not_installable()])]
    if (REPOSITORY / "tests").exists():
        places.append(REPOSITORY / "tests")
    addons = [ADDONS / name for name in ours()]
    tools = {
        "ruff check": ["ruff", "check", *places],
        "ruff format": ["ruff", "format", "--check", *places],
        "source": ["b2b_setup.checks"],
    }
    if addons:
        tools["pylint-odoo"] = ["pylint", "--rcfile=.pylintrc", *addons]
    env = {**os.environ, "PYTHONPATH": str(SETUP)}
    faults = []
    for title, words in tools.items():
        with step(f"Checking: {title}"):
            command = [prepared.PYTHON, "-m", *words]
            if subprocess.run(command, cwd=REPOSITORY, env=env, check=False).returncode:
                faults.append(f"{title} found something, see above")
    return faults


def _install():
    """Install in every combination that an administrator may choose first."""
    faults = []
    chosen = {tuple(with_dependencies([name])) for name in ours()}
    chosen.add(tuple(with_dependencies(ours())))
    for names in sorted(chosen, key=len):
        if names:
            template = AddonsTemplate(list(names)).ensure()
            faults += _bad_lines(template.title, template.place)
    if ours():
        template = DemoTemplate(ours()).ensure()
        faults += _bad_lines(template.title, template.place)
    return faults


def _lifecycle():
    """Upgrade and uninstall what is installed and used."""
    if not ours():
        return []
    template = DemoTemplate(ours()).ensure()
    # named as what ./setup/test uses: should this be killed, that throws it away
    place = Instance(f"test-{os.getpid()}", 0, template, fast=True)
    database = f"b2b_test_{place.name}".replace("-", "_")
    try:
        place.open()
        place.new_database(database)
        with step("Upgrading all modules") as progress:
            words = ["-d", database, "-u", "all", "--stop-after-init", "--no-http"]
            place.odoo(words, "The upgrade", progress)
        with step(f"Uninstalling {', '.join(ours())}") as progress:
            words = ["-m", "b2b_setup.inside.uninstall", database, *ours()]
            place.python(words, "Uninstalling", progress)
        return _bad_lines("Upgrading and uninstalling", place)
    finally:
        place.remove([database])


def _bad_lines(title, place):
    log = place.log.read_text(encoding="utf-8").splitlines()
    return [f"{title}: {line}" for line in log if BAD_LINE.match(line)]
