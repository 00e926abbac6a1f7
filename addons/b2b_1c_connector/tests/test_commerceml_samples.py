"""Reads a folder of files as 1C wrote them, if one is named in B2B_SAMPLES.

The repository holds none. The folder's README.md has a table: file, size, encoding,
numbers of groups, goods, offers, documents.
"""

import os
import re
from collections import Counter
from pathlib import Path

from odoo.tests import tagged

from ..commerceml import Reader, check, model
from .common import CommerceMLCase

FOLDER = os.environ.get("B2B_SAMPLES")
ROW = re.compile(r"^\|\s*(\S+\.xml)\s*\|[^|]*\|[^|]*\|(.*)\|\s*$", re.MULTILINE)
KINDS = (model.Group, model.Good, model.Offer, model.Document)

if FOLDER:

    @tagged("-at_install", "post_install")
    class TestSamples(CommerceMLCase):
        def test_counts_are_those_of_the_readme(self):
            rows = ROW.findall(Path(FOLDER, "README.md").read_text(encoding="utf-8"))
            self.assertTrue(rows)
            for name, numbers in rows:
                expected = [int(number) for number in numbers.split("|")]
                with self.subTest(name=name):
                    reader = Reader(Path(FOLDER, name))
                    found = Counter(type(item) for item in reader)
                    self.assertEqual([found[kind] for kind in KINDS], expected)
                    self.assertFalse(found[model.Problem])
                    self.assertEqual(check(Path(FOLDER, name))["Товар"], expected[1])
