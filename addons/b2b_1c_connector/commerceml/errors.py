"""Why a file or a row of it is refused, and where.

A file is refused as a whole (`RefusedFile`): it is broken, or it is made to do harm.
A row is refused alone (`RowError` inside the package, `model.Problem` for the caller):
the rows beside it go in.
"""

from dataclasses import dataclass


class Sentence(str):
    """An English sentence for people that remembers what it was made of, so that it
    can be said in other languages, too.

    :ivar str template: with `%(name)s` in place of the values
    :ivar dict values: texts and numbers by name
    """

    __slots__ = ("template", "values")


def _(template, **values):
    """Mark a sentence to be translated by whoever shows it.

    :param str template: see :class:`Sentence`
    :rtype: Sentence
    """
    sentence = Sentence(template % values if values else template)
    sentence.template, sentence.values = template, values
    return sentence


@dataclass(slots=True)
class Place:
    """Where in a file something is.

    :param offset: bytes of the file read so far; the fault is in the last 64 KB of them
    :param line: counted from 1, None if unknown
    :param column: counted from 1, None if unknown
    :param path: names of the elements that are open there, joined by ``/``
    """

    offset: int = 0
    line: int | None = None
    column: int | None = None
    path: str = ""

    def __str__(self):
        parts = [f"line {self.line}"] if self.line else []
        parts += [f"column {self.column}"] if self.column else []
        parts += [f"byte {self.offset}"] if self.offset else []
        parts += [self.path] if self.path else []
        return ", ".join(parts)


class RefusedFile(ValueError):
    """A file of which nothing more can be read; `reason` and `place` say why."""

    def __init__(self, reason, place=None):
        self.reason = reason
        self.place = place or Place()
        where = str(self.place)
        super().__init__(f"{reason} ({where})" if where else reason)


class BrokenFile(RefusedFile):
    """Not well-formed, or in an encoding that cannot be."""


class TruncatedFile(BrokenFile):
    """The file ends before its root element does: a part of it is missing."""


class NotCommerceML(BrokenFile):
    """Empty, a page of HTML, an archive… or XML of another kind."""


class HostileFile(RefusedFile):
    """Made to exhaust the server or to reach other files; nothing 1C ever sends."""


class BrokenArchive(BrokenFile):
    """A zip that cannot be unpacked."""


class HostileArchive(HostileFile):
    """A zip that would leave its folder or fill the disk."""


class RowError(ValueError):
    """One row cannot be read.

    :param reason: a plain sentence
    :param value: the text that could not be read, cut short
    :param path: the element below the row that holds it
    """

    def __init__(self, reason, value="", path=""):
        self.reason = reason
        self.value = value[:100]
        self.path = path
        super().__init__(reason)
