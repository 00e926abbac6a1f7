"""How fast CommerceML is read, and with how much memory.

    ./setup/odoo shell < tests/benchmarks/commerceml.py

Needs no database, so any Python with lxml will do, too: python tests/benchmarks/…
Each kind of file (BENCH_KINDS: goods,offers,prices,rests,documents) lies as 1C writes
it, with 20,000 rows (BENCH_ROWS). Reading is measured against a bare lxml iterparse of
the same file (all end events, each element cleared) in BENCH_TURNS turns; memory in a
process of its own, with 20,000 and with 100,000 goods.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lxml import etree

PACKAGE = Path("addons/b2b_1c_connector").resolve()
sys.path[:0] = [str(PACKAGE), "tests/benchmarks"]

from commerceml import Reader, check  # noqa: E402
from commerceml_files import KINDS  # noqa: E402

ROWS = int(os.environ.get("BENCH_ROWS", 20_000))
TURNS = int(os.environ.get("BENCH_TURNS", 9))
CHOSEN = os.environ.get("BENCH_KINDS", ",".join(KINDS)).split(",")
GOALS = {"ratio": 1.5, "megabytes": 150}
# prints the goods read and by how many MB the process has grown
MEMORY = """
import sys
sys.path.insert(0, sys.argv[1])
from commerceml import read
def peak():
    rows = open("/proc/self/status")
    return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM"))
before = peak()
count = sum(1 for item in read(sys.argv[2]))
print(count, round((peak() - before) / 1024, 1))
"""


def bare(path):
    """The yardstick: every element as an event, and nothing done with it."""
    for _event, element in etree.iterparse(path, events=("end",)):
        element.clear()


def reading(path):
    for _item in Reader(path):
        pass


def seconds(function, path):
    started = time.perf_counter()
    function(path)
    return time.perf_counter() - started


def compare(kind, path):
    """Print how long each takes; in turns, so that a busy machine falls on all."""
    functions = {"bare iterparse": bare, "reading": reading, "checking": check}
    times = {name: [] for name in functions}
    for turn in range(TURNS + 1):
        for name, function in functions.items():
            taken = seconds(function, path)
            if turn:
                times[name].append(taken)
    yardstick = times["bare iterparse"]
    for name, values in times.items():
        ratio = statistics.median(
            mine / other for mine, other in zip(values, yardstick, strict=True)
        )
        goal = f", goal ≤ {GOALS['ratio']}" if name == "reading" else ""
        print(
            f"{kind:10} {name:15} {statistics.median(values):6.3f} s, "
            f"fastest {min(values):6.3f} s, {ratio:.2f} × bare{goal}",
            flush=True,
        )


def memory(path):
    command = [sys.executable, "-c", MEMORY, PACKAGE, path]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    count, megabytes = result.stdout.split()
    size = path.stat().st_size / 1e6
    print(f"{int(count) - 1} goods, {size:.0f} MB of XML: +{megabytes} MB of memory")


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "import0_1.xml")
        for kind in CHOSEN:
            KINDS[kind](path, ROWS)
            compare(kind, str(path))
        for count in (20_000, 100_000):
            KINDS["goods"](path, count)
            memory(path)
        print(f"Goal: at most +{GOALS['megabytes']} MB")


main()
