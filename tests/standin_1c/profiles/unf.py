import uuid

from ..catalog_2 import Dialect, write_goods, write_offers
from ..documents_out import UnfDocuments
from ..exchange import Portion
from ..office import LoadRules
from ..protocol import Manners
from .base import Profile, slices

MANNERS = {
    "timeout": 1800,
    "pause": 5,
    "guesses_encoding": True,
    "lenient_orders": True,
    "zip_orders": True,
    "heeds_failure_of_success": True,
    "repeats_broken": True,
}


class Unf(Profile):
    """УНФ with a site that is not Bitrix."""

    name = "unf"
    title = "Управление нашей фирмой 3.0"
    # a single line of `init` is enough: no limit then
    manners = Manners(init_lines=(1, None), imports_orders=False, **MANNERS)
    dialect = Dialect(
        schema="2.08",
        namespace="urn:1C.ru:commerceml_210",
        currency="руб",
        padded_unit=False,
        recount=False,
        status_in="element",
        code_element=True,
        stock="total",
        international_unit=False,
        goods_type="Запас",
        categories=True,
        variant_values=True,
    )
    rules = LoadRules(
        prefix="НФНФ-",
        search=("id", "inn", "name"),
        digits_only=True,
        orders_only=False,
        one_by_one=True,
    )
    documents = UnfDocuments

    def portions(self, exchange, full):
        base, size = exchange.base, exchange.options.portion
        goods = base.changed["goods"]
        services = {number for number in goods if base.good(number).service}
        parts = [("import", "Товары", goods - services)]
        if services:
            parts.append(("services", "Услуги", services))
        for name, title, numbers in parts:
            if full or numbers:
                for place, part in enumerate(slices(numbers, size), 1):
                    yield self._goods(exchange, name, title, place, part, full)
        offers = base.changed["offers"]
        if full or offers:
            for place, part in enumerate(slices(offers, size), 1):
                yield self._offers(exchange, place, part, full)

    def _goods(self, exchange, name, title, place, numbers, full):
        first = name == "import" and place == 1

        def write(folder):
            path = folder / f"{name}{place}.xml"
            write_goods(path, exchange.base, self.dialect, numbers, first, full)
            exchange.write_pictures(folder, self.dialect, numbers)

        return Portion(f"{title}, порция {place}", write, {"goods": numbers}, first)

    def _offers(self, exchange, place, numbers, full):
        def write(folder):
            path = folder / f"offers{place}.xml"
            first = place == 1
            write_offers(path, exchange.base, self.dialect, numbers, first, full)

        return Portion(f"Предложения, порция {place}", write, {"offers": numbers})

    def orders_name(self, number):
        return f"orders-{uuid.uuid4()}_{number}.xml"


class UnfBitrix(Unf):
    """УНФ with a site that was set as Bitrix."""

    name = "unf-bitrix"
    title = "Управление нашей фирмой 3.0, режим 1С-Битрикс"
    manners = Manners(
        init_lines=(2, None),
        version="2.09",
        version_word="cmlVersion",
        sends_sessid=True,
        init_for_query=True,
        **MANNERS,
    )
