"""What a file says, as dataclasses.

Absent is not empty and not zero: a field is None if the file says nothing about it,
"" or an empty list if it says "nothing". `line` is where the row begins; it is not
compared.

Ids are kept as they are written. A variant's id is `good#characteristic` (reference
2.3, 2.4), whatever the layout: see `Good.good_id`, `Good.characteristic_id`.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from . import scalars


def place():
    """The field for the line of a row."""
    return field(default=0, compare=False, kw_only=True)


# -- the file


@dataclass(slots=True)
class Envelope:
    """The root element's attributes (reference 2.1). Neither is to be relied on."""

    version: str | None = None
    formed: datetime.datetime | None = None
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Problem:
    """A row that could not be read and is left out, or a part of the row before it.

    :param row: name of the row's element
    :param number: its number among the rows of this name, from 1
    :param id: its id, as far as it has one
    :param path: the element inside it that is at fault
    """

    row: str
    number: int
    id: str | None
    reason: str
    value: str = ""
    path: str = ""
    line: int = place()

    def __str__(self):
        line = f"line {self.line}" if self.line else ""
        parts = [line, f"{self.row} {self.number}", self.id or ""]
        where = ", ".join(part for part in parts if part)
        what = f"{self.path}: {self.reason}" if self.path else self.reason
        return f"{where}: {what}" + (f" ({self.value!r})" if self.value else "")


# -- counterparties (2.7)


@dataclass(slots=True)
class Address:
    """An address: one line, and parts by type (`Почтовый индекс`, `Город`, …).

    :param kind: the element it was in: `АдресРегистрации`, `ЮридическийАдрес`, …
    """

    kind: str = "Адрес"
    text: str | None = None
    parts: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Contact:
    """A telephone number, mail address, …; `type` in 1C's words."""

    type: str = ""
    value: str = ""
    comment: str | None = None


@dataclass(slots=True)
class BankAccount:
    number: str | None = None
    bank: str | None = None
    bic: str | None = None
    correspondent: str | None = None


@dataclass(slots=True)
class Counterparty:
    """A legal entity, sole proprietor or person; also the owner of a catalogue."""

    id: str | None = None
    name: str | None = None
    official_name: str | None = None
    full_name: str | None = None
    inn: str | None = None
    kpp: str | None = None
    okpo: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    role: str | None = None
    relation: str | None = None
    comment: str | None = None
    version: str | None = None
    deleted: bool | None = None
    addresses: list[Address] | None = None
    contacts: list[Contact] | None = None
    accounts: list[BankAccount] | None = None
    representatives: list["Counterparty"] | None = None
    requisites: list[tuple[str, str]] | None = None
    line: int = place()

    @property
    def is_organisation(self):
        """As УТ 11 decides: solely by the official name."""
        return bool(self.official_name)

    @property
    def is_entrepreneur(self):
        """A sole proprietor has twelve digits and no КПП."""
        return len(self.inn or "") == 12 and not self.kpp


# -- the classifier (2.2) and what it defines


@dataclass(slots=True)
class Section:
    """The header of a section.

    :param only_changes: None if not said: to be treated as True
    """

    id: str | None = None
    name: str | None = None
    classifier_id: str | None = None
    only_changes: bool | None = None
    owner: Counterparty | None = None
    description: str | None = None
    version: str | None = None
    deleted: bool | None = None


@dataclass(slots=True)
class Classifier(Section):
    pass


@dataclass(slots=True)
class Catalog(Section):
    pass


@dataclass(slots=True)
class OfferPackage(Section):
    """A package of offers, prices or rests.

    :param is_changes: the incremental layout of УТ 11 (`ИзмененияПакетаПредложений`)
    """

    catalog_id: str | None = None
    is_changes: bool = False

    @property
    def bare_id(self):
        """The id of the catalogue as the package's own id tells it."""
        return self.id and self.id.strip("#")

    @property
    def owner_id(self):
        """The id of the catalogue it belongs to, by whichever way that is told; empty
        if it is not."""
        return self.catalog_id or self.bare_id or ""


@dataclass(slots=True)
class Group:
    """A group of goods; a parent is told before its children."""

    id: str
    name: str | None = None
    parent_id: str | None = None
    description: str | None = None
    version: str | None = None
    deleted: bool | None = None
    line: int = place()


