# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""No reply to 1C takes long, however large what it sends: what is on the way gives up
after a minute or less.

Some megabytes; 100 with `./setup/test --full`, or as many as B2B_1C_MEGABYTES says.
"""

import io
import os
import random
import zipfile

import pytest

from tests.journeys.real_server import Database, RealServer
from tests.journeys.upload import PATIENCE, Upload, goods

FULL = bool(os.environ.get("B2B_FULL"))
MEGABYTES = int(os.environ.get("B2B_1C_MEGABYTES", 100 if FULL else 8))
# seconds; a third of what 1C may be kept waiting
SOON = 10


@pytest.fixture(scope="module")
def server():
    database = Database("b2b_large")
    running = RealServer(database, workers=2)
    try:
        database.connect()
        yield running.start()
    finally:
        running.stop()
        database.remove()


def tell(title, upload, sent):
    """Say what it took, and see that no reply came late."""
    slowest = max(upload.taken)
    print(f"{title}: {sent / 1e6:.0f} MB in {len(upload.taken)} calls,", end=" ")
    print(f"{sum(upload.taken):.1f} s, the slowest {slowest:.2f} s")
    assert slowest < SOON


def test_plain_file(server):
    upload = Upload(server.connection()).begin()
    content = goods(*(f"p{number}" for number in range(50)), padding=MEGABYTES * 10**6)
    upload.send(content)
    upload.ask()
    tell("plain", upload, len(content))
    assert not server.faults()


def test_plain_file_that_waits_for_its_time(server):
    """What it brings is looked at before 1C is answered."""
    database = server.database
    schedule = "UPDATE b2b_1c_flow SET start_every = '{}' RETURNING id"
    database.query(schedule.format(1440))
    try:
        upload = Upload(server.connection()).begin()
        content = goods(
            *(f"k{number}" for number in range(50)), padding=MEGABYTES * 10**6
        )
        upload.send(content)
        upload.ask()
        tell("kept", upload, len(content))
        states = "SELECT state FROM b2b_1c_file ORDER BY id DESC LIMIT 1"
        assert database.query(states) == [("kept",)]
    finally:
        database.query(schedule.format(0))
    database.query(
        "UPDATE b2b_1c_file SET state = 'dropped' WHERE state = 'kept' RETURNING id"
    )
    assert not server.faults()


@pytest.mark.parametrize("kind", ["pictures", "packed"])
def test_archive(server, kind):
    """Either as large as its content, or much smaller."""
    packed, rng = io.BytesIO(), random.Random(kind)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("import.xml", goods(f"{kind}1", f"{kind}2"))
        for number in range(MEGABYTES):
            content = rng.randbytes(10**6 if kind == "pictures" else 10**4)
            # repeated so often, it is all that an archive may hold
            content *= 10**6 // len(content)
            archive.writestr(f"import_files/ab/{kind}{number}.jpg", content)
    [[before]] = server.database.query("SELECT max(id) FROM queue_job")
    upload = Upload(server.connection()).begin()
    upload.send(packed.getvalue(), "v8_1a_2b.zip")
    upload.ask(patience=PATIENCE + MEGABYTES)
    tell(f"archive of {kind}", upload, len(packed.getvalue()))
    [[jobs, longest]] = server.database.query(
        "SELECT count(*), max(extract(epoch FROM date_done - date_started))::float"
        f" FROM queue_job WHERE state = 'done' AND id > {before or 0}"
    )
    print(f"{jobs} jobs, the longest {longest:.1f} s")
    assert not server.faults()
