# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Template databases, made once and copied from then on.

Each has a folder B2B_HOME/templates/KEY, whose key stands for all it was made from.
With the embedded PostgreSQL the folder holds a whole stopped cluster, which an instance
copies; on the user's own server only the files lie there, the database on the server.
"""

import datetime
import json
import os
import shutil
from functools import cached_property

from . import prepared
from .console import Problem, step
from .locks import one_at_a_time
from .paths import (
    SETUP,
    addons_hash,
    core_modules,
    folder,
    home,
    need_space,
    short_hash,
)
from .places import Place, copy_files, copy_tree

# raise it when templates are to be made differently
FORMAT = "1"
DEMO = SETUP / "demo"


def _name_on_server(key):
    """Several people may use one server, each with a B2B_HOME of his own."""
    return f"b2b_template_{key}_{short_hash(home())}".replace("-", "_")


def _shelf():
    """The folder of all templates, one for each of the user's servers."""
    address = os.environ.get("B2B_POSTGRES")
    return folder(f"templates-{short_hash(address)}" if address else "templates")


class Template:
    """One template; subclasses say what is in it (`fill`) and from what it is made."""

    parent = None
    prefix = ""
    title = ""
    # so many of a kind are kept: the last used ones
    kept = 2

    @cached_property
    def key(self):
        raise NotImplementedError

    def fill(self, place, database, progress):
        """Fill `database` (a copy of the parent's, or none yet)."""
        raise NotImplementedError

    @property
    def root(self):
        return _shelf() / self.key

    @property
    def place(self):
        return Place(self.root, fast=True)

    def database(self, place):
        """The name of the template database in `place`."""
        if place.embedded:
            return "b2b_template"
        return _name_on_server(self.key)

    def ready(self):
        if not (self.root / "complete").exists():
            return False
        place = self.place
        return place.embedded or place.server.exists(self.database(place))

    def ensure(self):
        """Make the template unless it is there; returns itself."""
        if not self.ready():
            if self.parent:
                self.parent.ensure()
            with one_at_a_time(f"template-{self.key}", "the same database"):
                if not self.ready():
                    self._prune()
                    with step(self.title) as progress:
                        self._make(progress)
        # the time of last use, by which old ones are thrown away
        os.utime(self.root)
        return self

    def _make(self, progress):
        """Make it under another name: an interrupted one is never taken for ready."""
        need_space(1, "a database")
        partial = _shelf() / f".{self.key}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)
        place = Place(partial, fast=True)
        database = self.database(place)
        partial.mkdir()
        try:
            self._begin(place, database)
            self.fill(place, database, progress)
            place.server.mark_template(database)
        except BaseException:
            place.close()
            raise
        if not place.close():
            raise Problem(f"PostgreSQL in {partial} did not stop: try again")
        os.sync()
        (partial / "complete").touch()
        partial.rename(self.root)

    def _prune(self):
        """Throw away the oldest templates of this kind."""
        every = _shelf().glob(f"{self.prefix}-*")
        place = self.place
        for old in sorted(every, key=os.path.getmtime)[: 1 - self.kept]:
            shutil.rmtree(old, ignore_errors=True)
            if not place.embedded:
                place.server.drop(_name_on_server(old.name))

    def _begin(self, place, database):
        """Start from the parent's database, or from nothing."""
        parent = self.parent
        if place.embedded:
            if parent:
                copy_tree(parent.root / "cluster", place.server.cluster)
            else:
                place.server.initialize()
        place.open()
        if not place.embedded:
            place.server.drop(database)
            if parent:
                place.server.copy(parent.database(place), database)
        if parent:
            source = parent.place.filestore(parent.database(place))
            copy_files(source, place.filestore(database))


class CoreTemplate(Template):
    """The modules of Odoo that our addons need, without demo data of Odoo's own."""

    prefix = "core"

    def __init__(self):
        self.modules = core_modules()
        self.title = f"Preparing a database with Odoo's {len(self.modules)} modules"

    @cached_property
    def key(self):
        script = (SETUP / "b2b_setup" / "inside" / "core.py").read_bytes()
        parts = [FORMAT, prepared.identity(), *self.modules, script]
        return f"{self.prefix}-{short_hash(*parts)}"

    def fill(self, place, database, progress):
        place.install(database, self.modules, progress)
        words = ["-m", "b2b_setup.inside.core", database]
        place.python(words, self.title, progress)


class AddonsTemplate(Template):
    """The core template with our addons `names` installed: what the tests run on."""

    prefix = "addons"
    # one for each combination that ./setup/check installs
    kept = 8

    def __init__(self, names):
        self.names = names
        self.parent = CoreTemplate()
        self.title = f"Installing {', '.join(names)}"

    @cached_property
    def key(self):
        content = addons_hash(self.names)
        return f"{self.prefix}-{short_hash(self.parent.key, content)}"

    def fill(self, place, database, progress):
        place.install(database, self.names, progress)


class BrowserTemplate(AddonsTemplate):
    """The same with compiled web assets: else each browser test compiles them anew."""

    prefix = "browser"
    kept = 2

    def __init__(self, names):
        super().__init__(names)
        self.parent = AddonsTemplate(names)
        self.title = "Compiling web assets"

    def fill(self, place, database, progress):
        words = ["-m", "b2b_setup.inside.assets", database]
        place.python(words, self.title, progress)


class ModulesTemplate(Template):
    """`parent` with modules of Odoo installed that no addon of ours needs."""

    prefix = "modules"
    kept = 2

    def __init__(self, parent, modules):
        self.parent = parent
        self.modules = modules
        self.title = f"Installing {', '.join(modules)}"

    @cached_property
    def key(self):
        return f"{self.prefix}-{short_hash(self.parent.key, *self.modules)}"

    def fill(self, place, database, progress):
        place.install(database, self.modules, progress)


class DemoTemplate(AddonsTemplate):
    """The same with our demo data, which is dated by the day it is loaded."""

    prefix = "demo"
    kept = 2

    def __init__(self, names):
        super().__init__(names)
        self.parent = AddonsTemplate(names)
        self.title = "Loading demo data"

    @cached_property
    def key(self):
        scripts = [path.read_bytes() for path in sorted(DEMO.rglob("*.py"))]
        today = datetime.date.today().isoformat()
        return f"{self.prefix}-{short_hash(self.parent.key, today, *scripts)}"

    def fill(self, place, database, progress):
        load_demo(place, database, self.names, progress)


def load_demo(place, database, names, progress):
    """Load our demo data into `database`, where our addons `names` are installed.

    Returns the logins it brings.
    """
    logins = place.root / "logins.json"
    words = ["-m", "b2b_setup.inside.demo", database, logins, *names]
    place.python(words, "Loading demo data", progress)
    return json.loads(logins.read_text(encoding="utf-8"))
