# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo is killed (SIGKILL) at random moments while 1C sends goods, prices and stock.

After the next exchange all must be as if nothing had happened. Three moments are tried,
twenty with `./setup/test --full`; a test that fails names its seed.
"""

import io
import os
import random
import threading
import time
from collections import Counter

import pytest

from tests.journeys.real_server import Database, RealServer
from tests.standin_1c.errors import ExchangeError
from tests.standin_1c.exchange import Exchange, Options
from tests.standin_1c.infobase import Infobase
from tests.standin_1c.journal import Journal
from tests.standin_1c.profiles import PROFILES

SEEDS = range(20 if os.environ.get("B2B_FULL") else 3)
GOODS, PORTION = 40, 20
# what must be the same: ids of Odoo differ, those of 1C do not
CONTENTS = {
    "bindings": "SELECT res_model, external_id, res_id IS NULL FROM b2b_1c_binding",
    "goods": """
        SELECT b.external_id, t.name->>'en_US', t.active, t.list_price, t.weight,
               c.complete_name,
               (SELECT string_agg(pc.name->>'en_US', '|' ORDER BY pc.name->>'en_US')
                  FROM product_public_category_product_template_rel r
                  JOIN product_public_category pc
                    ON pc.id = r.product_public_category_id
                 WHERE r.product_template_id = t.id)
          FROM product_template t
          JOIN product_category c ON c.id = t.categ_id
     LEFT JOIN b2b_1c_binding b
            ON b.res_model = 'product.template' AND b.res_id = t.id
    """,
    "variants": """
        SELECT good.external_id, b.external_id, p.active, p.default_code, p.barcode,
               p.weight
          FROM product_product p
     LEFT JOIN b2b_1c_binding b
            ON b.res_model = 'product.product' AND b.res_id = p.id
     LEFT JOIN b2b_1c_binding good
            ON good.res_model = 'product.template' AND good.res_id = p.product_tmpl_id
    """,
    "attributes": """
        SELECT a.name->>'en_US', v.name->>'en_US'
          FROM product_attribute a
     LEFT JOIN product_attribute_value v ON v.attribute_id = a.id
    """,
    "categories": "SELECT complete_name FROM product_category",
    "prices": """
        SELECT l.name->>'en_US', good.external_id, variant.external_id, i.fixed_price,
               i.min_quantity
          FROM product_pricelist_item i
          JOIN product_pricelist l ON l.id = i.pricelist_id
     LEFT JOIN b2b_1c_binding good
            ON good.res_model = 'product.template' AND good.res_id = i.product_tmpl_id
     LEFT JOIN b2b_1c_binding variant
            ON variant.res_model = 'product.product' AND variant.res_id = i.product_id
    """,
    "stock": """
        SELECT good.external_id, variant.external_id, l.complete_name,
               sum(q.quantity), sum(q.reserved_quantity), count(*)
          FROM stock_quant q
          JOIN stock_location l ON l.id = q.location_id
          JOIN product_product p ON p.id = q.product_id
     LEFT JOIN b2b_1c_binding good
            ON good.res_model = 'product.template' AND good.res_id = p.product_tmpl_id
     LEFT JOIN b2b_1c_binding variant
            ON variant.res_model = 'product.product' AND variant.res_id = p.id
      GROUP BY 1, 2, 3
    """,
    "moves": """
        SELECT good.external_id, variant.external_id, place.complete_name,
               sum(m.quantity), count(*)
          FROM stock_move m
          JOIN stock_location place ON place.id = m.location_dest_id
          JOIN product_product p ON p.id = m.product_id
     LEFT JOIN b2b_1c_binding good
            ON good.res_model = 'product.template' AND good.res_id = p.product_tmpl_id
     LEFT JOIN b2b_1c_binding variant
            ON variant.res_model = 'product.product' AND variant.res_id = p.id
         WHERE m.state = 'done'
      GROUP BY 1, 2, 3
    """,
    "pictures": """
        SELECT b.external_id, a.res_field, a.checksum
          FROM ir_attachment a
          JOIN b2b_1c_binding b ON b.res_model = a.res_model AND b.res_id = a.res_id
         WHERE a.res_model = 'product.template' AND a.res_field = 'image_1920'
    """,
    "more pictures": """
        SELECT b.external_id, i.name, a.checksum
          FROM product_image i
          JOIN b2b_1c_binding b
            ON b.res_model = 'product.template' AND b.res_id = i.product_tmpl_id
     LEFT JOIN ir_attachment a
            ON a.res_model = 'product.image' AND a.res_id = i.id
           AND a.res_field = 'image_1920'
    """,
    "waiting": "SELECT external_id, part, needs_model, needs_id FROM b2b_1c_waiting",
    "failed jobs": "SELECT name FROM queue_job WHERE state = 'failed'",
    "faults": "SELECT name, error FROM b2b_1c_file WHERE state = 'failed'",
}
# files by name of 1C: as often as it has sent them, and never without its content
FILES = """
    SELECT f.name, f.state, f.size, sum(a.file_size)
      FROM b2b_1c_file f
 LEFT JOIN ir_attachment a ON a.res_model = 'b2b.1c.file' AND a.res_id = f.id
  GROUP BY f.id
