"""Large files as 1C writes them, one of each kind that it sends.

`KINDS` tells what writes a file of so many rows: goods and offers as УТ 11 does, prices
and rests as the module 3.1, orders as УТ 11.
"""

from functools import partial

ROOT = """\ufeff<?xml version="1.0" encoding="UTF-8"?>\r
<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_{namespace}" \
xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ВерсияСхемы="{version}" \
ДатаФормирования="2026-03-01T14:45:41">\r
"""
END = "</КоммерческаяИнформация>"
CATALOG = """\t<Каталог СодержитТолькоИзменения="false">\r
\t\t<Ид>07cfe53d-5145-4c4e-a81c-899be39cc5bd</Ид>\r
\t\t<ИдКлассификатора>07cfe53d-5145-4c4e-a81c-899be39cc5bd</ИдКлассификатора>\r
\t\t<Наименование>Каталог товаров 07CFE53D</Наименование>\r
\t\t<Товары>\r
"""
END_OF_CATALOG = "\t\t</Товары>\r\n\t</Каталог>\r\n"
PACKAGE = """\t<ПакетПредложений СодержитТолькоИзменения="true">\r
\t\t<Ид>07cfe53d-5145-4c4e-a81c-899be39cc5bd#</Ид>\r
\t\t<Наименование>Пакет предложений (Каталог товаров 07CFE53D)</Наименование>\r
\t\t<ИдКаталога>07cfe53d-5145-4c4e-a81c-899be39cc5bd</ИдКаталога>\r
\t\t<ИдКлассификатора>07cfe53d-5145-4c4e-a81c-899be39cc5bd</ИдКлассификатора>\r
\t\t<Предложения>\r
"""
END_OF_PACKAGE = "\t\t</Предложения>\r\n\t</ПакетПредложений>\r\n"
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
OFFER = """\t\t\t<Предложение>\r
\t\t\t\t<Ид>bd72d910-55bc-11d9-848a-{number:012d}</Ид>\r
\t\t\t\t<Артикул>Б-{number:06d}</Артикул>\r
\t\t\t\t<Наименование>Ботфорты женские, модель {number}</Наименование>\r
\t\t\t\t<БазоваяЕдиница Код="715 " НаименованиеПолное="Пара (2 шт.)">\r
\t\t\t\t\t<Пересчет>\r
\t\t\t\t\t\t<Единица>715</Единица>\r
\t\t\t\t\t\t<Коэффициент>1</Коэффициент>\r
\t\t\t\t\t</Пересчет>\r
\t\t\t\t</БазоваяЕдиница>\r
\t\t\t\t<Цены>\r
{prices}\t\t\t\t</Цены>\r
\t\t\t\t<Количество>{quantity}</Количество>\r
{stocks}\t\t\t</Предложение>\r
"""
OFFER_PRICE = """\t\t\t\t\t<Цена>\r
\t\t\t\t\t\t<Представление>{value}0 руб. за пару</Представление>\r
\t\t\t\t\t\t<ИдТипаЦены>bb14a3a4-6b17-11e0-9819-{type:012d}</ИдТипаЦены>\r
\t\t\t\t\t\t<ЦенаЗаЕдиницу>{value}</ЦенаЗаЕдиницу>\r
\t\t\t\t\t\t<Валюта>RUB</Валюта>\r
\t\t\t\t\t\t<Единица>пара</Единица>\r
\t\t\t\t\t\t<Коэффициент>1</Коэффициент>\r
\t\t\t\t\t</Цена>\r
"""
OFFER_STOCK = (
    '\t\t\t\t<Склад ИдСклада="b6112590-41ba-11dd-ac9d-{:012d}"'
    ' КоличествоНаСкладе="{}"/>\r\n'
)
BARE_OFFER = """\t\t\t<Предложение>\r
\t\t\t\t<Ид>235ccc6d-ab81-11e4-944a-{number:012d}#a5abd77f-93f6-11e5-9468-00155d020201\
</Ид>\r
{content}\t\t\t</Предложение>\r
"""
PRICE = """\t\t\t\t\t<Цена>\r
\t\t\t\t\t\t<Представление>{value} руб. за шт</Представление>\r
\t\t\t\t\t\t<ИдТипаЦены>aef2c177-1862-11de-9d9d-{type:012d}</ИдТипаЦены>\r
\t\t\t\t\t\t<ЦенаЗаЕдиницу>{value}</ЦенаЗаЕдиницу>\r
\t\t\t\t\t\t<Валюта>руб</Валюта>\r
\t\t\t\t\t\t<Налог>\r
\t\t\t\t\t\t\t<Наименование>НДС</Наименование>\r
\t\t\t\t\t\t\t<УчтеноВСумме>true</УчтеноВСумме>\r
\t\t\t\t\t\t</Налог>\r
\t\t\t\t\t</Цена>\r
"""
REST = """\t\t\t\t\t<Остаток>\r
\t\t\t\t\t\t<Склад>\r
\t\t\t\t\t\t\t<Ид>be3dfd89-0ac5-11e1-84f0-{:012d}</Ид>\r
\t\t\t\t\t\t\t<Количество>{}</Количество>\r
\t\t\t\t\t\t</Склад>\r
\t\t\t\t\t</Остаток>\r
"""
DOCUMENT = """\t<Документ>\r
\t\t<Ид>6f2b7f0a-11de-11ea-9d9d-{number:012d}</Ид>\r
\t\t<Номер>S{number:05d}</Номер>\r
\t\t<Дата>2026-03-01</Дата>\r
\t\t<ХозОперация>Заказ товара</ХозОперация>\r
\t\t<Роль>Продавец</Роль>\r
\t\t<Валюта>RUB</Валюта>\r
\t\t<Курс>1</Курс>\r
\t\t<Сумма>{total}</Сумма>\r
\t\t<Контрагенты>\r
\t\t\t<Контрагент>\r
\t\t\t\t<Ид>c1a1e2b0-5f0e-11e3-8d5c-{party:012d}</Ид>\r
\t\t\t\t<Наименование>Ромашка {party}</Наименование>\r
\t\t\t\t<ОфициальноеНаименование>ООО "Ромашка {party}"</ОфициальноеНаименование>\r
\t\t\t\t<ИНН>77070{party:05d}</ИНН>\r
\t\t\t\t<КПП>773601001</КПП>\r
\t\t\t\t<Роль>Покупатель</Роль>\r
\t\t\t</Контрагент>\r
\t\t</Контрагенты>\r
\t\t<Время>14:45:41</Время>\r
\t\t<Комментарий/>\r
\t\t<Налоги>\r
\t\t\t<Налог>\r
\t\t\t\t<Наименование>НДС</Наименование>\r
\t\t\t\t<УчтеноВСумме>true</УчтеноВСумме>\r
\t\t\t\t<Сумма>1000</Сумма>\r
\t\t\t</Налог>\r
\t\t</Налоги>\r
\t\t<Товары>\r
{lines}\t\t</Товары>\r
\t\t<ЗначенияРеквизитов>\r
{requisites}\t\t</ЗначенияРеквизитов>\r
\t</Документ>\r
"""
LINE = """\t\t\t<Товар>\r
\t\t\t\t<Ид>bd72d910-55bc-11d9-848a-{number:012d}</Ид>\r
\t\t\t\t<Артикул>Б-{number:06d}</Артикул>\r
\t\t\t\t<Наименование>Ботфорты женские, модель {number}</Наименование>\r
\t\t\t\t<БазоваяЕдиница Код="715 " НаименованиеПолное="Пара (2 шт.)">пара\
</БазоваяЕдиница>\r
\t\t\t\t<ЗначенияРеквизитов>\r
\t\t\t\t\t<ЗначениеРеквизита>\r
\t\t\t\t\t\t<Наименование>ТипНоменклатуры</Наименование>\r
\t\t\t\t\t\t<Значение>Товар</Значение>\r
\t\t\t\t\t</ЗначениеРеквизита>\r
\t\t\t\t</ЗначенияРеквизитов>\r
\t\t\t\t<ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу>\r
\t\t\t\t<Количество>{quantity}</Количество>\r
\t\t\t\t<Сумма>{amount}</Сумма>\r
\t\t\t\t<Единица>пара</Единица>\r
\t\t\t\t<Коэффициент>1</Коэффициент>\r
\t\t\t</Товар>\r
"""
STATE = {
    "Номер по 1С": "ТД00-000{:05d}  ",
    "Дата по 1С": "2026-03-01T9:45:41",
    "Проведен": "true",
    "Статус заказа": "К отгрузке",
}


