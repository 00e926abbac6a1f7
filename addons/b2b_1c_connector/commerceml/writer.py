"""Writes orders for 1C, as it wants them in `mode=query` (reference 1.10, 2.5).

Orders are `model.Document`s. What 1C would misread is refused beforehand with an
`OrderError`, so that one order can be set apart: УТ 11 loads a reply in one
transaction, and one bad order would keep all others out.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from . import model
from .encoding import ROOT
from .errors import _

ORDER = "Заказ товара"
DELIVERY_ID = "ORDER_DELIVERY"
# requisites of a line that is no goods: without them УТ 11 makes goods of it
SERVICE = [("ВидНоменклатуры", "Услуга"), ("ТипНоменклатуры", "Услуга")]

# УТ 11 keeps the site's number in a column of eleven characters
NUMBER_LENGTH = 11
COUNTERPARTY_ID_LENGTH = 40
COMMENT_LENGTH = 3000
REQUISITE_LENGTH = 1000
NAME_LENGTH = 250
CENT = Decimal("0.01")
# what XML cannot hold
ILLEGAL = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# state of an order → the requisite that tells it
STATE = {
    "status": "Статус заказа",
    "status_id": "Статуса заказа ИД",
    "cancelled": "Отменен",
    "paid": "Заказ оплачен",
}


class OrderError(ValueError):
    """An order that 1C would misread; the sentence is for people."""


def write_orders(orders, formed, version="2.05", encoding="utf-8", only_orders=True):
    """The XML of a reply; a root without documents if there are no orders.

    :param orders: `model.Document`s
    :param datetime formed: local time of the reply
    :param str version: from 3 on in the layout of the newer module
    :param str encoding: `utf-8` or `windows-1251`
    :param bool only_orders: refuse other operations: УТ 11 aborts the load at them
    :rtype: bytes
    :raise OrderError: see `check_order`
    """
    # no namespace: with one, 1C checks types, and an empty КПП stops the exchange
    root = etree.Element(ROOT)
    root.set("ВерсияСхемы", version)
    root.set("ДатаФормирования", f"{formed:%Y-%m-%dT%H:%M:%S}")
    newer = int(version.partition(".")[0]) >= 3
    for order in orders:
        check_order(order, only_orders)
        parent = etree.SubElement(root, "Контейнер") if newer else root
        _document(parent, order, newer)
    body = etree.tostring(root, encoding=encoding, xml_declaration=False)
    # byte 0 is the declaration: no BOM, no blank
    return f'<?xml version="1.0" encoding="{encoding}"?>\n'.encode() + body


def check_order(order, only_orders=True):
    """Refuse an order that 1C cannot match, books twice or aborts at.

    :raise OrderError: with what is missing or too long
    """
    number = order.number or ""
    if not number or number != number.strip() or len(number) > NUMBER_LENGTH:
        raise OrderError(
            _(
                "1C keeps %(length)s characters of an order's number: %(number)s",
                length=NUMBER_LENGTH,
                number=number,
            )
        )
    if not order.id:
        raise OrderError(_("%(number)s: without id", number=number))
    if order.date is None or order.time is None:
        raise OrderError(_("%(number)s: without date or time", number=number))
    if only_orders and order.operation not in (None, ORDER):
        raise OrderError(
            _(
                "%(number)s: %(operation)s is no order",
                number=number,
                operation=order.operation,
            )
        )
    if len(order.currency or "") != 3:
        raise OrderError(
            _("%(number)s: the currency needs three characters", number=number)
        )
    if order.amount is None:
        raise OrderError(_("%(number)s: without amount", number=number))
    party = order.counterparty
    if party is None or not (party.name or "").strip():
        raise OrderError(_("%(number)s: without a counterparty's name", number=number))
    if len(party.id or "") > COUNTERPARTY_ID_LENGTH:
        raise OrderError(
            _("%(number)s: the counterparty's id is too long", number=number)
        )
    _check_lines(order, number)


def _check_lines(order, number):
    written = [line for line in order.lines or () if line.quantity]
    if not written:
        raise OrderError(_("%(number)s: without lines", number=number))
    for line in written:
        if not line.id or not (line.name or "").strip():
            # УТ 11 would make new goods of it
            raise OrderError(_("%(number)s: a line without id or name", number=number))
        if line.price is None or line.amount is None:
            raise OrderError(
                _(
                    "%(number)s: %(line)s without price or amount",
                    number=number,
                    line=line.name,
                )
            )


# -- elements


def _put(parent, name, value, length=None):
    """Add an element with a text; nothing for None and an empty text."""
    if value is None or value == "":
        return None
    element = etree.SubElement(parent, name)
    element.text = _clean(value, length)
    return element


def _clean(value, length=None):
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return ILLEGAL.sub("", text)[:length]


def _money(value):
    """Amounts have two places, whatever they were computed with."""
    return None if value is None else value.quantize(CENT, ROUND_HALF_UP)


def _plain(value):
    """A number without needless zeros."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _document(parent, order, newer):
    """Elements in the order in which 1C itself and Bitrix write them."""
    document = etree.SubElement(parent, "Документ")
    _put(document, "Ид", order.id)
    if newer:
        _put(document, "НомерВерсии", order.version)
        _put(document, "ПометкаУдаления", bool(order.deleted))
    _put(document, "Номер", order.number)
    _put(document, "Дата", f"{order.date:%Y-%m-%d}")
    _put(document, "ХозОперация", order.operation or ORDER)
    _put(document, "Роль", order.role or "Продавец")
    _put(document, "Валюта", order.currency)
    _put(document, "Курс", _plain(order.rate or Decimal(1)))
    _put(document, "Сумма", _money(order.amount))
    if newer:
        _put(document, "Основание", order.basis)
    _counterparties(document, order)
    _put(document, "Время", f"{order.time:%H:%M:%S}")
    if order.due:
        _put(document, "СрокПлатежа", f"{order.due:%Y-%m-%d}")
    _put(document, "Комментарий", order.comment, COMMENT_LENGTH)
    _taxes(document, order.taxes)
    _discounts(document, order.discounts)
    _warehouses(document, order.warehouses)
    lines = etree.SubElement(document, "Товары")
    for line in order.lines:
        # 1C passes over such lines, some of its versions with an error
        if line.quantity:
            _line(lines, line, newer)
    _requisites(document, [*(order.requisites or ()), *_state(order)])


