import io
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from odoo.tests import tagged

from ..commerceml import (
    BrokenFile,
    NotCommerceML,
    RefusedFile,
    TruncatedFile,
    check,
    model,
    read,
)
from .common import CommerceMLCase, as_1c_writes, catalog, envelope

ROOT = "КоммерческаяИнформация"
PIECE = 64 * 1024
GOOD = "<Товар><Ид>g</Ид><Наименование>Ёлка, 5 м²</Наименование></Товар>"
ADDON = Path(__file__).resolve().parents[1]
# reads a file of many goods in a process of its own, prints how the memory grew
MEMORY = """
import sys
sys.path.insert(0, sys.argv[1])
from commerceml import read

def resident():
    with open("/proc/self/status") as status:
        return next(int(row.split()[1]) for row in status if row.startswith("VmHWM"))

def source():
    yield sys.argv[3].encode()
    for number in range(int(sys.argv[2])):
        yield sys.argv[4].replace("ИД", f"g-{number}").encode()
    yield sys.argv[5].encode()

class File:
    def __init__(self):
        self.parts, self.rest = source(), b""
    def read(self, size):
        while len(self.rest) < size:
            part = next(self.parts, None)
            if part is None:
                break
            self.rest += part
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece

before = resident()
count = sum(1 for item in read(File()))
print(count, (resident() - before) // 1024)
"""


@tagged("-at_install", "post_install")
class TestEncodings(CommerceMLCase):
    def assertRead(self, data):
        items = self.read_bytes(data)
        self.assertEqual(
            [item.name for item in items if isinstance(item, model.Good)],
            ["Ёлка, 5 м²"],
        )

    def setUp(self):
        super().setUp()
        self.text = envelope(catalog(GOOD))

    def declared(self, name):
        return f'<?xml version="1.0" encoding="{name}"?>\n{self.text}'

    def test_utf8_with_and_without_bom_and_declaration(self):
        self.assertRead(self.text.encode())
        self.assertRead(self.text.encode("utf-8-sig"))
        self.assertRead(self.declared("UTF-8").encode())
        self.assertRead(as_1c_writes(self.text))

    def test_windows_1251(self):
        text = self.declared("windows-1251").replace("м²", "м")
        items = self.read_bytes(text.encode("cp1251"))
        self.assertEqual(items[1].name, "Ёлка, 5 м")

    def test_unassigned_byte_of_windows_1251_is_no_reason_to_refuse(self):
        data = self.declared("windows-1251").replace("м²", "м@").encode("cp1251")
        items = self.read_bytes(data.replace(b"@", b"\x98"))
        self.assertEqual(items[1].name, "Ёлка, 5 м\ufffd")

    def test_utf16_of_old_bases(self):
        self.assertRead(self.declared("UTF-16").encode("utf-16"))
        self.assertRead(b"\xfe\xff" + self.declared("UTF-16").encode("utf-16-be"))
        self.assertRead(self.declared("UTF-16").encode("utf-16-le"))

    def test_declaration_may_lie_in_both_directions(self):
        self.assertRead(self.declared("windows-1251").encode("utf-8-sig"))
        self.assertRead(self.declared("windows-1251").encode())
        lying = self.declared("UTF-8").replace("м²", "м").encode("cp1251")
        self.assertEqual(self.read_bytes(lying)[1].name, "Ёлка, 5 м")
        self.assertRead(self.declared("UTF-8").encode("utf-16"))

    def test_two_declarations_and_junk_before_them(self):
        self.assertRead(b'<?xml version="1.0"?>\n' + self.declared("UTF-8").encode())
        self.assertRead(b"\r\n\xef\xbb\xbf \n" + self.declared("UTF-8").encode())
        self.assertRead("Notice: что-то\n<br/>".encode() + self.text.encode())
        self.assertRead(b"<!-- 1C -->" + self.text.encode())

    def test_letters_cut_by_the_end_of_a_piece_stay_whole(self):
        for encoding in ("utf-8", "utf-16"):
            for shift in range(3):
                filler = "Ж" * 40_000 + "x" * shift
                text = self.text.replace("Ёлка", f"{filler}Ёлка")
                with self.subTest(encoding=encoding, shift=shift):
                    items = self.read_bytes(text.encode(encoding))
                    self.assertEqual(items[1].name, f"{filler}Ёлка, 5 м²")


