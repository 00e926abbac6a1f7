"""Reading the orders a site answers to `query`."""

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from .errors import ExchangeError

# CommerceML's kinds of operation
OPERATIONS = {
    "Заказ товара",
    "Счет на оплату",
    "Отпуск товара",
    "Счет-фактура",
    "Возврат товара",
    "Передача товара на комиссию",
    "Возврат комиссионного товара",
    "Отчет о продажах комиссионного товара",
    "Отчет о списании комиссионного товара",
    "Выплата наличных денег",
    "Возврат наличных денег",
    "Выплата безналичных денег",
    "Возврат безналичных денег",
    "Переоценка товаров",
    "Передача прав",
    "Прочие",
    "Эквайринговая операция",
}
LENGTHS = {"Номер": 255, "Комментарий": 3000}
AMOUNT = re.compile(r"-?\d{1,16}(\.\d{1,2})?")


@dataclass
class Party:
    id: str = ""
    name: str = ""
    official_name: str = ""
    full_name: str = ""
    inn: str = ""
    kpp: str = ""
    okpo: str = ""
    address: str = ""
    contacts: dict = field(default_factory=dict)

    @property
    def is_company(self):
        return bool(self.official_name)


@dataclass
class Line:
    id: str = ""
    article: str = ""
    name: str = ""
    unit: str = ""
    coefficient: float = 1.0
    quantity: float = 0.0
    price: float = 0.0
    total: float = 0.0
    kind: str = ""


@dataclass
class Order:
    id: str = ""
    number: str = ""
    date: str = ""
    time: str = ""
    operation: str = ""
    role: str = ""
    currency: str = ""
    rate: float = 1.0
    total: float = 0.0
    comment: str = ""
    vat_included: bool = True
    warehouses: list = field(default_factory=list)
    party: Party = None
    lines: list = field(default_factory=list)
    discount: float = 0.0
    requisites: dict = field(default_factory=dict)


def read_orders(source):
    """The documents of `source` (text or bytes), also those inside containers.

    A root in a namespace is read as typed data: each value is checked.
    """
    try:
        root = ElementTree.fromstring(source)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ExchangeError(
            f"Не удалось прочитать данные, загруженные с сервера: {error}"
        ) from error
    if _name(root) != "КоммерческаяИнформация":
        raise ExchangeError(
            "Не удалось прочитать данные, загруженные с сервера: корневой элемент "
            f"{_name(root)}"
        )
    documents = [node for node in root.iter() if _name(node) == "Документ"]
    if root.tag.startswith("{"):
        for node in documents:
            _check_types(node)
    return [_order(node) for node in documents]


def _name(node):
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _children(node, name):
    return [child for child in node if _name(child) == name] if node is not None else []


def _child(node, *names):
    """The first child with one of `names`."""
    for name in names:
        for child in _children(node, name):
            return child
    return None


def _text(node, *names):
    found = _child(node, *names)
    return (found.text or "").strip() if found is not None else ""


def _number(text, default=0.0):
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return default


def _requisites(node):
    rows = _children(_child(node, "ЗначенияРеквизитов"), "ЗначениеРеквизита")
    return {_text(row, "Наименование"): _text(row, "Значение") for row in rows}


def _order(node):
    taxes = _children(_child(node, "Налоги"), "Налог")
    parties = _children(_child(node, "Контрагенты"), "Контрагент")
    goods = _children(_child(node, "Товары"), "Товар")
    stores = _children(_child(node, "Склады"), "Склад")
    return Order(
        id=_text(node, "Ид"),
        number=_text(node, "Номер"),
        date=_text(node, "Дата"),
        time=_text(node, "Время"),
        operation=_text(node, "ХозОперация"),
        role=_text(node, "Роль"),
        currency=_text(node, "Валюта"),
        rate=_number(_text(node, "Курс"), 1.0),
        total=_number(_text(node, "Сумма")),
        comment=_text(node, "Комментарий"),
        vat_included=all(_text(tax, "УчтеноВСумме") == "true" for tax in taxes),
        warehouses=[_text(store, "Ид") for store in stores],
        # 1C looks at no other
        party=_party(parties[0]) if parties else None,
        lines=[_line(good) for good in goods],
        discount=_discount(node),
        requisites=_requisites(node),
    )


def _discount(node):
    rows = _children(_child(node, "Скидки"), "Скидка")
    return sum(
        _number(_text(row, "Сумма"))
        for row in rows
        if _text(row, "УчтеноВСумме") != "true"
    )


def _party(node):
    address = _child(node, "АдресРегистрации", "ЮридическийАдрес")
    rows = _children(_child(node, "Контакты"), "Контакт")
    return Party(
        id=_text(node, "Ид"),
        name=_text(node, "Наименование"),
        official_name=_text(node, "ОфициальноеНаименование"),
        full_name=_text(node, "ПолноеНаименование"),
        inn=_text(node, "ИНН"),
        kpp=_text(node, "КПП"),
        okpo=_text(node, "ОКПО") or _text(node, "КодПоОКПО"),
        address=_text(address, "Представление"),
        contacts={_text(row, "Тип"): _text(row, "Значение") for row in rows},
    )


def _line(node):
    requisites = _requisites(node)
    unit = _child(node, "Единица")
    base = _child(node, "БазоваяЕдиница")
    return Line(
        id=_text(node, "Ид"),
        article=_text(node, "Артикул"),
        name=_text(node, "Наименование"),
        unit=_text(unit, "Код") or _text(node, "Единица") or _unit(base),
        coefficient=_number(_text(node, "Коэффициент"), 1.0),
        quantity=_number(_text(node, "Количество")),
        price=_number(_text(node, "ЦенаЗаЕдиницу") or _text(node, "Цена")),
        total=_number(_text(node, "Сумма")),
        kind=requisites.get("ТипНоменклатуры", ""),
    )


def _unit(base):
    return (base.get("Код") or base.text or "").strip() if base is not None else ""


# -- typed reading


def _check_types(node):
    """As XDTO does for a document in 1C's namespace; raises at the first fault."""
    operation = _text(node, "ХозОперация")
    _demand(operation in OPERATIONS, "ХозОперация", operation)
    currency = _text(node, "Валюта")
    _demand(len(currency) == 3, "Валюта", currency)
    for name, length in LENGTHS.items():
        _demand(len(_text(node, name)) <= length, name, _text(node, name))
    for party in _children(_child(node, "Контрагенты"), "Контрагент"):
        _demand(len(_text(party, "Ид")) <= 40, "Контрагент/Ид", _text(party, "Ид"))
        if _child(party, "КПП") is not None:
            _demand(len(_text(party, "КПП")) == 9, "КПП", _text(party, "КПП"))
    for value in _requisites(node).values():
        _demand(len(value) <= 1000, "ЗначениеРеквизита", value)
    for amount in node.iter():
        if _name(amount) == "Сумма":
            _demand(AMOUNT.fullmatch(_text(amount) or _own(amount)), "Сумма", amount)


def _own(node):
    return (node.text or "").strip()


def _demand(holds, name, value):
    if not holds:
        raise ExchangeError(
            f"Ошибка преобразования данных XDTO: значение свойства {name} не "
            f"соответствует типу: «{value}»"
        )