@dataclass(slots=True)
class Category:
    id: str
    name: str | None = None
    version: str | None = None
    deleted: bool | None = None
    line: int = place()


@dataclass(slots=True)
class Property:
    """A property of goods or offers.

    :param type: `Строка`, `Число`, `Время`, `Справочник`
    :param variants: value by id, of a `Справочник`
    """

    id: str
    name: str | None = None
    type: str | None = None
    variants: dict[str, str] | None = None
    multiple: bool | None = None
    required: bool | None = None
    for_goods: bool | None = None
    for_offers: bool | None = None
    description: str | None = None
    version: str | None = None
    deleted: bool | None = None
    line: int = place()


@dataclass(slots=True)
class PriceType:
    """A price type; the currency in 1C's words (`руб`, `RUB`, `643`, …)."""

    id: str
    name: str | None = None
    currency: str | None = None
    tax: str | None = None
    tax_included: bool | None = None
    version: str | None = None
    deleted: bool | None = None
    line: int = place()


@dataclass(slots=True)
class Warehouse:
    id: str
    name: str | None = None
    comment: str | None = None
    addresses: list[Address] | None = None
    contacts: list[Contact] | None = None
    version: str | None = None
    deleted: bool | None = None
    line: int = place()


@dataclass(slots=True)
class UnitDefinition:
    """A unit of the classifier (3.x), to which goods refer by its code."""

    id: str
    code: str | None = None
    name: str | None = None
    full_name: str | None = None
    international: str | None = None
    version: str | None = None
    deleted: bool | None = None
    line: int = place()


# -- goods (2.3) and offers (2.4)


@dataclass(slots=True)
class Unit:
    """The unit of goods: `code` of OKEI without blanks, `name` as `шт`.

    :param conversions: unit and ratio of packagings
    """

    code: str | None = None
    name: str | None = None
    full_name: str | None = None
    international: str | None = None
    conversions: list[tuple[str, Decimal]] | None = None


@dataclass(slots=True)
class Tax:
    """`rate` in percent, None if the text tells none: see `is_free`."""

    name: str | None = None
    rate: Decimal | None = None
    text: str | None = None

    @property
    def is_free(self):
        """Whether it says that there is no tax; no rate at all says nothing."""
        return self.rate is None and scalars.is_free(self.text or self.name or "")


@dataclass(slots=True)
class Characteristic:
    name: str | None = None
    value: str | None = None
    id: str | None = None


@dataclass(slots=True)
class Good:
    """Goods, or a variant of them where the catalogue is exported by characteristic.

    :param article: may be empty, padded, shared: never a key
    :param groups: ids
    :param pictures: relative paths, the first is the main one
    :param properties: values by property id; an empty tuple: cleared
    :param requisites: (name, value) in order; names may repeat
    """

    id: str
    name: str | None = None
    article: str | None = None
    code: str | None = None
    barcodes: list[str] | None = None
    unit: Unit | None = None
    groups: list[str] | None = None
    category: str | None = None
    description: str | None = None
    pictures: list[str] | None = None
    properties: dict[str, tuple[str, ...]] | None = None
    characteristics: list[Characteristic] | None = None
    requisites: list[tuple[str, str]] | None = None
    taxes: list[Tax] | None = None
    manufacturer: str | None = None
    manufacturer_id: str | None = None
    country: str | None = None
    weight: Decimal | None = None
    width: Decimal | None = None
    length: Decimal | None = None
    height: Decimal | None = None
    goods_code: str | None = None
    version: str | None = None
    deleted: bool | None = None
    line: int = place()

    @property
    def good_id(self):
        return self.id.partition("#")[0]

    @property
    def characteristic_id(self):
        """None for goods themselves."""
        return self.id.partition("#")[2] or None

    def requisite(self, name):
        """The first value of a requisite; None if the file does not name it."""
        return first_value(self.requisites, name)


@dataclass(slots=True)
class Price:
    """The price of `ratio` base units in `unit`; unit and currency in 1C's words.

    :param value: None: the type is named, but there is no price of it
    """

    type_id: str | None = None
    value: Decimal | None = None
    currency: str | None = None
    unit: str | None = None
    ratio: Decimal | None = None
    tax_included: bool | None = None


@dataclass(slots=True)
class Stock:
    warehouse_id: str
    quantity: Decimal


