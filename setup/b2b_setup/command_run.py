# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/run [--port N] [--fresh] [--prepare]: Odoo with the demo database.

Brings all that is needed, makes the database b2b_demo with demo data, starts Odoo and
says `Ready: http://127.0.0.1:N`. Ctrl-C stops all that was started. The database is
kept; --fresh makes it anew, --prepare ends before Odoo is started.
"""

import argparse
import errno
import os
import signal
import socket
import time
import urllib.error
import urllib.request

from . import demo_database, prepared, processes
from .console import Problem, say_line, step
from .instances import Instance, default_port
from .locks import open_lock, try_exclusive

# how long a start may take on a slow machine
PATIENCE = 300


def main(words):
    options = _options(words)
    _need_free(options.port)
    instance = Instance(options.port, options.port)
    instance.root.mkdir(exist_ok=True)
    alone = open_lock(instance.root / "run.lock")
    if not try_exclusive(alone):
        raise Problem(
            f"another ./setup/run of this clone is at work on port {options.port}: "
            "stop it or choose another with --port N"
        )
    try:
        instance.open()
        logins = demo_database.ensure(instance, options.fresh)
        if not options.prepare:
            _serve(instance, logins)
    finally:
        # what is being stopped must not be interrupted once more
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        instance.close()
        os.close(alone)
    return 0


def _options(words):
    parser = argparse.ArgumentParser(prog="./setup/run", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=default_port(), metavar="N")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--prepare", action="store_true")
    options = parser.parse_args(words)
    if not 0 < options.port < 65536:
        parser.error(f"{options.port} is no port")
    return options


def _need_free(port):
    """Refuse a port that is taken, before anything long begins."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Problem(
                    f"port {port} is for root only: choose another"
                ) from error
            raise Problem(
                f"port {port} is taken: stop what uses it or choose another "
                "with --port N"
            ) from error


def _serve(instance, logins):
    """Run Odoo until Ctrl-C."""
    database = demo_database.name()
    command = [prepared.PYTHON, "-m", "odoo", "-d", database]
    command += [f"--db-filter=^{database}$", "--no-database-list"]
    with open(instance.log, "a", encoding="utf-8") as log:
        server = processes.start(
            command,
            stdout=log,
            stderr=log,
            cwd=instance.root,
            env=prepared.environment(instance.config),
        )
    try:
        address = f"http://127.0.0.1:{instance.port}"
        with step(f"Starting Odoo (log: {instance.log})") as progress:
            _wait_until_ready(server, f"{address}/web/login", instance.log, progress)
        _greet(address, logins)
        server.wait()
        end = processes.tail(instance.log, 15)
        raise Problem(f"Odoo ended by itself; end of {instance.log}:\n{end}")
    except KeyboardInterrupt:
        say_line("\nStopping Odoo and PostgreSQL ...")
    finally:
        processes.stop(server, signal.SIGINT)


def _wait_until_ready(server, address, log, progress):
    since = time.monotonic()
    while time.monotonic() - since < PATIENCE:
        if server.poll() is not None:
            end = processes.tail(log, 15)
            raise Problem(f"Odoo did not start; end of {log}:\n{end}")
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            end = processes.tail(log, 15)
            raise Problem(f"Odoo answers {error}; end of {log}:\n{end}") from error
        except OSError:
            progress.say("waiting for an answer")
        time.sleep(0.3)
    raise Problem(f"Odoo gave no answer in {PATIENCE} s: see {log}")


def _greet(address, logins):
    width = max(len(login) for _who, login, _password in logins)
    say_line("")
    for who, login, password in logins:
        say_line(f"  {login:{width}}  password {password}  {who}")
    print(f"Ready: {address}", flush=True)
