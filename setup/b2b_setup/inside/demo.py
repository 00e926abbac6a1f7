# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Loads our demo data, and none of Odoo's own, into a database with our addons in it.

In: the database, the file for the logins, our addons, each after what it depends on.
First come the `demo` files of each manifest, then `load(env)` of each file
setup/demo/NN_name.py by name; `load` may return logins as (who, login, password).
"""

import importlib.util
import json
import sys
from pathlib import Path

from odoo.modules.module import Manifest
from odoo.tools.convert import convert_file

from . import announce, odoo_environment

SCRIPTS = Path(__file__).resolve().parents[2] / "demo"


def load_manifest_demo(env, name):
    """Load the demo files of the addon `name`.

    Odoo's own loader refuses, because the modules below have no demo data.
    """
    idref = {}
    for filename in Manifest.for_addon(name)["demo"]:
        announce(f"{name}/{filename}")
        convert_file(env, name, filename, idref, mode="init", noupdate=True)
    env["ir.module.module"].search([("name", "=", name)]).demo = True


def run_script(env, path):
    """Run `load(env)` of the file `path`; returns its logins."""
    announce(path.name)
    spec = importlib.util.spec_from_file_location(f"b2b_demo_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    logins = module.load(env) or []
    env.flush_all()
    return [list(login) for login in logins]


def main(database, logins_file, *names):
    logins = []
    with odoo_environment(database) as env:
        for name in names:
            load_manifest_demo(env, name)
        for path in sorted(SCRIPTS.glob("[0-9][0-9]_*.py")):
            logins += run_script(env, path)
        announce("web assets")
        env["ir.qweb"]._pregenerate_assets_bundles()
    Path(logins_file).write_text(json.dumps(logins), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
