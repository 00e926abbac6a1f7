import io
import os
import stat
import zipfile

from odoo.tests import tagged

from ..commerceml import (
    Archive,
    ArchiveLimits,
    BrokenArchive,
    HostileArchive,
    HostileFile,
    RefusedFile,
    safe_name,
)
from .common import CommerceMLCase


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    """The bytes of a zip; an entry is (name or ZipInfo, content)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


@tagged("-at_install", "post_install")
class TestArchive(CommerceMLCase):
    def unpack(self, data, limits=None):
        """The content of the files by their names, as the exchange reads them."""
        with Archive(io.BytesIO(data), limits) as archive:
            archive.check()
            return {name: b"".join(archive.read(name)) for name in archive.names}

    def assertRefused(self, data, kind=HostileArchive, limits=None):
        with self.assertRaises(kind):
            self.unpack(data, limits)

    def test_files_are_unpacked_with_their_folders(self):
        files = self.unpack(
            zipped(
                ("import0_1.xml", b"<x/>"),
                ("import_files/", b""),
                ("import_files\\ab\\картинка.jpg", b"jpg"),
            )
        )
        names = {"import0_1.xml": b"<x/>", "import_files/ab/картинка.jpg": b"jpg"}
        self.assertEqual(list(files.items()), list(names.items()))

    def test_files_are_read_in_pieces(self):
        with Archive(io.BytesIO(zipped(("a.xml", b"abcde")))) as archive:
            self.assertEqual(list(archive.read("a.xml", 2)), [b"ab", b"cd", b"e"])

    def test_names_in_the_old_code_page_are_read(self):
        data = zipped((b"@@@@@.xml".decode(), b"<x/>"))
        data = data.replace(b"@@@@@", "товар".encode("cp866"))
        self.assertEqual(list(self.unpack(data)), ["товар.xml"])

    def test_path_tricks_are_refused(self):
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        for name in (
            "../evil",
            "a/../../evil",
            "..\\evil",
            "/etc/evil",
            "\\\\server\\evil",
            "C:\\evil",
            "c:evil",
            "a/\nb",
            "x" * 300,
            "a/" * 20 + "b",
            link,
        ):
            with self.subTest(name=str(name)):
                self.assertRefused(zipped(("good.xml", b"1"), (name, b"/etc/passwd")))

    def test_same_file_twice_is_refused(self):
        self.assertRefused(zipped(("a.xml", b"1"), ("A.XML", b"2")))
        self.assertRefused(zipped(("a", b"1"), ("a/b.xml", b"2")))

    def test_bomb_is_refused(self):
        bomb = zipped(("import.xml", b"0" * 20_000_000))
        small = {"free_bytes": 1_000_000}
        self.assertRefused(bomb, limits=ArchiveLimits(**small))
        self.assertRefused(bomb, limits=ArchiveLimits(bytes=10_000_000))
        self.assertEqual(list(self.unpack(bomb)), ["import.xml"])

    def test_lie_about_the_size_does_not_help(self):
        data = zipped(("import.xml", b"0" * 20_000_000))
        lie = (5).to_bytes(4, "little")
        data = data.replace((20_000_000).to_bytes(4, "little"), lie)
        limits = ArchiveLimits(free_bytes=1_000_000)
        self.assertRefused(data, RefusedFile, limits)

    def test_too_many_files_are_refused(self):
        files = [(f"{number}.xml", b"") for number in range(30)]
        self.assertRefused(zipped(*files), limits=ArchiveLimits(entries=20))

    def test_encrypted_archive_is_refused(self):
        data = bytearray(zipped(("import.xml", b"<x/>")))
        for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(header) + offset] |= 1
        self.assertRefused(bytes(data))

    def test_broken_archive_is_refused(self):
        data = zipped(("import.xml", os.urandom(5000)))
        for broken in (b"", b"PK", data[:-30], data[:100]):
            self.assertRefused(broken, BrokenArchive)
        damaged = bytearray(data)
        damaged[200] ^= 255
        self.assertRefused(bytes(damaged), BrokenArchive)

    def test_uploaded_names_become_safe_paths(self):
        for name, expected in (
            ("import0_1.xml", "import0_1.xml"),
            ("import_files/ab/ab12.jpg", "import_files/ab/ab12.jpg"),
            ("import_files\\ab\\ab12.jpg", "import_files/ab/ab12.jpg"),
            ("./import.xml", "import.xml"),
            ("заказ №1.xml", "заказ №1.xml"),
            ("/tmp/v8_12/import.xml", "import.xml"),
            ("v8_tmp/import_files/ab/x.jpg", "import_files/ab/x.jpg"),
            ("C:\\Temp\\import_files\\ab\\x.jpg", "import_files/ab/x.jpg"),
            ("/tmp/v8_12/import_files/ab/x.jpg", "import_files/ab/x.jpg"),
        ):
            with self.subTest(name=name):
                self.assertEqual(safe_name(name), expected)

    def test_unsafe_uploaded_names_are_refused(self):
        for name in ("", "/", "..", "../x", "a/..\\..\\x", "x\0y", "a\nb", "x" * 256):
            with self.subTest(name=name), self.assertRaises(HostileFile):
                safe_name(name)
