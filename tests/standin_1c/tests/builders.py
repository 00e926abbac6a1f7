"""Replies of a site with orders."""

ROOT = "КоммерческаяИнформация"


def order(number="100", **values):
    """A `Документ`; `values` by the names of elements replace or add (None: leave out).

    `lines` are triples: identifier, quantity, price.
    """
    lines = values.pop("lines", [("good-1", 2, 50)])
    party = values.pop("party", company())
    extra = values.pop("extra", "")
    total = sum(quantity * price for _id, quantity, price in lines)
    elements = {
        "Ид": f"site-{number}",
        "Номер": number,
        "Дата": "2026-03-01",
        "Время": "09:05:00",
        "ХозОперация": "Заказ товара",
        "Роль": "Продавец",
        "Валюта": "RUB",
        "Курс": 1,
        "Сумма": total,
        "Комментарий": "Позвонить",
        **values,
    }
    rows = "".join(
        f"<{name}>{value}</{name}>"
        for name, value in elements.items()
        if value is not None
    )
    goods = "".join(map(line, lines))
    return (
        f"<Документ>{rows}<Контрагенты>{party}</Контрагенты>"
        f"<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>true"
        f"</УчтеноВСумме></Налог></Налоги><Товары>{goods}</Товары>{extra}</Документ>"
    )


def line(row):
    id, quantity, price = row
    return (
        f"<Товар><Ид>{id}</Ид><Наименование>Товар {id}</Наименование>"
        f"<ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу><Количество>{quantity}</Количество>"
        f"<Сумма>{quantity * price}</Сумма><Единица>796</Единица></Товар>"
    )


def company(name="ООО Ромашка", inn="7701234567", kpp="770101001", id="site-7"):
    return (
        f"<Контрагент><Ид>{id}</Ид><Наименование>{name}</Наименование>"
        f"<ОфициальноеНаименование>{name}</ОфициальноеНаименование>"
        f"<ИНН>{inn}</ИНН><КПП>{kpp}</КПП></Контрагент>"
    )


def person(name="ИП Петров", inn="770123456789"):
    return (
        f"<Контрагент><Ид>p</Ид><Наименование>{name}</Наименование>"
        f"<ПолноеНаименование>{name}</ПолноеНаименование><ИНН>{inn}</ИНН></Контрагент>"
    )


def reply(*documents, encoding="utf-8", xmlns=""):
    """The bytes of an answer to `query`."""
    names = f' xmlns="{xmlns}"' if xmlns else ""
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<{ROOT}{names} ВерсияСхемы="2.05">{"".join(documents)}</{ROOT}>'
    )
    return text.encode(encoding)
