"""How fast prices and stock of 1C go in, beside Odoo's own ways.

It rolls back what it does; the addon must be installed in the database:

    ./setup/odoo db duplicate b2b_template offers
    ./setup/odoo server -d offers -i b2b_1c_connector --stop-after-init
    ./setup/odoo shell -d offers < tests/benchmarks/import_1c_offers.py

BENCH_PRODUCTS sets the number of products (20,000).
Changed prices are measured against `load()` of the same rules of pricelists, stock
against an adjustment of the inventory; both in one run, on the same products, each
measured with what it has to write. The job's own time counts, with parsing.
"""

import os
import time

COUNT = int(os.environ.get("BENCH_PRODUCTS", 20_000))
GOALS = {"prices": 3, "stock": 2}
HEAD = (
    '\ufeff<?xml version="1.0" encoding="UTF-8"?><КоммерческаяИнформация '
    'ВерсияСхемы="2.07"><ПакетПредложений><Ид>bench#</Ид><ТипыЦен><ТипЦены>'
    "<Ид>bench</Ид><Наименование>Wholesale</Наименование><Валюта>{currency}</Валюта>"
    "</ТипЦены></ТипыЦен><Склады><Склад><Ид>bench</Ид><Наименование>{warehouse}"
    "</Наименование></Склад></Склады><Предложения>"
)
TAIL = "</Предложения></ПакетПредложений></КоммерческаяИнформация>"
PRICES = (
    "<Предложение><Ид>bench-{number}</Ид><Цены><Цена><Представление>{price} руб. за шт"
    "</Представление><ИдТипаЦены>bench</ИдТипаЦены><ЦенаЗаЕдиницу>{price}"
    "</ЦенаЗаЕдиницу><Единица>шт</Единица><Коэффициент>1</Коэффициент></Цена></Цены>"
    "</Предложение>"
)
STOCK = (
    "<Предложение><Ид>bench-{number}</Ид><Количество>{quantity}</Количество>"
    '<Склад ИдСклада="bench" КоличествоНаСкладе="{quantity}"/></Предложение>'
)

env = env(  # noqa: F821 (given by the shell)
    context=dict(env.context, tracking_disable=True, no_reset_password=True)  # noqa: F821
)


def create_products():
    templates = env["product.template"]
    for start in range(0, COUNT, 1000):
        templates |= env["product.template"].create(
            [
                {"name": f"Part {start + number}", "is_storable": True}
                for number in range(min(1000, COUNT - start))
            ]
        )
    return templates


def receive(text):
    file = env["b2b.1c.file"].create({"exchange_id": exchange.id, "name": "offers.xml"})
    file._append(text.encode())
    return file


def run_import(rows):
    """Import a package; return its seconds."""
    head = HEAD.format(currency=company.currency_id.name, warehouse=warehouse.name)
    file = receive(head + "".join(rows) + TAIL)
    started = settle()
    file._schedule()
    while file.state == "waiting":
        file._import()
    env.flush_all()
    counts = {n: file[n] for n in ("created", "updated", "unchanged", "failed")}
    taken = time.perf_counter() - started
    assert file.state == "done" and not file.failed, file.problem_ids[:1].reason
    assert sum(counts.values()) >= COUNT, counts
    return taken


def settle():
    env.flush_all()
    env.invalidate_all()
    return time.perf_counter()


def import_prices(base):
    return run_import(
        PRICES.format(number=number, price=f"{base + number}.5")
        for number in range(COUNT)
    )


def import_stock(base):
    return run_import(
        STOCK.format(number=number, quantity=base + number % 7)
        for number in range(COUNT)
    )


def load_prices(base):
    """Change the same rules by Odoo's import."""
    pricelist = bindings._find(connection, "product.pricelist", ["bench"])["bench"]
    rules = env["product.pricelist.item"].search([("pricelist_id", "=", pricelist.id)])
    columns = [".id", "pricelist_id/.id", "product_tmpl_id/.id", "fixed_price"]
    rows = [
        [str(rule.id), str(pricelist.id), str(rule.product_tmpl_id.id), f"{base + n}.5"]
        for n, rule in enumerate(rules)
    ]
    started = settle()
    result = env["product.pricelist.item"].load(columns, rows)
    env.flush_all()
    assert result["ids"] and len(result["ids"]) == COUNT, result["messages"][:3]
    return time.perf_counter() - started


def adjust_stock(base):
    """Set the same quantities by an adjustment of the inventory."""
    quants = env["stock.quant"].with_context(inventory_mode=True)
    started = settle()
    for start in range(0, COUNT, 500):
        quants.create(
            [
                {
                    "product_id": product.id,
                    "location_id": warehouse.lot_stock_id.id,
                    "inventory_quantity": base + (start + number) % 7,
                }
                for number, product in enumerate(products[start : start + 500])
            ]
        ).action_apply_inventory()
    env.flush_all()
    return time.perf_counter() - started


def tell(name, seconds, other=None, goal=None):
    """Print a line of the table.

    :param other: seconds of Odoo's own way, if there is one to compare with
    :param goal: how many times as fast it must be
    """
    line = f"{name:34} {seconds:7.1f} s {COUNT / seconds:7.0f} rows/s"
    if other:
        ratio = other / seconds
        line += f" {ratio:6.2f} ×"
        line += f"  goal ≥ {goal}: {'yes' if ratio >= goal else 'NO'}" if goal else ""
    print(line, flush=True)


company = env.company
warehouse = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
connection = env["b2b.1c.backend"].create({"name": "Bench", "key": "bench-offers"})
exchange, _token = env["b2b.1c.exchange"]._begin(connection, "catalog")
bindings = env["b2b.1c.binding"]
templates = create_products()
products = templates.product_variant_ids
bindings._bind(connection, "stock.warehouse", [("bench", warehouse.id, "W", False)])
bindings._bind(
    connection,
    "product.template",
    [
        (f"bench-{n}", record.id, record.name, False)
        for n, record in enumerate(templates)
    ],
)
tell("new prices", import_prices(1))
theirs = load_prices(2)
tell("Odoo's load() of changed prices", theirs)
tell("changed prices", import_prices(3), theirs, GOALS["prices"])
tell("the same prices again", import_prices(3))
adjust_stock(10)
theirs = adjust_stock(20)
tell("Odoo's adjustment of more", theirs)
tell("stock, more", import_stock(30), theirs, GOALS["stock"])
theirs = adjust_stock(20)
tell("Odoo's adjustment of less", theirs)
tell("stock, less", import_stock(10), theirs, GOALS["stock"])
tell("the same stock again", import_stock(10))
env.cr.rollback()
