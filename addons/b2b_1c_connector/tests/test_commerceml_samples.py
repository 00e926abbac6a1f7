"""Reads and imports a folder of files as 1C wrote them, if B2B_SAMPLES names one.

The repository holds none. The folder's README.md has a table: file, size, encoding,
numbers of groups, goods, offers, documents. Files of one folder are of one 1C. What
resembles their layouts is in `test_layouts.py`, which always runs.
"""

import os
import re
from collections import Counter
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import groupby

from ..commerceml import Reader, check, model
from ..importers.run import SECTIONS
from ..models.b2b_1c_file_import import OUTCOMES
from .common import CommerceMLCase
from .common_import import ImportCase

FOLDER = os.environ.get("B2B_SAMPLES")
ROW = re.compile(r"^\|\s*(\S+\.xml)\s*\|[^|]*\|[^|]*\|(.*)\|\s*$", re.MULTILINE)
KINDS = (model.Group, model.Good, model.Offer, model.Document)


def read_table():
    """What the README says: name of the file, numbers of `KINDS`."""
    rows = ROW.findall(Path(FOLDER, "README.md").read_text(encoding="utf-8"))
    return [(name, [int(n) for n in numbers.split("|")]) for name, numbers in rows]


if FOLDER:

    @tagged("-at_install", "post_install")
    class TestSamples(CommerceMLCase):
        def test_counts_are_those_of_the_readme(self):
            rows = read_table()
            self.assertTrue(rows)
            for name, expected in rows:
                with self.subTest(name=name):
                    reader = Reader(Path(FOLDER, name))
                    found = Counter(type(item) for item in reader)
                    self.assertEqual([found[kind] for kind in KINDS], expected)
                    self.assertFalse(found[model.Problem])
                    self.assertEqual(check(Path(FOLDER, name))["Товар"], expected[1])

    @tagged("-at_install", "post_install")
    class TestSamplesImported(ImportCase):
        """Every file goes in, twice: no row meets a fault of ours, all are counted, and
        goods are bound or wait for what people must choose."""

        @classmethod
        def setUpClass(cls):
            super().setUpClass()
            for code in ("RUB", "KZT", "UAH", "EUR"):
                cls.env.ref(f"base.{code}").active = True

        def test_all_files_go_in(self):
            rows = read_table()
            for folder, files in groupby(rows, lambda row: Path(row[0]).parent.name):
                with self.subTest(folder=folder):
                    self.import_folder(folder, files)

        def import_folder(self, folder, files):
            connection = self._create_connection(f"sample-{folder}".replace(".", "-"))
            exchange, _token = self.env["b2b.1c.exchange"]._begin(connection, "catalog")
            for _round in range(2):
                for name, expected in files:
                    self.import_sample(connection, exchange, name, expected)

        def import_sample(self, connection, exchange, name, expected):
            content = Path(FOLDER, name).read_bytes()
            waited = self.env["b2b.1c.waiting"].search_count(
                [("backend_id", "=", connection.id)]
            )
            file = self.run_import(self.receive(content, name, exchange))
            self.assertEqual(file.state, "done", f"{name}: {file.error}")
            items = list(Reader(Path(FOLDER, name)))
            told = Counter(map(type, items))
            self.assertEqual([told[kind] for kind in KINDS], expected)
            rows = sum(told.values()) - sum(told[kind] for kind in SECTIONS)
            counts = {outcome: file[outcome] for outcome in OUTCOMES}
            self.assertGreaterEqual(sum(counts.values()), rows, name)
            self.assertLessEqual(sum(counts.values()), rows + waited, name)
            reasons = file.problem_ids.mapped("reason")
            faults = [reason for reason in reasons if "Internal error" in reason]
            self.assertFalse(faults, name)
            self.assertHasGoods(connection, items)

        def assertHasGoods(self, connection, items):
            goods = {
                i.good_id for i in items if type(i) is model.Good and not i.deleted
            }
            found = self.env["b2b.1c.binding"].search(
                [
                    ("backend_id", "=", connection.id),
                    ("res_model", "=", "product.template"),
                    ("external_id", "in", list(goods)),
                    ("res_id", "!=", False),
                ]
            )
            waiting = self.env["b2b.1c.waiting"].search(
                [("backend_id", "=", connection.id), ("kind", "=", "Good")]
            )
            known = found.mapped("external_id") + waiting.mapped("external_id")
            self.assertLessEqual(goods, set(known))