"""


def contents(database):
    return {
        name: sorted(database.query(statement), key=repr)
        for name, statement in CONTENTS.items()
    }


def exchange(server, base):
    """1C sends its catalogue once.

    :return: whether all went well
    """
    journal = Journal(io.StringIO())
    options = Options(portion=PORTION, retries=0, with_orders=False, give_up=120)
    connection = server.connection()
    try:
        return Exchange(PROFILES["ut11"](), base, connection, journal, options).run()
    except ExchangeError:
        return False


@pytest.fixture(scope="module")
def source():
    """A database with a connection that nothing has come over yet."""
    database = Database("b2b_killed")
    database.connect()
    yield database
    database.remove()


@pytest.fixture(scope="module")
def undisturbed(source):
    """What is there after an exchange without a kill, and the seconds it took."""
    with trial(source, "b2b_not_killed") as server:
        server.start()
        since = time.monotonic()
        assert exchange(server, Infobase(size=GOODS))
        server.wait_until_idle()
        seconds = time.monotonic() - since
        found = contents(server.database)
        assert len(found["goods"]) >= GOODS
        assert found["prices"] and found["stock"] and found["pictures"]
        assert not server.faults()
    return found, seconds


class trial:
    """A server, not started yet, on a copy of a database; both are removed."""

    def __init__(self, source, name, workers=0):
        self.server = RealServer(Database(name, source), workers)

    def __enter__(self):
        return self.server

    def __exit__(self, *_error):
        self.server.stop()
        self.server.database.remove()


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_in_the_middle_of_an_import(source, undisturbed, seed):
    expected, seconds = undisturbed
    moment = random.Random(seed).uniform(0.05, 1) * seconds
    base = Infobase(size=GOODS)
    with trial(source, f"b2b_killed_{seed}", workers=2 * (seed % 2)) as server:
        server.start()
        client = threading.Thread(target=exchange, args=(server, base), daemon=True)
        client.start()
        time.sleep(moment)
        server.kill()
        client.join(60)
        assert not client.is_alive()
        server.start()
        assert exchange(server, base), f"seed {seed}, killed after {moment:.1f} s"
        server.wait_until_idle()
        found = contents(server.database)
        where = f"seed {seed}, killed after {moment:.1f} s"
        for name, rows in expected.items():
            assert differences(rows, found[name]) == {}, f"{where}: {name}"
        check_files(server.database)
        assert not server.faults()


def differences(expected, found):
    """The rows that are there more or less often than expected, the first few."""
    odd = Counter(found)
    odd.subtract(Counter(expected))
    rows = [(row, count) for row, count in odd.items() if count]
    return dict(sorted(rows, key=repr)[:6])


def check_files(database):
    """Nothing waits, and what was acknowledged is kept, byte for byte."""
    for name, state, size, kept in database.query(FILES):
        assert state in ("done", "dropped", "received"), (name, state)
        if state != "dropped":
            assert size == (kept or 0), name
