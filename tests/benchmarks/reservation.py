"""What releasing expired reservations costs: the cron beside plain ``do_unreserve`` of
`stock` on pickings of the same kind, with as many commits and in turns; and how long
many of them take. Both sides keep track of changes as in life; no mails are sent. Half
of the orders have an unpaid bill, which lapses with the reserve: stock does nothing of
the kind, so the figures of both halves are printed.

It fills a database of its own with rows made by SQL; never run it on one you need:

    ./setup/odoo db duplicate b2b_template bench
    ./setup/odoo -d bench -i b2b_reservation --stop-after-init
    BENCH_MANY=10000 ./setup/odoo shell -d bench < tests/benchmarks/reservation.py
"""

import os
import sys
import time

from odoo.fields import Command

sys.path.insert(0, "tests/benchmarks")
from bench import clone  # noqa: E402

RESERVATIONS = int(os.environ.get("BENCH_RESERVATIONS", 2_000))
MANY = int(os.environ.get("BENCH_MANY", 10_000))
PRODUCTS = 20
TURNS = 20

env = env  # noqa: F821 (given by the shell)
# Papers are not what is measured.
type(env["b2b.payment.request"])._print_pdf = lambda self: self.env["ir.attachment"]


def create_contract():
    """Return the contract of a dealer."""
    dealer = env["res.partner"].create({"name": "bench", "is_company": True})
    return env["b2b.contract"].create({"name": "B", "legal_entity_id": dealer.id})


def create_reservation(contract, is_billed):
    """Return a reservation of an order of a product of its own, made by Odoo itself."""
    product = env["product.product"].create(
        {"name": "Part", "type": "consu", "is_storable": True}
    )
    warehouse = env["stock.warehouse"].search([], limit=1)
    env["stock.quant"]._update_available_quantity(
        product, warehouse.lot_stock_id, 10_000_000
    )
    order = env["sale.order"].create(
        {
            "partner_id": contract.legal_entity_id.id,
            "b2b_contract_id": contract.id,
            "order_line": [
                Command.create({"product_id": product.id, "product_uom_qty": 3})
            ],
        }
    )
    order.action_confirm()
    if is_billed:
        order._b2b_issue_bill()
    return order._b2b_reserve()


def copy_reservation(reservation, count):
    """Make copies of an order with its delivery and its reservation.

    :return: ids of the reservations and of the pickings
    """
    order = reservation.order_id
    line = order.order_line
    move = line.move_ids
    orders = clone(order, count, name="'BENCH' || g", access_token="NULL")
    lines = clone(line, count, order_id=f"{orders} + g")
    pickings = clone(
        move.picking_id,
        count,
        name=f"'BENCH/{order.id}/{orders}/' || g",
        sale_id=f"{orders} + g",
    )
    moves = clone(
        move, count, picking_id=f"{pickings} + g", sale_line_id=f"{lines} + g"
    )
    clone(
        move.move_line_ids,
        count,
        picking_id=f"{pickings} + g",
        move_id=f"{moves} + g",
    )
    copy_bill(order, orders, count)
    base = clone(
        reservation,
        count,
        name=f"'BENCH/{order.id}/{orders}/' || g",
        order_id=f"{orders} + g",
        date_expiry="now() at time zone 'utc' - interval '1 hour'",
    )
    clone(
        reservation.line_ids,
        count,
        reservation_id=f"{base} + g",
        sale_line_id=f"{lines} + g",
    )
    env.cr.execute(
        "UPDATE stock_quant SET reserved_quantity = reserved_quantity + %s"
        " WHERE product_id = %s AND location_id = %s",
        [count * 3, line.product_id.id, move.location_id.id],
    )
    return (
        range(base + 1, base + count + 1),
        range(pickings + 1, pickings + count + 1),
    )


