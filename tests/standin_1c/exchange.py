"""A whole exchange: the catalogue in portions, then the orders."""

import random
import tempfile
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ExchangeError, NoConnection, NotAdmitted
from .office import Office
from .pictures import jpeg
from .protocol import Session


@dataclass
class Portion:
    """What is sent within one session.

    `write` makes its files in a folder; `numbers` are the goods in it, by what they are
    registered for; `first` of a catalogue, without which the rest is not sent.
    """

    title: str
    write: Callable
    numbers: dict
    first: bool = False
    # goods stay registered if a portion before this one has failed
    needs_all: bool = False
    # called with the session when all was imported
    end: Callable = None


@dataclass
class Options:
    """What the user of 1C sets."""

    # "full", "changes" or "auto": full once, then changes
    catalog: str = "auto"
    with_catalog: bool = True
    with_orders: bool = True
    # goods in a portion
    portion: int = 500
    # how often a portion is tried again
    retries: int = 1
    # "do not wait for import confirmation"
    waits: bool = True
    # order of the files in the folder: by name, or shuffled by this seed
    shuffle: int = None
    # orders in a file
    orders_per_file: int = 50
    # seconds of an import after which we give up, unlike 1C
    give_up: float = None


@dataclass
class Outcome:
    """What an exchange did."""

    portions: int = 0
    failed_portions: int = 0
    files: list = field(default_factory=list)
    received: list = field(default_factory=list)
    sent: list = field(default_factory=list)
    polls: int = 0


class Exchange:
    """The exchange of `base` with a site, as `profile` does it."""

    def __init__(self, profile, base, connection, journal, options=None):
        self.profile = profile
        self.base = base
        self.connection = connection
        self.journal = journal
        self.options = options or Options()
        self.office = Office(base, profile.rules, journal)
        self.outcome = Outcome()
        # the `timestamp` of the first session of this export
        self.began = None
        connection.timeout = min(connection.timeout, profile.manners.timeout)

    def run(self):
        """Do all of it; returns whether everything went well.

        Raises `NoConnection` and `NotAdmitted`; what else fails is in the journal.
        """
        self.journal.say(f"Начат обмен с сайтом: {self.profile.title}")
        good = True
        try:
            if self.options.with_catalog:
                good = self._part("Выгрузка товаров", self._send_catalog)
            if self.options.with_orders:
                good = self._part("Обмен заказами", self._exchange_orders) and good
        finally:
            self.base.state["turn"] += 1
            self.base.save()
        self.journal.say("Обмен завершён" if good else "Обмен завершён с ошибками")
        return good

    def _part(self, title, work):
        self.journal.say(title)
        try:
            return work()
        except (NoConnection, NotAdmitted):
            raise
        except ExchangeError as error:
            self.journal.error(f"{title}: {error}")
            return False

    def session(self, kind):
        """A session that is logged in."""
        session = Session(
            self.connection,
            self.profile.manners,
            self.journal,
            kind,
            self.options.give_up,
        )
        return session.login()

    # -- the catalogue

    def _send_catalog(self):
        wanted = self.options.catalog
        full = wanted == "full" or not self.base.state["full_done"]
        if full and wanted == "changes":
            self.journal.remark("Полной выгрузки ещё не было: выгружается всё")
        if full:
            self.base.register_all()
        self.journal.say("Полная выгрузка" if full else "Выгрузка изменений")
        good = True
        for portion in self.profile.portions(self, full):
            if not self._send_portion(portion):
                good = False
                if portion.first:
                    self.journal.error("Первая порция не выгружена: каталог прерван")
                    return False
        self.base.state["full_done"] = True
        return good

    def _send_portion(self, portion):
        """One portion, tried again if it failed; registered until it is through."""
        self.outcome.portions += 1
        for attempt in range(self.options.retries + 1):
            try:
                self._try_portion(portion)
            except ExchangeError as error:
                self.journal.error(f"{portion.title}: {error}")
                if isinstance(error, NotAdmitted) or attempt == self.options.retries:
                    self.outcome.failed_portions += 1
                    if isinstance(error, NoConnection | NotAdmitted):
                        raise
                    return False
                self.journal.say(f"{portion.title}: повторная попытка")
                continue
            if not (portion.needs_all and self.outcome.failed_portions):
                for kind, numbers in portion.numbers.items():
                    self.base.forget(kind, numbers)
            self.base.save()
            return True

    def _try_portion(self, portion):
        with tempfile.TemporaryDirectory(prefix="v8_") as name:
            folder = Path(name)
            portion.write(folder)
            session = self.session("catalog")
            self.began = self.began or session.timestamp
            self._upload(session, folder, self.options.waits, portion.title)
            if portion.end:
                portion.end(session)

    def write_pictures(self, folder, dialect, numbers):
        """The picture files of goods, where the XML says they are."""
        for number in numbers:
            good = self.base.good(number)
            for path in dialect.picture_paths(good):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(jpeg(path))

    # -- files

    def _upload(self, session, folder, with_import, title):
        """`init`, every file of `folder`, then `import` of the XML files."""
        limits = session.init()
        names = self._listing(folder)
        documents = [name for name in names if name.endswith(".xml")]
        size = sum((folder / name).stat().st_size for name in names)
        self.journal.say(f"{title}: файлов {len(names)}, байт {size}")
        if limits.zip:
            archive = self._zip(folder, names)
            session.send(archive.name, archive, limits.size)
        else:
            for name in names:
                session.send(name, folder / name, limits.size)
        self.outcome.files += documents
        if with_import:
            for name in documents:
                self.outcome.polls += session.import_file(name)
                self.journal.say(f"{name}: загружен на сервере")

    def _listing(self, folder):
        paths = (path for path in folder.rglob("*") if path.is_file())
        names = sorted(path.relative_to(folder).as_posix() for path in paths)
        if self.options.shuffle is not None:
            random.Random(self.options.shuffle).shuffle(names)
        return names

    def _zip(self, folder, names):
        first, second = (uuid.uuid4().hex[:4] for _part in range(2))
        target = folder / f"v8_{first}_{second}.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.write(folder / name, name)
        return target

    # -- orders

    def _exchange_orders(self):
        manners = self.profile.manners
        session = self.session("sale")
        self.profile.before_query(session)
        documents = session.query()
        self.journal.say(f"Получено документов: {len(documents)}")
        loaded = self.office.load(documents)
        self.outcome.received = loaded
        # the site is told only of what is safe
        self.base.save()
        if manners.confirms:
            session.success()
        else:
            session.query()
        return self._send_orders(loaded)

    def _send_orders(self, loaded):
        orders = self.office.changed_orders(without=loaded)
        size = self.options.orders_per_file
        batches = [orders[i : i + size] for i in range(0, len(orders), size)]
        if not batches:
            self.journal.say("Изменённых заказов нет")
            return True
        with tempfile.TemporaryDirectory(prefix="v8_") as name:
            folder = Path(name)
            self.profile.write_orders(self, folder, batches)
            session = self.session("sale")
            waits = self.options.waits and self.profile.manners.imports_orders
            self._upload(session, folder, waits, "Изменённые заказы")
        self.office.sent(orders, [order["version"] for order in orders])
        self.outcome.sent = [order["site_number"] for order in orders]
        self.base.save()
        self.journal.say(f"Выгружено заказов: {len(orders)}")
        return True
