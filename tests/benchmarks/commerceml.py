"""How fast CommerceML is read, and with how much memory.

    ./setup/odoo shell < tests/benchmarks/commerceml.py

Needs no database, so any Python with lxml will do, too: python tests/benchmarks/…
Goods lie as УТ 11 writes them. Reading is measured against a bare lxml iterparse of the
same file (all end events, each element cleared) in turns; memory in a process of its
own, with 20,000 and with 100,000 goods.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lxml import etree

PACKAGE = Path("addons/b2b_1c_connector").resolve()
sys.path.insert(0, str(PACKAGE))

from commerceml import Reader, check  # noqa: E402

TURNS = 15
GOALS = {"ratio": 1.5, "megabytes": 150}
HEAD = """\ufeff<?xml version="1.0" encoding="UTF-8"?>\r
<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" \
xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ВерсияСхемы="2.07" \
ДатаФормирования="2026-03-01T14:45:41">\r
\t<Каталог СодержитТолькоИзменения="false">\r
\t\t<Ид>07cfe53d-5145-4c4e-a81c-899be39cc5bd</Ид>\r
\t\t<ИдКлассификатора>07cfe53d-5145-4c4e-a81c-899be39cc5bd</ИдКлассификатора>\r
\t\t<Наименование>Каталог товаров 07CFE53D</Наименование>\r
\t\t<Товары>\r
"""
TAIL = "\t\t</Товары>\r\n\t</Каталог>\r\n</КоммерческаяИнформация>"
GOOD = """\t\t\t<Товар>\r
\t\t\t\t<Ид>bd72d910-55bc-11d9-848a-{number:012d}</Ид>\r
\t\t\t\t<Штрихкод>{barcode}</Штрихкод>\r
\t\t\t\t<Артикул>Б-{number:06d}</Артикул>\r
\t\t\t\t<Наименование>Ботфорты женские, модель {number}</Наименование>\r
\t\t\t\t<БазоваяЕдиница Код="715 " НаименованиеПолное="Пара (2 шт.)">\r
\t\t\t\t\t<Пересчет>\r
\t\t\t\t\t\t<Единица>715</Единица>\r
\t\t\t\t\t\t<Коэффициент>1</Коэффициент>\r
\t\t\t\t\t</Пересчет>\r
\t\t\t\t</БазоваяЕдиница>\r
\t\t\t\t<Группы>\r
\t\t\t\t\t<Ид>e5a4c309-a659-11dd-acee-{group:012d}</Ид>\r
\t\t\t\t</Группы>\r
\t\t\t\t<Описание>Верх из натуральной кожи, подкладка из меха</Описание>\r
\t\t\t\t<Картинка>import_files/bd/bd72d91055bc11d9848a{number:012d}_1.jpg</Картинка>\r
\t\t\t\t<ЗначенияСвойств>\r
{properties}\t\t\t\t</ЗначенияСвойств>\r
\t\t\t\t<СтавкиНалогов>\r
\t\t\t\t\t<СтавкаНалога>\r
\t\t\t\t\t\t<Наименование>НДС</Наименование>\r
\t\t\t\t\t\t<Ставка>20</Ставка>\r
\t\t\t\t\t</СтавкаНалога>\r
\t\t\t\t</СтавкиНалогов>\r
\t\t\t\t<ЗначенияРеквизитов>\r
{requisites}\t\t\t\t</ЗначенияРеквизитов>\r
\t\t\t</Товар>\r
"""
PROPERTY = """\t\t\t\t\t<ЗначенияСвойства>\r
\t\t\t\t\t\t<Ид>bb14a4b8-6b17-11e0-9819-{:012d}</Ид>\r
\t\t\t\t\t\t<Значение>444bbea3-6b18-11e0-9819-{:012d}</Значение>\r
\t\t\t\t\t</ЗначенияСвойства>\r
"""
REQUISITE = """\t\t\t\t\t<ЗначениеРеквизита>\r
\t\t\t\t\t\t<Наименование>{}</Наименование>\r
\t\t\t\t\t\t<Значение>{}</Значение>\r
\t\t\t\t\t</ЗначениеРеквизита>\r
"""
REQUISITES = {
    "ВидНоменклатуры": "Обувь",
    "ТипНоменклатуры": "Товар",
    "Полное наименование": "Ботфорты женские зимние",
}
# prints the goods read and by how many MB the process has grown
MEMORY = """
import sys
sys.path.insert(0, sys.argv[1])
from commerceml import read
def peak():
    rows = open("/proc/self/status")
    return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM"))
before = peak()
count = sum(1 for item in read(sys.argv[2]))
print(count, round((peak() - before) / 1024, 1))
"""


def write(path, count):
    """Write a catalogue of `count` goods."""
    requisites = "".join(REQUISITE.format(*pair) for pair in REQUISITES.items())
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEAD)
        for number in range(count):
            properties = "".join(
                PROPERTY.format(name, number % 50) for name in range(3)
            )
            file.write(
                GOOD.format(
                    number=number,
                    barcode=2_000_000_000_000 + number,
                    group=number % 300,
                    properties=properties,
                    requisites=requisites,
                )
            )
        file.write(TAIL)


def bare(path):
    """The yardstick: every element as an event, and nothing done with it."""
    for _event, element in etree.iterparse(path, events=("end",)):
        element.clear()


def reading(path):
    for _item in Reader(path):
        pass


def seconds(function, path):
    started = time.perf_counter()
    function(path)
    return time.perf_counter() - started


def compare(path):
    """Print how long each takes; in turns, so that a busy machine falls on all."""
    functions = {"bare iterparse": bare, "reading": reading, "checking": check}
    times = {name: [] for name in functions}
    for turn in range(TURNS + 1):
        for name, function in functions.items():
            taken = seconds(function, path)
            if turn:
                times[name].append(taken)
    yardstick = times["bare iterparse"]
    for name, values in times.items():
        ratio = statistics.median(
            mine / other for mine, other in zip(values, yardstick, strict=True)
        )
        print(
            f"{name:15} {statistics.median(values):6.3f} s, "
            f"fastest {min(values):6.3f} s, {ratio:.2f} × bare"
        )


def memory(path):
    command = [sys.executable, "-c", MEMORY, PACKAGE, path]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    count, megabytes = result.stdout.split()
    size = path.stat().st_size / 1e6
    print(f"{int(count) - 1} goods, {size:.0f} MB of XML: +{megabytes} MB of memory")


def main():
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "import0_1.xml"), Path(folder, "import1_1.xml")
        write(small, 20_000)
        compare(str(small))
        write(large, 100_000)
        for path in (small, large):
            memory(path)
        print(f"Goals: reading ≤ {GOALS['ratio']} × bare, ≤ +{GOALS['megabytes']} MB")


main()