@dataclass(slots=True)
class Placement:
    """What a row of goods says of their groups; never read, kept of a row for later."""

    id: str
    groups: list[str]
    line: int = place()


@dataclass(slots=True)
class Offer(Good):
    """What is on sale, its prices and stock; each may come in a file of its own.

    :param prices: None: nothing said, prices stay; empty: in no price list
    :param prices_left_out: whether there are more, which cannot be read
    :param quantity: in all warehouses; None: nothing said, stock stays
    :param stocks: by warehouse; None: nothing said
    """

    prices: list[Price] | None = None
    quantity: Decimal | None = None
    stocks: list[Stock] | None = None
    prices_left_out: bool | None = field(default=None, compare=False, kw_only=True)

    @property
    def tells_goods(self):
        """Whether it describes goods, as catalogues do: others name no groups."""
        return bool(
            self.groups is not None and self.name and not self.characteristic_id
        )

    @property
    def tells_more(self):
        """Whether it says anything of prices or stock."""
        said = (self.prices, self.quantity, self.stocks)
        return any(one is not None for one in said)


# -- documents (2.5, 2.6)


@dataclass(slots=True)
class Discount:
    name: str | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    included: bool | None = None


@dataclass(slots=True)
class DocumentTax:
    """`included`: whether the amounts contain it."""

    name: str | None = None
    included: bool | None = None
    amount: Decimal | None = None
    rate: Decimal | None = None
    text: str | None = None


@dataclass(slots=True)
class DocumentLine:
    """A line of a document; `amount` is after its own discount.

    :param packaging: unit of quantity and price, of `ratio` base units
    """

    id: str | None = None
    name: str | None = None
    article: str | None = None
    catalog_id: str | None = None
    unit: Unit | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None
    packaging: str | None = None
    ratio: Decimal | None = None
    barcodes: list[str] | None = None
    discounts: list[Discount] | None = None
    taxes: list[DocumentTax] | None = None
    properties: dict[str, tuple[str, ...]] | None = None
    characteristics: list[Characteristic] | None = None
    requisites: list[tuple[str, str]] | None = None
    warehouses: list[str] | None = None
    deleted: bool | None = None
    line: int = place()

    def requisite(self, name):
        return first_value(self.requisites, name)


@dataclass(slots=True)
class Document:
    """An order, payment, shipment…

    Properties such as `posted` tell what elements (3.1) or requisites (2.x) say; None
    means that the file does not say it, which is not "no" (reference 2.6).

    :param number: the site's, in an order
    :param basis: id of the document it is based on (payments, shipments of 3.1)
    :param container: number of the `Контейнер` it came in, from 1
    :param lines: None: nothing said, or one of them cannot be read
    :param subordinates: payments and shipments inside it (УНФ)
    """

    id: str | None = None
    number: str | None = None
    date: datetime.date | None = None
    time: datetime.time | None = None
    operation: str | None = None
    role: str | None = None
    currency: str | None = None
    rate: Decimal | None = None
    amount: Decimal | None = None
    counterparties: list[Counterparty] | None = None
    lines: list[DocumentLine] | None = None
    comment: str | None = None
    due: datetime.date | None = None
    taxes: list[DocumentTax] | None = None
    discounts: list[Discount] | None = None
    warehouses: list[str] | None = None
    requisites: list[tuple[str, str]] | None = None
    basis: str | None = None
    number_in_1c: str | None = None
    date_in_1c: datetime.datetime | None = None
    version: str | None = None
    deleted: bool | None = None
    subordinates: list["Document"] | None = None
    container: int | None = None
    line: int = place()

    # filled from requisites by the reader
    posted: bool | None = None
    cancelled: bool | None = None
    paid: bool | None = None
    shipped: bool | None = None
    status: str | None = None
    status_id: str | None = None
    payment_number: str | None = None
    payment_date: datetime.datetime | None = None
    shipment_number: str | None = None
    shipment_date: datetime.datetime | None = None

    @property
    def counterparty(self):
        """The first one: 1C reads no other."""
        return self.counterparties[0] if self.counterparties else None

    def requisite(self, name):
        return first_value(self.requisites, name)


def first_value(pairs, name):
    """The first value under `name`, None if there is none."""
    for key, value in pairs or ():
        if key == name:
            return value
    return None
