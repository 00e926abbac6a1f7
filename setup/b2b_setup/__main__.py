# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Entry of all commands: `python -m b2b_setup NAME WORDS`.

Run twice: any Python of the machine brings Odoo and the Python environment and hands
over to the Python of that environment, which finds all there and runs the command.
"""

import importlib
import os
import signal
import sys

from . import run_options
from .console import Problem, say_line
from .paths import SETUP, home

COMMANDS = ["run", "test", "odoo", "check", "translate"]


def prepare():
    """Bring Odoo and the Python environment; returns the environment's folder."""
    from . import odoo_source, python_env

    if os.name != "posix" or not sys.platform.startswith("linux"):
        raise Problem("this set-up is for Debian and Ubuntu")
    return python_env.ensure(odoo_source.ensure())


# Ctrl-C, a polite kill, a closed terminal
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heed_endings():
    """Make each signal to end what Ctrl-C is: all that was started is stopped.

    One that is ignored stays so: it is how nohup has us outlive the terminal.
    """
    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


def interrupt(number, _frame):
    # what is being stopped must not be interrupted once more
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise KeyboardInterrupt(signal.Signals(number).name)


def main(name, *words):
    if name not in COMMANDS:
        raise Problem(f"{name} is none of the commands {', '.join(COMMANDS)}")
    # root's own umask may hide what the account of PostgreSQL must read
    os.umask(0o022)
    heed_endings()
    if name == "run":
        run_options.parse(words)
    run_options.default_port()
    environment = prepare()
    if os.path.realpath(sys.prefix) == os.path.realpath(environment):
        command = importlib.import_module(f".command_{name}", __package__)
        return command.main(list(words))
    program = str(environment / "bin" / "python")
    env = {**os.environ, "PYTHONPATH": str(SETUP), "B2B_HOME": str(home())}
    os.execve(program, [program, "-P", "-m", __package__, name, *words], env)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Problem as problem:
        say_line(f"error: {problem}")
        sys.exit(1)
    except KeyboardInterrupt:
        say_line("Stopped.")
        sys.exit(130)
