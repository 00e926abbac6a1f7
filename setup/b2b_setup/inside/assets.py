# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compiles the web assets once, so that not every page and browser test does it anew.

In: the name of the database.
"""

import sys

from . import announce, odoo_environment

if __name__ == "__main__":
    with odoo_environment(sys.argv[1]) as env:
        announce("web assets")
        env["ir.qweb"]._pregenerate_assets_bundles()
