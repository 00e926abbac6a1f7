# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Instances: one place for each clone and port, so that none disturbs another."""

import os
import shutil
import subprocess

from .console import Problem, step
from .embedded import programs
from .locks import one_at_a_time
from .paths import REPOSITORY, folder, need_space, short_hash
from .places import Place, copy_files, copy_tree
from .templates import CoreTemplate


class Instance(Place):
    """The place of this clone named `name`, usually the port it serves."""

    def __init__(self, name, port, template=None, fast=False):
        self.name = f"{short_hash(REPOSITORY)}-{name}"
        self.template = template or CoreTemplate()
        super().__init__(folder("instances") / self.name, port=port, fast=fast)

    def open(self):
        """Start its server, made from the template if it is not there yet."""
        if self.embedded and not self.server.cluster.exists():
            self.template.ensure()
            with one_at_a_time(f"instance-{self.name}", "this instance"):
                if not self.server.cluster.exists():
                    self._copy_cluster()
        if not self.embedded:
            self.template.ensure()
        return super().open()

    def _copy_cluster(self):
        need_space(1, "a database")
        source = self.template.place
        self.root.mkdir(exist_ok=True)
        database = self.template.database(self)
        shutil.rmtree(self.filestore(database), ignore_errors=True)
        copy_files(source.filestore(database), self.filestore(database))
        partial = self.root / "cluster.partial"
        shutil.rmtree(partial, ignore_errors=True)
        copy_tree(source.server.cluster, partial)
        (self.root / "template").write_text(self.template.key)
        partial.rename(self.server.cluster)

    def refresh_template(self):
        """Make `b2b_template` what the template is now; leave all other databases."""
        mark = self.root / "template"
        self.template.ensure()
        if not self.embedded or mark.read_text() == self.template.key:
            return
        source, name = self.template.place, self.template.database(self)
        with step("Bringing the template up to date"):
            self.server.drop(name)
            source.server.acquire()
            try:
                copy_between(source.server, self.server, name)
            finally:
                source.close()
            self.server.mark_template(name)
            shutil.rmtree(self.filestore(name), ignore_errors=True)
            copy_files(source.filestore(name), self.filestore(name))
            mark.write_text(self.template.key)

    def new_database(self, database):
        """Make `database` a copy of the template."""
        source = self.template.database(self)
        files = (self if self.embedded else self.template.place).filestore(source)
        with step(f"Copying the template to {database}"):
            self.copy_database(source, files, database)

    def remove(self, databases):
        """Throw this place away, with the `databases` that were made for it."""
        if not self.root.exists():
            return
        if not self.embedded:
            for database in databases:
                self.server.drop(database)
        self.close()
        shutil.rmtree(self.root, ignore_errors=True)


def copy_between(source, target, database):
    """Copy `database` from one embedded server to another."""
    target.create(database)
    dump = subprocess.Popen(
        [programs() / "pg_dump", "--format=custom", "--compress=0", database],
        env={**os.environ, **source.environment()},
        stdout=subprocess.PIPE,
    )
    restored = subprocess.run(
        [programs() / "pg_restore", "--exit-on-error", "--dbname", database],
        env={**os.environ, **target.environment()},
        stdin=dump.stdout,
    )
    dump.stdout.close()
    if dump.wait() or restored.returncode:
        raise Problem(f"{database} could not be copied between clusters: try --fresh")
