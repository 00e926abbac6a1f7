"""The extension points, used as another addon would: it brings a kind of paper (a
field, a name in a list, and the mixin), and a reason to refuse an order."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.models import MetaModel
from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

from .checkout_common import B2bCheckoutCommon
from .common import B2bCommon
from .fake_model_loader import FakeModelLoader


@tagged("post_install", "-at_install")
class TestFakeModelLoader(B2bCommon):
    def test_registry_is_restored(self):
        registry = self.env.registry
        names, fields = set(registry), set(self.env["b2b.document"]._fields)
        children = set(registry["b2b.document.source"]._inherit_children)
        definitions = list(MetaModel._module_to_models__["b2b_portal"])
        loader = FakeModelLoader(self.env, self.__module__)
        loader.backup_registry()
        from .fake_models import FakeDocument, FakeLetter

        loader.update_registry((FakeLetter, FakeDocument))
        self.assertIn("letter_id", self.env["b2b.document"]._fields)
        self.assertIn("letter_id", self.env["b2b.document"]._source_fields())
        loader.restore_registry()
        self.assertEqual(set(registry), names)
        self.assertEqual(set(self.env["b2b.document"]._fields), fields)
        self.assertNotIn("letter_id", self.env["b2b.document"]._source_fields())
        self.assertEqual(
            set(registry["b2b.document.source"]._inherit_children), children
        )
        self.assertEqual(list(MetaModel._module_to_models__["b2b_portal"]), definitions)


@tagged("post_install", "-at_install")
class TestDocumentSource(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        loader = FakeModelLoader(cls.env, cls.__module__)
        loader.backup_registry()
        cls.addClassCleanup(loader.restore_registry)
        from .fake_models import FakeDocument, FakeLetter

        loader.update_registry((FakeLetter, FakeDocument))
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


@tagged("post_install", "-at_install")
class TestRefusalReason(B2bCheckoutCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        loader = FakeModelLoader(cls.env, cls.__module__)
        loader.backup_registry()
        cls.addClassCleanup(loader.restore_registry)
        from .fake_models import FakeContract

        loader.update_registry((FakeContract,))

    def test_order_is_refused_by_the_reason_of_another_addon(self):
        order = self._create_order()
        self.contract.name = "D-1 HOLD"
        with self.assertRaisesRegex(UserError, "D-1 HOLD is on hold"):
            order.action_confirm()
        self.contract.name = "D-1"
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_other_steps_and_reasons_stay(self):
        self.contract.name = "D-1 HOLD"
        self.assertFalse(self.contract._refusal_reason("ship"))
        self.contract.active = False
        self.assertIn("is closed", self.contract._refusal_reason("order"))

    def test_checkout_is_refused_by_the_reason_of_another_addon(self):
        self._log_in(self.dealer_user)
        self._choose(self.contract)
        self._add_to_cart()
        order = self._get_cart()
        url, form = self._press_order_and_bill()
        self.contract.name = "D-1 HOLD"
        response = self._post(url, allow_redirects=True, **form)
        self.assertIn("D-1 HOLD is on hold", self._get_text(response))
        self.env.invalidate_all()
        self.assertEqual(order.state, "draft")
        page = self._get_page("/shop/cart")
        self.assertIn("on hold", page.find_class("o_b2b_refusal")[0].text_content())
