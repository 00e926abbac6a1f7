import io

from odoo.tests import BaseCase

from ..commerceml import Reader, model

ROOT = "КоммерческаяИнформация"


def envelope(body, version="2.07", namespace="urn:1C.ru:commerceml_2"):
    """The text of a file with `body` in its root element, without declaration."""
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    return (
        f'<{ROOT}{xmlns} ВерсияСхемы="{version}"'
        f' ДатаФормирования="2026-03-01T8:00:00">{body}</{ROOT}>'
    )


def as_1c_writes(text):
    """Bytes with the BOM and the declaration of 1C."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\r\n{text}'.encode("utf-8-sig")


def catalog(goods, attributes='СодержитТолькоИзменения="false"'):
    return (
        f"<Каталог {attributes}><Ид>cat-1</Ид><ИдКлассификатора>cls-1"
        f"</ИдКлассификатора><Наименование>Каталог</Наименование>"
        f"<Товары>{goods}</Товары></Каталог>"
    )


def package(offers, head="", section="ПакетПредложений"):
    return (
        f"<{section}><Ид>cat-1#</Ид><ИдКаталога>cat-1</ИдКаталога>{head}"
        f"<Предложения>{offers}</Предложения></{section}>"
    )


def requisites(**values):
    """`ЗначенияРеквизитов`; an underscore in a name is a blank."""
    rows = "".join(
        f"<ЗначениеРеквизита><Наименование>{name.replace('_', ' ')}</Наименование>"
        f"<Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in values.items()
    )
    return f"<ЗначенияРеквизитов>{rows}</ЗначенияРеквизитов>"


class CommerceMLCase(BaseCase):
    """Reads files that the tests write; needs no database."""

    # pylint: disable=method-required-super
    def read(self, body, limits=None, **values):
        """All items of a file with `body` in its root."""
        return self.read_bytes(as_1c_writes(envelope(body, **values)), limits)

    def read_bytes(self, data, limits=None):
        self.reader = Reader(io.BytesIO(data), limits)
        return list(self.reader)

    def read_one(self, body, kind, **values):
        """The only item of `kind` in a file."""
        items = self.read(body, **values)
        problems = [item for item in items if isinstance(item, model.Problem)]
        self.assertEqual(problems, [])
        found = [item for item in items if type(item) is kind]
        self.assertEqual(len(found), 1)
        return found[0]

    def read_good(self, content, **values):
        body = catalog(f"<Товар><Ид>g-1</Ид>{content}</Товар>")
        return self.read_one(body, model.Good, **values)

    def read_offer(self, content, **values):
        body = package(f"<Предложение><Ид>g-1</Ид>{content}</Предложение>")
        return self.read_one(body, model.Offer, **values)
