"""The infobase behind the stand-in: its goods, and what it remembers between exchanges.

Goods come from the seed; kept in `state.json` is only what was changed since, what is
registered for the next exchange, and the orders and counterparties.
"""

import json
import os
import random
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from .errors import ExchangeError
from .goods import Maker

# what a day's work changes, and how often
WORK = {"stock": 55, "price": 28, "name": 6, "group": 3, "delete": 2, "add": 4}


class Infobase:
    """A trade of `size` goods, kept in `folder` (None: forgotten at the end)."""

    def __init__(self, folder=None, seed=1, size=60, now=datetime.now):
        self.folder = Path(folder) if folder else None
        self.now = now
        self.state = self._load() or {
            "seed": seed,
            "size": size,
            "turn": 0,
            "full_done": False,
            "edits": {},
            "stock": {},
            "changed": {"goods": [], "offers": []},
            "orders": [],
            "parties": [],
            "items": {},
            "counters": {},
        }
        self.maker = Maker(self.state["seed"])
        self.changed = {name: set(rows) for name, rows in self.state["changed"].items()}

    # -- keeping

    @property
    def _file(self):
        return self.folder and self.folder / "state.json"

    def _load(self):
        if not self._file or not self._file.exists():
            return None
        try:
            return json.loads(self._file.read_text(encoding="utf-8"))
        except ValueError as error:
            raise ExchangeError(f"Файл базы {self._file} повреждён") from error

    def save(self):
        """Write all to the folder; a crash leaves the old state or the new one."""
        if not self.folder:
            return
        self.state["changed"] = {
            name: sorted(rows) for name, rows in self.changed.items()
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(self.state, ensure_ascii=False), encoding="utf-8")
        os.replace(new, self._file)

    @contextmanager
    def transaction(self):
        """What is done inside is undone if it fails."""
        before = json.dumps(self.state)
        try:
            yield
        except Exception:
            self.state = json.loads(before)
            raise

    def next_number(self, kind, prefix, width):
        """The next number of documents of `kind`, as 1C writes it."""
        number = self.state["counters"].get(kind, 0) + 1
        self.state["counters"][kind] = number
        return f"{prefix}{number:0{width}d}"

    def new_id(self, kind):
        """An identifier for a new object."""
        number = self.next_number(f"ид {kind}", "", 1)
        return self.maker.guid(kind, number)

    # -- goods

    @property
    def catalog_id(self):
        return self.maker.guid("каталог")

    @property
    def owner_id(self):
        return self.maker.guid("организация")

    @property
    def numbers(self):
        """The numbers of all goods."""
        return range(self.state["size"])

    def good(self, number):
        """The good `number` as it is now."""
        good = self.maker.good(number)
        edits = self.state["edits"].get(str(number), {})
        for name, value in edits.items():
            setattr(good, name, value)
        return good

    def edit(self, number, **values):
        """Change fields of a good; it is registered for the exchange."""
        edits = self.state["edits"].setdefault(str(number), {})
        edits.update(values, version=edits.get("version", 1) + 1)
        self.changed["goods"].add(number)

    def prices(self, good, variant=None):
        """Pairs (identifier of the price type, price); none without a price list."""
        if not good.has_price:
            return []
        # variants differ a little
        place = good.variants.index(variant) if variant else 0
        base = good.base_price * (1 + place * 0.01)
        return [
            (type_id, round(base * share, 2))
            for type_id, _name, share in self.maker.price_types()
        ]

    def stock(self, good, variant=None):
        """The quantity by identifier of the warehouse; empty if it is not counted."""
        if not good.has_stock:
            return {}
        key = variant.id if variant else ""
        rng = random.Random(f"{self.state['seed']}/{good.number}/{key}")
        found = {}
        for warehouse, _name in self.maker.warehouses():
            quantity = float(rng.randrange(90)) if rng.random() < 0.8 else 0.0
            if good.unit in ("м", "кг"):
                quantity += rng.randrange(4) / 4
            if rng.random() < 0.01:
                quantity = -1.0
            found[warehouse] = quantity
        found.update(self.state["stock"].get(str(good.number), {}).get(key, {}))
        return found

    def set_stock(self, number, warehouse, quantity, variant_id=""):
        rows = self.state["stock"].setdefault(str(number), {})
        rows.setdefault(variant_id, {})[warehouse] = float(quantity)
        self.changed["offers"].add(number)

    def set_price(self, number, price):
        """Change the base price, from which all price types are reckoned."""
        edits = self.state["edits"].setdefault(str(number), {})
        edits["base_price"] = float(price)
        self.changed["offers"].add(number)

    def register_all(self):
        """Everything goes with the next exchange, which becomes a full one."""
        self.state["full_done"] = False
        for rows in self.changed.values():
            rows.update(self.numbers)

    def forget(self, kind, numbers):
        """The site has these: they are no longer registered."""
        self.changed[kind].difference_update(numbers)

    # -- a day's work

    def work(self, things=None):
        """Change a few goods at random; `things` is how many (5 in a hundred)."""
        rng = random.Random(f"{self.state['seed']}/день/{self.state['turn']}")
        count = max(2, self.state["size"] // 20) if things is None else things
        kinds, weights = list(WORK), list(WORK.values())
        for kind in rng.choices(kinds, weights, k=count):
            getattr(self, f"_work_{kind}")(rng, rng.randrange(self.state["size"]))

    def _work_stock(self, rng, number):
        good = self.good(number)
        if good.has_stock:
            warehouse, _name = rng.choice(self.maker.warehouses())
            variant = rng.choice(good.variants).id if good.variants else ""
            self.set_stock(number, warehouse, rng.randrange(120), variant)

    def _work_price(self, rng, number):
        good = self.good(number)
        self.set_price(number, round(good.base_price * rng.uniform(0.9, 1.15), 1))

    def _work_name(self, rng, number):
        name = self.good(number).name.removesuffix(" NEW")
        self.edit(number, name=f"{name} NEW" if rng.random() < 0.5 else name)

    def _work_group(self, rng, number):
        groups = [name for _root, below in self.maker.groups() for name in below]
        if not self.good(number).service:
            self.edit(number, group=rng.choice(groups))

    def _work_delete(self, rng, number):
        self.edit(number, deleted=not self.good(number).deleted)

    def _work_add(self, _rng, _number):
        self.add_good()

    def add_good(self):
        """A new good; returns its number."""
        number = self.state["size"]
        self.state["size"] += 1
        self.changed["goods"].add(number)
        self.changed["offers"].add(number)
        return number
