# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Python environment with all that requirements.txt pins."""

import importlib.util
import os
import re
import shutil
import sys

from . import debian
from .console import Problem, step
from .locks import one_at_a_time
from .paths import REQUIREMENTS, folder, home, need_space, short_hash
from .processes import run_or_fail, tail, watch


def ensure(odoo):
    """Returns the environment's folder; `odoo` is that of Odoo's package."""
    pins = REQUIREMENTS.read_bytes()
    key = short_hash(pins, sys.version_info[:2], sys.base_prefix, odoo)
    target = home() / "python" / key
    if not (target / "complete").exists():
        with one_at_a_time("python", "the Python environment"):
            if not (target / "complete").exists():
                _make(target, odoo, pins.count(b"=="))
    return target


def _make(target, odoo, total):
    if not importlib.util.find_spec("ensurepip"):
        version = "{}.{}".format(*sys.version_info)
        debian.install([f"python{version}-venv"], "Python's venv is not complete")
    folder("python")
    need_space(1, "the Python environment")
    log = folder("downloads") / "pip.log"
    log.unlink(missing_ok=True)
    with step(f"Installing {total} Python packages") as progress:
        # an interrupted attempt may be broken; its downloads are in pip's cache
        shutil.rmtree(target, ignore_errors=True)
        run_or_fail(
            [sys.executable, "-P", "-m", "venv", target],
            log,
            "no Python environment made",
        )
        _install(target, log, progress, total)
        _put_on_path(target, odoo)
        (target / "complete").touch()


def _install(target, log, progress, total):
    seen = 0

    def show(line):
        nonlocal seen
        found = re.match(r"Collecting (\S+)", line)
        if found:
            seen += 1
            progress.count(seen, total, found[1].split("==")[0])

    command = [target / "bin/python", "-P", "-m", "pip", "install", "--require-hashes"]
    # wheels only: nothing is compiled; no dependencies: nothing comes in unseen
    command += ["--only-binary", ":all:", "--no-deps", "--progress-bar", "off"]
    command += ["--disable-pip-version-check", "--no-input", "-r", REQUIREMENTS]
    env = {**os.environ, "PIP_CACHE_DIR": str(folder("downloads", "pip"))}
    # a machine's own PYTHONPATH is no business of this environment
    env.pop("PYTHONPATH", None)
    if watch(command, log, show, env=env):
        reason = tail(log, 1, only=["ERROR:"])
        raise Problem(
            f"Python packages could not be installed ({reason}): "
            f"check the network and try again; see {log}"
        )


def _put_on_path(target, odoo):
    """Make `import odoo` work: a .pth file names the folder."""
    packages = next(target.glob("lib/python*/site-packages"))
    (packages / "odoo.pth").write_text(f"{odoo}\n", encoding="utf-8")
