# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The stand-in for 1C beside the demo: `./setup/run --with-1c`.

It exchanges every minute with the connection `demo`, which only this makes: user and
password are known to everybody.
"""

import json
import shutil

from . import prepared, processes
from .console import say_line, step
from .paths import REPOSITORY

KEY, USER, PASSWORD = "demo", "1c", "1c"
SECONDS = 60
GOODS = 60


def prepare(instance, database):
    """Make the connection in `database`, unless it is there.

    To a new connection belongs a 1C that has exchanged nothing yet.
    """
    said = instance.root / "connection_1c.json"
    words = ["-m", "b2b_setup.inside.connection_1c", database, said]
    words += [KEY, USER, PASSWORD]
    with step("Connecting the stand-in for 1C") as progress:
        instance.python(words, "Making the connection with 1C", progress)
    if json.loads(said.read_text(encoding="utf-8"))["is_new"]:
        shutil.rmtree(_state(instance), ignore_errors=True)


def start(instance, address):
    """Start the stand-in against the Odoo at `address`; returns its process."""
    log = instance.log.with_name("1c.log")
    with open(log, "a", encoding="utf-8") as target:
        process = processes.start(
            command(instance, address),
            stdout=target,
            stderr=target,
            cwd=REPOSITORY,
            env=prepared.environment(instance.config),
        )
    say_line(f"1C (stand-in) exchanges every {SECONDS} s; what it says: {log}")
    return process


def command(instance, address):
    """The words that start the stand-in."""
    words = [prepared.PYTHON, "-m", "tests.standin_1c", "--profile", "ut11"]
    words += ["--url", f"{address}/b2b/1c/{KEY}", "--user", USER]
    words += ["--password", PASSWORD, "--state", _state(instance)]
    return [*words, "--goods", str(GOODS), "--every", str(SECONDS)]


def _state(instance):
    return instance.root / "1c"
