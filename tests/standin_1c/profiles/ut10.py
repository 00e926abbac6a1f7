import uuid

from ..catalog_2 import Dialect, write_goods, write_offers
from ..exchange import Portion
from ..office import LoadRules
from ..protocol import Manners
from .base import Profile


class Ut10Dialect(Dialect):
    def picture_paths(self, good):
        """One for each good."""
        return [f"import_files/{good.id[:2]}/{good.id}.jpeg"] * bool(good.pictures)


class Ut10(Profile):
    """УТ 10.3: everything in one session, prices decide what is offered."""

    name = "ut10"
    title = "Управление торговлей, редакция 10.3"
    manners = Manners(
        # what the platform allows
        timeout=3600,
        trims=False,
        encoding="windows-1251",
        reads_orders_as="bytes",
        zip_orders=True,
        imports_orders=False,
    )
    dialect = Ut10Dialect(
        schema="2.05",
        namespace="",
        currency="руб",
        unit_text=True,
        recount=False,
        status_in="element",
        by_characteristic=True,
        stock="total",
        priced_only=True,
        international_unit=False,
        weight_in_grams=True,
    )
    rules = LoadRules(prefix="ТДЦБ", creates_contract=True)

    def portions(self, exchange, full):
        base = exchange.base
        goods, offers = sorted(base.changed["goods"]), sorted(base.changed["offers"])

        def write(folder):
            write_goods(folder / "import.xml", base, self.dialect, goods, True, full)
            write_offers(folder / "offers.xml", base, self.dialect, offers, True, full)
            exchange.write_pictures(folder, self.dialect, goods)

        numbers = {"goods": goods, "offers": offers}
        yield Portion("Каталог и предложения", write, numbers, first=True)

    def orders_name(self, number):
        return f"1cbitrix-{uuid.uuid4()}.xml"
