# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A place where Odoo runs: its configuration, files and database server."""

import re
import shutil
import subprocess

from . import postgres, prepared
from .console import Problem
from .embedded import Embedded
from .processes import tail, watch

FAILURES = (" ERROR ", " CRITICAL ", "Error: ", "error: ")


class Place:
    """The folder `root` as Odoo uses it; `fast`: see Embedded."""

    def __init__(self, root, port=8069, fast=False):
        self.root = root
        self.port = port
        self.data = root / "data"
        self.config = root / "odoo.conf"
        self.log = root / "odoo.log"
        self.server = postgres.existing() or Embedded(root, fast=fast)

    @property
    def embedded(self):
        return isinstance(self.server, Embedded)

    def open(self):
        """Make the server answer and write Odoo's configuration."""
        self.root.mkdir(parents=True, exist_ok=True)
        if self.embedded:
            self.server.acquire()
        self._write_config()
        return self

    def close(self):
        """Use the server no more; returns whether it has stopped."""
        if not self.embedded:
            return True
        self.server.release()
        return self.server.wait_until_stopped()

    def _write_config(self):
        options = {
            "addons_path": prepared.addons_path(),
            "data_dir": self.data,
            "http_interface": "127.0.0.1",
            "http_port": self.port,
            **self.server.odoo_options(),
        }
        lines = [f"{name} = {value}" for name, value in options.items()]
        self.config.touch(mode=0o600)
        self.config.write_text(
            "[options]\n" + "\n".join(lines) + "\n", encoding="utf-8"
        )

    def filestore(self, database):
        return self.data / "filestore" / database

    def odoo(self, words, title, progress=None):
        """Run Odoo with `words` to its end; raises `Problem` if it failed."""
        self.python(["-m", "odoo", *words], title, progress)

    def python(self, words, title, progress=None):
        """Run Python with `words` in Odoo's environment; its log goes to `self.log`."""

        def show(line):
            found = re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", line)
            if found and progress:
                progress.count(int(found[2]), int(found[3]), found[1])
            found = re.match(r"step: (.*)", line)
            if found and progress:
                progress.say(found[1])

        command = [prepared.PYTHON, *words]
        env = prepared.environment(self.config)
        if watch(command, self.log, show, env=env, cwd=self.root):
            errors = tail(self.log, 20)
            raise Problem(f"{title} failed; end of {self.log}:\n{errors}")

    def install(self, database, modules, progress=None):
        """Install `modules` in `database`, which is made if it does not exist."""
        words = ["-d", database, "-i", ",".join(modules)]
        words += ["--stop-after-init", "--no-http"]
        self.odoo(words, f"Installing {', '.join(modules)}", progress)

    def copy_database(self, template, files, database):
        """Make `database` from the database `template` and its filestore `files`."""
        target = self.filestore(database)
        shutil.rmtree(target, ignore_errors=True)
        copy_files(files, target)
        self.server.copy(template, database)

    def rename_database(self, database, name):
        """Give `database` and its files another name, under which nothing is kept."""
        shutil.rmtree(self.filestore(name), ignore_errors=True)
        if self.filestore(database).exists():
            self.filestore(database).rename(self.filestore(name))
        self.server.rename(database, name)


def copy_files(source, target):
    """Copy a filestore. Its files never change: links save room and time."""
    if source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        links = subprocess.run(["cp", "-al", source, target], capture_output=True)
        if links.returncode:
            shutil.rmtree(target, ignore_errors=True)
            copy_tree(source, target)


def copy_tree(source, target):
    """Copy a folder with all owners; by reference where the file system can."""
    command = ["cp", "-a", "--reflink=auto", source, target]
    copied = subprocess.run(command, capture_output=True, text=True)
    if copied.returncode:
        raise Problem(f"{source} cannot be copied: {copied.stderr.strip()}")
