"""What credit costs: the panel on pages of a dealer with 20,000 open documents, on and
off in pairs, and Balance beside stock /my/invoices/overdue.

It fills a database of its own with rows made by SQL; never run it on one you need:

    ./setup/odoo db duplicate b2b_template bench
    ./setup/odoo -d bench -i b2b_credit_control --stop-after-init
    BENCH_DOCUMENTS=20000 ./setup/odoo shell -d bench < tests/benchmarks/credit.py
"""

import os
import statistics
import sys
from unittest.mock import patch

from odoo.fields import Command

sys.path.insert(0, "tests/benchmarks")
from bench import clone, log_in, measure, measure_in_turns  # noqa: E402

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", 20_000))
CONTRACTS = 10
RUNS = int(os.environ.get("BENCH_RUNS", 41))
PANEL_PAGES = ("/contactus", "/my", "/shop")
STOCK = "/my/invoices/overdue"
BALANCE_PAGES = (
    "/my/balance",
    "/my/balance?due=overdue",
    "/my/balance/page/400",
    "/my/balance?sortby=contract",
    "/my/balance/export/csv",
    "/my/balance/export/xlsx",
)

env = env(  # noqa: F821 (given by the shell)
    context=dict(env.context, tracking_disable=True, no_reset_password=True)  # noqa: F821
)


def create_dealer(name):
    """Return a portal user who is himself a dealer with contracts: stock's page finds
    nothing but the invoices of the user's own partner."""
    dealer = env["res.partner"].create({"name": name, "is_company": True})
    env["b2b.contract"].create(
        [
            {
                "name": f"{name}-{number}",
                "legal_entity_id": dealer.id,
                "has_credit_limit": True,
                "credit_limit": 1000000,
            }
            for number in range(CONTRACTS)
        ]
    )
    return env["res.users"].create(
        {
            "name": name,
            "login": name,
            "partner_id": dealer.id,
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
    )


def create_invoice(user):
    """Return a posted invoice, made by Odoo itself."""
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": user.partner_id.id,
            "invoice_date": "2026-01-15",
            "invoice_line_ids": [
                Command.create({"name": "Part", "price_unit": 100, "quantity": 1})
            ],
        }
    )
    invoice.action_post()
    return invoice


def fill(user):
    """Make the open invoices of a dealer, most of them overdue, by Odoo and by SQL;
    journal, ledger and totals then follow by the methods that fill them."""
    invoice = create_invoice(user)
    contracts = env["b2b.contract"].search(
        [("legal_entity_id", "=", user.partner_id.id)], order="id"
    )
    due = "current_date - (g %% 120) + 20"
    base = clone(
        invoice,
        DOCUMENTS - 1,
        name="'BIG/' || lpad(g::text, 6, '0')",
        access_token="NULL",
        sequence_number="g",
        sequence_prefix="'BIG/'",
        date="current_date - (g %% 120)",
        invoice_date="current_date - (g %% 120)",
        invoice_date_due=due,
        b2b_contract_id=f"{contracts[0].id} + g %% {len(contracts)}",
    )
    for item in invoice.line_ids:
        values = {"date_maturity": due} if item.account_id.reconcile else {}
        clone(item, DOCUMENTS - 1, move_id=f"{base} + g", **values)
    invoice.b2b_contract_id = contracts[0]
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()
    env["b2b.document"]._cron_backfill()
    env["b2b.settlement.total"]._rebuild()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def switch_panel(shown):
    """Put the panel on the pages or take it off, and let the server know."""
    env.ref("b2b_credit_control.credit_panel_layout").active = shown
    env.cr.commit()


def measure_panel(client):
    """Print what the panel adds: pairs of blocks with and without it, in turns."""
    times = {page: {True: [], False: []} for page in PANEL_PAGES}
    queries = {}
    for block in range(max(RUNS // 5, 2)):
        # In turns: what comes first pays for what the switch made stale.
        for shown in (True, False) if block % 2 else (False, True):
            switch_panel(shown)
            for run in range(7):
                for page in PANEL_PAGES:
                    milliseconds, queries[page, shown] = measure(client, page)
                    if run >= 2:
                        times[page][shown].append(milliseconds)
    switch_panel(True)
    for page in PANEL_PAGES:
        pairs = zip(times[page][True], times[page][False], strict=True)
        added = statistics.median(on - off for on, off in pairs)
        print(
            f"panel on {page:12} off {statistics.median(times[page][False]):6.1f} ms, "
            f"on {statistics.median(times[page][True]):6.1f} ms, pairs differ by "
            f"{added:4.1f} ms and {queries[page, True] - queries[page, False]} query"
        )


class StockClient:
    """A client of stock Odoo's page, from which dealers are led to Balance."""

    def __init__(self, client):
        self.client = client

    def get(self, page):
        """Open a page as for who is no dealer."""
        users = type(env["res.users"])
        with patch.object(users, "_b2b_sees_dealer_pages", lambda user: False):
            return self.client.get(page)


def measure_balance(client):
    """Print Balance beside stock's page of overdue invoices."""
    cases = {page: (client, page) for page in BALANCE_PAGES}
    cases = {STOCK: (StockClient(client), STOCK), **cases}
    found = measure_in_turns(cases, RUNS // 5)
    stock, _queries = found[STOCK]
    for page, (median, queries) in found.items():
        print(
            f"{page:32} {median:8.0f} ms  {median / stock:6.3f} of stock  "
            f"{queries:3} queries"
        )


dealer = create_dealer("bench_credit")
fill(dealer)
client = log_in(dealer)
measure_panel(client)
measure_balance(client)
