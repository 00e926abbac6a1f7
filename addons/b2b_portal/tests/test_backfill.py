"""A database that was there before the journal: it is filed in batches, once."""

from unittest.mock import patch

from psycopg2 import OperationalError

from odoo.tests import tagged

from odoo.addons.base.models.ir_cron import IrCron

from ..hooks import post_init_hook
from .common import B2bCommon


@tagged("post_install", "-at_install")
class TestBackfill(B2bCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 10)
        order = cls._create_order()
        order.action_confirm()
        cls.picking = order.picking_ids
        cls.picking.move_ids.write({"quantity": 1, "picked": True})
        cls.picking._action_done()
        order.invalidate_recordset()
        cls.invoice = order.order_line.invoice_lines.move_id
        if not cls.invoice:
            cls.invoice = order._create_invoices()
            cls.invoice.action_post()
        cls.payment = cls._register_payment(cls.invoice)
        cls.draft = cls._create_invoice(post=False)
        cls.old_user = cls._create_dealer_user("b2b_old", cls.dealer)
        cls._forget()

    @classmethod
    def _forget(cls):
        """Take away what the addon has made of the history."""
        cls.env.flush_all()
        cls.env.cr.execute("DELETE FROM b2b_document")
        cls.env.cr.execute("DELETE FROM b2b_settlement_line")
        cls.env.cr.execute(
            "DELETE FROM b2b_membership WHERE user_id = %s", [cls.old_user.id]
        )
        cls.env.invalidate_all()
        cls.env.registry.clear_cache()

    def _run(self):
        """Run the job as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref("b2b_portal.ir_cron_backfill").method_direct_trigger()
        self.env.invalidate_all()

    def _documents(self):
        return self.env["b2b.document"].search(
            [("legal_entity_id", "=", self.dealer.id)]
        )

    def test_history_is_filed_with_its_times(self):
        self._run()
        documents = self._documents()
        self.assertEqual(documents.move_id, self.invoice)
        self.assertEqual(documents.picking_id, self.picking)
        self.assertEqual(documents.payment_id, self.payment)
        waybill = documents.filtered("picking_id")
        self.assertEqual(waybill.issued_at, self.picking.date_done)
        self.assertEqual(waybill.contract_id, self.contract)
        self.assertTrue(all(documents.mapped("is_published")))

    def test_ledger_and_memberships_are_filled(self):
        self._run()
        self.assertFalse(self.env["b2b.settlement.line"]._find_missing(1))
        self.assertFalse(self.env["b2b.settlement.line"]._find_wrong())
        self.assertIn(self.entity, self.old_user.b2b_legal_entity_ids)

    def test_second_run_adds_nothing(self):
        self._run()
        before = self._documents()
        lines = self.env["b2b.settlement.line"].search_count([])
        self._run()
        self.assertEqual(self._documents(), before)
        self.assertEqual(self.env["b2b.settlement.line"].search_count([]), lines)

    def test_what_the_journal_has_is_not_filed_again(self):
        document = self.invoice._b2b_create_documents()
        self.assertEqual(len(document), 1)
        self.assertFalse(self.invoice._b2b_create_documents())
        self._run()
        self.assertEqual(self._documents().filtered("move_id"), document)

    def test_small_batches_file_everything(self):
        for _number in range(4):
            self._create_invoice()
        self._forget()
        with patch.object(IrCron, "_commit_progress", return_value=60.0):
            self.env["b2b.document"]._cron_backfill(batch=2)
        self.assertEqual(len(self._documents().move_id), 5)

    def test_record_that_cannot_be_filed_is_skipped_and_told(self):
        invoices = self.invoice | self._create_invoice() | self._create_invoice()
        broken = invoices[1]
        self._forget()
        values = type(broken)._b2b_document_values

        def fail_on_broken(move):
            if move == broken:
                raise ValueError("no such number")
            return values(move)

        log = "odoo.addons.b2b_portal.models.b2b_document_backfill"
        with (
            patch.object(type(broken), "_b2b_document_values", fail_on_broken),
            self.assertLogs(log, "WARNING") as told,
        ):
            self._run()
        self.assertEqual(self._documents().move_id, invoices - broken)
        self.assertFalse(self.env["b2b.settlement.line"]._find_missing(1))
        self.assertEqual(len(told.output), 1)
        self.assertIn(f"{broken} was skipped", told.output[0])
        self.assertIn("no such number", told.output[0])
        self._run()
        self.assertIn(broken, self._documents().move_id, "mended, it is filed")

    def test_batch_that_met_another_transaction_is_not_taken_apart(self):
        files = []

        def file(records):
            files.append(records)
            raise OperationalError("could not serialize access")

        with self.assertRaises(OperationalError):
            self.env["b2b.document"]._file_what_can_be(
                file, self.invoice | self._create_invoice()
            )
        self.assertEqual(len(files), 1)

    def test_stopped_run_goes_on_where_it_was(self):
        calls = []

        def out_of_time(cron, processed=0, *, remaining=None, deactivate=False):
            calls.append((processed, remaining))
            return 0.0

        with patch.object(IrCron, "_commit_progress", out_of_time):
            self.env["b2b.document"]._cron_backfill()
        self.assertEqual(len(calls), 1, "it stops when time is up")
        self.assertEqual(calls[0][1], 1, "and asks to be called again")
        self._run()
        self.assertEqual(len(self._documents()), 3)

    def test_install_only_wakes_the_job(self):
        cron = self.env.ref("b2b_portal.ir_cron_backfill")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        post_init_hook(self.env)
        self.assertFalse(self._documents())
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            triggers + 1,
        )

    def test_install_computes_no_contract_of_old_entries(self):
        """A million of them would keep the installation waiting."""
        self.env.flush_all()
        self.env.cr.execute("ALTER TABLE account_move DROP COLUMN b2b_contract_id")
        self.env.invalidate_all()
        self.env.registry.init_models(
            self.env.cr, ["account.move"], {"module": "b2b_portal"}
        )
        self.assertFalse(self.draft.b2b_contract_id)
        self.assertEqual(
            self._create_invoice(post=False).b2b_contract_id, self.contract
        )

    def test_dealers_of_existing_partners_follow_the_tree(self):
        """The statement of the installation agrees with the compute."""
        partners = self.dealer | self.entity | self.old_user.partner_id
        expected = {partner: partner.b2b_dealer_id for partner in partners}
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET b2b_dealer_id = NULL")
        self.env["res.partner"]._b2b_fill_dealers()
        self.env.invalidate_all()
        for partner, dealer in expected.items():
            self.assertEqual(partner.b2b_dealer_id, dealer)
