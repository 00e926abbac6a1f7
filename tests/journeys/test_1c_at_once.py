# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several exchanges at once, with a real server of two workers."""

import io
import statistics
import threading
import time
import urllib.request
from contextlib import contextmanager

import pytest

from odoo.addons.b2b_1c_connector.models.b2b_1c_turn import TURN

from tests.journeys.real_server import KEY, Database, RealServer
from tests.standin_1c.exchange import Exchange, Options
from tests.standin_1c.infobase import Infobase
from tests.standin_1c.journal import Journal
from tests.standin_1c.profiles import PROFILES

SECOND = "second"
GOODS = 12
# seconds of polling without a pause
POLLING = 10
DOUBLE = {
    "goods": "SELECT name->>'en_US' FROM product_template",
    "categories": "SELECT complete_name FROM product_category",
    "shop": "SELECT parent_id, name->>'en_US' FROM product_public_category",
    "pricelists": "SELECT name->>'en_US' FROM product_pricelist",
    "prices": "SELECT pricelist_id, product_tmpl_id, product_id FROM "
    "product_pricelist_item",
    "stock": "SELECT product_id, location_id FROM stock_quant",
    "warehouses": "SELECT name FROM stock_warehouse",
}


@pytest.fixture(scope="module")
def server():
    database = Database("b2b_at_once")
    running = RealServer(database, workers=2)
    try:
        database.connect()
        database.connect(SECOND)
        yield running.start()
    finally:
        running.stop()
        database.remove()


class Client(threading.Thread):
    """One 1C that sends its catalogue; `errors` is what it has met."""

    def __init__(self, server, base, key=KEY):
        super().__init__(daemon=True)
        self.journal = Journal(io.StringIO())
        options = Options(portion=8, retries=0, with_orders=False, give_up=170)
        connection = server.connection(key)
        self.exchange = Exchange(
            PROFILES["ut11"](), base, connection, self.journal, options
        )
        self.good = False

    def run(self):
        self.good = self.exchange.run()


def run_at_once(server, *clients):
    """All must be answered as 1C expects, and all they have sent go in."""
    for client in clients:
        client.start()
    for client in clients:
        client.join(180)
        assert client.good, client.journal.errors
        assert client.journal.remarks == []
    server.wait_until_idle()
    failed = "SELECT name, error FROM b2b_1c_file WHERE state = 'failed'"
    assert server.database.query(failed) == []
    assert server.database.query("SELECT 1 FROM queue_job WHERE state = 'failed'") == []
    assert not server.faults()


def assert_nothing_double(database):
    for name, statement in DOUBLE.items():
        rows = database.query(statement)
        assert len(rows) == len(set(rows)), name


def goods_of(database, key):
    return database.query(
        "SELECT t.name->>'en_US' FROM product_template t JOIN b2b_1c_binding b"
        " ON b.res_model = 'product.template' AND b.res_id = t.id"
        " JOIN b2b_1c_backend c ON c.id = b.backend_id"
        f" WHERE c.key = '{key}'"
    )


def test_the_same_files_twice_at_once(server):
    """A scheduled exchange of a base and one by hand: two cookies, the same names."""
    before = server.database.query("SELECT count(*) FROM product_template")[0][0]
    clients = [Client(server, Infobase(size=GOODS)) for _number in range(2)]
    run_at_once(server, *clients)
    assert_nothing_double(server.database)
    after = server.database.query("SELECT count(*) FROM product_template")[0][0]
    assert len(goods_of(server.database, KEY)) == after - before >= GOODS - 2


def test_two_bases_with_the_same_names_of_files(server):
    first = Client(server, Infobase(size=GOODS))
    second = Client(server, Infobase(size=GOODS, seed=7), SECOND)
    run_at_once(server, first, second)
    assert set(first.exchange.outcome.files) == set(second.exchange.outcome.files)
    goods = goods_of(server.database, SECOND)
    base = second.exchange.base
    sent = [base.good(number) for number in base.numbers]
    names = {" ".join(good.name.split()) for good in sent if not good.deleted}
    assert {name for (name,) in goods} == names
    assert not set(goods) & set(goods_of(server.database, KEY))


@contextmanager
def imports_held_up(database):
    """Meanwhile no import gets its turn: 1C is told again and again to wait."""
    with database.server.cursor(database.name) as cursor:
        for (number,) in database.query("SELECT id FROM b2b_1c_backend"):
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [TURN, number])
        yield


def ask(server):
    """The seconds that a page takes."""
    since = time.monotonic()
    with urllib.request.urlopen(f"{server.address}/web/login", timeout=60) as answer:
        assert answer.status == 200
    return time.monotonic() - since


def test_two_bases_that_poll_leave_pages_their_worker(server):
    """Each held request keeps a worker for two seconds, and there are two."""
    for _number in range(3):
        ask(server)
    undisturbed = statistics.median(ask(server) for _number in range(5))
    clients = [
        Client(server, Infobase(size=3, seed=seed), key)
        for seed, key in ((11, KEY), (12, SECOND))
    ]
    taken = []
    with imports_held_up(server.database):
        for client in clients:
            client.start()
        waiting = "SELECT count(DISTINCT backend_id) FROM b2b_1c_file"
        waiting += " WHERE state = 'waiting'"
        while server.database.query(waiting) != [(2,)]:
            time.sleep(0.1)
        until = time.monotonic() + POLLING
        while time.monotonic() < until:
            taken.append(ask(server))
    for client in clients:
        client.join(180)
        assert client.good, client.journal.errors
        assert client.exchange.outcome.polls > 4
    print(f"a page: {undisturbed:.2f} s alone, {statistics.median(taken):.2f} s beside")
    assert statistics.median(taken) < 4 * undisturbed + 0.6
    assert max(taken) < 8
