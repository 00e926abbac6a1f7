"""The stand-in on the command line: see `--help`."""

import argparse
import signal
import sys
import time

from .errors import ExchangeError, NoConnection, NotAdmitted
from .exchange import Exchange, Options
from .infobase import Infobase
from .journal import Journal
from .profiles import PROFILES
from .transport import Connection

DESCRIPTION = """Exchanges with a site as 1C:Enterprise does.

Behind it stands a made-up trade. The first exchange sends everything, each later one
what has changed; orders come in, are worked on and go back. What 1C remembers lies in
the folder --state; without it every run is the first one.

Between two exchanges staff of the made-up trade change goods and orders a little
(--idle: they do not)."""
EXIT_CODES = """exit codes: 0 all went well; 1 something failed, see the log; 2 wrong
words on the command line; 3 the server cannot be reached; 4 the login was refused"""
FAILED, UNREACHABLE, REFUSED = 1, 3, 4


def parse(words):
    parser = argparse.ArgumentParser(
        prog="python -m tests.standin_1c",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--url", required=True, help="address of the site, as entered in 1C")
    add("--user", default="1c")
    add("--password", default="1c")
    add("--profile", choices=list(PROFILES), default="ut11", help="which 1C (ut11)")
    add("--state", metavar="DIR", help="folder where 1C keeps what it knows")
    add("--goods", type=int, default=60, metavar="N", help="size of a new trade (60)")
    add("--seed", default="1", help="another seed is another trade (1)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="one exchange (default)")
    how.add_argument("--every", type=float, metavar="S", help="one every S seconds")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--full", action="store_true", help="send everything again")
    what.add_argument("--changes", action="store_true", help="send changes only")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--orders", action="store_true", help="orders only")
    part.add_argument("--catalog", action="store_true", help="goods only")
    add("--idle", action="store_true", help="nothing changes between exchanges")
    add("--portion", type=int, default=500, metavar="N", help="goods in one (500)")
    add("--retries", type=int, default=1, metavar="N", help="of a portion (1)")
    add("--no-wait", action="store_true", help="send no import (setting of УТ 11)")
    add("--shuffle", type=int, metavar="SEED", help="files in another order")
    add("--give-up", type=float, metavar="S", help="end of asking about an import")
    return parser.parse_args(words)


def options_of(words):
    catalog = "full" if words.full else "changes" if words.changes else "auto"
    return Options(
        catalog=catalog,
        with_catalog=not words.orders,
        with_orders=not words.catalog,
        portion=words.portion,
        retries=words.retries,
        waits=not words.no_wait,
        shuffle=words.shuffle,
        give_up=words.give_up,
    )


def exchange_once(words, journal):
    """One exchange; returns the exit code."""
    profile = PROFILES[words.profile]()
    try:
        connection = Connection(
            words.url, words.user, words.password, profile.manners.timeout
        )
        base = Infobase(words.state, words.seed, words.goods)
        exchange = Exchange(profile, base, connection, journal, options_of(words))
        if base.state["turn"] and not words.idle:
            base.work()
            exchange.office.work()
        return 0 if exchange.run() else FAILED
    except NotAdmitted as error:
        journal.error(str(error))
        return REFUSED
    except NoConnection as error:
        journal.error(str(error))
        return UNREACHABLE
    except ExchangeError as error:
        journal.error(str(error))
        return FAILED


def main(words=None):
    words = parse(words)
    journal = Journal()
    if not words.every:
        return exchange_once(words, journal)
    while True:
        since = time.monotonic()
        exchange_once(words, journal)
        time.sleep(max(0.0, since + words.every - time.monotonic()))


def _stop(_number, _frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        Journal().say("Обмен остановлен")
