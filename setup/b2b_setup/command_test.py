# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/test [--full] [--with MODULES] [--workers N] [WORDS FOR PYTEST]: runs the
tests on databases of their own.

    ./setup/test                                    everything
    ./setup/test addons/b2b_portal -k journal       one addon, some tests
    ./setup/test --full                             long tests too
    ./setup/test --native [TEST TAGS]               the same files by Odoo's own runner
    ./setup/test --with sale_mrp PATH               with other modules of Odoo
    ./setup/test --workers 1                        everything, one test at a time

All of them are shared out, file by file, among as many processes as there are cores.
If all paths lie in some of our addons, only those and what they need are installed.
Exit code 0 means that every test ran and passed: a skipped one counts as a failure.
"""

import os
import re
import shutil
import socket
from pathlib import Path

from . import browser, checks, postgres, prepared, processes
from .console import Problem, say, step
from .instances import Instance
from .paths import (
    ADDONS,
    REPOSITORY,
    folder,
    not_installable,
    ours,
    short_hash,
    with_dependencies,
)
from .templates import AddonsTemplate, BrowserTemplate, ModulesTemplate

DATABASE = "b2b_test"
# more would ask for more memory than most machines have
MOST_WORKERS = 4
# in the log of Odoo's own runner, which passes over both
FAULT = re.compile(
    r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) \S+ odoo\.addons\.b2b_"
    r"|\S+ \S+ \d+ INFO \S+ \S+: skipped "
)


def main(words):
    words, modules = _take_modules(words)
    words, workers = _take_workers(words)
    full, native = "--full" in words, "--native" in words
    words = [word for word in words if word not in ("--full", "--native")]
    if full:
        os.environ["B2B_FULL"] = "1"
    if not ours():
        raise Problem("no addons here yet: nothing to test")
    browser.ensure()
    names = _needed_addons(words)
    problems = checks.tests_not_imported(names)
    if problems:
        raise Problem("; ".join(problems))
    _remove_leftovers()
    kind = BrowserTemplate if _uses_browser(words, names) else AddonsTemplate
    template = kind(names)
    if modules:
        template = ModulesTemplate(template, modules)
    template.ensure()
    name = f"test-{os.getpid()}"
    instance = Instance(name, _free_port(), template, fast=True)
    database = DATABASE if instance.embedded else _name_on_server(instance.name)
    databases = [database] if native else _databases(database, workers)
    try:
        instance.open()
        for name in databases:
            instance.new_database(name)
        if native:
            return _run_native(instance, database, words, names)
        return _run_pytest(instance, database, words, names, workers)
    finally:
        with step("Removing the test database"):
            instance.remove(databases)


def _take_modules(words):
    """Split off the modules that `--with` names, with commas between them."""
    if "--with" not in words:
        return words, []
    place = words.index("--with")
    named = words[place + 1 : place + 2]
    modules = sorted(name for text in named for name in text.split(",") if name)
    if not modules:
        raise Problem("--with: name modules of Odoo, like sale_mrp")
    unknown = [name for name in modules if not prepared.has_module(name)]
    if unknown:
        raise Problem(f"--with: Odoo has no module {', '.join(unknown)}")
    return words[:place] + words[place + 2 :], modules


def _take_workers(words):
    """Split off how many processes `--workers` asks for: one for some tests, else one
    for each core."""
    if "--workers" not in words:
        cores = min(len(os.sched_getaffinity(0)), MOST_WORKERS)
        return words, 1 if _paths(words) else cores
    place = words.index("--workers")
    number = "".join(words[place + 1 : place + 2])
    if not number.isdigit() or not int(number):
        raise Problem("--workers: say how many, like 2")
    return words[:place] + words[place + 2 :], int(number)


def _databases(database, workers):
    """The names of the databases for so many processes; see `pytest_plugin`."""
    if workers == 1:
        return [database]
    return [f"{database}-gw{number}" for number in range(workers)]


def _paths(words):
    """The words that name something to test: a file or folder, perhaps with ::test."""
    found = [Path(word.split("::")[0]) for word in words if not word.startswith("-")]
    return [path.resolve() for path in found if path.exists()]


def _needed_addons(words):
    """Our addons that must be installed for what `words` ask for."""
    names = set()
    for path in _paths(words):
        if ADDONS not in path.parents:
            return ours()
        names.add(path.relative_to(ADDONS).parts[0])
    # a folder that is no addon yet stands in none of their dependencies
    return with_dependencies(names) or ours()


def _uses_browser(words, names):
    """Whether a browser test is among the files that are to run."""
    paths = _paths(words) or _everything(names)
    files = [
        file
        for path in paths
        for file in (path.rglob("test_*.py") if path.is_dir() else [path])
    ]
    texts = [file.read_text(encoding="utf-8") for file in files]
    return any("start_tour(" in text or "browser_js(" in text for text in texts)


def _everything(names):
    """The folders that hold all tests of the addons `names`, of what is no addon yet
    and between them: these first, as they take longest."""
    places = [REPOSITORY / "tests"]
    places += [ADDONS / name for name in sorted({*names, *not_installable()})]
    return [path for path in places if path.exists()]


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _name_on_server(instance_name):
    """Other clones may be testing on the user's server, too."""
    return f"{DATABASE}_{instance_name}".replace("-", "_")


