# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo is killed (SIGKILL) in the middle of an upload of 1C, and started again.

What was answered with success is there, what was not is not; the session goes on, or 1C
begins anew: nothing is lost, and nothing is there twice.
"""

import socket
import time

import pytest

from tests.journeys.real_server import KEY, Database, RealServer
from tests.journeys.upload import Upload, goods

FILES = """
    SELECT f.name, f.state, f.size::int, COALESCE(sum(a.file_size), 0)::int
      FROM b2b_1c_file f
 LEFT JOIN ir_attachment a ON a.res_model = 'b2b.1c.file' AND a.res_id = f.id
  GROUP BY f.id ORDER BY f.id
"""
GOODS = """
    SELECT b.external_id, t.name->>'en_US'
      FROM b2b_1c_binding b
      JOIN product_template t ON t.id = b.res_id
     WHERE b.res_model = 'product.template' AND b.external_id LIKE '{}%'
  ORDER BY 1
"""


@pytest.fixture(scope="module")
def server():
    database = Database("b2b_restart")
    # workers: whichever answers knows nothing of what another one was told
    running = RealServer(database, workers=2)
    try:
        database.connect()
        yield running.start()
    finally:
        running.stop()
        database.remove()


def restart(server):
    server.kill()
    server.start()


def files_since(server, count):
    """The files that have come since there were `count`."""
    return server.database.query(FILES)[count:]


def assert_goods(server, *external_ids):
    """Each is there once, and no other that begins alike."""
    found = server.database.query(GOODS.format(external_ids[0][0]))
    assert found == [(one, f"Goods {one}") for one in external_ids]
    assert not server.faults()


def test_upload_goes_on_between_parts_and_before_the_import(server):
    count = len(server.database.query(FILES))
    content = goods("a1", "a2", padding=5000)
    upload = Upload(server.connection()).begin()
    upload.send(content[:2000])
    restart(server)
    upload.send(content[2000:])
    restart(server)
    upload.ask()
    server.wait_until_idle()
    size = len(content)
    assert files_since(server, count) == [("import.xml", "done", size, size)]
    assert_goods(server, "a1", "a2")


def test_import_goes_on_that_was_asked_for(server):
    count = len(server.database.query(FILES))
    content = goods("b1", "b2")
    upload = Upload(server.connection()).begin()
    upload.send(content)
    assert upload.call("import", filename="import.xml").startswith(("pro", "suc"))
    restart(server)
    upload.ask()
    server.wait_until_idle()
    size = len(content)
    assert files_since(server, count) == [("import.xml", "done", size, size)]
    assert_goods(server, "b1", "b2")


def test_upload_begins_anew(server):
    """As 1C does when a call got no reply: it logs in again and sends all again."""
    count = len(server.database.query(FILES))
    content = goods("c1", "c2", padding=5000)
    Upload(server.connection()).begin().send(content[:2000])
    restart(server)
    upload = Upload(server.connection()).begin()
    upload.send(content)
    restart(server)
    upload.ask()
    size = len(content)
    # the half is replaced when the timer looks for what nobody asked for
    assert files_since(server, count) == [
        ("import.xml", "received", 2000, 2000),
        ("import.xml", "done", size, size),
    ]
    assert_goods(server, "c1", "c2")


def test_part_that_was_cut_off_is_not_there(server):
    count = len(server.database.query(FILES))
    content = goods("d1", "d2", padding=5000)
    upload = Upload(server.connection()).begin()
    upload.send(content[:2000])
    part = content[2000:]
    with socket.create_connection(("127.0.0.1", server.port)) as wire:
        head = f"POST /b2b/1c/{KEY}?type=catalog&mode=file&filename=import.xml HTTP/1.1"
        head += f"\r\nHost: 127.0.0.1\r\nCookie: {upload.cookie}\r\n"
        wire.sendall(f"{head}Content-Length: {len(part)}\r\n\r\n".encode())
        wire.sendall(part[:1000])
        time.sleep(0.5)
        restart(server)
    assert files_since(server, count) == [("import.xml", "received", 2000, 2000)]
    # who has kept the session sends the part again
    upload.send(part)
    upload.ask()
    size = len(content)
    assert files_since(server, count) == [("import.xml", "done", size, size)]
    assert_goods(server, "d1", "d2")
