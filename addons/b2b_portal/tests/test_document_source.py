"""Another addon brings a kind of paper: a field, a name in a list, and the mixin."""

from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

from .common import B2bCommon
from .fake_models import define_fake_source, load_fake_models


@tagged("post_install", "-at_install")
class TestDocumentSource(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        load_fake_models(cls, define_fake_source)
        cls.letter = cls.env["b2b.fake.letter"].create(
            {"name": "LETTER-1", "partner_id": cls.dealer.id}
        )

    def _document(self):
        return self.env["b2b.document"].search([("letter_id", "=", self.letter.id)])

    def test_paper_is_filed_and_mirrored(self):
        self.assertFalse(self.letter._b2b_create_documents())
        self.letter.is_sent = True
        document = self.letter._b2b_create_documents()
        self.assertRecordValues(
            document,
            [
                {
                    "name": "LETTER-1",
                    "source": "odoo",
                    "legal_entity_id": self.dealer.id,
                    "contract_id": self.contract.id,
                    "is_published": True,
                }
            ],
        )
        self.letter.name = "LETTER-2"
        self.assertEqual(document.name, "LETTER-2")
        self.assertEqual(document._get_pdf(), b"%PDF-1.4 LETTER-2")
        self.letter.is_sent = False
        self.assertFalse(document.is_published)

    def test_backfill_finds_it(self):
        self.letter.is_sent = True
        with patch.object(IrCron, "_commit_progress", return_value=60.0):
            self.env["b2b.document"]._cron_backfill()
            self.env["b2b.document"]._cron_backfill()
        self.assertEqual(len(self._document()), 1)

    def test_other_kinds_work_on(self):
        invoice = self._create_invoice()
        self.assertTrue(
            self.env["b2b.document"].search([("move_id", "=", invoice.id)]).is_published
        )
