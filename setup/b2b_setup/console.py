# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the user sees: steps with the time they take, and problems in one line."""

import os
import sys
import time
from contextlib import contextmanager, suppress

# counted from the first of the processes that hand the command on to each other
STARTED = float(os.environ.setdefault("B2B_STARTED", str(time.monotonic())))
# where nobody watches (a log, a pipe), a line now and then is enough
QUIET_SECONDS = 10


class Problem(Exception):
    """Something the user has to know or do; shown as one line, exit code 1."""


class Progress:
    """One line that says what goes on and how far it is.

    On a terminal the line is rewritten in place, elsewhere repeated at intervals.
    """

    def __init__(self, title):
        self.title = title
        self.since = time.monotonic()
        self.shown = self.since
        self.live = sys.stderr.isatty()

    def say(self, text):
        """Show `text`, the state of this step, unless one was shown just before."""
        now = time.monotonic()
        if now - self.shown < (0.2 if self.live else QUIET_SECONDS):
            return
        self.shown = now
        line = f"[{now - STARTED:4.0f} s] {self.title}: {text}"
        if self.live:
            _write(f"\r\x1b[K{line[:118]}")
        else:
            say_line(line)

    def count(self, done, total, what=""):
        """Show how far the step is: `done` of `total`."""
        self.say(f"{done} of {total} {what}".rstrip())

    def end(self, text):
        if self.live:
            _write("\r\x1b[K")
        now = time.monotonic()
        took = now - self.since
        say_line(f"[{now - STARTED:4.0f} s] {self.title}: {text} ({took:.1f} s)")


def say_line(line):
    """Print a line for the user; stdout stays free for what commands print."""
    _write(f"{line}\n")


def _write(text):
    # a closed terminal must not keep us from stopping what we have started
    with suppress(OSError):
        sys.stderr.write(text)
        sys.stderr.flush()


def say(text):
    """Print a remark with the time since the start."""
    say_line(f"[{time.monotonic() - STARTED:4.0f} s] {text}")


@contextmanager
def step(title):
    """Announce a step that may take long; yields its `Progress`."""
    progress = Progress(title)
    say(f"{title} ...")
    yield progress
    progress.end("done")
