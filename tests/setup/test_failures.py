# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What goes wrong is told in one line that says what to do, with exit code 1."""

import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple

import pytest
from b2b_setup import browser, debian, odoo_source, paths, postgres, prepared, templates
from b2b_setup.console import Problem

RUN = paths.SETUP / "run"
NOTHING_THERE = "file:/nowhere/debian"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty B2B_HOME, and none of the variables that an administrator sets."""
    for name in ("B2B_ODOO", "B2B_POSTGRES", "B2B_DEBIAN_ARCHIVE", "B2B_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("B2B_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("B2B_PYTHON", sys.executable)
    return tmp_path / "home"


def run(*words, **variables):
    """Run ./setup/run; returns its exit code and what it said."""
    result = subprocess.run(
        [RUN, *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return result.returncode, result.stderr


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.parametrize("version", ["3.10.13", "3.14.0"])
def test_another_python_is_refused_by_its_version(tmp_path, version):
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo Python {version}\n')
    python.write_text(python.read_text() + "exit $(($# == 2))\n")
    python.chmod(0o755)
    code, said = run(B2B_PYTHON=str(python))
    assert code == 1
    assert said.startswith("error: Odoo 19 runs on Python 3.11 to 3.13")
    assert f"Python {version}" in said and said.count("\n") == 1


def test_a_taken_port_is_told_before_anything_is_fetched(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said = run("--port", str(taken.getsockname()[1]))
    assert code == 1
    assert "is taken" in said and "--port" in said and said.count("\n") == 1
    assert not home.exists()


def test_files_where_the_user_stands_are_no_modules(home, tmp_path, monkeypatch):
    (tmp_path / "argparse.py").write_text("raise SystemExit('taken for a module')")
    monkeypatch.chdir(tmp_path)
    assert "0 is no port" in run("--port", "0")[1]


def test_an_archive_that_cannot_be_reached_is_one_line(home):
    code, said = run(
        "--port", str(free_port()), "--prepare", B2B_DEBIAN_ARCHIVE=NOTHING_THERE
    )
    assert code == 1
    error = said.splitlines()[-1]
    assert error.startswith("error: ") and "B2B_DEBIAN_ARCHIVE" in error
    assert "/nowhere/debian" in error
    assert "Traceback" not in said


def test_a_full_disk_is_told_before_a_download_begins(home, monkeypatch):
    full = namedtuple("usage", "total used free")(9e9, 8e9, 1e9)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    with pytest.raises(Problem, match="5 GB needed in .*1.0 GB free.*B2B_HOME"):
        odoo_source.ensure()


def test_a_full_disk_is_told_before_a_database_is_made(home, monkeypatch):
    full = namedtuple("usage", "total used free")(9e9, 9e9, 1e8)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: full)
    monkeypatch.setattr(prepared, "identity", lambda: "this")
    with pytest.raises(Problem, match="too little disk for a database"):
        templates.CoreTemplate().ensure()


def test_a_broken_download_is_thrown_away(home):
    package = paths.folder("downloads") / "odoo-19_1_all.deb"
    package.write_bytes(b"!<arch>\nbroken")
    with pytest.raises(Problem, match="is broken and was removed .* try again"):
        debian.unpack([package], home / "target")
    assert not package.exists()


def test_what_the_machine_has_installed_is_no_candidate(home):
    assert "Dir::State::Status=/dev/null" in debian._private_apt("sid", "http://x")


def test_odoo_of_another_version_is_refused(home, monkeypatch):
    monkeypatch.setenv("B2B_ODOO", str(home))
    with pytest.raises(Problem, match="holds no folder odoo"):
        odoo_source.ensure()
    (home / "odoo").mkdir(parents=True)
    (home / "odoo" / "release.py").write_text("version_info = (18, 0, 0, FINAL, 0)")
    with pytest.raises(Problem, match="is not version 19"):
        odoo_source.ensure()


@pytest.mark.parametrize(
    "script, told",
    [
        ("#!/bin/sh\nexec /snap/bin/chromium", "no snap"),
        ("#!/bin/sh\nexec /usr/lib/chromium/chromium", None),
        (None, "as root: apt-get install .*chromium"),
    ],
)
def test_a_missing_browser_is_named(tmp_path, monkeypatch, script, told):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(debian, "os_release", lambda: {"ID": "debian"})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    if script:
        (tmp_path / "chromium").write_text(script)
        (tmp_path / "chromium").chmod(0o755)
    if told:
        with pytest.raises(Problem, match=told):
            browser.ensure()
    else:
        browser.ensure()


@pytest.mark.parametrize(
    "address, told",
    [
        ("localhost:5432", "must look like postgresql://"),
        ("postgresql://postgres@localhost", "Odoo refuses the user postgres"),
        ("postgresql://odoo:pw@127.0.0.1:9", "no connection .* refused"),
    ],
)
def test_a_wrong_server_address_is_told(monkeypatch, address, told):
    monkeypatch.setenv("B2B_POSTGRES", address)
    with pytest.raises(Problem, match=told):
        postgres.existing.__wrapped__()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--with"], "name modules of Odoo, like sale_mrp"),
        (["--with", "sale_mrp,no_such"], "Odoo has no module no_such"),
    ],
)
def test_modules_beside_ours_must_be_odoos(words, reason):
    result = subprocess.run(
        [paths.SETUP / "test", *words], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 1
    assert result.stderr == f"error: --with: {reason}\n"
