"""How long the journal takes: filling 100,000 documents, and the page of a dealer with
20,000 of them beside stock /my/invoices with as many invoices.

It fills a database of its own with rows made by SQL; never run it on one you need:

    ./setup/odoo db duplicate b2b_template bench
    ./setup/odoo -d bench -i b2b_portal --stop-after-init
    BENCH_DOCUMENTS=100000 ./setup/odoo shell -d bench < tests/benchmarks/journal.py
"""

import os
import sys
import time

from odoo.fields import Command
from odoo.tools import SQL

sys.path.insert(0, "tests/benchmarks")
from bench import clone, log_in, measure_in_turns  # noqa: E402

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", 100_000))
OF_ONE_DEALER = DOCUMENTS // 5
RUNS = int(os.environ.get("BENCH_RUNS", 11))
PAGES = (
    "/my/invoices",
    "/my/journal",
    "/my/journal?type=bills",
    "/my/journal/page/400",
    "/my/journal?search=00042&sortby=amount",
)

env = env(  # noqa: F821 (given by the shell)
    context=dict(env.context, tracking_disable=True, no_reset_password=True)  # noqa: F821
)


def create_dealer(name):
    """Return a dealer with one contract and a portal user of the same name."""
    dealer = env["res.partner"].create({"name": name, "is_company": True})
    contract = env["b2b.contract"].create({"name": name, "legal_entity_id": dealer.id})
    contact = env["res.partner"].create({"name": name, "parent_id": dealer.id})
    env["res.users"].create(
        {
            "name": name,
            "login": name,
            "partner_id": contact.id,
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
    )
    return contract


def create_package(contract):
    """Return an order with its delivery, invoice and payment, made by Odoo itself."""
    product = env["product.product"].create(
        {
            "name": "Part",
            "is_storable": True,
            "list_price": 100,
            "invoice_policy": "delivery",
            "taxes_id": [Command.clear()],
        }
    )
    order = env["sale.order"].create(
        {
            "partner_id": contract.legal_entity_id.id,
            "b2b_contract_id": contract.id,
            "order_line": [Command.create({"product_id": product.id})],
        }
    )
    order.action_confirm()
    order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
    order.picking_ids._action_done()
    env.invalidate_all()
    invoice = order.order_line.invoice_lines.move_id or order._create_invoices()
    if invoice.state == "draft":
        invoice.action_post()
    wizard = env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids
    )
    payment = wizard.create({})._create_payments()
    return order, order.picking_ids, invoice, payment


def clone_entry(move, count, prefix, **values):
    """Copy a journal entry with its items; see :func:`clone`."""
    base = clone(
        move,
        count,
        name=f"'{prefix}/' || lpad(g::text, 6, '0')",
        access_token="NULL",
        sequence_number="g",
        sequence_prefix=f"'{prefix}/'",
        date="current_date - (g %% 700)",
        invoice_date="current_date - (g %% 700)",
        **values,
    )
    items = {
        "move_id": f"{base} + g",
        "full_reconcile_id": "NULL",
        "reconciled": "false",
        "matching_number": "NULL",
        "date": "current_date - (g %% 700)",
    }
    if "partner_id" in values:
        items["partner_id"] = values["partner_id"]
    bases = {}
    for item in move.line_ids:
        residual = "balance" if item.account_id.reconcile else "0"
        bases[item] = clone(
            item,
            count,
            amount_residual=residual,
            amount_residual_currency=residual,
            **items,
        )
    return base, bases


def fill(contract, package):
    """Make the documents of the bench, without the journal knowing."""
    order, picking, invoice, payment = package
    unmatched = {"payment_state": "'not_paid'", "amount_residual": "amount_total"}
    big = contract.legal_entity_id.id
    clone_entry(
        invoice,
        OF_ONE_DEALER,
        "BIG",
        partner_id=str(big),
        commercial_partner_id=str(big),
        b2b_contract_id=str(contract.id),
        **unmatched,
    )
    count = (DOCUMENTS - OF_ONE_DEALER) // 3
    orders = clone(order, count, name="'SO/' || g", access_token="NULL")
    lines = clone(order.order_line, count, order_id=f"{orders} + g")
    pickings = clone(
        picking,
        count,
        name="'OUT/' || g",
        sale_id=f"{orders} + g",
    )
    clone(
        picking.move_ids,
        count,
        picking_id=f"{pickings} + g",
        sale_line_id=f"{lines} + g",
    )
    _base, items = clone_entry(invoice, count, "INV", **unmatched)
    item = next(base for line, base in items.items() if line.sale_line_ids)
    env.cr.execute(
        SQL(
            """
            INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id)
            SELECT %s + g, %s + g FROM generate_series(1, %s) AS g
            """,
            lines,
            item,
            count,
        )
    )
    paid, _items = clone_entry(payment.move_id, count, "PAY")
    payments = clone(
        payment,
        count,
        name="'PAY/' || g",
        move_id=f"{paid} + g",
    )
    env.cr.execute(
        SQL(
            "UPDATE account_move SET origin_payment_id = id - %s + %s"
            " WHERE id > %s AND id <= %s",
            paid,
            payments,
            paid,
            paid + count,
        )
    )
    env.invalidate_all()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def measure_backfill():
    """Fill the journal and the ledger, twice; the second time adds nothing."""
    documents = env["b2b.document"]
    for name in ("first", "second"):
        start, before = time.monotonic(), documents.search_count([])
        documents._cron_backfill()
        seconds, added = time.monotonic() - start, documents.search_count([]) - before
        print(
            f"backfill, {name} run: {added:,} documents in {seconds:.1f} s"
            f" ({added / seconds * 60:,.0f} a minute)"
        )
    env.cr.execute("ANALYZE")
    env.cr.commit()
    print(f"wrong in the ledger: {len(env['b2b.settlement.line']._find_wrong())}")


def measure_pages(login):
    """Print the median time and the queries of each page."""
    client = log_in(env["res.users"].search([("login", "=", login)]))
    found = measure_in_turns({page: (client, page) for page in PAGES}, RUNS)
    stock, _queries = found["/my/invoices"]
    for page, (median, queries) in found.items():
        print(
            f"{login:12} {page:42} {median:6.0f} ms  "
            f"{median / stock:5.2f} of stock  {queries:3} queries"
        )


big = create_dealer("bench_big")
small = create_dealer("bench_small")
package = create_package(small)
env.cr.commit()
fill(big, package)
measure_backfill()
measure_pages("bench_big")
