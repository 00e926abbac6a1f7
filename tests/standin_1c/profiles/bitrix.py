import uuid
from dataclasses import replace

from ..catalog_2 import Dialect, write_goods
from ..catalog_3 import NAMESPACE, Split
from ..documents_out import ModuleDocuments, UnfDocuments
from ..exchange import Portion
from ..office import LoadRules
from ..protocol import Manners
from .base import Profile, slices

MANNERS = {
    "sends_sessid": True,
    "reads_orders_as": "bytes",
    "zip_orders": True,
    "heeds_failure_of_success": True,
    "init_for_query": True,
}
RULES = LoadRules(prefix="БМ00-", number_length=50, orders_only=False, one_by_one=True)


class Bitrix(Profile):
    """The separately installed module: goods, offers, prices and rests apart."""

    rules = RULES

    def before_query(self, session):
        session.info()
        super().before_query(session)

    def _end(self, exchange, full):
        """What is said at the end of a full export.

        `deactivate` tells of the moment the export began, not its last session.
        """
        if not full:
            return None

        def end(session):
            if exchange.began:
                session.end("deactivate", timestamp=exchange.began)
            session.end("complete")

        return end


class Bitrix209(Bitrix):
    name = "bitrix-2.09"
    title = "Модуль обмена 1С-Битрикс, CommerceML 2.09"
    manners = Manners(version="2.09", **MANNERS)
    dialect = Dialect(
        schema="2.09",
        namespace="urn:1C.ru:commerceml_2",
        currency="RUB",
        recount=False,
        unit_text=True,
        status_in="element",
        stock="rests",
        variant_values=True,
        international_unit=False,
    )
    documents = UnfDocuments

    def portions(self, exchange, full):
        base = exchange.base
        goods, offers = sorted(base.changed["goods"]), sorted(base.changed["offers"])
        guid = uuid.uuid4()
        split = Split(base, self.dialect)

        def write(folder):
            path = folder / f"import___{guid}.xml"
            write_goods(path, base, self.dialect, goods, True, full)
            exchange.write_pictures(folder, self.dialect, goods)
            parts = [
                ("offers", split.offer, None),
                ("prices", split.price, split.price_lists),
                ("rests", split.rest, split.storages),
            ]
            for name, part, head in parts:
                path = folder / f"{name}___{guid}.xml"
                split.package(path, offers, full, part, head)

        yield Portion(
            "Каталог, предложения, цены, остатки",
            write,
            {"goods": goods, "offers": offers},
            first=True,
            end=self._end(exchange, full),
        )

    def orders_name(self, number):
        return f"documents___{uuid.uuid4()}.xml"


class Bitrix31(Bitrix):
    name = "bitrix"
    title = "Модуль обмена 1С-Битрикс, CommerceML 3.1"
    manners = Manners(
        version="3.1",
        posts=frozenset({"checkauth", "init", "deactivate", "complete"}),
        **MANNERS,
    )
    dialect = replace(Bitrix209.dialect, schema="3.1", namespace=NAMESPACE)
    documents = ModuleDocuments

    def portions(self, exchange, full):
        base, size = exchange.base, exchange.options.portion
        goods, offers = base.changed["goods"], base.changed["offers"]
        guid = uuid.uuid4()
        split = Split(base, self.dialect)
        yield Portion("Классификаторы", self._classifiers(split, guid), {}, first=True)
        for place, numbers in enumerate(slices(goods, size), 1):
            yield self._goods(exchange, split, guid, place, numbers, full)
        packages = [
            ("offers", "Предложения", split.offer),
            ("prices", "Цены", split.price),
            ("rests", "Остатки", split.rest),
        ]
        for name, title, part in packages:
            last = name == "rests"
            parts = slices(offers, size)
            for place, numbers in enumerate(parts, 1):
                yield Portion(
                    f"{title}, порция {place}",
                    self._package(split, guid, name, place, numbers, full, part),
                    # registered until the last of the three is through
                    {"offers": numbers} if last else {},
                    needs_all=True,
                    end=self._end(exchange, full and last and place == len(parts)),
                )

    def _classifiers(self, split, guid):
        maker = split.base.maker
        parts = {
            "groups": split.groups,
            "units": split.units,
            "storages": split.storages,
            "priceLists": split.price_lists,
            "propertiesGoods": split.properties(maker.properties, "ДляТоваров"),
            "propertiesOffers": split.properties(
                maker.variant_properties, "ДляПредложений"
            ),
        }

        def write(folder):
            for name, part in parts.items():
                split.classifier(folder / f"{name}_{guid}.xml", part)

        return write

    def _goods(self, exchange, split, guid, place, numbers, full):
        def write(folder):
            path = folder / f"goods_1_{place}_{guid}.xml"
            split.goods(path, numbers, full and place == 1)
            exchange.write_pictures(folder, self.dialect, numbers)

        return Portion(f"Товары, порция {place}", write, {"goods": numbers}, place == 1)

    def _package(self, split, guid, name, place, numbers, full, part):
        def write(folder):
            path = folder / f"{name}_1_{place}_{guid}.xml"
            split.package(path, numbers, full and place == 1, part)

        return write

    def orders_name(self, number):
        return f"documents_1_{number}_{uuid.uuid4()}.xml"

    def write_orders(self, exchange, folder, batches):
        """The counterparties go in a file of their own beside the orders."""
        super().write_orders(exchange, folder, batches)
        split = Split(exchange.base, self.dialect)
        name = f"contragents_1_1_{uuid.uuid4()}.xml"
        split.parties(folder / name, exchange.office.parties)
