# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Odoo of its own with a database of its own, for tests that kill or crowd it."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from contextlib import closing
from pathlib import Path

from b2b_setup import prepared, processes
from b2b_setup.places import copy_files
from b2b_setup.postgres import Server

from odoo.tools import config

from tests.standin_1c.transport import Connection

KEY, PASSWORD = "trial", "1c"
PATIENCE = 180
TEMPLATE, FILES = "B2B_TEST_TEMPLATE", "B2B_TEST_FILES"


def database_server():
    """The PostgreSQL of the tests."""
    names = {"host": "db_host", "port": "db_port", "user": "db_user"}
    return Server(
        **{name: config[option] for name, option in names.items()},
        password=config["db_password"],
    )


def files_of(database):
    return Path(config.filestore(database))


def free_port():
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Database:
    """A copy of the template of the tests, or of another one of these.

    :param str name:
    :param Database source: what is copied
    """

    def __init__(self, name, source=None):
        self.name = name
        self.server = database_server()
        self.remove()
        files = files_of(source.name) if source else Path(os.environ[FILES])
        copy_files(files, files_of(name))
        self.server.copy(source.name if source else os.environ[TEMPLATE], name)

    def remove(self):
        """Throw it away with its files."""
        self.server.drop(self.name)
        shutil.rmtree(files_of(self.name), ignore_errors=True)

    def connect(self, key=KEY):
        """Make a connection with 1C that takes all the stand-in sends."""
        with tempfile.NamedTemporaryFile() as answer:
            command = [prepared.PYTHON, "-m", "b2b_setup.inside.connection_1c"]
            command += [self.name, answer.name, key, f"1c-{key}", PASSWORD]
            env = prepared.environment(os.environ["ODOO_RC"])
            made = subprocess.run(command, env=env, capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        self.query("UPDATE b2b_1c_backend SET create_warehouses = true RETURNING id")

    def query(self, statement):
        """The rows of a statement, as the database is now."""
        with self.server.cursor(self.name) as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


class RealServer:
    """Odoo with its runner of jobs, serving one database.

    :param Database database:
    :param int workers: processes that answer; 0: threads of one process
    """

    def __init__(self, database, workers=0):
        self.database = database
        self.workers = workers
        self.port = free_port()
        self.log = files_of(database.name).parent / f"{database.name}.log"
        self.process = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Start it; returns when it answers."""
        name = self.database.name
        command = [prepared.PYTHON, "-m", "odoo", "-d", name]
        command += [f"--db-filter=^{name}$", "--no-database-list"]
        command += [f"--http-port={self.port}", f"--gevent-port={free_port()}"]
        command += [f"--workers={self.workers}", "--max-cron-threads=1"]
        command += ["--load=base,rpc,web,queue_job", "--log-level=warn"]
        env = prepared.environment(os.environ["ODOO_RC"])
        env["ODOO_QUEUE_JOB_CHANNELS"] = "root:2,root.b2b_1c:1"
        env["ODOO_QUEUE_JOB_PORT"] = str(self.port)
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = processes.start(command, stdout=log, stderr=log, env=env)
        self._wait_until_ready()
        return self

    def _wait_until_ready(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process.poll() is None, processes.tail(self.log)
            try:
                # not the page of the login: that would compile the assets
                urllib.request.urlopen(f"{self.address}/web/health?db_server_status=1")
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"no answer: {processes.tail(self.log)}")

    def kill(self):
        """End all its processes as a power cut would, all at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """End it, if it still runs: nothing of it is kept."""
        if self.process and self.process.poll() is None:
            self.kill()

    def connection(self, key=KEY):
        """How 1C reaches it."""
        return Connection(f"{self.address}/b2b/1c/{key}", f"1c-{key}", PASSWORD)

    def wait_until_idle(self):
        """Returns when no file waits and no job is left."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            [[busy]] = self.database.query(
                "SELECT EXISTS (SELECT FROM b2b_1c_file WHERE state = 'waiting')"
                " OR EXISTS (SELECT FROM queue_job"
                " WHERE state IN ('pending', 'enqueued', 'started'))"
            )
            if not busy:
                return
            self.nudge()
            time.sleep(0.2)
        raise AssertionError(f"it never ends: {processes.tail(self.log)}")

    def nudge(self):
        """Have the runner of jobs look for dead ones now: it does so whenever a job
        comes, and else once a minute."""
        self.database.query("SELECT pg_notify('queue_job', '')")

    def faults(self):
        """The lines of the log that nobody should find there."""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return [line for line in log if " ERROR " in line or " CRITICAL " in line]
