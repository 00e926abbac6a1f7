import io
import time

from lxml import etree

from odoo.tests import tagged

from ..commerceml import BrokenFile, HostileFile, Limits, RefusedFile, check, read
from .common import ROOT, CommerceMLCase, as_1c_writes, catalog, envelope, package

LAUGHS = "".join(
    f'<!ENTITY l{n} "{"".join([f"&l{n - 1};"] * 10)}">' for n in range(1, 10)
)


@tagged("-at_install", "post_install")
class TestHostile(CommerceMLCase):
    def assertRefused(self, data, kind=HostileFile, limits=None):
        """Refused by reading and by checking, at once and without a large memory."""
        started = time.monotonic()
        for function in (check, lambda *words: list(read(*words))):
            with self.assertRaises(kind):
                function(io.BytesIO(data), limits)
        self.assertLess(time.monotonic() - started, 20)

    def test_document_type_is_refused_whatever_it_declares(self):
        text = envelope(catalog("<Товар><Ид>&l9;</Ид></Товар>"))
        for declaration in (
            f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
            '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
            '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]>',
        ):
            for encoding in ("utf-8", "utf-16", "cp1251"):
                with self.subTest(declaration=declaration, encoding=encoding):
                    self.assertRefused(f"{declaration}\n{text}".encode(encoding))

    def test_document_type_behind_a_false_root_is_refused(self):
        text = envelope(catalog("<Товар><Ид>&e;</Ид></Товар>"))
        document_type = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        self.assertRefused(
            f"<!-- <{ROOT} > -->{document_type}{text}".encode(), RefusedFile
        )
        self.assertRefused(f"<{ROOT}>{document_type}{text}".encode(), BrokenFile)
        filler = " " * 70_000
        self.assertRefused(f"{document_type}{filler}{text}".encode(), RefusedFile)

    def test_undefined_entity_is_refused(self):
        text = envelope(catalog("<Товар><Ид>&e;</Ид></Товар>"))
        self.assertRefused(as_1c_writes(text), BrokenFile)

    def test_depth_is_limited(self):
        self.assertRefused(as_1c_writes(envelope("<a>" * 10_000)))
        groups = "<Группы><Группа><Ид>1</Ид>" * 1000
        self.assertRefused(as_1c_writes(envelope(f"<Классификатор>{groups}")))
        people = "<Представители><Представитель><Контрагент>" * 300
        self.assertRefused(
            as_1c_writes(envelope(f"<Документ><Контрагенты><Контрагент>{people}"))
        )

    def test_deepest_allowed_nesting_is_read(self):
        levels = 80
        inner = "<Контрагент><Ид>x</Ид></Контрагент>"
        for _level in range(levels):
            inner = (
                f"<Контрагент><Представители><Представитель>{inner}</Представитель>"
                "</Представители></Контрагент>"
            )
        body = f"<Документ><Ид>1</Ид><Контрагенты>{inner}</Контрагенты></Документ>"
        (document,) = self.read(body)
        party = document.counterparty
        for _level in range(levels):
            (party,) = party.representatives
        self.assertEqual(party.id, "x")

    def test_huge_text_attribute_and_name_are_refused(self):
        large = "x" * 11_000_000
        for body in (
            f"<Мусор>{large}</Мусор>",
            f'<Мусор а="{large}"/>',
            f"<{large[:100_000]}/>",
            f"<![CDATA[{large}]]>",
            f"<!--{large}-->",
        ):
            with self.subTest(body=body[:20]):
                self.assertRefused(as_1c_writes(envelope(body)), RefusedFile)

    def test_huge_row_is_refused(self):
        limits = Limits(row_bytes=500_000)
        value = "<Цена><ИдТипаЦены>t</ИдТипаЦены></Цена>"
        offer = f"<Предложение><Ид>1</Ид><Цены>{value * 20_000}</Цены></Предложение>"
        self.assertRefused(as_1c_writes(envelope(package(offer))), limits=limits)
        owner = f"<Каталог><Владелец>{'<Имя>x</Имя>' * 60_000}</Владелец></Каталог>"
        self.assertRefused(as_1c_writes(envelope(owner)), limits=limits)

    def test_huge_file_is_refused(self):
        limits = Limits(file_bytes=300_000)
        goods = "<Товар><Ид>1</Ид></Товар>" * 20_000
        self.assertRefused(as_1c_writes(envelope(catalog(goods))), limits=limits)

    def test_invented_names_do_not_fill_the_memory(self):
        names = "".join(f"<Н{number}/>" for number in range(5000))
        good = f"<Товар><Ид>1</Ид>{names}</Товар>"
        items = self.read(catalog(good))
        self.assertEqual(len(items), 2)
        self.assertLessEqual(len(self.reader.unknown), 501)
        self.assertEqual(self.reader.unknown.total(), 5000)

    def test_dictionary_of_names_is_not_filled_for_the_files_after(self):
        names = "".join(f"<Н{number}{'х' * 500}/>" for number in range(26_000))
        hostile = as_1c_writes(envelope(catalog(names)))
        self.assertRefused(hostile)
        # names of which none was met before in this thread
        fresh = "".join(f"<Свежее{number}{'х' * 500}/>" for number in range(300))
        items = self.read(catalog(f"{fresh}<Товар><Ид>1</Ид></Товар>"))
        self.assertEqual(len(items), 2)
        etree.fromstring(f"<a>{fresh}</a>")

    def test_repeated_header_does_not_fill_the_memory(self):
        limits = Limits(row_bytes=500_000)
        names = "<Наименование>x</Наименование>\n" * 50_000
        items = self.read(f"<Каталог><Ид>1</Ид>{names}</Каталог>", limits=limits)
        self.assertEqual(items[-1].id, "1")

    def test_attributes_without_end_are_read_in_time(self):
        many = " ".join(f'а{number}="1"' for number in range(50_000))
        spaces = " ".join(f'xmlns:n{number}="u"' for number in range(5_000))
        started = time.monotonic()
        self.read(f"<Мусор {many}/><Мусор {spaces}>{'<b/>' * 20_000}</Мусор>")
        self.assertLess(time.monotonic() - started, 20)
