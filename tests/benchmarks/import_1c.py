"""How fast goods of 1C go in, beside Odoo's own `load()` of the same columns.

    ./setup/odoo db duplicate b2b_template bench
    ./setup/odoo -d bench -i b2b_1c_connector --stop-after-init
    ./setup/odoo shell -d bench < tests/benchmarks/import_1c.py

BENCH_ROWS sets the number of goods (20,000), BENCH_PROPERTIES how many properties each
has as attributes (0). Both bring the same columns, in turns of a tenth of the rows
each, so that a busy machine falls on both. Nothing is kept.
"""

import os
import sys
import time
from contextlib import contextmanager

from odoo.tools import mute_logger

sys.path.insert(0, "tests/benchmarks")

ROWS = int(os.environ.get("BENCH_ROWS", 20_000))
PROPERTIES = int(os.environ.get("BENCH_PROPERTIES", 0))
TURNS = 10
GOALS = {"first": 1.8, "again": 50}
env = env(  # noqa: F821 (given by the shell)
    context=dict(env.context, tracking_disable=True)  # noqa: F821
)

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07">
<Классификатор><Ид>cls</Ид><Группы>%s</Группы><Свойства>%s</Свойства></Классификатор>
<Каталог СодержитТолькоИзменения="true"><Ид>cat</Ид>
<ИдКлассификатора>cls</ИдКлассификатора><Товары>
"""
TAIL = "</Товары></Каталог></КоммерческаяИнформация>"
GROUP = "<Группа><Ид>bench-{0}</Ид><Наименование>Group {0}</Наименование></Группа>"
GOOD = """<Товар><Ид>{key}-{number}</Ид><Штрихкод>{barcode}</Штрихкод>
<Артикул>{article}</Артикул><Наименование>{name}</Наименование>
<БазоваяЕдиница Код="796 ">шт</БазоваяЕдиница>
<Группы><Ид>bench-{group}</Ид></Группы><Описание>{description}</Описание>
<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование>
<Значение>Товар</Значение></ЗначениеРеквизита><ЗначениеРеквизита>
<Наименование>Вес</Наименование><Значение>{weight}</Значение></ЗначениеРеквизита>
</ЗначенияРеквизитов>{properties}</Товар>
"""
PROPERTY = """<Свойство><Ид>bench-p{0}</Ид><Наименование>Property {0}</Наименование>
<ТипЗначений>Строка</ТипЗначений></Свойство>"""
VALUE = """<ЗначенияСвойства><Ид>bench-p{0}</Ид><Значение>Value {1}</Значение>
</ЗначенияСвойства>"""
COLUMNS = {
    "name": "{name}",
    "default_code": "{article}",
    "barcode": "{barcode}",
    "categ_id/.id": "{category}",
    "public_categ_ids/.id": "{public}",
    "uom_id/.id": "{unit}",
    "description_ecommerce": "<p>{description}</p>",
    "weight": "{weight}",
    "type": "Goods",
    "is_storable": "True",
    "is_published": "True",
    "list_price": "0",
}
GROUPS = 50
# of each property
VALUES = 20


def goods(key, first, count):
    """The rows of goods, as dicts."""
    for number in range(first, first + count):
        yield {
            "key": key,
            "number": number,
            "barcode": f"{key}{number:08d}",
            "article": f"{key}-{number:06d}",
            "name": f"Boots {key}, model {number}",
            "group": number % GROUPS,
            "description": f"Upper of leather, lining of fur, {number}",
            "weight": f"{1 + number % 9}.5",
            "properties": describe(number),
        }


def describe(number):
    """The properties of goods, as 1C tells them."""
    rows = [VALUE.format(one, (number + one) % VALUES) for one in range(PROPERTIES)]
    return f"<ЗначенияСвойств>{''.join(rows)}</ЗначенияСвойств>" if rows else ""


def receive(exchange, content):
    """A file of 1C, to be imported."""
    files = env["b2b.1c.file"]
    file = files.create({"exchange_id": exchange.id, "name": "import.xml"})
    file._append(content.encode())
    file._schedule()
    return file


def bring_in(file):
    while file.state == "waiting":
        file._import()
    assert file.state == "done" and not file.failed, file.error
    env.flush_all()


def make_attributes():
    """What `load()` refers to: attributes by number, values by number."""
    attributes = env["product.attribute"].create(
        [
            {
                "name": f"Loaded {one}",
                "create_variant": "no_variant",
                "value_ids": [(0, 0, {"name": f"Value {n}"}) for n in range(VALUES)],
            }
            for one in range(PROPERTIES)
        ]
    )
    return [(attribute.id, attribute.value_ids.ids) for attribute in attributes]


def add_attributes(row, number, attributes):
    """The rows of one product: each attribute after the first one has its own."""
    for one, (attribute, values) in enumerate(attributes):
        cells = [str(attribute), str(values[(number + one) % VALUES])]
        yield (row if not one else [""] * len(row)) + cells
    if not attributes:
        yield row


def load(rows):
    """The yardstick: Odoo's own import of the same columns."""
    products = env["product.template"].with_context(tracking_disable=True)
    columns = list(COLUMNS)
    if PROPERTIES:
        columns += ["attribute_line_ids/attribute_id/.id"]
        columns += ["attribute_line_ids/value_ids/.id"]
    result = products.load(columns, rows)
    assert result["ids"], result["messages"]
    env.flush_all()


