# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cheap checks of the source that need no Odoo."""

import ast

from .paths import ADDONS


def tests_not_imported(names):
    """Test files of the addons `names` that Odoo's own runner would never see.

    pytest collects every test_*.py, Odoo only what tests/__init__.py imports.
    """
    problems = []
    for name in names:
        tests = ADDONS / name / "tests"
        init = tests / "__init__.py"
        imported = _imported(init) if init.exists() else set()
        for path in sorted(tests.glob("test_*.py")):
            if path.stem not in imported:
                problems.append(f"{path.stem} is not imported in {init}")
    return problems


def _imported(init):
    tree = ast.parse(init.read_text(encoding="utf-8"))
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
