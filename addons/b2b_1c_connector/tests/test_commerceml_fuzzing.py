"""Whatever the bytes: items come, or a `RefusedFile`, and it ends in time."""

import dataclasses
import io
import os
import zipfile
from contextlib import suppress
from decimal import Decimal
from pathlib import PurePath

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..commerceml import (
    Archive,
    Limits,
    RefusedFile,
    check,
    layout,
    model,
    read,
    safe_name,
    scalars,
)
from ..commerceml.catalog import GOOD
from ..commerceml.classifier import PROPERTY
from ..commerceml.documents import DOCUMENT, LINE
from ..commerceml.offers import OFFER, PRICE
from ..commerceml.parties import COUNTERPARTY
from .common import CommerceMLCase, as_1c_writes, catalog, envelope, package
from .test_commerceml_catalog import UT11_GOOD
from .test_commerceml_documents import HEAD
from .test_commerceml_documents import LINE as DOCUMENT_LINE

FULL = bool(os.environ.get("B2B_FULL"))
FUZZING = settings(
    max_examples=2000 if FULL else 150,
    # each full run tries other examples, the short one always the same
    derandomize=not FULL,
    deadline=2000,
    database=None,
    suppress_health_check=list(HealthCheck),
)
NAMES = sorted(
    {layout.ROOT, "Мусор", "ПодчиненныйДокумент", "Остаток", "Представитель"}
    | layout.KNOWN
    | {
        name
        for fields in (GOOD, OFFER, PRICE, DOCUMENT, LINE, COUNTERPARTY, PROPERTY)
        for name in fields.known
    }
)
TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "0", "-1", "1 234,5", "true", "Удален", "2026-02-30", "0001-01-01"]
        + ["a#b", "#", "796 ", "9" * 40, "1e9", "&amp;", "<![CDATA[<x>]]>", "&#10;"]
    ),
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="<&"))
    .filter(lambda text: "]]>" not in text and "\uffff" not in text)
    .filter(lambda text: "\ufffe" not in text),
)


def element(children):
    """XML of one element with any of the known names."""
    return st.builds(
        lambda name, attribute, content: f"<{name}{attribute}>{content}</{name}>",
        st.sampled_from(NAMES),
        st.sampled_from(
            ["", ' Статус="Удален"', ' ИдСклада="w" КоличествоНаСкладе="x"']
        ),
        children,
    )


XML = st.recursive(
    element(TEXTS),
    lambda inner: element(st.lists(inner, max_size=6).map("".join)),
    max_leaves=40,
)
# names that the test may write itself
FILE_NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20
)
REAL = as_1c_writes(
    envelope(
        catalog(UT11_GOOD * 3)
        + package("<Предложение><Ид>g#c</Ид><Количество>1</Количество></Предложение>")
        + f"<Документ>{HEAD}<Товары>{DOCUMENT_LINE}</Товары></Документ>"
    )
)
LIMITS = Limits(row_bytes=1_000_000)


def outcome(data):
    """What reading gives: the items, or the refusal as text."""
    try:
        return list(read(io.BytesIO(data), LIMITS))
    except RefusedFile as error:
        return str(error)


@tagged("-at_install", "post_install")
class TestFuzzing(CommerceMLCase):
    def assertSound(self, data):
        """Reading ends in items of the model or a refusal; checking agrees."""
        found = outcome(data)
        try:
            check(io.BytesIO(data), LIMITS)
        except RefusedFile as error:
            self.assertEqual(found, str(error))
            return found
        self.assertIsInstance(found, list)
        for item in found:
            self.assertIn(type(item).__name__, vars(model))
            self.assertTrue(dataclasses.is_dataclass(item))
        return found

    @FUZZING
    @given(st.binary(max_size=300))
    def test_any_bytes(self, data):
        self.assertSound(data)

    @FUZZING
    @given(st.lists(XML, max_size=6).map("".join))
    def test_any_elements_in_any_place(self, body):
        found = self.assertSound(as_1c_writes(envelope(body)))
        self.assertIsInstance(found, list)
        self.assertEqual(found, outcome(envelope(body, namespace="").encode("utf-16")))

    @FUZZING
    @given(
        st.lists(
            st.tuples(
                st.integers(0, len(REAL) - 1),
                st.integers(0, 40),
                st.binary(max_size=20),
            ),
            min_size=1,
            max_size=4,
        )
    )
    def test_real_file_with_wounds(self, wounds):
        data = bytearray(REAL)
        for start, length, piece in wounds:
            data[start : start + length] = piece
        self.assertSound(bytes(data))

    @FUZZING
    @given(st.integers(0, len(REAL) - 1))
    def test_real_file_cut_is_never_taken_for_whole(self, size):
        self.assertIsInstance(self.assertSound(REAL[:size]), str)

    @FUZZING
    @given(st.lists(st.integers(1, 3000), max_size=8))
    # pylint: disable-next=missing-return
    def test_pieces_of_any_size_give_the_same(self, sizes):
        class Slow(io.BytesIO):
            def read(self, size=-1):
                return super().read(min(size, sizes.pop()) if sizes else size)

        self.assertEqual(list(read(Slow(REAL))), list(read(io.BytesIO(REAL))))

    @FUZZING
    @given(st.text(max_size=40))
    def test_scalars_take_any_text(self, text):
        for convert in (
            scalars.to_decimal,
            scalars.to_amount,
            scalars.to_rate,
            scalars.to_flag,
            scalars.to_datetime,
            scalars.to_date,
            scalars.to_time,
        ):
            with suppress(ValueError):
                convert(text)

    @FUZZING
    @given(st.decimals(-(10**12), 10**12, places=3))
    def test_numbers_survive_how_they_are_written(self, number):
        for text in (
            f"{number:f}",
            f"{number:,f}",
            f"{number:,f}".replace(",", "\xa0"),
        ):
            self.assertEqual(scalars.to_decimal(text), Decimal(number))

    @FUZZING
    @given(st.text(max_size=60))
    def test_names_never_leave_the_folder(self, name):
        try:
            path = safe_name(name)
        except RefusedFile:
            return
        self.assertFalse(path.startswith("/"))
        self.assertNotIn("..", path.split("/"))
        self.assertNotIn("\0", path)

    @FUZZING
    @given(
        st.lists(st.tuples(FILE_NAMES, st.binary(max_size=50))),
        st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=5),
    )
    def test_archives_are_unpacked_inside_or_refused(self, entries, wounds):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in entries:
                if name not in archive.namelist():
                    archive.writestr(name, content)
        data = bytearray(target.getvalue())
        for position, value in wounds:
            data[position % len(data)] = value
        try:
            with Archive(io.BytesIO(data)) as archive:
                archive.check()
                names = archive.names
                for name in names:
                    list(archive.read(name))
        except RefusedFile:
            return
        for name in names:
            parts = PurePath(name).parts
            self.assertFalse(PurePath(name).is_absolute() or ".." in parts, name)
