"""Counterparties, owners, addresses, contacts, bank accounts (reference 2.7)."""

from . import fields, model
from .fields import Fields, Row, deletion_mark, ignored, items, text_of
from .layout import local_name

ADDRESSES = (
    "Адрес",
    "АдресРегистрации",
    "ЮридическийАдрес",
    "ФактическийАдрес",
    "ПочтовыйАдрес",
    "АдресДоставки",
)


def read_counterparty(element, row: Row):
    values = COUNTERPARTY.read(element, row)
    fields.status_attribute(values, element, row)
    return model.Counterparty(line=row.line(element), **values)


def read_address(element, row):
    """An address; its kind is the name of the element."""
    address = model.Address(kind=local_name(element.tag))
    for child in element:
        name = local_name(child.tag)
        if name == "Представление":
            address.text = text_of(child)
        elif name == "АдресноеПоле":
            part = PART.read(child, row)
            address.parts[part.get("type", "")] = part.get("value", "")
        elif name != "Комментарий":
            row.count_unknown(f"{address.kind}/{name}")
    return address


def addresses(values, element, row):
    """A reader that adds an address; an empty element is none."""
    if len(element):
        values.setdefault("addresses", []).append(read_address(element, row))


def read_contact(element, row):
    return model.Contact(**CONTACT.read(element, row))


def read_account(element, row):
    return model.BankAccount(**ACCOUNT.read(element, row))


def read_representative(element, row):
    """A whole counterparty below (2.x), or its fields here (3.1)."""
    for child in element:
        if local_name(child.tag) == "Контрагент":
            return read_counterparty(child, row)
    return read_counterparty(element, row)


def details(values, element, row):
    """`РеквизитыЮрЛица` and the like: some write the fields one level deeper."""
    values |= COUNTERPARTY.read(element, row)


def bank(values, element, row):
    values |= BANK.read(element, row)


CONTACT_NAMES = {"Контакт", "КонтактнаяИнформация"}
CONTACTS = items("contacts", CONTACT_NAMES, read_contact)
PART = Fields("АдресноеПоле", {"Тип": "type", "Значение": "value"})
CONTACT = Fields(
    "Контакт",
    {
        "Тип": "type",
        "КонтактВид": "type",
        "Значение": "value",
        "Комментарий": "comment",
    },
)
BANK = Fields(
    "Банк",
    {
        "БИК": "bic",
        "Наименование": "bank",
        "СчетКорреспондентский": "correspondent",
        "Адрес": ignored,
    },
)
ACCOUNT = Fields(
    "РасчетныйСчет",
    {
        "НомерСчета": "number",
        "Банк": bank,
        "БанкКорреспондент": ignored,
        "Комментарий": ignored,
    },
)
COUNTERPARTY = Fields(
    "Контрагент",
    {
        "Ид": "id",
        "НомерВерсии": "version",
        "ПометкаУдаления": deletion_mark,
        "Статус": deletion_mark,
        "Наименование": "name",
        "ОфициальноеНаименование": "official_name",
        "ПолноеНаименование": "full_name",
        "ИНН": "inn",
        "КПП": "kpp",
        "ОКПО": "okpo",
        "КодПоОКПО": "okpo",
        "Фамилия": "last_name",
        "Имя": "first_name",
        "Отчество": "middle_name",
        "Роль": "role",
        "Отношение": "relation",
        "Комментарий": "comment",
        "РеквизитыЮрЛица": details,
        "РеквизитыФизЛица": details,
        "Контакты": CONTACTS,
        "РасчетныеСчета": items("accounts", {"РасчетныйСчет"}, read_account),
        "Представители": items(
            "representatives", {"Представитель"}, read_representative
        ),
        "ЗначенияРеквизитов": fields.requisites,
        **dict.fromkeys(ADDRESSES, addresses),
    },
)
