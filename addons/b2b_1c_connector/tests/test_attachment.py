from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestCutOffFile(TransactionCase):
    """A file in Odoo's folder of attachments that is not what its name says."""

    def setUp(self):
        super().setUp()
        self.attachments = self.env["ir.attachment"]
        self.content = b"of 1C, cut off" * 1000
        sha = self.attachments._compute_checksum(self.content)
        self.path = Path(self.attachments._full_path(f"{sha[:2]}/{sha}"))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.addCleanup(self.path.unlink, missing_ok=True)

    def attach(self):
        return self.attachments.create({"name": "import.xml", "raw": self.content})

    def test_what_a_killed_odoo_left_behind_is_replaced(self):
        self.path.write_bytes(self.content[:100])
        attachment = self.attach()
        attachment.invalidate_recordset()
        self.assertEqual(attachment.raw, self.content)
        self.assertEqual(self.path.read_bytes(), self.content)
        self.assertEqual(len(list(self.path.parent.glob(f"{self.path.name}*"))), 1)

    def test_what_another_process_is_writing_is_whole_in_the_end(self):
        with self.path.open("wb") as file:
            file.write(self.content[:100])
            file.flush()
            attachment = self.attach()
            file.write(self.content[100:])
        attachment.invalidate_recordset()
        self.assertEqual(attachment.raw, self.content)

    def test_other_content_of_the_same_name_is_refused_as_ever(self):
        with patch.object(
            type(self.attachments), "_compute_checksum", lambda self, data: "ab" * 20
        ):
            self.path = Path(self.attachments._full_path("ab/" + "ab" * 20))
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.addCleanup(self.path.unlink, missing_ok=True)
            self.path.write_bytes(b"another")
            with self.assertRaisesRegex(UserError, "collides"):
                self.attach()
        self.assertEqual(self.path.read_bytes(), b"another")
