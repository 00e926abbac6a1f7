# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Scripts that run inside Odoo: `python -m b2b_setup.inside.NAME DATABASE`.

Odoo's configuration is the file that ODOO_RC names.
"""

import os
from contextlib import contextmanager


@contextmanager
def odoo_environment(database):
    """The superuser's environment in `database`; committed if nothing goes wrong."""
    import odoo.api
    import odoo.modules.registry
    from odoo.tools import config

    words = ["-c", os.environ["ODOO_RC"], "-d", database, "--no-http"]
    config.parse_config(words, setup_logging=True)
    with odoo.modules.registry.Registry(database).cursor() as cursor:
        yield odoo.api.Environment(cursor, odoo.api.SUPERUSER_ID, {})


def announce(text):
    """Tell the waiting user what goes on (see Place.python)."""
    print(f"step: {text}", flush=True)
