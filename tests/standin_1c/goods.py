"""Goods made from a seed: the same number gives the same good, however many there are.

Nothing is kept: 100,000 goods take no more memory than one.
"""

import random
import uuid
from dataclasses import dataclass, field
from itertools import product

from . import assortment

SPACE = uuid.UUID("6f1c1b0e-0e7c-11d9-848a-00112f43529a")
# of a hundred goods: without any price, never counted, without an article
NO_PRICE, NO_STOCK, NO_ARTICLE = 3, 2, 6


@dataclass
class Variant:
    """What 1C calls a characteristic."""

    id: str
    name: str
    values: dict
    barcode: str


@dataclass
class Good:
    number: int
    id: str
    code: str
    article: str
    name: str
    group: str
    unit: str
    vat: str
    service: bool
    description: str
    is_html: bool
    weight: float
    barcode: str
    properties: dict
    pictures: list
    variants: list
    base_price: float
    has_price: bool
    has_stock: bool
    deleted: bool = False
    version: int = 1
    edits: dict = field(default_factory=dict)

    @property
    def kind(self):
        """1C's kind of nomenclature."""
        return "Услуга" if self.service else self.root_group

    @property
    def root_group(self):
        for root, below in assortment.GROUPS.items():
            if self.group == root or self.group in below:
                return root
        return "Товар"


@dataclass
class Property:
    """A property of goods (or of variants); `values` are those of a dictionary."""

    id: str
    name: str
    kind: str
    values: dict = field(default_factory=dict)
    multiple: bool = False


class Maker:
    """Makes the goods of the base with the seed `seed`."""

    def __init__(self, seed):
        self.seed = seed
        self.properties = self._properties()
        self.variant_properties = self._variant_properties()

    def guid(self, *words):
        """Always the same identifier for the same words."""
        return str(uuid.uuid5(SPACE, "/".join(map(str, (self.seed, *words)))))

    def groups(self):
        """Pairs (name, names below it); `group_id` tells their identifiers."""
        return assortment.GROUPS.items()

    def group_id(self, name):
        return self.guid("группа", name)

    def price_types(self):
        """Triples: identifier, name, share of the base price."""
        return [
            (self.guid("цена", name), name, share)
            for name, share in assortment.PRICE_TYPES
        ]

    def warehouses(self):
        return [(self.guid("склад", name), name) for name in assortment.WAREHOUSES]

    def _dictionary(self, name, values, multiple=False):
        rows = {value: self.guid(name, value) for value in values}
        return Property(self.guid("свойство", name), name, "Справочник", rows, multiple)

    def _properties(self):
        rows = [
            self._dictionary("Производитель", assortment.MAKERS),
            self._dictionary("Страна производства", assortment.COUNTRIES),
            self._dictionary("Назначение", assortment.PURPOSES, True),
            Property(self.guid("свойство", "Мощность"), "Мощность, Вт", "Число"),
            Property(self.guid("свойство", "Гарантия"), "Гарантия, мес.", "Число"),
            Property(self.guid("свойство", "Упаковка"), "Упаковка", "Строка"),
        ]
        return {row.name: row for row in rows}

    def _variant_properties(self):
        found = {}
        for kind in assortment.KINDS:
            for name, values in kind.variants.items():
                found.setdefault(name, {}).update(dict.fromkeys(values))
        return {name: self._dictionary(name, values) for name, values in found.items()}

    def good(self, number):
        """The good `number`, from 0, as it was entered into the base."""
        rng = random.Random(f"{self.seed}/{number}")
        kind = assortment.KINDS[number % len(assortment.KINDS)]
        figures = {name: rng.choice(rows) for name, rows in kind.figures.items()}
        model = f"{rng.choice(assortment.LEVELS)} {rng.choice('АБВКМТ')}-{100 + number}"
        name = kind.name.format(model=model, **figures)
        if "{model}" not in kind.name:
            name += f" арт. {100 + number}"
        id = self.guid("товар", number)
        low, high = kind.price
        return Good(
            number=number,
            id=id,
            code=f"НФ-{number + 1:08d}",
            article=self._article(rng, number),
            name=name,
            group=kind.group,
            unit=kind.unit,
            vat=kind.vat,
            service=kind.service,
            description=self._description(rng, name, number),
            is_html=number % 4 == 1,
            weight=0.0 if kind.service else round(rng.uniform(0.1, 12), 3),
            barcode=barcode(number) if not kind.service else "",
            properties=self._values(rng, kind, figures),
            pictures=self._pictures(id, number, kind),
            variants=self._variants(number, kind),
            base_price=round(rng.uniform(low, high) * 2) / 2,
            has_price=rng.randrange(100) >= NO_PRICE,
            has_stock=not kind.service and rng.randrange(100) >= NO_STOCK,
        )

    def _article(self, rng, number):
        if rng.randrange(100) < NO_ARTICLE:
            return ""
        article = f"{rng.choice('АБГДЖ')}-{rng.randrange(10, 99)}{number:04d}"
        return f"{article} " if number % 9 == 4 else article

    def _description(self, rng, name, number):
        if number % 5 == 3:
            return ""
        text = (
            f"{name}. Поставляется в заводской упаковке, "
            f"гарантия {rng.choice((12, 24, 36))} мес."
        )
        if number % 4 == 1:
            return f"<p>{text}</p><ul><li>паспорт</li><li>сертификат</li></ul>"
        return text

    def _values(self, rng, kind, figures):
        if kind.service:
            return {}
        values = {
            "Производитель": [rng.choice(assortment.MAKERS)],
            "Страна производства": [rng.choice(assortment.COUNTRIES)],
            "Гарантия, мес.": [str(rng.choice((12, 24, 36)))],
        }
        purposes = rng.sample(assortment.PURPOSES, rng.randrange(3))
        # an empty value says that it was cleared
        values["Назначение"] = purposes or [""]
        if "watts" in figures:
            values["Мощность, Вт"] = [str(figures["watts"])]
        if "pack" in figures:
            values["Упаковка"] = [f"{figures['pack']} шт"]
        return values

    def _pictures(self, id, number, kind):
        count = 0 if kind.service else (1, 2, 0)[number % 3]
        return [self.guid("картинка", id, place) for place in range(count)]

    def _variants(self, number, kind):
        names = list(kind.variants)
        found = []
        for values in product(*kind.variants.values()) if names else ():
            name = ", ".join(values)
            found.append(
                Variant(
                    self.guid("характеристика", number, name),
                    name,
                    dict(zip(names, values, strict=True)),
                    barcode(number, len(found) + 1),
                )
            )
        return found


def barcode(number, variant=0):
    """An EAN-13 of the range for own use."""
    digits = f"20{number:07d}{variant:03d}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
