# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/check [lint] [install]: what must be right before the tests are run.

lint: ruff (rules and format), pylint-odoo, our own checks of the source.
install: each addon alone and all together install, and the demo data load, without a
warning or an error in Odoo's log.
"""

import os
import re
import subprocess

from . import prepared
from .console import Problem, say, step
from .paths import ADDONS, REPOSITORY, SETUP, ours, with_dependencies
from .templates import AddonsTemplate, DemoTemplate

BAD_LINE = re.compile(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")


def main(words):
    known = {"lint": _lint, "install": _install}
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
    places = [SETUP, *(ADDONS / name for name in ours())]
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
            faults += _bad_lines(AddonsTemplate(list(names)).ensure())
    if ours():
        faults += _bad_lines(DemoTemplate(ours()).ensure())
    return faults


def _bad_lines(template):
    log = template.place.log.read_text(encoding="utf-8").splitlines()
    return [f"{template.title}: {line}" for line in log if BAD_LINE.match(line)]
