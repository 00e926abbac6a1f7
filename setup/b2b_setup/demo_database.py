# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo database: made once, kept, and upgraded when our addons have changed.

What it was made from is written in the comment of the database, as JSON.
"""

import json
import os

from . import prepared
from .console import Problem, say, step
from .paths import addons_hash, ours
from .templates import load_demo

ADMINISTRATOR = ["Administrator", "admin", "admin"]


def name():
    return os.environ.get("B2B_DATABASE", "b2b_demo")


def ensure(instance, fresh=False):
    """Make the demo database or bring it up to date; returns its logins."""
    database = name()
    state = _state(instance, database)
    if state and fresh:
        say(f"Throwing {database} away to make it anew")
        instance.server.drop(database)
        state = None
    if not state:
        state = _make(instance, database)
    else:
        _upgrade(instance, database, state)
    _point_to(instance, database)
    return [ADMINISTRATOR, *(row for row in state["logins"] if row[1] != "admin")]


def _state(instance, database):
    """What `database` was made from, or None if it is not there."""
    if not instance.server.exists(database):
        return None
    try:
        state = json.loads(instance.server.comment(database))
    except (TypeError, ValueError):
        state = {}
    if state.get("instance") != instance.name:
        raise Problem(
            f"the database {database} on that server is not of this clone and port: "
            "name another one in B2B_DATABASE"
        )
    return state


def _write_state(instance, database, logins):
    state = {
        "instance": instance.name,
        "odoo": prepared.odoo_identity(),
        "addons": {addon: addons_hash([addon]) for addon in ours()},
        "logins": logins,
    }
    instance.server.set_comment(database, json.dumps(state))
    return state


def _make(instance, database):
    """Made under another name, so that an interrupted one is never taken for ready."""
    instance.refresh_template()
    new = f"{database}_new"
    instance.server.drop(new)
    instance.new_database(new)
    found = []
    if ours():
        with step(f"Installing {', '.join(ours())}") as progress:
            instance.install(new, ours(), progress)
        # Orders of the demo keep the address in their terms.
        _point_to(instance, new)
        with step("Loading demo data") as progress:
            found = load_demo(instance, new, ours(), progress)
    state = _write_state(instance, new, found)
    instance.rename_database(new, database)
    return state


def _upgrade(instance, database, state):
    """Upgrade what has changed since; the user's data stay."""
    now = {addon: addons_hash([addon]) for addon in ours()}
    before = state["addons"]
    if state["odoo"] != prepared.odoo_identity():
        changed, words = ["Odoo"], ["-u", "all"]
    else:
        changed = [addon for addon in now if now[addon] != before.get(addon)]
        words = ["-u", ",".join(addon for addon in changed if addon in before)]
    new = [addon for addon in now if addon not in before]
    if new:
        words += ["-i", ",".join(new)]
    if changed:
        with step(f"Upgrading {database}: {', '.join(changed)} changed") as progress:
            words += ["-d", database, "--stop-after-init", "--no-http"]
            title = "The upgrade (./setup/run --fresh makes the database anew)"
            instance.odoo(words, title, progress)
        _write_state(instance, database, state["logins"])


def _point_to(instance, database):
    """Tell the database the address it is served on: links and PDF need it."""
    address = f"http://127.0.0.1:{instance.port}"
    with instance.server.cursor(database) as cursor:
        for key in ("web.base.url", "report.url"):
            cursor.execute(
                "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
                " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
                [key, address],
            )
