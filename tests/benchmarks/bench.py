"""What the benchmarks share: copies of rows by SQL, a client that is logged in, times.

The scripts are fed to Odoo's shell at the top of the checkout and import this from
there.
"""

import statistics
import threading
import time

from werkzeug.test import Client

from odoo import http
from odoo.service import security
from odoo.tools import SQL


def clone(records, count, **values):
    """Insert copies of rows by SQL.

    :param records: the rows to copy
    :param int count: how many copies of each; their ids follow each other
    :param values: SQL expressions that replace columns; ``g`` counts the copies
    :return: the id before the first copy
    """
    env = records.env
    env.flush_all()
    table = SQL.identifier(records._table)
    ((base,),) = env.execute_query(SQL("SELECT MAX(id) FROM %s", table))
    for offset, record in enumerate(records):
        changes = {"id": f"{base + offset * count} + g", **values}
        pairs = SQL(", ").join(
            SQL("%s, %s", name, SQL(text)) for name, text in changes.items()
        )
        env.cr.execute(
            SQL(
                """
                INSERT INTO %(table)s
                SELECT (jsonb_populate_record(row, jsonb_build_object(%(pairs)s))).*
                  FROM %(table)s AS row, generate_series(1, %(count)s) AS g
                 WHERE row.id = %(id)s
                """,
                table=table,
                pairs=pairs,
                count=count,
                id=record.id,
            )
        )
    env.cr.execute(
        SQL(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), (SELECT MAX(id) FROM %s))",
            records._table,
            table,
        )
    )
    return base


def log_in(user):
    """Return a client of the database of this user, logged in as him."""
    env = user.env
    session = http.root.session_store.new()
    session.update(http.get_default_session(), db=env.cr.dbname, login=user.login)
    session.uid = user.id
    session.context = dict(user.context_get())
    session.session_token = security.compute_session_token(session, env)
    http.root.session_store.save(session)
    client = Client(http.root)
    client.set_cookie("session_id", session.sid)
    return client


def measure(client, page):
    """Return the milliseconds and queries of a page."""
    start = time.perf_counter()
    response = client.get(page)
    seconds = time.perf_counter() - start
    if response.status_code != 200:
        raise SystemExit(f"{page}: {response.status}")
    return seconds * 1000, threading.current_thread().query_count


def measure_in_turns(cases, runs, warm_up=2):
    """Measure cases one after another, again and again: what else the machine does
    then falls on all of them.

    :param dict cases: client and page by the name of the case
    :param int runs: how often each counts
    :return: median milliseconds and queries by the name of the case
    """
    times = {name: [] for name in cases}
    queries = {}
    for run in range(runs + warm_up):
        for name, (client, page) in cases.items():
            milliseconds, queries[name] = measure(client, page)
            if run >= warm_up:
                times[name].append(milliseconds)
    return {name: (statistics.median(times[name]), queries[name]) for name in cases}
