"""What the importers of a file share while a slice of it goes in."""

import dataclasses
import hashlib
from collections import Counter

from ..commerceml import model

SECTIONS = (model.Classifier, model.Catalog, model.OfferPackage)
# so many problems of a file are kept one by one
PROBLEMS = 1000


class Run:
    """One slice of a file.

    :ivar file: the `b2b.1c.file`
    :ivar backend: its `b2b.1c.backend`
    :ivar env: the environment that importers work in
    :ivar counts: how many rows were `created`, `updated`, `unchanged`, `skipped`,
        `waiting`, `failed`
    :ivar dict cache: what importers remember, by their own names; emptied when a batch
        is rolled back
    :ivar set flows: the kinds of information that were met, see `b2b.1c.flow`
    :ivar sections: the last header of each class that was met: the classifier,
        catalogue and package that rows belong to
    """

    def __init__(self, file):
        self.file = file
        self.backend = file.backend_id
        self.env = file.env
        self.counts = Counter()
        self.cache = {}
        self.sections = {}
        self.flows = set()
        self._kept = []
        self._problems = []

    @property
    def catalog(self):
        return self.sections.get(model.Catalog)

    @property
    def classifier(self):
        return self.sections.get(model.Classifier)

    @property
    def package(self):
        return self.sections.get(model.OfferPackage)

    def count(self, outcome, number=1):
        """Count rows by what became of them."""
        self.counts[outcome] += number

    def problem(self, item, reason):
        """Report a row that does not go in.

        :param item: a dataclass, or the `model.Problem` of the reader
        :param str reason: a sentence for people
        """
        self.count("failed")
        self.report(item, reason)

    def wait(
        self, item, needs_model, needs_id, reason, part="", count=True, report=True
    ):
        """Keep a row until what it needs is bound, and report that.

        :param item: a dataclass with `id`, cut down to what waits
        :param str needs_model: model and …
        :param str needs_id: … id of 1C that must be bound
        :param str reason: a sentence for people
        :param str part: tells apart what waits of one row
        :param bool count: whether the row is to be counted: it is once
        :param bool report: False if the same was reported of another row
        """
        if count:
            self.count("waiting")
        self._kept.append((item, needs_model, needs_id, part, reason))
        if report:
            self.report(item, reason, waits=True)

    def keep_waiting(self):
        """Save the rows of a batch that wait."""
        kept, self._kept = self._kept, []
        self.env["b2b.1c.waiting"]._keep(self, kept)

    def report(self, item, reason, waits=False):
        """Report something about a row without counting it."""
        row = item.row if isinstance(item, model.Problem) else item.__class__.__name__
        self._problems.append(
            {
                "file_id": self.file.id,
                "row": row,
                "line": item.line,
                "external_id": item.id,
                "name": getattr(item, "name", None),
                "reason": reason,
                "waits": waits,
            }
        )

    def write_problems(self):
        """Write down what was reported, as far as there is room."""
        problems = self.env["b2b.1c.problem"]
        room = PROBLEMS - problems.search_count([("file_id", "=", self.file.id)])
        problems.create(self._problems[: max(room, 0)])
        self._problems = []

    def save(self):
        """What is to be kept of a batch that may be rolled back."""
        return self.counts.copy(), len(self._problems)

    def restore(self, saved):
        """Forget what a batch has done since `save`."""
        counts, problems = saved
        self.counts = counts.copy()
        del self._problems[problems:]
        self._kept = []
        self.cache.clear()


def digest(item, *more):
    """A short text that stands for what a row says.

    :param item: a dataclass
    :param more: what else decides what is made of the row, settings for instance
    """
    # `line` does not count: rows move
    said = [
        getattr(item, field.name) for field in dataclasses.fields(item) if field.compare
    ]
    return hashlib.blake2b(repr((said, more)).encode(), digest_size=12).hexdigest()
