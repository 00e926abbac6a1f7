# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cheap checks of the source that need no Odoo: `python -m b2b_setup.checks`.

Each function returns a list of lines, one for each fault.
"""

import ast
import csv
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

from .paths import ADDONS, REPOSITORY, REQUIREMENTS, manifests, not_installable

# the folders of an addon whose files Odoo loads only if the manifest names them
LOADED = ("data", "demo", "report", "security", "views", "wizards")


def tests_not_imported(names):
    """Test files of the addons `names` that Odoo's own runner would never see.

    pytest collects every test_*.py, Odoo only what tests/__init__.py imports.
    """
    faults = []
    for name in names:
        tests = ADDONS / name / "tests"
        init = tests / "__init__.py"
        imported = _imported(init) if init.exists() else set()
        for path in sorted(tests.glob("test_*.py")):
            if path.stem not in imported:
                faults.append(f"{path.stem} is not imported in {_short(init)}")
    return faults


def _imported(init):
    tree = ast.parse(init.read_text(encoding="utf-8"))
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def manifest_faults(name, manifest):
    """Files that the manifest names and are not there, or the other way round."""
    addon = ADDONS / name
    named = set(manifest.get("data", [])) | set(manifest.get("demo", []))
    faults = [f"{name}: no file {one}" for one in named if not (addon / one).exists()]
    for folder in LOADED:
        for path in sorted((addon / folder).rglob("*")):
            inside = path.relative_to(addon).as_posix()
            if path.suffix in (".xml", ".csv") and inside not in named:
                faults.append(f"{name}: the manifest does not name {inside}")
    if not re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest.get("version", "")):
        faults.append(f"{name}: the version must look like 19.0.1.0.0")
    return faults


def xml_faults(name):
    """XML that cannot be read, and records that are there twice."""
    faults, seen = [], {}
    for path in sorted((ADDONS / name).rglob("*.xml")):
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            faults.append(f"{_short(path)}: {error}")
            continue
        if root.tag != "odoo":
            continue
        for element in root.iter():
            identifier = element.get("id")
            if element.tag not in ("record", "template", "menuitem") or not identifier:
                continue
            # a record of another addon may be changed in several places
            if "." in identifier and not identifier.startswith(f"{name}."):
                continue
            if identifier in seen:
                other = _short(seen[identifier])
                faults.append(f"{_short(path)}: {identifier} is in {other} too")
            seen[identifier] = path
    return faults


def csv_faults(name):
    """CSV whose rows do not fit the header, and lines that are there twice."""
    faults = []
    for path in sorted((ADDONS / name).rglob("*.csv")):
        if "tests" in path.parts:
            continue
        with path.open(encoding="utf-8", newline="") as source:
            header, *rows = list(csv.reader(source)) or [[]]
        seen = set()
        for row in rows:
            if len(row) != len(header):
                faults.append(f"{_short(path)}: {len(header)} columns, but {row}")
            elif header[0] == "id" and row[0] and row[0] in seen:
                faults.append(f"{_short(path)}: {row[0]} is there twice")
            seen.update(row[:1])
    return faults


def pin_faults():
    """Tools that pre-commit would run in another version than ./setup/check."""
    config = (REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    pins = set(re.findall(r"^(\S+==\S+)", REQUIREMENTS.read_text(), re.MULTILINE))
    return [
        f".pre-commit-config.yaml: {tool} is not what requirements.txt pins"
        for tool in re.findall(r"[\w-]+==[\w.]+", config)
        if tool not in pins
    ]


def _short(path):
    return Path(path).relative_to(REPOSITORY).as_posix()


def main():
    found = manifests()
    faults = tests_not_imported([*found, *not_installable()]) + pin_faults()
    for name, manifest in found.items():
        faults += manifest_faults(name, manifest) + xml_faults(name) + csv_faults(name)
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
