import uuid
from dataclasses import replace

from ..catalog_2 import Dialect, write_changes, write_goods, write_offers
from ..exchange import Portion
from ..office import LoadRules
from ..protocol import Manners
from .base import Profile, slices


class Ut11(Profile):
    """УТ 11 (КА 2 and ERP 2 alike): portions of goods, then of offers, then orders."""

    name = "ut11"
    title = "Управление торговлей, редакция 11"
    manners = Manners(timeout=180, counts_lines=True)
    dialect = Dialect()
    rules = LoadRules(prefix="ТД00-")

    def portions(self, exchange, full):
        base, size = exchange.base, exchange.options.portion
        goods, offers = base.changed["goods"], base.changed["offers"]
        if full or goods:
            for place, numbers in enumerate(slices(goods, size), 1):
                yield self._goods(exchange, place, numbers, full)
        if full:
            for place, numbers in enumerate(slices(offers, size), 1):
                yield self._offers(exchange, place, numbers)
        elif offers:
            for place, numbers in enumerate(slices(offers, size), 1):
                yield self._changes(exchange, place, numbers)

    def _goods(self, exchange, place, numbers, full):
        def write(folder):
            path = folder / f"import0_{place}.xml"
            first = place == 1
            write_goods(path, exchange.base, self.dialect, numbers, first, full)
            exchange.write_pictures(folder, self.dialect, numbers)

        return Portion(f"Товары, порция {place}", write, {"goods": numbers}, place == 1)

    def _offers(self, exchange, place, numbers):
        def write(folder):
            path = folder / f"offers0_{place}.xml"
            write_offers(path, exchange.base, self.dialect, numbers, place == 1, True)

        return Portion(f"Предложения, порция {place}", write, {"offers": numbers})

    def _changes(self, exchange, place, numbers):
        dialect = replace(self.dialect, stock="changes")

        def write(folder):
            path = folder / f"offers0_{place}.xml"
            write_changes(path, exchange.base, dialect, numbers)

        return Portion(f"Изменения цен и остатков {place}", write, {"offers": numbers})

    def orders_name(self, number):
        return f"orders-{uuid.uuid4()}_{number}.xml"
