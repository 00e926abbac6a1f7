# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The stand-in for 1C runs beside the demo only if it is asked for."""

import json
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from b2b_setup import run_options, standin_1c
from b2b_setup.paths import ADDONS, REPOSITORY


@pytest.fixture
def instance(tmp_path):
    def python(words, _title, _progress):
        Path(words[3]).write_text(json.dumps({"is_new": instance.is_new}))

    instance = SimpleNamespace(root=tmp_path, is_new=True, python=python)
    return instance


def test_only_if_asked_for():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    assert not run_options.parse(["--port", port]).with_1c
    assert run_options.parse(["--port", port, "--with-1c"]).with_1c


def test_new_connection_meets_a_1c_that_knows_nothing(instance):
    state = instance.root / "1c" / "state.json"
    state.parent.mkdir()
    state.touch()
    instance.is_new = False
    standin_1c.prepare(instance, "demo")
    assert state.exists()
    instance.is_new = True
    standin_1c.prepare(instance, "demo")
    assert not state.exists()


def test_its_words_are_understood(instance):
    words = standin_1c.command(instance, "http://127.0.0.1:1")
    assert words[-2:] == ["--every", "60"]
    words = [str(word) for word in words[:-2]]
    # nobody listens there: the exit code of no connection
    run = subprocess.run(words, cwd=REPOSITORY, capture_output=True, text=True)
    assert run.returncode == 3, run.stderr


def test_no_addon_brings_the_connection_of_the_demo():
    for path in (ADDONS / "b2b_1c_connector").rglob("*.xml"):
        assert 'model="b2b.1c.backend"' not in path.read_text(encoding="utf-8")
