"""Builders of the tests of what goes into Odoo: files of 1C, imported at once."""

from odoo.tests import TransactionCase

from .common import as_1c_writes, envelope
from .common_1c import Builders1c


def classifier(content):
    return f"<Классификатор><Ид>cls-1</Ид>{content}</Классификатор>"


def groups(content):
    return classifier(f"<Группы>{content}</Группы>")


def group(external_id, name, content=""):
    return (
        f"<Группа><Ид>{external_id}</Ид><Наименование>{name}</Наименование>"
        f"{content}</Группа>"
    )


class ImportCase(Builders1c, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exchange, _token = cls.env["b2b.1c.exchange"]._begin(
            cls.connection, "catalog"
        )

    def receive(self, content, name="import.xml", exchange=None):
        """A received file of these bytes, not imported yet."""
        exchange = exchange or self.exchange
        file = self.env["b2b.1c.file"].create(
            {"exchange_id": exchange.id, "name": name}
        )
        file._append(content)
        return file

    def run_import(self, file):
        """Import all slices of a file, as its jobs would."""
        file._schedule()
        slices = 0
        while file.state == "waiting":
            file._import()
            slices += 1
            self.assertLess(slices, 100)
        return file

    def import_xml(self, body, name="import.xml", **values):
        """Import a file with `body` in its root; it must go in."""
        file = self.run_import(
            self.receive(as_1c_writes(envelope(body, **values)), name)
        )
        self.assertEqual(file.state, "done", file.error)
        return file

    def bound(self, res_model, external_id):
        """The record that an id of 1C stands for, nothing if there is none."""
        bindings = self.env["b2b.1c.binding"]
        found = bindings._find(self.connection, res_model, [external_id])
        return found.get(external_id, self.env[res_model])