@tagged("-at_install", "post_install")
class TestFiles(CommerceMLCase):
    def refused(self, data, kind):
        """The refusal of a file, the same by reading and by checking."""
        with self.assertRaises(kind) as by_reading:
            self.read_bytes(data)
        with self.assertRaises(kind) as by_checking:
            check(io.BytesIO(data))
        self.assertEqual(str(by_reading.exception), str(by_checking.exception))
        return by_reading.exception

    def test_path_and_open_file_are_read_alike(self):
        data = as_1c_writes(envelope(catalog(GOOD)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "import.xml")
            path.write_bytes(data)
            self.assertEqual(list(read(path)), self.read_bytes(data))
            self.assertEqual(list(read(str(path))), self.read_bytes(data))

    def test_check_counts_rows(self):
        data = as_1c_writes(envelope(catalog(GOOD * 3)))
        self.assertEqual(check(io.BytesIO(data)), {"Товар": 3})

    def test_root_attributes_are_told(self):
        self.read(catalog(GOOD))
        self.assertEqual(self.reader.envelope.version, "2.07")
        self.assertEqual(self.reader.envelope.formed.hour, 8)

    def test_broken_file_is_refused_with_place_and_reason(self):
        text = as_1c_writes(envelope(catalog(f"\n{GOOD}\n<Товар><Ид>b</Товар>")))
        error = self.refused(text, BrokenFile)
        self.assertIn("mismatch", error.reason)
        self.assertEqual(error.place.line, 4)
        self.assertIn("Каталог/Товары/Товар", error.place.path)
        self.assertIn("line 4", str(error))

    def test_line_is_right_far_down_in_a_large_file(self):
        text = envelope(catalog(f"{GOOD}\n" * 70_000 + "<Товар></Ид>"))
        error = self.refused(as_1c_writes(text), BrokenFile)
        self.assertEqual(error.place.line, 70_002)
        self.assertGreater(error.place.offset, 5_000_000)
        bad = "<Товар><Артикул>1</Артикул></Товар><Товар/>"
        text = envelope(catalog(f"{GOOD}\n" * 70_000 + bad))
        *_goods, problem, empty = self.read_bytes(as_1c_writes(text))
        self.assertEqual((problem.line, problem.number), (70_002, 70_001))
        # better no line than a wrong one
        self.assertEqual((empty.line, empty.number), (0, 70_002))

    def test_instructions_and_comments_of_xml_say_nothing(self):
        for odd in ("<?php echo?>", "<!-- 1C -->"):
            good = f"<Товар>{odd}<Ид>g{odd}1{odd}</Ид>{odd}</Товар>{odd}"
            text = catalog(odd + good * 3 + odd).replace("<Ид>cat", f"{odd}<Ид>cat")
            with self.subTest(odd=odd):
                header, *goods = self.read(f"{odd}{text}{odd}")
                self.assertEqual(header.id, "cat-1")
                self.assertEqual([good.id for good in goods], ["g1"] * 3)

    def test_many_instructions_of_xml_do_not_fill_the_memory(self):
        odd = "<?a?>" * 30_000
        items = self.read(catalog(f"{odd}<Товар><Ид>1</Ид></Товар>{odd}") + odd)
        self.assertEqual(items[-1].id, "1")
        root = self.reader._stream.root
        self.assertLess(sum(len(node) for node in root.iter()), 30_000)

    def test_what_came_before_the_fault_has_been_delivered(self):
        text = envelope(catalog(GOOD * 2000 + "<Товар></Ид>"))
        delivered = []
        with self.assertRaises(RefusedFile):
            for item in read(io.BytesIO(as_1c_writes(text))):
                delivered.append(item)
        self.assertGreater(len(delivered), 500)

    def test_file_cut_anywhere_is_truncated(self):
        data = as_1c_writes(envelope(catalog(GOOD)))
        for size in range(200, len(data) - 1, 7):
            with self.subTest(size=size):
                self.refused(data[:size], BrokenFile)
        self.refused(data[:-20], TruncatedFile)
        self.refused(data[: data.index("Товары".encode()) + 13], TruncatedFile)

    def test_file_cut_after_what_looks_like_its_end_is_truncated(self):
        end = f"</{ROOT}>"
        good = GOOD.replace(
            "</Товар>", f"<Описание><![CDATA[{end}]]></Описание></Товар>"
        )
        data = as_1c_writes(envelope(catalog(good)))
        *_header, item = self.read_bytes(data)
        self.assertEqual(item.description, end)
        place = data.index(end.encode()) + len(end.encode())
        for size in range(place, len(data) - 1):
            with self.subTest(size=size):
                self.refused(data[:size], BrokenFile)

    def test_what_follows_the_end_of_a_file_is_passed_over(self):
        # the end lies in the first piece, and between two
        for goods in (1, 700):
            data = as_1c_writes(envelope(catalog(GOOD * goods)))
            expected = self.read_bytes(data)
            self.assertEqual(self.reader.unknown, {})
            for tail in (
                b"\0",
                b"\0" * 200_000,
                b"\r\n<br/>",
                b" " * 70_000 + b"<b>done</b>",
                b"\n<br>\nWarning: 0 rows <",
                b"\xff\xfe",
                b"<",
                "</Каталог>".encode(),
            ):
                with self.subTest(goods=goods, tail=tail[-20:]):
                    self.assertEqual(self.read_bytes(data + tail), expected)
                    self.assertEqual(
                        self.reader.unknown, {f"{ROOT}: what follows its end": 1}
                    )
                    self.assertEqual(check(io.BytesIO(data + tail)), {"Товар": goods})
        for size in range(PIECE - 60, PIECE + 60, 7):
            filler = "x" * (size - len(as_1c_writes(envelope(catalog(GOOD)))))
            data = as_1c_writes(
                envelope(catalog(GOOD.replace("Ёлка", f"{filler}Ёлка")))
            )
            with self.subTest(size=size):
                self.assertEqual(len(self.read_bytes(data + b"<br/>")), 2)

    def test_two_files_in_one_are_refused(self):
        for goods in (1, 700):
            data = as_1c_writes(envelope(catalog(GOOD * goods)))
            for between in (b"", b"\0" * 200_000):
                with self.subTest(goods=goods, between=len(between)):
                    self.refused(data + between + data, BrokenFile)
                    second = envelope(catalog(GOOD)).encode()
                    self.refused(data + between + second, BrokenFile)

    def test_prefixes_that_nobody_declares_are_read(self):
        good = (
            "<Товар><Ид>g</Ид><Наименование xsi:type='xs:string'>Болт</Наименование>"
            "<xs:Прочее/></Товар>"
        )
        for start, end in (
            (f'<{ROOT} xsi:schemaLocation="a>b" ВерсияСхемы="2.07">', f"</{ROOT}>"),
            (f"<{ROOT}>", f"</{ROOT}>"),
            (f'<{ROOT} xmlns:xsi="urn:own" xmlns="urn:1">', f"</{ROOT}>"),
            (f"<{ROOT}\n xmlns:xs = 'urn:own' a=\">\">", f"</{ROOT}>"),
            (f"<xs:{ROOT}>", f"</xs:{ROOT}>"),
        ):
            with self.subTest(start=start):
                _header, item = self.read_bytes(f"{start}{catalog(good)}{end}".encode())
                self.assertEqual((item.id, item.name), ("g", "Болт"))
        with self.assertRaises(BrokenFile):
            self.read("<Каталог><b:Ид/></Каталог>")

    def test_column_is_that_of_the_file(self):
        text = f"<{ROOT}><Каталог></Ид>"
        place = self.refused(text.encode(), BrokenFile).place
        self.assertEqual((place.line, place.column), (1, len(text) + 1))

    def test_other_contents_are_named(self):
        for data, words in (
            (b"", "empty"),
            (b" \n", "empty"),
            (b"PK\x03\x04rest", "archive"),
            (b"<!DOCTYPE html><html></html>", "HTML"),
            (b"<html><body>500</body></html>", "HTML"),
            (b"<orders/>", "no element"),
            ("<Коммерческая/>".encode(), "no element"),
            (b"\x00" * 1000, "no element"),
        ):
            with self.subTest(data=data):
                self.assertIn(words, self.refused(data, NotCommerceML).reason)

    def test_broken_bytes_are_refused_with_place(self):
        data = as_1c_writes(envelope(catalog(f"{GOOD}\n{GOOD}")))
        position = data.rindex("Ёлка".encode())
        error = self.refused(data[:position] + b"\xff" + data[position:], BrokenFile)
        self.assertEqual(error.place.line, 3)
        utf16 = envelope(catalog(GOOD)).encode("utf-16")
        self.refused(utf16[:-1], BrokenFile)

    def test_memory_is_flat(self):
        head, tail = envelope(catalog("|"), namespace="urn:1C.ru:commerceml_2").split(
            "|"
        )
        good = (
            "<Товар><Ид>ИД</Ид><Наименование>Болт</Наименование><Мусор>x</Мусор>"
            "</Товар><Прочее><Вложенное/></Прочее>\n"
        )
        program = [sys.executable, "-c", MEMORY, ADDON, "60000", head, good, tail]
        result = subprocess.run(
            list(map(str, program)), capture_output=True, text=True, check=True
        )
        count, megabytes = map(int, result.stdout.split())
        self.assertEqual(count, 60_001)
        self.assertLess(megabytes, 20)

    def test_giving_up_ends_the_thread_and_closes_the_file(self):
        data = as_1c_writes(envelope(catalog(GOOD * 20_000)))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "import.xml")
            path.write_bytes(data)
            before = set(threading.enumerate())
            reading = read(path)
            self.assertIsInstance(next(reading), model.Catalog)
            (thread,) = set(threading.enumerate()) - before
            reading.close()
            self.assertFalse(thread.is_alive())
            links = Path("/proc/self/fd").iterdir()
            opened = [os.path.realpath(link) for link in links]
            self.assertNotIn(str(path.resolve()), opened)

    def test_fault_of_the_source_arrives(self):
        class Gone:
            # pylint: disable-next=method-required-super
            def read(self, size):
                raise OSError("gone")

        with self.assertRaisesRegex(OSError, "gone"):
            list(read(Gone()))

    def test_no_odoo_is_imported(self):
        program = (
            "import sys; sys.path.insert(0, sys.argv[1]); import commerceml;"
            "sys.exit(any(name.split('.')[0] == 'odoo' for name in sys.modules))"
        )
        subprocess.run([sys.executable, "-c", program, ADDON], check=True)
