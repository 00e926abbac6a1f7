# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""./setup/odoo WORDS: the prepared Odoo with the prepared configuration and databases.

It uses the instance of this clone and of the port that B2B_PORT names (default 8069),
together with a server that runs there. `b2b_template` is a database to copy:

    ./setup/odoo db duplicate b2b_template mine
    ./setup/odoo -d mine -i b2b_portal --stop-after-init
"""

import os

from . import prepared
from .instances import Instance
from .run_options import default_port


def main(words):
    port = default_port()
    instance = Instance(port, port).open()
    if instance.embedded:
        # Odoo takes the place of this process and keeps using the server
        instance.server.hand_over()
    command = [str(prepared.PYTHON), "-P", "-m", "odoo", *words]
    os.execve(command[0], command, prepared.environment(instance.config))
