# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/run: makes the demo database, serves it and waits for Ctrl-C."""

import os
import signal
import time
import urllib.error
import urllib.request

from . import demo_database, prepared, processes, standin_1c
from .console import Problem, say_line, step
from .instances import Instance
from .locks import open_lock, try_exclusive
from .paths import core_modules
from .run_options import parse

# how long a start may take on a slow machine
PATIENCE = 300


def main(words):
    options = parse(words)
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
        if options.with_1c:
            standin_1c.prepare(instance, demo_database.name())
        if not options.prepare:
            _serve(instance, logins, options.with_1c)
    finally:
        instance.close()
        os.close(alone)
    return 0


def _serve(instance, logins, with_1c=False):
    """Run Odoo, and the stand-in for 1C if wanted, until Ctrl-C."""
    database = demo_database.name()
    command = [prepared.PYTHON, "-m", "odoo", "-d", database]
    command += [f"--db-filter=^{database}$", "--no-database-list"]
    if "queue_job" in core_modules():
        # what runs jobs in the background starts with the server
        command += ["--load=base,rpc,web,queue_job"]
    with open(instance.log, "a", encoding="utf-8") as log:
        server = processes.start(
            command,
            stdout=log,
            stderr=log,
            cwd=instance.root,
            env=prepared.environment(instance.config),
        )
    standin = None
    try:
        address = f"http://127.0.0.1:{instance.port}"
        with step(f"Starting Odoo (log: {instance.log})") as progress:
            _wait_until_ready(server, f"{address}/web/login", instance.log, progress)
        if with_1c:
            standin = standin_1c.start(instance, address)
        _greet(address, logins)
        server.wait()
        end = processes.tail(instance.log, 15)
        raise Problem(f"Odoo ended by itself; end of {instance.log}:\n{end}")
    except KeyboardInterrupt:
        say_line("\nStopping ...")
    finally:
        if standin:
            processes.stop_session(standin)
        processes.stop_session(server, signal.SIGINT)


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
