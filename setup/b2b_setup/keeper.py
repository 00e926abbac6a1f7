# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keeps an embedded PostgreSQL running as long as somebody uses it.

Started by `embedded.py` as `python -m b2b_setup.keeper FOLDER OPTION...`; the options
go to the server. Users hold a shared lock on FOLDER/users.lock: as soon as this process
gets it for itself alone, nobody is left and the server is stopped.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from .embedded import account, programs
from .locks import open_lock, try_exclusive
from .processes import PR_SET_PDEATHSIG, _libc


def stop_with_keeper():
    """In the server's process: a fast shutdown if this keeper is killed."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def main(root, *options):
    """Run the server of the folder `root` until its users are gone."""
    root = Path(root)
    server = subprocess.Popen(
        [programs() / "postgres", "-D", root / "cluster", *options],
        preexec_fn=stop_with_keeper,
        cwd="/",
        **account(),
    )
    # told to end (a machine going down): the server first
    signal.signal(signal.SIGTERM, lambda *_: server.send_signal(signal.SIGINT))
    users = open_lock(root / "users.lock")
    while server.poll() is None:
        if try_exclusive(users):
            server.send_signal(signal.SIGINT)
            server.wait()
        time.sleep(0.2)
    os.close(users)
    return server.returncode


def detach():
    """Go on as nobody's child: a user may end all of his children (Odoo's tests do)."""
    if os.fork():
        os._exit(0)


if __name__ == "__main__":
    detach()
    sys.exit(main(*sys.argv[1:]))