def _state(order):
    """The requisites that the order's fields tell and that are not given already."""
    given = {name for name, _value in order.requisites or ()}
    for field, name in STATE.items():
        value = getattr(order, field)
        if value is not None and name not in given:
            yield name, _clean(value)


def _counterparties(document, order):
    """1C reads the first one only."""
    parties = etree.SubElement(document, "Контрагенты")
    _counterparty(parties, order.counterparty, role="Покупатель")


def _counterparty(parent, party, role=None):
    element = etree.SubElement(parent, "Контрагент")
    _put(element, "Отношение", party.relation)
    _put(element, "Ид", party.id)
    _put(element, "Наименование", party.name, NAME_LENGTH)
    _put(element, "Роль", party.role or role)
    # УТ 11 takes for a legal entity whoever has an official name
    _put(element, "ОфициальноеНаименование", party.official_name)
    _put(element, "ПолноеНаименование", party.full_name)
    _put(element, "Фамилия", party.last_name)
    _put(element, "Имя", party.first_name)
    _put(element, "Отчество", party.middle_name)
    _put(element, "ИНН", party.inn)
    _put(element, "КПП", party.kpp)
    _put(element, "ОКПО", party.okpo)
    for address in party.addresses or ():
        _address(element, address)
    _contacts(element, party.contacts)
    _accounts(element, party.accounts)
    if party.representatives:
        people = etree.SubElement(element, "Представители")
        for person in party.representatives:
            _counterparty(etree.SubElement(people, "Представитель"), person)
    _requisites(element, party.requisites)


def _address(parent, address):
    element = etree.SubElement(parent, address.kind)
    _put(element, "Представление", address.text)
    for kind, value in address.parts.items():
        part = etree.SubElement(element, "АдресноеПоле")
        _put(part, "Тип", kind)
        _put(part, "Значение", value)