def copy_bill(order, orders, count):
    """Make copies of the bill of an order, with its row in the journal.

    :param int orders: the id before that of the first copy of the order
    """
    request = order.b2b_payment_request_ids
    if not request:
        return
    name = f"'BENCH/{order.id}/{orders}/' || g"
    requests = clone(request, count, name=name, order_id=f"{orders} + g")
    document = env["b2b.document"].search([("payment_request_id", "=", request.id)])
    documents = clone(document, count, name=name, payment_request_id=f"{requests} + g")
    relation = env["b2b.document"]._fields["order_ids"]
    env.cr.execute(
        f"INSERT INTO {relation.relation} ({relation.column1}, {relation.column2})"
        f" SELECT {documents} + g, {orders} + g FROM generate_series(1, {count}) AS g"
    )


def fill(samples, count):
    """Make copies of samples, a fair share of each.

    :return: ids of reservations and of their pickings, mixed as they come in
    """
    pairs = []
    for sample in samples:
        ids, picking_ids = copy_reservation(sample, count // len(samples))
        pairs.append(list(zip(ids, picking_ids, strict=True)))
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()
    return [pair for mixed in zip(*pairs, strict=True) for pair in mixed]


def wake(ids):
    """Let only these reservations be expired."""
    env.cr.execute(
        "UPDATE b2b_reservation SET date_expiry = now() at time zone 'utc'"
        " + CASE WHEN id IN %s THEN interval '-1 hour' ELSE interval '9 hours' END"
        " WHERE state = 'running'",
        [tuple(ids)],
    )
    for table in ("b2b_reservation_line",):
        env.cr.execute(
            f"UPDATE {table} AS line SET date_expiry = reservation.date_expiry"
            " FROM b2b_reservation AS reservation"
            " WHERE reservation.id = line.reservation_id AND line.state = 'running'"
        )
    env.cr.commit()
    env.invalidate_all()


def release():
    """Return the seconds of the cron."""
    start = time.perf_counter()
    env["b2b.reservation"]._cron_release_expired()
    return time.perf_counter() - start


def unreserve(picking_ids):
    """Return the seconds of what stock does to unreserve, a commit for each."""
    start = time.perf_counter()
    for picking in env["stock.picking"].browse(picking_ids):
        picking.move_ids._do_unreserve()
        env.cr.commit()
    return time.perf_counter() - start


def check(pairs):
    """Stop if something of these is still held."""
    pickings = env["stock.picking"].browse([picking for _id, picking in pairs])
    pickings.invalidate_recordset()
    if pickings.move_line_ids or any(pickings.move_ids.mapped("quantity")):
        raise SystemExit("something is still reserved")


def compare(samples):
    """Return the seconds of the cron and of stock for as many copies of samples.

    :rtype: dict
    """
    pairs = fill(samples, 2 * (RESERVATIONS // 2))
    ours, plain = pairs[::2], pairs[1::2]
    step = max(len(ours) // TURNS, 1)
    times = {"ours": 0.0, "plain": 0.0}
    for turn, begin in enumerate(range(0, len(ours), step)):
        wake([id_ for id_, _picking in ours[begin : begin + step]])
        picking_ids = [picking for _id, picking in plain[begin : begin + step]]
        # In turns: what else the machine does falls on both.
        if turn % 2:
            times["plain"] += unreserve(picking_ids)
            env.invalidate_all()
            times["ours"] += release()
        else:
            times["ours"] += release()
            env.invalidate_all()
            times["plain"] += unreserve(picking_ids)
    check(pairs)
    return times


def tell(what, count, times):
    """Print what came of comparing."""
    print(
        f"{count} expired reservations {what}: {times['ours']:.1f} s, do_unreserve of "
        f"as many pickings: {times['plain']:.1f} s, ratio "
        f"{times['ours'] / times['plain']:.2f}"
    )


contract = create_contract()
unbilled, billed = (
    [create_reservation(contract, is_billed) for _product in range(PRODUCTS // 2)]
    for is_billed in (False, True)
)
halves = [compare(unbilled), compare(billed)]
tell("without a bill", RESERVATIONS // 2, halves[0])
tell("with a bill that lapses", RESERVATIONS // 2, halves[1])
both = {side: sum(times[side] for times in halves) for side in halves[0]}
tell("in all", RESERVATIONS, both)
if MANY:
    many = fill([*unbilled, *billed], MANY)
    wake([id_ for id_, _picking in many])
    seconds = release()
    check(many)
    print(f"{MANY} expired reservations: {seconds:.0f} s")
