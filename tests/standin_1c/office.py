"""What happens to orders in 1C: loading them, then the work of its managers."""

import random
import re
from dataclasses import asdict, dataclass

from .assortment import UNITS
from .errors import ExchangeError

ORDER = "Заказ товара"
# no order keeps a longer number in the load table of УТ 11
NUMBER_LENGTH = 11


@dataclass
class LoadRules:
    """How a configuration takes orders."""

    # prefix of the numbers it gives
    prefix: str = "ТД"
    # how counterparties are looked for: "inn", "name" or "id", one after the other
    search: tuple = ("inn", "name")
    # whether unknown counterparties are created; otherwise the name of the substitute
    substitute: str = ""
    creates_contract: bool = False
    # whether only digits of the site's number are kept
    digits_only: bool = False
    number_length: int = NUMBER_LENGTH
    # operations other than orders abort the load
    orders_only: bool = True
    # documents are loaded one by one: a bad one does not roll the others back
    one_by_one: bool = False


class Office:
    """Keeps the orders of an infobase."""

    def __init__(self, infobase, rules, journal):
        self.base = infobase
        self.rules = rules
        self.journal = journal

    @property
    def orders(self):
        return self.base.state["orders"]

    @property
    def parties(self):
        return self.base.state["parties"]

    def order(self, site_number):
        """The order with the number `site_number` of the site."""
        for order in self.orders:
            if order["site_number"] == site_number:
                return order
        raise KeyError(site_number)

    # -- loading

    def load(self, documents):
        """Take what the site has answered; raises if 1C would roll all back.

        Returns the site numbers of what was loaded: it is not echoed in the same run.
        """
        loaded = []
        if not self.rules.one_by_one:
            with self.base.transaction():
                for document in documents:
                    loaded.append(self._load(document))
            return loaded
        failed = None
        for document in documents:
            try:
                with self.base.transaction():
                    loaded.append(self._load(document))
            except ExchangeError as error:
                self.journal.error(str(error))
                failed = error
        if failed:
            raise ExchangeError("Не все документы загружены") from failed
        return loaded

    def _load(self, document):
        if document.operation != ORDER:
            if self.rules.orders_only:
                raise ExchangeError(
                    f"Хозяйственная операция «{document.operation}» не поддерживается"
                )
            self.journal.say(f"Документ «{document.operation}» {document.number}")
            return document.number
        number, moment = self._number(document), self._moment(document)
        if document.party is None:
            raise ExchangeError(f"Заказ {number}: не указан контрагент")
        order = self._find(number, moment)
        if not order:
            self._create(document, number, moment)
        else:
            self._update(order, document)
        return number

    def _number(self, document):
        number = document.number
        if not number:
            raise ExchangeError(f"Документ {document.id}: не указан номер")
        if self.rules.digits_only:
            return re.sub(r"\D", "", number).lstrip("0") or number
        if len(number) > self.rules.number_length:
            self.journal.remark(f"Номер {number} обрезан: он длиннее таблицы загрузки")
        return number[: self.rules.number_length]

    def _moment(self, document):
        """Digits glued together; any other shape becomes 1C's empty date."""
        digits = re.sub(r"\D", "", document.date + document.time)
        if len(digits) == 14:
            return digits
        self.journal.remark(
            f"Заказ {document.number}: дата «{document.date} {document.time}» не "
            "прочитана"
        )
        return ""

    def _find(self, number, moment):
        for order in self.orders:
            # without a date there is nothing to match by
            if moment and (order["site_number"], order["moment"]) == (number, moment):
                return order
        return None

    def _create(self, document, number, moment):
        guid = self.base.new_id("заказ")
        now = self.base.now()
        order = {
            "id": guid,
            "number": self.base.next_number("заказ", self.rules.prefix, 9),
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "site_number": number,
            "site_document": document.number,
            "moment": moment,
            "stage": "new",
            "posted": False,
            "cancelled": False,
            "deleted": False,
            "paid": [],
            "shipped": [],
            "changed": False,
            "version": 1,
        }
        self.orders.append(order)
        self._fill(order, document)
        self.journal.say(f"Создан заказ {order['number']} по заказу сайта № {number}")

    def _update(self, order, document):
        if order["stage"] != "new":
            order["requisites"] = document.requisites
            self.journal.say(
                f"Заказ {order['number']} в работе: обновлены только свойства"
            )
            return
        self._fill(order, document)
        self.journal.say(f"Обновлён заказ {order['number']}")

    def _fill(self, order, document):
        party, given = self._party(document.party)
        order.update(
            site_id=document.id,
            site_date=document.date,
            site_time=document.time,
            currency=document.currency,
            rate=document.rate,
            total=document.total,
            discount=document.discount,
            comment=document.comment,
            vat_included=document.vat_included,
            requisites=document.requisites,
            party=party["id"],
            given_party=given,
            lines=[self._line(line) for line in document.lines if line.quantity],
        )
        found = sum(line["total"] for line in order["lines"]) - document.discount
        if abs(found - document.total) > 0.011:
            self.journal.remark(
                f"Заказ {document.number}: сумма документа {document.total:.2f} не "
                f"равна сумме строк {found:.2f}"
            )

    def _line(self, line):
        item = self._item(line)
        if line.unit and not self._unit_known(line.unit):
            self.journal.remark(f"«{line.name}»: неизвестная единица «{line.unit}»")
        return {
            "id": line.id,
            "item": item,
            "article": line.article,
            "name": line.name,
            "unit": line.unit,
            "quantity": line.quantity,
            "price": line.price,
            "total": line.total,
            "kind": line.kind or "Товар",
        }

    def _unit_known(self, unit):
        return any(unit in (name, *rest) for name, rest in UNITS.items())

    def _item(self, line):
        """By identifier, by article, by name; else 1C makes a new one."""
        index = self._index()
        good_id = line.id.partition("#")[0]
        for key in (good_id, line.article.strip(), line.name):
            if key and key in index:
                return index[key]
        items = self.base.state["items"]
        if good_id not in items:
            items[good_id] = {"name": line.name, "article": line.article}
            self.journal.remark(
                f"Создана номенклатура «{line.name}»: по Ид {line.id} не найдена"
            )
        return good_id

    def _index(self):
        """Identifiers by what goods are found by; made once, as goods only grow."""
        size = self.base.state["size"]
        if getattr(self, "_indexed", (0, None))[0] != size:
            index = {}
            for number in self.base.numbers:
                good = self.base.maker.good(number)
                for key in (good.id, good.article.strip(), good.name):
                    index.setdefault(key, good.id)
            index.pop("", None)
            self._indexed = (size, index)
        return self._indexed[1]

    # -- counterparties

    def _party(self, party):
        """The counterparty of an order, and what the site said if it is another."""
        if self.rules.substitute:
            found = self._search(party, ("id", "inn", "name"))
            return found or self._substitute(), asdict(party)
        found = self._search(party, self.rules.search)
        return found or self._create_party(party), None

    def _search(self, party, keys):
        for key in keys:
            wanted = self._search_key(party, key)
            if not wanted:
                continue
            for row in self.parties:
                if not row.get("deleted") and self._row_key(row, key) == wanted:
                    return row
        return None

    def _search_key(self, party, key):
        if key == "inn":
            if not party.inn:
                return None
            return (party.inn, party.kpp) if party.is_company else (party.inn, "")
        return party.id if key == "id" else party.name

    def _row_key(self, row, key):
        if key == "inn":
            return (row["inn"], row["kpp"] if row["is_company"] else "")
        return row["site_id"] if key == "id" else row["name"]

    def _create_party(self, party):
        row = {
            # the site's identifier is not adopted
            "id": self.base.new_id("контрагент"),
            "site_id": party.id,
            "name": party.name,
            "full_name": party.official_name or party.full_name or party.name,
            "is_company": party.is_company,
            "inn": party.inn,
            "kpp": party.kpp,
            "okpo": party.okpo,
            "address": party.address,
            "contacts": party.contacts,
            "contract": self.rules.creates_contract,
        }
        self.parties.append(row)
        also = " и договор" if self.rules.creates_contract else ""
        self.journal.say(f"Создан контрагент{also}: {party.name}")
        if not party.inn:
            self.journal.remark(f"Контрагент {party.name} передан без ИНН")
        return row

    def _substitute(self):
        for row in self.parties:
            if row.get("substitute"):
                return row
        row = {
            "id": self.base.maker.guid("подстановка"),
            "site_id": "",
            "name": self.rules.substitute,
            "full_name": self.rules.substitute,
            "is_company": False,
            "inn": "",
            "kpp": "",
            "okpo": "",
            "address": "",
            "contacts": {},
            "substitute": True,
        }
        self.parties.append(row)
        return row

    def party(self, guid):
        return next(row for row in self.parties if row["id"] == guid)

    # -- the work of managers

    def _touch(self, order):
        order["changed"] = True
        order["version"] += 1

    def approve(self, number):
        """The order is posted; from here on a repetition by the site changes little."""
        order = self.order(number)
        order.update(stage="approved", posted=True)
        self._touch(order)

    def set_quantity(self, number, place, quantity):
        """The manager gives `quantity` of line `place`; 0 takes the line away."""
        order = self.order(number)
        line = order["lines"][place]
        if quantity:
            share = quantity / line["quantity"]
            line["total"] = round(line["total"] * share, 2)
            line["quantity"] = float(quantity)
        else:
            order["lines"].remove(line)
        self._total(order)

    def add_line(self, number, good, quantity, price):
        """The manager adds a good of the infobase."""
        order = self.order(number)
        order["lines"].append(
            {
                "id": good.id,
                "item": good.id,
                "article": good.article,
                "name": good.name,
                "unit": good.unit,
                "quantity": float(quantity),
                "price": price,
                "total": round(quantity * price, 2),
                "kind": "Услуга" if good.service else "Товар",
            }
        )
        self._total(order)

    def _total(self, order):
        total = sum(line["total"] for line in order["lines"]) - order["discount"]
        order["total"] = round(total, 2)
        self._touch(order)

    def cancel(self, number):
        order = self.order(number)
        order.update(stage="done", cancelled=True)
        self._touch(order)

    def mark_deleted(self, number):
        order = self.order(number)
        order.update(stage="done", deleted=True, posted=False)
        self._touch(order)

    def pay(self, number, amount=None):
        """A payment; without `amount` all that is left."""
        order = self.order(number)
        left = order["total"] - sum(row["amount"] for row in order["paid"])
        amount = round(left if amount is None else amount, 2)
        order["paid"].append({**self._paper("платёж"), "amount": amount})
        self._touch(order)

    def take_payment_back(self, number):
        """A payment reversed in 1C only disappears."""
        order = self.order(number)
        order["paid"].pop()
        self._touch(order)

    def ship(self, number, share=1.0):
        """A shipment of `share` of what is left of each line."""
        order = self.order(number)
        lines = []
        for line in order["lines"]:
            shipped = self.shipped_of(order, line)
            quantity = round((line["quantity"] - shipped) * share, 3)
            if quantity > 0:
                lines.append({"line": line["id"], "quantity": quantity})
        order["shipped"].append({**self._paper("отгрузка"), "lines": lines})
        self._touch(order)

    def _paper(self, kind):
        return {
            "id": self.base.new_id(kind),
            "number": self.base.next_number(kind, self.rules.prefix, 9),
            "date": self.base.now().strftime("%Y-%m-%dT%H:%M:%S"),
        }

    def shipped_of(self, order, line):
        """How much of a line was shipped."""
        return sum(
            row["quantity"]
            for paper in order["shipped"]
            for row in paper["lines"]
            if row["line"] == line["id"]
        )

    def is_paid(self, order):
        paid = sum(row["amount"] for row in order["paid"])
        return bool(order["paid"]) and paid >= order["total"] - 0.005

    def is_shipped(self, order):
        return bool(order["shipped"]) and all(
            self.shipped_of(order, line) >= line["quantity"] - 0.0005
            for line in order["lines"]
        )

    def merge(self, keep, drop):
        """A manager joins two counterparties: the second stays, marked as deleted."""
        for order in self.orders:
            if order["party"] == drop:
                order["party"] = keep
                self._touch(order)
        self.party(drop)["deleted"] = True

    def work(self):
        """Every open order goes a step on: approved, paid, shipped."""
        seed = f"{self.base.state['seed']}/заказы/{self.base.state['turn']}"
        rng = random.Random(seed)
        for order in list(self.orders):
            number = order["site_number"]
            if order["stage"] == "new":
                self._work_new(rng, order, number)
            elif order["stage"] == "approved":
                if not self.is_paid(order):
                    half = round(order["total"] / 2, 2)
                    self.pay(number, half if not order["paid"] and half else None)
                else:
                    order["stage"] = "paid"
            elif order["stage"] == "paid":
                self.ship(number, 0.5 if not order["shipped"] else 1.0)
                if self.is_shipped(order):
                    order["stage"] = "done"

    def _work_new(self, rng, order, number):
        if rng.random() < 0.04:
            self.cancel(number)
            return
        if rng.random() < 0.25 and order["lines"]:
            place = rng.randrange(len(order["lines"]))
            quantity = order["lines"][place]["quantity"]
            if quantity > 1:
                self.set_quantity(number, place, quantity - 1)
        self.approve(number)

    # -- what goes back

    def changed_orders(self, without=()):
        """Orders to send; only such as have a number and a date of the site."""
        return [
            order
            for order in self.orders
            if order["changed"]
            and order["moment"]
            and order["site_number"] not in without
        ]

    def sent(self, orders, versions):
        """The site has taken them; who was changed meanwhile stays registered."""
        for order, version in zip(orders, versions, strict=True):
            order["changed"] = order["version"] != version
