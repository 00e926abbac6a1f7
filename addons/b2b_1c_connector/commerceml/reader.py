"""Reads a CommerceML file of any version and dialect: dataclasses out, no Odoo.

    reader = Reader(path)
    for item in reader:
        ...                      # model.Good, model.Offer, model.Problem, …
    reader.counts, reader.unknown

**What is promised.** Items come in the order of the file. A row that cannot be read
comes as a `model.Problem` in its place, the others go on; so do the other prices of an
offer and the other parts of a document, after which the `Problem` comes. A file that is
broken or hostile raises `RefusedFile`, with place and reason, when the fault is met:
what came before has been delivered by then. Whoever must have all or nothing either
works inside a transaction that the exception rolls back, or calls `check` first: it
reads the same bytes by the same rules in about half the time, and delivers nothing.

A section's header (`Classifier`, `Catalog`, `OfferPackage`) comes before its first row,
and once more at its end if the file has told more about it meanwhile.
"""

from collections import Counter

from . import layout, model, scalars
from .catalog import read_good
from .classifier import (
    read_category,
    read_groups,
    read_price_type,
    read_property,
    read_section,
    read_unit_definition,
    read_warehouse,
)
from .documents import read_document
from .errors import HostileFile, RowError, _
from .fields import Row
from .isolation import in_own_thread
from .layout import local_name
from .offers import read_offer
from .parties import read_counterparty
from .stream import Stream

READERS = {
    "Группа": read_groups,
    "Категория": read_category,
    "Свойство": read_property,
    "СвойствоНоменклатуры": read_property,
    "ТипЦены": read_price_type,
    "Склад": read_warehouse,
    "ЕдиницаИзмерения": read_unit_definition,
    "Товар": read_good,
    "Предложение": read_offer,
    "Контрагент": read_counterparty,
    "Документ": read_document,
}


def read(source, limits=None):
    """Iterate over what a file says; see the module."""
    return iter(Reader(source, limits))


def check(source, limits=None):
    """Read a file to its end without delivering anything.

    :return: how many rows of each name there are
    :rtype: collections.Counter
    :raise RefusedFile: as reading it would
    """
    ((counts,),) = in_own_thread(lambda: _count_rows(source, limits))
    return counts


def _count_rows(source, limits):
    yield Counter(name for name, _row in Stream(source, limits) if name in READERS)


class Reader:
    """One file; to be iterated once.

    :param source: a path or an open binary file, which another thread will read
    :param stream.Limits limits: what is refused as hostile
    :ivar envelope: the root's attributes, known from the first item on
    :ivar counts: how many items of each class have been read
    :ivar unknown: how often which unknown element was met
    """

    def __init__(self, source, limits=None):
        self.envelope = model.Envelope()
        self.counts = Counter()
        self._stream = Stream(source, limits)
        self._row = Row(self._stream.count_unknown, self._stream.line)
        self._numbers = Counter()
        self._section = None
        self._told = None
        self._container = None
        self._containers = 0

    @property
    def unknown(self):
        return self._stream.unknown

    def __iter__(self):
        for items in in_own_thread(self._items):
            self.counts.update(map(type, items))
            yield from items

    def _items(self):
        container = None
        for name, element in self._stream:
            read = READERS.get(name)
            if not read:
                if name in layout.SECTIONS:
                    yield from self._header(element, ended=True)
                else:
                    self.envelope = read_envelope(element)
                continue
            parent = element.getparent()
            if parent is not container:
                container = parent
                yield from self._header(layout.section_of(element))
            self._numbers[name] += 1
            try:
                found = read(element, self._row)
            except RowError as error:
                self._row.take_left_out()
                yield self._problem(name, element, error)
                continue
            except RecursionError as error:
                place = self._stream.place(self._stream.line(element))
                raise HostileFile(_("elements are nested too deep"), place) from error
            if name == "Группа":
                yield from self._groups(found, element)
                continue
            if name == "Документ":
                self._number_container(found, element)
            yield found
            if self._row.left_out:
                for line, error in self._row.take_left_out():
                    yield self._problem(name, element, error, line)

    def _header(self, section, ended=False):
        """The header of a section, if it is new."""
        if section is None:
            return
        if section is self._section and not ended:
            return
        try:
            header = read_section(section, self._row)
        except RowError as error:
            yield self._problem(local_name(section.tag), section, error)
            return
        if section is not self._section or header != self._told:
            self._section, self._told = section, header
            yield header

    def _groups(self, found, element):
        for group in found:
            if isinstance(group, RowError):
                yield self._problem("Группа", element, group)
            else:
                yield group

    def _number_container(self, document, element):
        """Documents of one `Контейнер` belong together (3.1)."""
        container = element.getparent()
        if local_name(container.tag) == "Документы":
            container = container.getparent()
        if local_name(container.tag) != "Контейнер":
            return
        if container is not self._container:
            self._container = container
            self._containers += 1
        document.container = self._containers

    def _problem(self, name, element, error, line=None):
        identifier = None
        for child in element:
            if local_name(child.tag) == "Ид":
                identifier = (child.text or "").strip()
                break
        return model.Problem(
            row=name,
            number=self._numbers[name],
            id=identifier,
            reason=error.reason,
            value=error.value,
            path=error.path,
            line=self._stream.line(element) if line is None else line,
        )


def read_envelope(root):
    """The attributes of the root element, by local names."""
    attributes = {local_name(key): value for key, value in root.attrib.items()}
    formed = attributes.pop("ДатаФормирования", "")
    try:
        moment = scalars.to_datetime(formed)
    except ValueError:
        moment = None
        attributes["ДатаФормирования"] = formed
    return model.Envelope(attributes.pop("ВерсияСхемы", None), moment, attributes)
