# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the set-up adds to pytest.

- A skipped test fails the run: what is missing must be installed, not passed over.
- A warning of our addons or an error of any, logged during a test and not expected by
  it (`assertLogs`, `mute_logger`), fails the test, as Odoo's own runner would.
- Tests tagged `b2b_full` run only with `./setup/test --full`.
- Each process of pytest-xdist works on a database of its own, made before.
"""

import logging
import os
import sys

import pytest


class Unexpected(logging.Handler):
    """Collects what should not have been logged."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.records = []

    def emit(self, record):
        ours = record.name.startswith("odoo.addons.b2b_")
        if ours or (record.levelno >= logging.ERROR and record.name.startswith("odoo")):
            self.records.append(record)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    """Lead each process of xdist to its database before pytest-odoo opens it."""
    worker = getattr(config, "workerinput", {}).get("workerid")
    if worker:
        config.option.odoo_database += f"-{worker}"
        # pytest-odoo would copy a database, and name it in a way that Odoo 19 refuses
        del os.environ["PYTEST_XDIST_WORKER"]
    return (yield)


def pytest_configure(config):
    config.addinivalue_line("markers", "b2b_full: a long test, run by --full only")


def pytest_collection_modifyitems(config, items):
    _give_browsers_time()
    if os.environ.get("B2B_FULL"):
        return
    long = [item for item in items if _is_long(item)]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


def _give_browsers_time():
    """On a busy machine Chromium takes longer than the 10 s that Odoo waits for it."""
    common = sys.modules.get("odoo.tests.common")
    if common:
        common.CHECK_BROWSER_ITERATIONS = round(60 / common.CHECK_BROWSER_SLEEP)


def _is_long(item):
    tags = getattr(getattr(item, "cls", None), "test_tags", ())
    return "b2b_full" in tags or item.get_closest_marker("b2b_full")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup():
    return (yield from _watched())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    return (yield from _watched())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    return (yield from _watched())


def _watched():
    """Run a part of a test; fails it if something unexpected was logged meanwhile."""
    handler = Unexpected()
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        result = yield
    finally:
        root.removeHandler(handler)
    if handler.records:
        lines = [f"{record.name}: {record.getMessage()}" for record in handler.records]
        pytest.fail("logged during the test:\n" + "\n".join(lines), pytrace=False)
    return result


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and reporter.stats.get("skipped") and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if report.longrepr else ""
        terminalreporter.write_line(f"SKIPPED = FAILED {report.nodeid}: {reason}")
