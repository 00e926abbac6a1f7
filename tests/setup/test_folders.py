# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A folder of Python that is no addon yet is tested, and never installed."""

import pytest
from b2b_setup import command_test, paths


@pytest.fixture
def addons(tmp_path, monkeypatch):
    """An addon, one that says it cannot be installed, a folder without manifest."""
    manifests = {"ready": "{'depends': []}", "not_yet": "{'installable': False}"}
    for name in ("ready", "not_yet", "bare"):
        (tmp_path / name / "tests").mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        if name in manifests:
            (tmp_path / name / "__manifest__.py").write_text(manifests[name])
    monkeypatch.setattr(paths, "ADDONS", tmp_path)
    monkeypatch.setattr(command_test, "ADDONS", tmp_path)
    return tmp_path


def test_only_addons_are_installed(addons):
    assert paths.ours() == ["ready"]
    assert paths.not_installable() == ["bare", "not_yet"]


def test_all_are_tested(addons):
    found = command_test._everything(["ready"])
    assert {addons / name for name in ("ready", "not_yet", "bare")} <= set(found)


def test_what_is_no_addon_is_tested_beside_all_that_are(addons):
    assert command_test._needed_addons([str(addons / "bare")]) == ["ready"]
