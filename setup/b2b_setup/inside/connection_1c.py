# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Makes the connection of the demo that the stand-in for 1C exchanges with.

In: the database, the file for the answer, key, user and password of the connection.
"""

import json
import sys
from pathlib import Path

from . import odoo_environment


def connect(env, key, user, password):
    """Make the connection `key` unless it is there; returns whether it is new."""
    connections = env["b2b.1c.backend"].with_context(active_test=False)
    if connections.search_count([("key", "=", key)]):
        return False
    connection = connections.create({"name": "1C (demo)", "key": key, "login": user})
    connection._set_password(password)
    # the prices of the stand-in are in roubles
    env.ref("base.RUB").active = True
    return True


def main(database, answer, *words):
    with odoo_environment(database) as env:
        is_new = connect(env, *words)
    Path(answer).write_text(json.dumps({"is_new": is_new}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