def _contacts(parent, contacts):
    if not contacts:
        return
    element = etree.SubElement(parent, "Контакты")
    for contact in contacts:
        row = etree.SubElement(element, "Контакт")
        _put(row, "Тип", contact.type)
        _put(row, "Значение", contact.value)
        _put(row, "Комментарий", contact.comment)


def _accounts(parent, accounts):
    if not accounts:
        return
    element = etree.SubElement(parent, "РасчетныеСчета")
    for account in accounts:
        row = etree.SubElement(element, "РасчетныйСчет")
        _put(row, "НомерСчета", account.number)
        bank = etree.SubElement(row, "Банк")
        _put(bank, "СчетКорреспондентский", account.correspondent)
        _put(bank, "Наименование", account.bank)
        _put(bank, "БИК", account.bic)


def _taxes(parent, taxes):
    """Whether amounts contain the tax is read from here, of the document only."""
    if not taxes:
        return
    element = etree.SubElement(parent, "Налоги")
    for tax in taxes:
        row = etree.SubElement(element, "Налог")
        _put(row, "Наименование", tax.name)
        _put(row, "УчтеноВСумме", tax.included)
        _put(row, "Сумма", _money(tax.amount))
        _put(row, "Ставка", tax.text or _plain(tax.rate))


def _discounts(parent, discounts):
    if not discounts:
        return
    element = etree.SubElement(parent, "Скидки")
    for discount in discounts:
        row = etree.SubElement(element, "Скидка")
        _put(row, "Наименование", discount.name)
        _put(row, "Сумма", _money(discount.amount))
        _put(row, "Процент", _plain(discount.percent))
        _put(row, "УчтеноВСумме", discount.included)


def _warehouses(parent, warehouses):
    if not warehouses:
        return
    element = etree.SubElement(parent, "Склады")
    for warehouse in warehouses:
        _put(etree.SubElement(element, "Склад"), "Ид", warehouse)


def _line(parent, line, newer):
    element = etree.SubElement(parent, "Товар")
    _put(element, "Ид", line.id)
    _put(element, "ИдКаталога", line.catalog_id)
    _put(element, "Артикул", line.article)
    _put(element, "Наименование", line.name, NAME_LENGTH)
    if not newer:
        _base_unit(element, line.unit)
    _put(element, "Цена" if newer else "ЦенаЗаЕдиницу", _plain(line.price))
    _put(element, "Количество", _plain(line.quantity))
    _put(element, "Сумма", _money(line.amount))
    if newer:
        _unit(element, line.unit)
    else:
        unit = line.unit or model.Unit()
        _put(element, "Единица", line.packaging or unit.name or unit.code)
    _put(element, "Коэффициент", _plain(line.ratio or Decimal(1)))
    _discounts(element, line.discounts)
    _taxes(element, line.taxes)
    _requisites(element, line.requisites)


def _base_unit(parent, unit):
    if not unit:
        return
    element = etree.SubElement(parent, "БазоваяЕдиница")
    for name, value in (
        # some readers fail on a padded code
        ("Код", unit.code),
        ("НаименованиеПолное", unit.full_name),
        ("МеждународноеСокращение", unit.international),
    ):
        if value:
            element.set(name, _clean(value).strip())
    if unit.name:
        element.text = _clean(unit.name)


def _unit(parent, unit):
    """The unit as the newer module writes it."""
    if not unit:
        return
    element = etree.SubElement(parent, "Единица")
    _put(element, "Ид", unit.code)
    _put(element, "Код", unit.code)
    _put(element, "НаименованиеКраткое", unit.name)
    _put(element, "НаименованиеПолное", unit.full_name)
    _put(element, "МеждународноеСокращение", unit.international)


def _requisites(parent, pairs):
    if not pairs:
        return
    element = etree.SubElement(parent, "ЗначенияРеквизитов")
    for name, value in pairs:
        row = etree.SubElement(element, "ЗначениеРеквизита")
        _put(row, "Наименование", name)
        etree.SubElement(row, "Значение").text = _clean(value, REQUISITE_LENGTH)
