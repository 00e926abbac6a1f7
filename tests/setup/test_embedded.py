# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The embedded PostgreSQL runs as long as one of its users, whatever he ends."""

import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from b2b_setup.console import Problem
from b2b_setup.embedded import Embedded

# what Odoo does between two test classes, while it uses the server
END_ALL_CHILDREN = """
import psutil, time
for child in psutil.Process().children():
    child.terminate()
    child.wait()
time.sleep(1)
"""
# as ./setup/odoo: a program takes the place of the one that started the server
HAND_OVER = """
import os, sys
from pathlib import Path
from b2b_setup.embedded import Embedded
Embedded(Path(sys.argv[1]), fast=True).acquire().hand_over()
os.execv(sys.executable, [sys.executable, "-c", sys.argv[2]])
"""


@pytest.fixture
def server():
    """A server that was never started; its account can reach the folder."""
    with tempfile.TemporaryDirectory() as root:
        yield Embedded(Path(root), fast=True)


def hand_over(server, code):
    """Start the server, then be the program `code`, which prints a line and ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HAND_OVER, server.root, code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_user_who_ends_all_his_children_keeps_the_server(server):
    server.initialize()
    user = hand_over(server, END_ALL_CHILDREN + "print('done', flush=True); input()")
    assert user.stdout.readline() == "done\n"
    postmaster = int((server.cluster / "postmaster.pid").read_text().split()[0])
    assert psutil.pid_exists(postmaster)
    with server.cursor() as cursor:
        cursor.execute("SELECT 1")
    user.communicate("\n")
    assert server.wait_until_stopped()
    assert not psutil.pid_exists(postmaster)


def test_a_server_that_does_not_start_is_told_at_once(server):
    with pytest.raises(Problem, match="PostgreSQL did not start"):
        server.acquire()
    server.release()
