# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The options of ./setup/run; a wrong one is told before anything long begins."""

import argparse
import errno
import os
import socket

from .console import Problem

DEFAULT_PORT = 8069
DESCRIPTION = """Odoo with the demo database.

Brings all that is needed, makes the database b2b_demo with demo data, starts Odoo and
says `Ready: http://127.0.0.1:N`. Ctrl-C stops all that was started. The database is
kept."""


def default_port():
    """The port that B2B_PORT names."""
    text = os.environ.get("B2B_PORT", str(DEFAULT_PORT))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"B2B_PORT: {text} is no port")
    return int(text)


def parse(words):
    """The options among `words`; ends with a message if they are wrong."""
    parser = argparse.ArgumentParser(prog="./setup/run", description=DESCRIPTION)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=default_port(), metavar="N")
    parser.add_argument("--fresh", action="store_true", help="make the database anew")
    parser.add_argument("--prepare", action="store_true", help="do not start Odoo")
    parser.add_argument(
        "--with-1c",
        action="store_true",
        help="a stand-in for 1C exchanges with the demo every minute",
    )
    options = parser.parse_args(words)
    if not 0 < options.port < 65536:
        parser.error(f"{options.port} is no port")
    _need_free(options.port)
    return options


def _need_free(port):
    """Refuse a port that is taken, before anything long begins."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Problem(
                    f"port {port} is for root only: choose another"
                ) from error
            raise Problem(
                f"port {port} is taken: stop what uses it or choose another "
                "with --port N"
            ) from error
