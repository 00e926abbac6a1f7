# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Locks between processes; the kernel lets go of them however a process ends."""

import fcntl
import os
from contextlib import contextmanager

from .console import say
from .paths import folder


def open_lock(path):
    """Open the lock file `path`; returns a descriptor that no child inherits."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)


def try_exclusive(descriptor):
    """Take the lock alone if nobody holds it; returns whether that worked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def one_at_a_time(name, waiting_for):
    """Hold the lock `name` of B2B_HOME; says what it waits for."""
    descriptor = open_lock(folder("locks") / name)
    try:
        if not try_exclusive(descriptor):
            say(f"Waiting: another command is preparing {waiting_for}")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
