# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""However a command is ended, nothing that it started goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from b2b_setup.paths import SETUP

# starts a program that has a child of its own, as dpkg-deb and browsers have
WATCH = """
from b2b_setup.__main__ import heed_endings
from b2b_setup.processes import watch
import sys
heed_endings()
try:
    watch(["sh", "-c", "sleep 300 & echo started; sleep 300"], sys.argv[1], print)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def as_on_a_terminal():
    """In the new process: heed what a background job or nohup has us ignore."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_DFL)


def start(code, *words, preexec_fn=as_on_a_terminal, **options):
    """Run Python `code` with a variable that all it starts inherits."""
    mark = f"B2B_MARK={os.getpid()}-{time.monotonic_ns()}"
    name, value = mark.split("=")
    env = {**os.environ, "PYTHONPATH": str(SETUP), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env={**env, name: value},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=preexec_fn,
        **options,
    )
    return process, mark.encode()


def alive(mark):
    """The processes that carry `mark`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes().split(b"\0"):
                found.append(path.parent.name)
        except OSError:
            continue
    return found


def ends(mark):
    """Whether all that carries `mark` is gone soon."""
    for _ in range(200):
        if not alive(mark):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ended_command_takes_all_with_it(tmp_path, ending):
    process, mark = start(WATCH, str(tmp_path / "log"))
    assert process.stdout.readline() == "started\n"
    assert alive(mark)
    process.send_signal(ending)
    assert process.stdout.readline() == "stopped\n"
    assert process.wait(60) == 0
    assert ends(mark)


def test_a_second_interrupt_does_not_break_the_stopping():
    process, mark = start(
        "from b2b_setup.__main__ import heed_endings\n"
        "import time\n"
        "heed_endings()\n"
        "try:\n"
        "    print('started')\n"
        "    time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopping')\n"
        "    time.sleep(0.5)\n"
        "    print('stopped')\n"
    )
    assert process.stdout.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "stopping\n"
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGHUP)
    assert process.stdout.readline() == "stopped\n"
    assert process.wait(60) == 0
    assert ends(mark)


def test_nohup_outlives_the_terminal():
    process, mark = start(
        "from b2b_setup.__main__ import heed_endings\n"
        "import os, signal\n"
        "heed_endings()\n"
        "os.kill(os.getpid(), signal.SIGHUP)\n"
        "print('alive')\n",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert process.stdout.readline() == "alive\n"
    assert process.wait(60) == 0
    assert ends(mark)


def test_a_closed_terminal_does_not_keep_from_stopping():
    reader, writer = os.pipe()
    process, mark = start(
        "from b2b_setup.console import say_line, step\n"
        "input()\n"
        "say_line('nobody reads this')\n"
        "with step('nor this'):\n"
        "    print('stopped')\n",
        stdin=subprocess.PIPE,
        stderr=writer,
    )
    os.close(writer)
    os.close(reader)
    process.stdin.write("\n")
    process.stdin.close()
    assert process.stdout.readline() == "stopped\n"
    process.wait(60)
    assert ends(mark)