@contextmanager
def timed(times):
    started = time.perf_counter()
    yield
    times.append(time.perf_counter() - started)


def main():
    env.cr.execute("SELECT 1")
    connection = env["b2b.1c.backend"].create(
        {"name": "Benchmark", "key": "bench", "properties_as": "attributes"}
    )
    exchange, _token = env["b2b.1c.exchange"]._begin(connection, "catalog")
    head = HEAD % (
        "".join(map(GROUP.format, range(GROUPS))),
        "".join(map(PROPERTY.format, range(PROPERTIES))),
    )
    attributes = make_attributes()
    bring_in(receive(exchange, head + TAIL))
    bindings = env["b2b.1c.binding"]
    keys = [f"bench-{number}" for number in range(GROUPS)]
    internal = bindings._find(connection, "product.category", keys)
    public = bindings._find(connection, "product.public.category", keys)
    unit = env.ref("uom.product_uom_unit").id
    part = ROWS // TURNS
    ours, theirs, again = [], [], []
    for turn in range(TURNS):
        rows = list(goods("c", turn * part, part))
        file = receive(exchange, head + "".join(GOOD.format(**r) for r in rows) + TAIL)
        with timed(ours):
            bring_in(file)
        assert file.created == part, file.created
        values = [
            cells
            for row in goods("l", turn * part, part)
            for cells in add_attributes(
                [
                    text.format(
                        **row,
                        category=internal[f"bench-{row['group']}"].id,
                        public=public[f"bench-{row['group']}"].id,
                        unit=unit,
                    )
                    for text in COLUMNS.values()
                ],
                row["number"],
                attributes,
            )
        ]
        with timed(theirs):
            load(values)
        file = receive(exchange, head + "".join(GOOD.format(**r) for r in rows) + TAIL)
        with timed(again):
            bring_in(file)
        assert file.unchanged == part + GROUPS + PROPERTIES, file.unchanged
    total = part * TURNS
    for name, times, goal in (
        ("load()", theirs, None),
        ("first import", ours, GOALS["first"]),
        ("the same again", again, GOALS["again"]),
    ):
        ratio = sum(theirs) / sum(times)
        told = f"  goal ≥ {goal}: {'yes' if ratio >= goal else 'NO'}" if goal else ""
        print(
            f"{name:15} {total} goods {sum(times):7.1f} s "
            f"{total / sum(times):8.0f} rows/s {ratio:6.2f} × load(){told}"
        )
    env.cr.rollback()


with mute_logger("odoo.addons.queue_job.delay"):
    main()
