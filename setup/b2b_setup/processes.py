# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Starting other programs so that none of them outlives the command that started it."""

import ctypes
import os
import signal
import subprocess
from contextlib import suppress

from .console import Problem

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent():
    """In a new child: be told to end when the parent is gone, even if it was killed."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command, **options):
    """Start `command` in a session of its own; returns the `Popen`.

    Ctrl-C reaches only us: we end the child in the order that suits us.
    """
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        [str(word) for word in command],
        start_new_session=True,
        preexec_fn=die_with_parent,
        **options,
    )


def stop(process, how=signal.SIGTERM, seconds=30):
    """End `process` politely, after `seconds` by force."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def stop_session(process, how=signal.SIGTERM):
    """End a process of `start`, and what it has started and not ended itself."""
    stop(process, how)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def foreground(command, **options):
    """Run `command` on the user's terminal (a debugger works); returns its exit code.

    Ctrl-C reaches it as well as us; if it does not end by itself then, it is ended with
    all that it started (browsers).
    """
    import psutil  # not there yet when the set-up begins

    words = [str(word) for word in command]
    process = subprocess.Popen(words, preexec_fn=die_with_parent, **options)
    try:
        return process.wait()
    except KeyboardInterrupt:
        started = psutil.Process(process.pid).children(recursive=True)
        stop(process, signal.SIGINT, seconds=20)
        for child in started:
            if child.is_running():
                child.kill()
        raise


def watch(command, log, on_line=None, **options):
    """Run `command`, write its output to the file `log`, hand each line to `on_line`.

    Returns its exit code. If we are interrupted, it is ended first.
    """
    process = start(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    try:
        with open(log, "a", encoding="utf-8") as target:
            for line in process.stdout:
                target.write(line)
                target.flush()
                if on_line:
                    on_line(line.rstrip())
        return process.wait()
    finally:
        stop_session(process)


def tail(log, lines=15, only=None):
    """The last lines of the file `log`, those with one of the words `only` if given."""
    try:
        with open(log, encoding="utf-8", errors="replace") as source:
            found = source.read().splitlines()
    except FileNotFoundError:
        return ""
    if only:
        chosen = [line for line in found if any(word in line for word in only)]
        found = chosen or found
    return "\n".join(found[-lines:])


def run_or_fail(command, log, problem, **options):
    """Run `command` to its end; raises `Problem` with the end of its log."""
    if watch(command, log, **options):
        raise Problem(f"{problem}\n--- end of {log}:\n{tail(log)}")