def good(number):
    return GOOD.format(
        number=number,
        barcode=2_000_000_000_000 + number,
        group=number % 300,
        properties="".join(PROPERTY.format(name, number % 50) for name in range(3)),
        requisites="".join(REQUISITE.format(*pair) for pair in REQUISITES.items()),
    )


def offer(number):
    """Two prices, a total, three warehouses."""
    return OFFER.format(
        number=number,
        quantity=number % 90,
        prices="".join(
            OFFER_PRICE.format(type=kind, value=f"{1000 + number + kind}.5")
            for kind in range(2)
        ),
        stocks="".join(OFFER_STOCK.format(place, number % 30) for place in range(3)),
    )


def price(number):
    """Two prices and nothing else."""
    rows = (PRICE.format(type=kind, value=f"{1000 + number}.66") for kind in range(2))
    content = f"\t\t\t\t<Цены>\r\n{''.join(rows)}\t\t\t\t</Цены>\r\n"
    return BARE_OFFER.format(number=number, content=content)


def rest(number):
    """Four warehouses and nothing else."""
    rows = "".join(REST.format(place, number % 40) for place in range(4))
    content = f"\t\t\t\t<Остатки>\r\n{rows}\t\t\t\t</Остатки>\r\n"
    return BARE_OFFER.format(number=number, content=content)


def document(number):
    """An order of five lines, with its state."""
    rows = range(number, number + 5)
    price = number + 100
    return DOCUMENT.format(
        number=number,
        party=number % 500,
        total=price * 10,
        lines="".join(
            LINE.format(number=row, price=price, quantity=2, amount=price * 2)
            for row in rows
        ),
        requisites="".join(
            REQUISITE.format(name, text.format(number)) for name, text in STATE.items()
        ),
    )


def write(path, count, row, head="", tail="", version="2.07", namespace="2"):
    """Write a file of `count` rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(ROOT.format(version=version, namespace=namespace) + head)
        file.writelines(map(row, range(count)))
        file.write(tail + END)


_package = partial(write, head=PACKAGE, tail=END_OF_PACKAGE)
KINDS = {
    "goods": partial(write, row=good, head=CATALOG, tail=END_OF_CATALOG),
    "offers": partial(_package, row=offer),
    "prices": partial(_package, row=price, version="3.1", namespace="3"),
    "rests": partial(_package, row=rest, version="3.1", namespace="3"),
    "documents": partial(write, row=document),
}
