# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/test calls nothing a success that did not run or that logged a warning."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from b2b_setup.command_test import FAULT
from b2b_setup.paths import SETUP

HEAD = """
import logging
import unittest
import pytest
ours = logging.getLogger("odoo.addons.b2b_portal.models.b2b_document")
odoo = logging.getLogger("odoo.sql_db")
class TestIt(unittest.TestCase):
"""


def run(folder, body, *words):
    """Run a test file whose class has `body`; returns exit code and output."""
    lines = [f"    {line}\n" for line in body.splitlines()]
    Path(folder, "test_it.py").write_text(HEAD + "".join(lines))
    command = [sys.executable, "-m", "pytest", "-p"]
    command += ["b2b_setup.pytest_plugin", "-p", "no:cacheprovider", *words]
    env = {**os.environ, "PYTHONPATH": str(SETUP)}
    env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    env.pop("B2B_FULL", None)
    result = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True
    )
    return result.returncode, result.stdout


@pytest.mark.parametrize(
    "body",
    [
        "def test_it(self): pass",
        "def test_it(self): odoo.warning('not of ours')",
        "def test_it(self):\n  with self.assertLogs(ours): ours.warning('meant')",
    ],
)
def test_a_good_test_passes(tmp_path, body):
    assert run(tmp_path, body)[0] == 0


@pytest.mark.parametrize(
    "body, told",
    [
        ("def test_it(self): self.assertEqual(1, 2)", "1 != 2"),
        ("def test_it(self): self.skipTest('no browser')", "no browser"),
        ("@unittest.skip('later')\ndef test_it(self): pass", "later"),
        ("def test_it(self): ours.warning('careless')", "careless"),
        ("def test_it(self): odoo.error('broken')", "broken"),
        (
            "@classmethod\ndef setUpClass(cls): ours.warning('in set-up')\n"
            "def test_it(self): pass",
            "in set-up",
        ),
        (
            "def tearDown(self): ours.warning('in the end')\ndef test_it(self): pass",
            "in the end",
        ),
    ],
)
def test_what_is_skipped_or_logged_fails_the_run(tmp_path, body, told):
    code, output = run(tmp_path, body)
    assert code == 1
    assert told in output


def test_a_file_that_is_skipped_as_a_whole_fails_the_run(tmp_path):
    Path(tmp_path, "test_none.py").write_text(
        "import pytest\npytest.skip('no', allow_module_level=True)\n"
    )
    code, output = run(tmp_path, "def test_it(self): pass")
    assert code == 1
    assert "SKIPPED = FAILED test_none.py" in output


def test_long_tests_are_left_out_and_said_to_be(tmp_path):
    body = "test_tags = {'b2b_full'}\ndef test_it(self): pass\n"
    Path(tmp_path, "test_short.py").write_text("def test_short(): pass\n")
    code, output = run(tmp_path, body)
    assert code == 0
    assert "1 passed, 1 deselected" in output


def run_in_two_processes(folder, body):
    """As `run`, with the option that pytest-odoo brings."""
    Path(folder, "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--odoo-database')\n"
    )
    words = ["-p", "xdist.plugin", "-n2", "--odoo-database=b2b_test"]
    return run(folder, body, *words)


def test_each_process_has_a_database_of_its_own(tmp_path):
    test = (
        "import os\n"
        "def test_database(request, worker_id):\n"
        "    database = request.config.getoption('--odoo-database')\n"
        "    assert database == f'b2b_test-{worker_id}'\n"
        # else pytest-odoo makes another one
        "    assert 'PYTEST_XDIST_WORKER' not in os.environ\n"
    )
    for number in range(2):
        Path(tmp_path, f"test_{number}.py").write_text(test)
    code, output = run_in_two_processes(tmp_path, "def test_it(self): pass")
    assert code == 0, output
    assert "3 passed" in output


def test_a_skipped_test_fails_the_run_of_several_processes(tmp_path):
    Path(tmp_path, "test_short.py").write_text("def test_short(): pass\n")
    body = "def test_it(self): self.skipTest('no')"
    code, output = run_in_two_processes(tmp_path, body)
    assert code == 1
    assert "SKIPPED = FAILED" in output


@pytest.mark.parametrize(
    "line, fault",
    [
        ("WARNING b2b_test odoo.addons.b2b_portal.models.x: careless", True),
        ("ERROR b2b_test odoo.addons.b2b_portal.tests.test_x: FAIL: y", True),
        ("INFO b2b_test odoo.addons.b2b_portal.tests.test_x: skipped X.y : no", True),
        ("INFO b2b_test odoo.addons.b2b_portal.tests.test_x: Starting X.y ...", False),
        ("WARNING b2b_test odoo.addons.mail.models.x: theirs", False),
    ],
)
def test_faults_in_the_log_of_odoos_own_runner_are_found(line, fault):
    assert bool(FAULT.match(f"2026-11-25 14:20:28,705 2653 {line}")) is fault
