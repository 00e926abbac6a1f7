"""Reads the children of an element by their local names into a dictionary."""

from . import scalars
from .errors import RowError
from .layout import CACHED, Names, local_name


class Fields(Names):
    """What each child of an element means.

    :param str name: of the element, for the count of unknown ones
    :param dict known: by local name: a field's name (its text is taken, stripped) or a
        function of (values, child, row) that puts into `values` what it has read
    """

    def __init__(self, name, known):
        super().__init__(known)
        self.name = name

    def __missing__(self, tag):
        path = f"{self.name}/{local_name(tag)}"
        reader = self.known.get(local_name(tag)) or _counting(path)
        if len(self) < CACHED:
            self[tag] = reader
        return reader

    def read(self, element, row):
        """The values of an element's children.

        :param row: the `Row` in which the element is
        """
        values = {}
        for child in element:
            reader = self[child.tag]
            kind = reader.__class__
            if kind is str:
                text = child.text
                values[reader] = text.strip() if text else ""
            elif kind is Scalar:
                # here and not by a call: half of what is read are numbers
                text = child.text
                if text and (text := text.strip()):
                    try:
                        values[reader.name] = reader.convert(text)
                    except ValueError as error:
                        refuse(child, error.args[0])
            elif reader is not ignored:
                reader(values, child, row)
        return values


def _counting(path):
    """A reader for an element that nobody knows."""

    def read(values, element, row):
        row.count_unknown(path)

    return read


class Row:
    """What readers are told beside the element.

    :param count_unknown: a function of a path, for what nobody knows
    :param line: a function of an element
    :ivar left_out: (line, `RowError`) of parts that the row goes in without
    """

    def __init__(self, count_unknown, line):
        self.count_unknown = count_unknown
        self.line = line
        self.left_out = []

    def leave_out(self, element, error):
        """Report a part of the row that cannot be read."""
        error.path = error.path or local_name(element.tag)
        self.left_out.append((self.line(element), error))

    def take_left_out(self):
        """What was reported since this was asked for last."""
        found, self.left_out = self.left_out, []
        return found


def text_of(element):
    """The text of an element, stripped; "" if there is none."""
    text = element.text
    return text.strip() if text else ""


def ignored(values, element, row):
    """For elements that are known and say nothing that is needed."""


def refuse(element, reason, text=None):
    """Refuse the row of an element whose text or attribute cannot be read."""
    names = [local_name(element.tag)]
    parent = element.getparent()
    if parent is not None:
        names.insert(0, local_name(parent.tag))
    raise RowError(reason, text or element.text or "", "/".join(names))


class Scalar:
    """A reader that puts `convert(text)` under `name`; a fault refuses the row.

    An empty element leaves nothing: absent and empty are the same for numbers.
    """

    __slots__ = ("name", "convert")

    def __init__(self, name, convert):
        self.name = name
        self.convert = convert

    def __call__(self, values, element, row):
        text = text_of(element)
        if not text:
            return
        try:
            values[self.name] = self.convert(text)
        except ValueError as error:
            refuse(element, error.args[0])


def number(name):
    """A reader of a number."""
    return Scalar(name, scalars.to_decimal)


def amount(name):
    """A reader of a sum of money."""
    return Scalar(name, scalars.to_amount)


def flag(name):
    """A reader of true or false."""
    return Scalar(name, scalars.to_flag)


def lenient(reader):
    """The same reader, but a fault only leaves the field out and is counted.

    For what is not worth refusing a row: weights, versions, dates beside the point.
    """

    def read(values, element, row):
        try:
            reader(values, element, row)
        except RowError as error:
            row.count_unknown(f"{error.path}: {error.reason}")

    return read


def append_text(name):
    """A reader of a text that may come several times; empty ones are left out."""

    def read(values, element, row):
        found = values.setdefault(name, [])
        text = text_of(element)
        if text:
            found.append(text)

    return read


def items(name, row_names, read_item, left_out=None):
    """A reader of a container: puts `read_item(child, row)` of each child into a list.

    An empty container gives an empty list, an absent one nothing.

    :param left_out: with this name a child that cannot be read does not refuse the row:
        it is reported, and True is put under the name
    """
    known = Names(dict.fromkeys(row_names, True))

    def read(values, element, row):
        found = values.setdefault(name, [])
        for child in element:
            if not known[child.tag]:
                row.count_unknown(f"{local_name(element.tag)}/{local_name(child.tag)}")
                continue
            try:
                found.append(read_item(child, row))
            except RowError as error:
                if not left_out:
                    raise
                row.leave_out(child, error)
                values[left_out] = True

    return read


def nested(name, read_item):
    """A reader that puts `read_item(element, row)` under `name`."""

    def read(values, element, row):
        values[name] = read_item(element, row)

    return read


def deletion_mark(values, element, row):
    """`ПометкаУдаления` (3.x) or `Статус` (2.x): whether the row was deleted in 1C.

    Other words say nothing of it: they are counted.
    """
    status = STATUSES.get(text_of(element).lower())
    if status is None:
        DELETED(values, element, row)
    else:
        values["deleted"] = status


def status_attribute(values, element, row):
    """The same as an attribute of the row (2.x)."""
    text = element.get("Статус")
    if not text:
        return
    status = STATUSES.get(text.strip().lower())
    if status is None:
        row.count_unknown(f"{local_name(element.tag)}: Статус")
    else:
        values["deleted"] = status


def requisites(values, element, row):
    """`ЗначенияРеквизитов`: (name, value) in order; a name may come several times."""
    found = values.setdefault("requisites", [])
    for pair in element:
        name, value = "", None
        for child in pair:
            meaning = REQUISITE[child.tag]
            text = child.text
            text = text.strip() if text else ""
            if meaning == "value":
                if value is not None:
                    found.append((name, value))
                value = text
            elif meaning == "name":
                name = text
            elif meaning is None:
                row.count_unknown(f"ЗначениеРеквизита/{local_name(child.tag)}")
        found.append((name, value or ""))


DELETED = lenient(flag("deleted"))
# whether a row is deleted, by what 1C calls its state
STATUSES = {
    "удален": True,
    "удалён": True,
    "новый": False,
    "изменен": False,
    "изменён": False,
}
REQUISITE = Names({"Наименование": "name", "Значение": "value", "Ид": "ignored"})
