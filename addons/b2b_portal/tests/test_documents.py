"""Which papers are in the journal, what they say, and that they stay true."""

import base64
from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import B2bCommon

PDF = base64.b64encode(b"%PDF-1.4\n%registered by staff\n%%EOF")


@tagged("post_install", "-at_install")
class TestDocuments(B2bCommon):
    def _document(self, **domain):
        """Return the document of a record, if the dealer's user may see it."""
        document = self._mirror(**domain).with_user(self.dealer_user)
        return document._filtered_access("read")

    def _mirror(self, **domain):
        """Return the document of a record, whoever may see it."""
        return self.env["b2b.document"].search(
            [(name, "=", record.id) for name, record in domain.items()]
        )

    def _deliver(self, order):
        """Deliver an order in full and return the delivery."""
        picking = order.picking_ids.filtered(lambda picking: picking.state != "done")
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking.button_validate()
        return picking

    def _register(self, **values):
        """Register a tax invoice by hand, as staff."""
        return (
            self.env["b2b.document"]
            .with_user(self.staff_user)
            .create(
                {
                    "type_id": self.env.ref("b2b_portal.document_type_tax_invoice").id,
                    "name": "TAX-7",
                    "date": "2026-01-20",
                    "legal_entity_id": self.dealer.id,
                    "contract_id": self.contract.id,
                    "amount": 118.0,
                    "pdf_file": PDF,
                    "is_published": True,
                    **values,
                }
            )
        )

    # === INVOICES AND CREDIT NOTES === #

    def test_posted_invoice_is_a_bill_of_its_contract(self):
        invoice = self._create_invoice(amount=250.0, invoice_date_due="2099-01-01")
        document = self._document(move_id=invoice)
        self.assertRecordValues(
            document,
            [
                {
                    "name": invoice.name,
                    "type_id": self.env.ref("b2b_portal.document_type_invoice").id,
                    "root_type_id": self.env.ref("b2b_portal.document_type_bills").id,
                    "date": invoice.invoice_date,
                    "legal_entity_id": self.dealer.id,
                    "dealer_id": self.dealer.id,
                    "contract_id": self.contract.id,
                    "amount": 250.0,
                    "amount_residual": 250.0,
                    "status": "to_pay",
                    "source": "odoo",
                }
            ],
        )

    def test_draft_invoice_is_no_document(self):
        invoice = self._create_invoice(post=False)
        self.assertFalse(self._mirror(move_id=invoice))

    def test_reset_invoice_leaves_the_view_and_comes_back_when_posted(self):
        invoice = self._create_invoice()
        document = self._mirror(move_id=invoice)
        invoice.button_draft()
        self.assertFalse(self._document(move_id=invoice))
        invoice.invoice_line_ids.price_unit = 70.0
        invoice.action_post()
        self.assertEqual(self._document(move_id=invoice), document)
        self.assertEqual(document.amount, 70.0)

    def test_cancelled_invoice_leaves_the_view(self):
        invoice = self._create_invoice()
        invoice.button_cancel()
        self.assertFalse(self._document(move_id=invoice))
        self.assertTrue(self._mirror(move_id=invoice))

    def test_deleted_invoice_takes_its_document_along(self):
        invoice = self._create_invoice()
        document = self._mirror(move_id=invoice)
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self.assertFalse(document.exists())

    def test_reset_invoice_may_lose_its_customer(self):
        invoice = self._create_invoice()
        invoice.button_draft()
        invoice.partner_id = False
        self.env.flush_all()
        self.assertEqual(self._mirror(move_id=invoice).legal_entity_id, self.dealer)

    def test_invoice_of_a_contact_belongs_to_his_legal_entity(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.entity.id}
        )
        invoice = self._create_invoice(entity=contact)
        self.assertEqual(self._mirror(move_id=invoice).legal_entity_id, self.entity)

    def test_credit_note_is_a_return(self):
        refund = self._create_invoice(amount=40.0, move_type="out_refund")
        self.assertRecordValues(
            self._document(move_id=refund),
            [
                {
                    "root_type_id": self.env.ref("b2b_portal.document_type_returns").id,
                    "amount": 40.0,
                    "status": "issued",
                }
            ],
        )

    def test_vendor_bill_and_entry_are_no_documents(self):
        bill = self._create_invoice(move_type="in_invoice")
        self.assertFalse(self._mirror(move_id=bill))

    def test_status_follows_the_payments(self):
        invoice = self._create_invoice(amount=100.0)
        invoice.invoice_date_due = fields.Date.today() + timedelta(days=3)
        document = self._mirror(move_id=invoice)
        self.assertEqual(document.status, "to_pay")
        self._register_payment(invoice, 30.0)
        self.assertEqual((document.status, document.amount_residual), ("partial", 70.0))
        self._register_payment(invoice, 70.0)
        self.assertIn(document.status, ("paid", "processing"))

    def test_bill_is_overdue_from_the_day_after(self):
        invoice = self._create_invoice()
        document = self._mirror(move_id=invoice)
        invoice.invoice_date_due = fields.Date.today()
        self.assertEqual(document.status, "to_pay")
        invoice.invoice_date_due -= timedelta(days=1)
        self.assertEqual(document.status, "overdue")

    def test_one_invoice_of_two_orders_is_in_both_packages(self):
        orders = self._create_order() | self._create_order()
        orders.action_confirm()
        orders.order_line.qty_delivered = 1
        invoice = orders._create_invoices()
        invoice.action_post()
        self.assertEqual(self._mirror(move_id=invoice).order_ids, orders)

    # === DELIVERIES === #

    def test_validated_delivery_is_a_waybill_with_its_value(self):
        self._set_stock(self.product, 5)
        order = self._create_order(contract=self.entity_contract, quantity=3, price=20)
        order.action_confirm()
        self.assertFalse(self._mirror(picking_id=order.picking_ids))
        picking = self._deliver(order)
        self.assertRecordValues(
            self._document(picking_id=picking),
            [
                {
                    "name": picking.name,
                    "type_id": self.env.ref("b2b_portal.document_type_waybill").id,
                    "legal_entity_id": self.entity.id,
                    "contract_id": self.entity_contract.id,
                    "order_ids": order.ids,
                    "amount": 60.0,
                    "status": "shipped",
                }
            ],
        )

    def _deliver_to_a_cent(self, **values):
        """Return an order whose unit prices cannot be rounded without loss, and its
        first delivery: 3 of 7 at 33.33 less 7 %, and 20 % tax."""
        tax = self.env["account.tax"].create(
            {"name": "VAT 20%", "amount": 20, "type_tax_use": "sale"}
        )
        self._set_stock(self.product, 20)
        order = self._create_order(quantity=7, price=33.33, **values)
        order.order_line.write({"discount": 7, "tax_ids": tax.ids})
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 3, "picked": True})
        return order, picking

    def test_full_delivery_costs_what_the_order_says(self):
        order, picking = self._deliver_to_a_cent()
        picking.move_ids.quantity = 7
        picking.button_validate()
        self.assertEqual(order.amount_total, 260.38)
        self.assertEqual(self._mirror(picking_id=picking).amount, 260.38)

    def test_each_part_costs_what_its_invoice_says(self):
        order, picking = self._deliver_to_a_cent()
        picking.with_context(skip_backorder=True).button_validate()
        first = order.invoice_ids
        self.assertEqual(self._mirror(picking_id=picking).amount, first.amount_total)
        rest = self._deliver(order)
        second = order.invoice_ids - first
        self.assertEqual(rest.move_ids.quantity, 4)
        self.assertEqual(self._mirror(picking_id=rest).amount, second.amount_total)

    def test_waybill_of_several_moves_of_one_line(self):
        order, picking = self._deliver_to_a_cent()
        move = picking.move_ids
        rest = self.env["stock.move"].create(move._split(4))
        rest._action_confirm(merge=False)
        (move | rest).picked = True
        move.quantity = 3
        rest.quantity = 4
        picking.button_validate()
        self.assertEqual(len(picking.move_ids), 2)
        self.assertEqual(self._mirror(picking_id=picking).amount, order.amount_total)

    def test_goods_that_came_back_and_go_out_again_cost_their_part(self):
        order, picking = self._deliver_to_a_cent()
        picking.move_ids.quantity = 7
        picking.button_validate()
        amount = self._mirror(picking_id=picking).amount
        back = self._return(picking, 3)
        self.assertFalse(self._mirror(picking_id=back), "a waybill goes to the dealer")
        again = self._return(back, 3)
        self.assertEqual(self._mirror(picking_id=picking).amount, amount)
        self.assertEqual(self._mirror(picking_id=again).amount, 111.59)

    def _return(self, picking, quantity):
        """Send so much of a transfer back where it came from."""
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.quantity = quantity
        back = wizard._create_return()
        back.move_ids.picked = True
        back._action_done()
        return back

    def test_waybill_follows_a_corrected_price_and_quantity(self):
        self.contract.invoicing_policy = "manual"
        order, picking = self._deliver_to_a_cent()
        picking.move_ids.quantity = 7
        picking.button_validate()
        document = self._mirror(picking_id=picking)
        order.order_line.price_unit = 100
        self.assertEqual(document.amount, order.amount_total)
        picking.action_toggle_is_locked()
        picking.move_ids.quantity = 1
        self.assertEqual(document.amount, 111.6)

    def test_waybill_in_another_unit_than_it_was_sold_in(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        self._set_stock(self.product, 12)
        order = self._create_order(price=70)
        order.order_line.product_uom_id = dozen
        order.order_line.price_unit = 70
        order.action_confirm()
        picking = self._deliver(order)
        self.assertEqual(picking.move_ids.product_uom, self.product.uom_id)
        self.assertEqual(self._mirror(picking_id=picking).amount, 70)

    def test_waybill_of_goods_that_were_not_sold_so_names_no_amount(self):
        order, picking = self._deliver_to_a_cent()
        part = self._create_product("Part of a kit", "P-1", 1.0)
        self._set_stock(part, 5)
        picking.move_ids.product_id = part
        picking.move_ids.sale_line_id = order.order_line
        picking.button_validate()
        self.assertEqual(self._mirror(picking_id=picking).amount, 0)

    def test_delivery_to_a_foreign_address_belongs_to_the_buyer(self):
        self._set_stock(self.product, 1)
        order = self._create_order(partner_shipping_id=self.stranger.id)
        order.action_confirm()
        document = self._mirror(picking_id=self._deliver(order))
        self.assertEqual(document.legal_entity_id, self.dealer)

    def test_delivery_without_order_is_a_waybill_of_the_receiver(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        picking = self._create_picking(
            warehouse.out_type_id,
            warehouse.lot_stock_id,
            self.env.ref("stock.stock_location_customers"),
        )
        self.assertRecordValues(
            self._document(picking_id=picking),
            [{"legal_entity_id": self.dealer.id, "amount": 0.0}],
        )

    def test_internal_transfer_and_receipt_are_no_documents(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "location_id": warehouse.lot_stock_id.id}
        )
        internal = self._create_picking(
            warehouse.int_type_id, warehouse.lot_stock_id, shelf
        )
        receipt = self._create_picking(
            warehouse.in_type_id,
            self.env.ref("stock.stock_location_suppliers"),
            warehouse.lot_stock_id,
        )
        self.assertFalse(self._mirror(picking_id=internal))
        self.assertFalse(self._mirror(picking_id=receipt))

    def _create_picking(self, picking_type, source, target):
        """Return a validated transfer of one piece that names the dealer."""
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "partner_id": self.dealer.id,
                "location_id": source.id,
                "location_dest_id": target.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "product_uom_qty": 1,
                            "location_id": source.id,
                            "location_dest_id": target.id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.button_validate()
        return picking

    def test_stock_user_who_validates_needs_no_right_on_documents(self):
        keeper = new_test_user(
            self.env, login="b2b_keeper", groups="stock.group_stock_user"
        )
        self._set_stock(self.product, 1)
        order = self._create_order()
        order.action_confirm()
        picking = self._deliver(order.with_user(keeper).sudo(False).browse(order.id))
        document = self._mirror(picking_id=picking)
        self.assertTrue(document)
        with self.assertRaises(AccessError):
            document.with_user(keeper).write({"name": "x"})

    # === PAYMENTS === #

    def test_payment_shows_when_posted_with_contract_and_orders(self):
        order = self._create_order(contract=self.entity_contract)
        order.action_confirm()
        order.order_line.qty_delivered = 1
        invoice = order._create_invoices()
        invoice.action_post()
        payment = self._register_payment(invoice, 60.0)
        self.assertRecordValues(
            self._document(payment_id=payment),
            [
                {
                    "root_type_id": self.env.ref(
                        "b2b_portal.document_type_payments"
                    ).id,
                    "amount": 60.0,
                    "legal_entity_id": self.entity.id,
                    "contract_id": self.entity_contract.id,
                    "order_ids": order.ids,
                }
            ],
        )

    def test_payment_learns_its_contract_when_matched_later(self):
        second = self._create_contract(self.dealer, "D-2")
        payment = self._create_payment()
        document = self._mirror(payment_id=payment)
        self.assertFalse(document.contract_id)
        invoice = self._create_invoice(b2b_contract_id=second.id)
        items = (payment.move_id | invoice).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        items.reconcile()
        self.assertEqual(document.contract_id, second)
        items.remove_move_reconcile()
        self.assertFalse(document.contract_id)

    def _create_payment(self, post=True, **values):
        """Return a payment of 100 whose money account keeps it open."""
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        line = bank.inbound_payment_method_line_ids[:1]
        if not line.payment_account_id:
            line.payment_account_id = self.env["account.account"].create(
                {
                    "name": "Outstanding",
                    "code": "B2BOUT",
                    "account_type": "asset_current",
                    "reconcile": True,
                }
            )
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.dealer.id,
                "partner_type": "customer",
                "payment_type": "inbound",
                "amount": 100.0,
                "journal_id": bank.id,
                "payment_method_line_id": line.id,
                **values,
            }
        )
        if post:
            payment.action_post()
        return payment

    def test_draft_cancelled_and_rejected_payments_are_hidden(self):
        payment = self._create_payment(post=False)
        self.assertFalse(self._mirror(payment_id=payment))
        payment.action_post()
        self.assertTrue(self._document(payment_id=payment))
        payment.action_draft()
        self.assertFalse(self._document(payment_id=payment))
        payment.action_post()
        self.assertTrue(self._document(payment_id=payment))
        payment.action_cancel()
        self.assertFalse(self._document(payment_id=payment))

    def test_payment_without_journal_entry_is_a_document(self):
        payment = self._create_payment(post=False, amount=15.0)
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        document = self._document(payment_id=payment)
        self.assertEqual((document.amount, document.status), (15.0, "processing"))
        self.assertEqual(document.name, payment.name)
        payment.action_reject()
        self.assertFalse(self._document(payment_id=payment))

    def test_money_paid_back_is_told_apart(self):
        payment = self._create_payment(payment_type="outbound")
        self.assertEqual(
            self._mirror(payment_id=payment).type_id,
            self.env.ref("b2b_portal.document_type_payment_back"),
        )

    def test_supplier_payment_is_no_document(self):
        payment = self._create_payment(partner_type="supplier", payment_type="outbound")
        self.assertFalse(self._mirror(payment_id=payment))

    def test_bank_line_on_the_receivable_is_a_payment(self):
        line = self._create_bank_line(80.0)
        self.assertFalse(self._mirror(move_id=line.move_id))
        suspense = line.move_id.line_ids.filtered(
            lambda item: item.account_id == line.journal_id.suspense_account_id
        )
        suspense.account_id = self.dealer.property_account_receivable_id
        document = self._document(move_id=line.move_id)
        self.assertRecordValues(
            document,
            [
                {
                    "type_id": self.env.ref("b2b_portal.document_type_payment").id,
                    "amount": 80.0,
                    "contract_id": self.contract.id,
                    "status": "received",
                }
            ],
        )
        suspense.account_id = line.journal_id.suspense_account_id
        self.assertFalse(document.sudo().is_published)

    def test_bank_line_given_new_items_is_a_payment(self):
        """As tools of bank reconciliation do: the suspense item makes way."""
        move = self._create_bank_line(80.0).move_id
        suspense = move.line_ids.filtered("credit")
        booked = {
            "account_id": self.dealer.property_account_receivable_id.id,
            "partner_id": self.dealer.id,
        }
        move.with_context(force_delete=True, skip_readonly_check=True).write(
            {
                "line_ids": [
                    Command.delete(suspense.id),
                    Command.create({**booked, "balance": -50.0}),
                    Command.create({**booked, "balance": -30.0}),
                ]
            }
        )
        self.assertEqual(self._document(move_id=move).amount, 80.0)

    def _create_bank_line(self, amount):
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "partner_id": self.dealer.id,
                "payment_ref": "Transfer",
                "amount": amount,
                "date": "2026-02-01",
            }
        )

    def test_bank_line_matched_with_a_payment_is_not_shown_twice(self):
        payment = self._create_payment()
        line = self._create_bank_line(100.0)
        suspense = line.move_id.line_ids.filtered(
            lambda item: item.account_id == line.journal_id.suspense_account_id
        )
        suspense.account_id = payment.outstanding_account_id
        self.assertFalse(self._mirror(move_id=line.move_id))

    def _pay_without_entry(self, invoices, amount):
        """Return a payment of invoices that only the bank's line will book."""
        payment = self._create_payment(
            post=False, amount=amount, invoice_ids=[Command.set(invoices.ids)]
        )
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        return payment

    def _book_bank_line(self, invoices, amount):
        """Return the entry of a bank line, booked on the dealer and matched."""
        line = self._create_bank_line(amount)
        suspense = line.move_id.line_ids.filtered(
            lambda item: item.account_id == line.journal_id.suspense_account_id
        )
        suspense.account_id = self.dealer.property_account_receivable_id
        (suspense | invoices._b2b_receivable_items()).reconcile()
        return line.move_id

    def _money_shown(self):
        """Return the amounts of the Payments tab, the smallest first."""
        tab = self.env.ref("b2b_portal.document_type_payments")
        documents = self.env["b2b.document"].with_user(self.dealer_user)
        found = documents.search([("root_type_id", "=", tab.id)])
        return sorted(found.mapped("amount"))

    def test_payment_without_entry_and_its_bank_line_are_shown_once(self):
        invoice = self._create_invoice(amount=100.0)
        payment = self._pay_without_entry(invoice, 100.0)
        entry = self._book_bank_line(invoice, 100.0)
        self.assertEqual(payment.state, "paid")
        self.assertTrue(self._document(payment_id=payment))
        self.assertFalse(self._document(move_id=entry))
        self.assertEqual(self._money_shown(), [100.0])

    def test_bank_line_comes_back_when_the_payment_goes(self):
        invoice = self._create_invoice(amount=100.0)
        payment = self._pay_without_entry(invoice, 100.0)
        entry = self._book_bank_line(invoice, 100.0)
        payment.action_cancel()
        self.assertFalse(self._document(payment_id=payment))
        self.assertEqual(self._document(move_id=entry).amount, 100.0)

    def test_payment_of_several_invoices_is_shown_once(self):
        invoices = self._create_invoice(amount=100.0) | self._create_invoice(amount=60)
        self._pay_without_entry(invoices, 160.0)
        self._book_bank_line(invoices, 160.0)
        self.assertEqual(self._money_shown(), [160.0])

    def test_bank_lines_show_what_no_payment_does(self):
        invoice = self._create_invoice(amount=300.0)
        self._pay_without_entry(invoice, 100.0)
        self._book_bank_line(invoice, 70.0)
        self.assertEqual(self._money_shown(), [100.0])
        equal = self._book_bank_line(invoice, 100.0)
        self.assertFalse(self._document(move_id=equal))
        self.assertEqual(self._money_shown(), [70.0, 100.0])

    def test_payment_in_several_transfers_is_shown_once(self):
        invoice = self._create_invoice(amount=100.0)
        self._pay_without_entry(invoice, 100.0)
        for amount in (30.0, 70.0):
            self._book_bank_line(invoice, amount)
        self.assertEqual(self._money_shown(), [100.0])

    def test_bank_line_of_other_invoices_too_shows_the_rest(self):
        invoices = self._create_invoice(amount=100.0) | self._create_invoice(amount=60)
        self._pay_without_entry(invoices[0], 100.0)
        self._book_bank_line(invoices, 160.0)
        self.assertEqual(self._money_shown(), [60.0, 100.0])

    # === PAPERS BY HAND === #

    def test_staff_registers_a_paper_of_an_own_type(self):
        own_type = self.env["b2b.document.type"].create({"name": "Certificates"})
        document = self._register(type_id=own_type.id)
        as_dealer = document.with_user(self.dealer_user)
        self.assertEqual(as_dealer.root_type_id, own_type)
        self.assertEqual(as_dealer.source, "manual")
        self.assertEqual(as_dealer.sudo()._get_pdf()[:5], b"%PDF-")

    def test_paper_is_hidden_until_it_is_published(self):
        document = self._register(is_published=False, pdf_file=False)
        self.assertFalse(document.with_user(self.dealer_user)._filtered_access("read"))
        with self.assertRaisesRegex(ValidationError, "Attach the PDF"):
            document.is_published = True
        document.write({"pdf_file": PDF, "is_published": True})
        self.assertTrue(document.with_user(self.dealer_user)._filtered_access("read"))

    def test_file_that_is_no_pdf_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no PDF"):
            self._register(pdf_file=base64.b64encode(b"<html>not a pdf</html>"))

    def test_paper_of_a_foreign_contract_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "another legal entity"):
            self._register(contract_id=self.stranger_contract.id)

    def test_amount_is_never_negative(self):
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            self._register(amount=-1.0)

    def test_dealer_cannot_register_change_or_delete(self):
        document = self._register()
        as_dealer = document.with_user(self.dealer_user)
        with self.assertRaises(AccessError):
            as_dealer.write({"amount": 1.0})
        with self.assertRaises(AccessError):
            as_dealer.unlink()
        with self.assertRaises(AccessError):
            as_dealer.create({"name": "x"})

    def test_mirrored_document_is_not_deleted_by_hand(self):
        document = self._mirror(move_id=self._create_invoice())
        with self.assertRaisesRegex(UserError, "leaves the journal with its record"):
            document.with_user(self.staff_user).unlink()
        self._register().unlink()

    # === TYPES === #

    def test_types_of_odoo_are_archived_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.env.ref("b2b_portal.document_type_others").unlink()

    def test_archived_tab_is_not_in_the_journal_nor_the_package(self):
        order = self._create_order(user_id=self.staff_user.id)
        document = self._register(order_ids=order.ids)
        documents = self.env["b2b.document"].with_user(self.dealer_user)
        self.assertEqual(documents._get_package(order), document)
        self.env.ref("b2b_portal.document_type_tax_invoices").active = False
        self.assertFalse(documents._get_package(order))
        self.assertNotIn(document, documents.search(documents._get_portal_domain()))

    def test_archived_tab_still_takes_its_papers(self):
        self.env.ref("b2b_portal.document_type_invoice").active = False
        invoice = self._create_invoice()
        self.assertTrue(self._mirror(move_id=invoice).type_id)

    def test_type_of_a_type_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no types of their own"):
            self.env["b2b.document.type"].create(
                {
                    "name": "Deep",
                    "parent_id": self.env.ref("b2b_portal.document_type_invoice").id,
                }
            )

    def test_type_moved_to_another_tab_moves_its_papers(self):
        document = self._register().sudo()
        others = self.env.ref("b2b_portal.document_type_others")
        document.type_id.parent_id = others
        self.assertEqual(document.root_type_id, others)

    # === CONTRACTS AND PACKAGE === #

    def test_new_contract_takes_what_named_none(self):
        entity = self._create_entity("Newcomer")
        invoice = self._create_invoice(entity=entity)
        document = self._mirror(move_id=invoice)
        self.assertFalse(document.contract_id)
        contract = self._create_contract(entity, "N-1")
        self.assertEqual(document.contract_id, contract)
        self._create_contract(entity, "N-2")
        self.assertFalse(document.contract_id)

    def test_contract_written_on_an_invoice_reaches_its_document(self):
        second = self._create_contract(self.dealer, "D-2")
        invoice = self._create_invoice()
        invoice.b2b_contract_id = second
        self.assertEqual(self._mirror(move_id=invoice).contract_id, second)

    def test_package_follows_the_process(self):
        self._set_stock(self.product, 1)
        order = self._create_order(user_id=self.staff_user.id)
        order.action_confirm()
        self._register(order_ids=order.ids)
        picking = self._deliver(order)
        invoice = order.invoice_ids or order._create_invoices()
        if invoice.state == "draft":
            invoice.action_post()
        self._register_payment(invoice)
        documents = self.env["b2b.document"].with_user(self.dealer_user)
        codes = documents._get_package(order).type_id.mapped("code")
        self.assertEqual(codes, ["waybill", "invoice", "tax_invoice", "payment"])
        stranger = self.env["b2b.document"].with_user(self.stranger_user)
        self.assertFalse(stranger._get_package(order))
        public = self.env["b2b.document"].with_user(self.env.ref("base.public_user"))
        self.assertFalse(public._get_package(order))
        self.assertTrue(picking)