def _remove_leftovers():
    """Throw away what a killed test run of this clone left behind."""
    server = postgres.existing()
    for path in folder("instances").glob(f"{short_hash(REPOSITORY)}-test-*"):
        pid = path.name.rpartition("-")[2]
        if not Path(f"/proc/{pid}").exists():
            if server:
                name = _name_on_server(path.name)
                for database in [name, *server.databases(f"{name}-gw")]:
                    server.drop(database)
            shutil.rmtree(path, ignore_errors=True)


def _run_pytest(instance, database, words, names, workers):
    results = folder("results", short_hash(REPOSITORY))
    if not _paths(words):
        words = [*words, *map(str, _everything(names))]
    command = [prepared.PYTHON, "-m", "pytest", "-p", "b2b_setup.pytest_plugin"]
    command += ["--odoo-http", f"--odoo-config={instance.config}"]
    command += [f"--odoo-database={database}", "--odoo-log-level=warn"]
    command += [f"--odoo-extra=screenshots={results}"]
    command += ["-o", f"cache_dir={results / 'pytest'}", *words]
    if workers > 1:
        command += ["-n", str(workers), "--dist=loadfile", "--no-loadscope-reorder"]
    say(f"Screenshots of failed browser tests: {results}")
    return processes.foreground(command, env=_environment(instance), cwd=REPOSITORY)


def _run_native(instance, database, words, names):
    """Odoo's runner: at_install tests need an upgrade of what they test."""
    tags = ",".join(words) or ",".join(f"/{name}" for name in names)
    command = [prepared.PYTHON, "-m", "odoo", "-d", database, "-u", ",".join(names)]
    command += ["--test-tags", tags, "--stop-after-init"]
    command += [f"--http-port={instance.port}", "--log-level=test"]
    log = folder("results", short_hash(REPOSITORY)) / "native.log"
    log.unlink(missing_ok=True)
    faults = []

    def show(line):
        print(line, flush=True)
        if FAULT.match(line):
            faults.append(line)

    code = processes.watch(
        command, log, show, env=_environment(instance), cwd=REPOSITORY
    )
    for line in faults:
        say(f"SKIPPED OR LOGGED = FAILED {line}")
    return code or int(bool(faults))


def _environment(instance):
    env = prepared.environment(instance.config)
    env.update(instance.server.environment())
    # for tests that start a server of their own, on a copy of it
    template = instance.template
    place = instance if instance.embedded else template.place
    env["B2B_TEST_TEMPLATE"] = template.database(instance)
    env["B2B_TEST_FILES"] = str(place.filestore(template.database(instance)))
    return env
