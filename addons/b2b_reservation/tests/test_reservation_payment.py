from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext

from .common import B2bReservationCommon
from .test_bill_lapses import LapseBuilders


class PaymentBuilders(LapseBuilders):
    """An order with a bill and a reserve, and money for it."""

    def _let_time_pass(self, hours):
        """Put everything that has a time back by some hours, and let the cron run."""
        for reservation in self.order.b2b_reservation_ids:
            for name in ("date_expiry", "date_paying"):
                if reservation[name]:
                    reservation[name] -= timedelta(hours=hours)
        self._run_cron()

    def _receive(self, tx):
        """Let the money of a payment that was begun arrive, as the server books it."""
        tx._set_done()
        lines = self.provider.journal_id.inbound_payment_method_line_ids
        lines[:1].payment_provider_id = self.provider
        tx._post_process()

    def _bill_by_invoice(self):
        self.bill.action_withdraw()
        self.contract.billing_mode = "invoice"
        return self.order._b2b_issue_bill()

    def _get_mails(self):
        return self.env["mail.mail"].search([("model", "=", "b2b.reservation")])

    def _sell_to_another(self, quantity):
        walk_in = self._create_order(quantity=quantity)
        walk_in.b2b_contract_id = False
        walk_in.action_confirm()
        return walk_in

    def _get_waits(self):
        return self.env["b2b.reservation.wait"].search(
            [("order_id", "=", self.order.id), ("state", "=", "waiting")]
        )


@tagged("post_install", "-at_install")
class TestMoneyOnItsWay(PaymentBuilders, B2bReservationCommon):
    def assertPutOff(self):
        left = self.reservation.date_expiry - fields.Datetime.now()
        self.assertGreater(left, timedelta(minutes=55))
        self.assertLessEqual(left, timedelta(minutes=60))

    def test_it_keeps_the_goods_as_it_keeps_the_bill(self):
        for state, hours in (("pending", 48), ("authorized", 48), ("draft", 0)):
            with self.subTest(state=state):
                tx = self._begin_payment("pending", hours)
                # The provider at hand knows no authorizing.
                self.env.cr.execute(
                    "UPDATE payment_transaction SET state = %s WHERE id = %s",
                    [state, tx.id],
                )
                tx.invalidate_recordset()
                self._expire(self.reservation)
                self.assertEqual(self.bill.state, "issued")
                self.assertEqual(self.reservation.state, "running")
                self.assertHeld(self.order, 5)
                self.assertPutOff()
                tx.state = "cancel"

    def test_money_that_arrives_in_the_meantime_keeps_them_for_good(self):
        tx = self._begin_payment("pending", 48)
        self._expire(self.reservation)
        self._receive(tx)
        self._let_time_pass(2)
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertEqual(self.reservation.state, "running")
        self.assertFalse(self.reservation.date_expiry)
        self.assertHeld(self.order, 5)

    def test_money_that_does_not_come_releases_them_in_the_next_hour(self):
        tx = self._begin_payment("pending")
        self._expire(self.reservation)
        tx._set_canceled()
        self._let_time_pass(2)
        self.assertEqual(self.reservation.state, "expired")
        self.assertEqual(self.bill.state, "lapsed")
        self.assertHeld(self.order, 0)

    def test_transfer_that_stays_pending_does_not_keep_them_without_end(self):
        self._begin_payment("pending")
        self._expire(self.reservation)
        for _hour in range(30):
            self._let_time_pass(1)
        self.assertEqual(self.reservation.state, "running")
        for _hour in range(30):
            self._let_time_pass(1)
        self.assertEqual(self.reservation.state, "expired")
        self.assertHeld(self.order, 0)

    def test_new_attempts_do_not_keep_them_without_end(self):
        self._begin_payment("draft")
        self._expire(self.reservation)
        for _hour in range(60):
            self._begin_payment("draft")
            self._let_time_pass(1)
        self.assertEqual(self.reservation.state, "expired")

    def test_part_that_was_set_aside_is_not_kept_for_longer(self):
        self._begin_payment("pending")
        self._expire(self.reservation)
        for _hour in range(30):
            self._let_time_pass(1)
        request = self._request_shipment((self.order.order_line, 2))
        part = request.reservation_ids
        self.assertNotEqual(part, self.reservation)
        request.with_user(self.dealer_user)._cancel_by_dealer()
        for _hour in range(30):
            self._let_time_pass(1)
        self.assertEqual(part.state, "expired")
        self.assertHeld(self.order, 0)

    def test_once_it_is_extended_money_keeps_it_from_its_new_end_on(self):
        self._begin_payment("pending")
        self._expire(self.reservation)
        self.reservation.with_user(self.dealer_user).sudo()._extend_by_dealer()
        self._let_time_pass(50)
        self.assertEqual(self.reservation.state, "running")
        self.assertPutOff()

    def test_payment_of_the_invoice_keeps_them_too(self):
        invoice = self._bill_by_invoice()
        tx = self._begin_payment("pending")
        tx.write({"sale_order_ids": False, "invoice_ids": invoice.ids})
        self._expire(self.reservation)
        self.assertEqual(self.reservation.state, "running")
        self.assertPutOff()

    def test_money_that_is_not_booked_yet_keeps_them(self):
        invoice = self._bill_by_invoice()
        tx = self._begin_payment("done")
        tx.write({"sale_order_ids": False, "invoice_ids": invoice.ids})
        self._expire(self.reservation)
        self.assertEqual(self.reservation.state, "running")
        self._receive(tx)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self._let_time_pass(2)
        self.assertFalse(self.reservation.date_expiry)

    def _get_news(self):
        """Return what the chatter says of changes so far."""
        self.env.flush_all()
        self.env.cr.flush()
        self.reservation.invalidate_recordset()
        return self.reservation.sudo().message_ids.tracking_value_ids

    def test_putting_off_is_no_news_for_the_chatter(self):
        self._begin_payment("pending")
        self._get_news()
        reservation = self.reservation.with_context(tracking_disable=False)
        reservation.date_expiry = fields.Datetime.now() - timedelta(minutes=1)
        news = self._get_news()
        self.assertTrue(news)
        self.assertTrue(reservation._put_off_while_paying())
        self.assertEqual(self._get_news(), news)


@tagged("post_install", "-at_install")
class TestPaidLate(PaymentBuilders, B2bReservationCommon):
    """Money that arrives when the time of the reserve is over."""

    def setUp(self):
        super().setUp()
        self.tx = self._begin_payment("draft", 2)
        self._expire(self.reservation)
        self.assertHeld(self.order, 0)

    def _get_activities(self):
        return self.order.activity_ids.filtered(
            lambda activity: "Paid" in (activity.summary or "")
        )

    def test_what_is_free_is_reserved_again_for_good(self):
        self._receive(self.tx)
        self.assertEqual(self.bill.state, "issued")
        self.assertHeld(self.order, 5)
        again = self.order.b2b_reservation_ids - self.reservation
        self.assertEqual(again.state, "running")
        self.assertFalse(again.date_expiry)
        self.assertEqual(again.user_id, self.dealer_user)
        self.assertFalse(self._get_waits())
        self.assertFalse(self._get_activities())
        self._run_cron()
        self.assertHeld(self.order, 5)

    def test_for_what_is_gone_he_stands_in_line(self):
        self._sell_to_another(7)
        self._receive(self.tx)
        self.assertHeld(self.order, 3)
        self.assertEqual(self._get_waits().quantity, 2)

    def test_if_all_is_gone_he_waits_for_all(self):
        self._sell_to_another(10)
        self._receive(self.tx)
        self.assertHeld(self.order, 0)
        self.assertEqual(self.order.b2b_reservation_ids, self.reservation)
        wait = self._get_waits()
        self.assertEqual((wait.quantity, wait.user_id), (5, self.dealer_user))

    def test_he_does_not_overtake_who_waits(self):
        other = self._confirm_order(8, self.stranger_contract)
        other.with_user(self.stranger_user)._b2b_wait(other.order_line.ids)
        self._receive(self.tx)
        self.assertHeld(self.order, 2)
        self.assertEqual(self._get_waits().quantity, 3)

    # === RESERVED ANEW IN THE MEANTIME === #

    def test_nothing_is_late_for_what_he_has_reserved_anew(self):
        self._reserve(self.order, 3)
        self._get_mails().unlink()
        self._receive(self.tx)
        self.assertHeld(self.order, 3)
        self.assertFalse(self._get_mails())
        self.assertFalse(self._get_waits())
        self.assertFalse(self._get_activities())

    def test_what_he_reserved_anew_and_gave_back_stays_free(self):
        self._reserve(self.order)._release_by_dealer()
        self._receive(self.tx)
        self.assertHeld(self.order, 0)

    def test_what_he_has_not_reserved_anew_is_late(self):
        other = self._add_line("Air filter", 4)
        self._set_stock(other.product_id, 4)
        self.order.with_user(self.dealer_user)._b2b_reserve({other.id: 4})
        self._get_mails().unlink()
        self._receive(self.tx)
        self.assertEqual(self._get_held_by_line(), {5: 5, 4: 4})
        text = self._read_mail()
        self.assertIn("Oil filter: 5 Units", text)
        self.assertNotIn("Air filter", text)

    def test_mail_says_what_is_reserved_again_beside_what_was_kept(self):
        self._reserve(self.order, 2).date_reserved -= timedelta(hours=3)
        self._sell_to_another(7)
        self._get_mails().unlink()
        self._receive(self.tx)
        self.assertHeld(self.order, 3)
        text = self._read_mail()
        self.assertRegex(text, r"reserved again[^:]*:[^:]*Oil filter: 1 Units")
        self.assertRegex(text, r"in line[^:]*:[^:]*Oil filter: 2 Units")

    def test_mail_says_what_several_that_have_expired_had(self):
        other = self._add_line("Air filter", 4)
        self._set_stock(other.product_id, 4)
        second = self.order.with_user(self.dealer_user)._b2b_reserve({other.id: 4})
        self._expire(second.with_env(self.env))
        self._get_mails().unlink()
        self._pay_bill(self.bill)
        self.assertEqual(self._get_held_by_line(), {5: 5, 4: 4})
        text = self._read_mail()
        self.assertIn("Oil filter: 5 Units", text)
        self.assertIn("Air filter: 4 Units", text)

    def _add_line(self, name, quantity):
        """Return a new line of the order, which costs nothing."""
        return self.env["sale.order.line"].create(
            {
                "order_id": self.order.id,
                "product_id": self._create_product(name, name, 0.0).id,
                "product_uom_qty": quantity,
                "price_unit": 0.0,
            }
        )

    def _get_held_by_line(self):
        self.env.invalidate_all()
        return {
            line.product_uom_qty: line._b2b_quantity_held()
            for line in self.order.order_line
        }

    def _read_mail(self):
        """Return the text of the only mail about reservations."""
        return " ".join(html2plaintext(self._get_mails().body_html).split())

    # === TELLING === #

    def test_dealer_is_told_once_what_is_reserved_and_what_is_missing(self):
        self._sell_to_another(7)
        self._get_mails().unlink()
        self._receive(self.tx)
        mail = self._get_mails()
        self.assertEqual(mail.recipient_ids, self.dealer_user.partner_id)
        self.assertIn(self.order.name, mail.subject)
        text = self._read_mail()
        self.assertRegex(text, r"reserved again[^:]*:[^:]*Oil filter: 3 Units")
        self.assertRegex(text, r"in line[^:]*:[^:]*Oil filter: 2 Units")

    def test_staff_are_called_if_goods_are_missing(self):
        self._sell_to_another(7)
        self._receive(self.tx)
        activity = self._get_activities()
        self.assertEqual(len(activity), 1)
        self.assertIn("Oil filter", activity.note)
        self.assertIn("2", activity.note)

    def test_booking_the_same_money_again_changes_nothing(self):
        self._receive(self.tx)
        again = self.order.b2b_reservation_ids - self.reservation
        again._release_by_dealer()
        mails = self._get_mails()
        payment = self.tx.payment_id
        payment.write({"state": payment.state})
        self.assertHeld(self.order, 0)
        self.assertEqual(self._get_mails(), mails)
        self.assertFalse(self._get_waits())

    def test_part_of_the_money_reserves_nothing(self):
        self._pay_bill(self.bill, 10)
        self.assertHeld(self.order, 0)
        self.assertFalse(self._get_waits())

    def test_part_of_the_money_reserves_where_it_keeps(self):
        self.company.b2b_keep_partly_paid = True
        self._pay_bill(self.bill, 10)
        self.assertHeld(self.order, 5)

    def test_money_that_staff_book_counts_too(self):
        self._pay_bill(self.bill)
        self.assertHeld(self.order, 5)

    def _count_notes(self, act):
        """Return how often the order was told of money while something was done."""
        notes = []
        orders = type(self.order)
        take_note = orders._b2b_take_note_of_money

        def count(paid):
            notes.extend(order for order in paid if order == self.order)
            return take_note(paid)

        with patch.object(orders, "_b2b_take_note_of_money", count):
            act()
        return len(notes)

    def test_money_that_staff_book_is_taken_note_of_once(self):
        self._pay_bill(self.bill)
        payment = self.bill.payment_ids
        self.assertEqual(payment.state, "in_process")
        self.assertEqual(self._count_notes(payment.action_validate), 1)

    def test_money_for_the_invoice_counts_too(self):
        self._register_payment(self._bill_by_invoice())
        self.assertHeld(self.order, 5)

    def test_money_that_the_bank_alone_knows_of_counts_too(self):
        invoice = self._bill_by_invoice()
        debt = invoice.line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        )
        journal = self.provider.journal_id
        entry = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": debt.account_id.id,
                            "partner_id": debt.partner_id.id,
                            "credit": debt.debit,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": journal.default_account_id.id,
                            "debit": debt.debit,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (debt | entry.line_ids[:1]).reconcile()
        self.assertHeld(self.order, 5)

    def test_money_that_comes_online_without_an_entry_counts_too(self):
        invoice = self._bill_by_invoice()
        payment = self.env["account.payment"].create(
            {
                "partner_id": self.dealer.id,
                "amount": invoice.amount_total,
                "payment_type": "inbound",
                "partner_type": "customer",
                "invoice_ids": invoice.ids,
                "payment_transaction_id": self.tx.id,
            }
        )
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        self.assertHeld(self.order, 5)

    def test_what_he_gave_back_himself_stays_free(self):
        self.reservation.state = "released"
        self._pay_bill(self.bill)
        self.assertHeld(self.order, 0)

    def test_cancelled_order_reserves_nothing(self):
        self.order._action_cancel()
        self._receive(self.tx)
        self.assertFalse(self.order.b2b_reservation_ids - self.reservation)
        self.assertFalse(self._get_waits())

    def test_failing_to_reserve_does_not_refuse_the_money(self):
        orders = type(self.order)

        def fail(_order, _expired):
            raise ValueError("disturbed")

        self.patch(orders, "_b2b_reserve_again", fail)
        with self.assertLogs("odoo.addons.b2b_portal.models.sale_order_bill"):
            self._receive(self.tx)
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertTrue(self._get_activities())


@tagged("post_install", "-at_install")
class TestMoneyTakenBack(PaymentBuilders, B2bReservationCommon):
    def _resume(self):
        self._run_cron("ir_cron_resume")

    def _pay_and_expire(self):
        self._pay_bill(self.bill)
        self._expire(self.reservation)
        self.assertFalse(self.reservation.date_expiry)
        return self.bill.payment_ids

    def assertRunsAgain(self):
        left = self.reservation.date_expiry - fields.Datetime.now()
        self.assertAlmostEqual(left.total_seconds() / 3600, 48, places=1)

    def test_time_runs_again_and_the_bill_lapses_with_it(self):
        payment = self._pay_and_expire()
        payment.action_draft()
        payment.action_cancel()
        self._resume()
        self.assertEqual(self.bill.payment_state, "not_paid")
        self.assertRunsAgain()
        self._expire(self.reservation)
        self.assertEqual(self.reservation.state, "expired")
        self.assertHeld(self.order, 0)
        self.assertEqual(self.bill.state, "lapsed")

    def test_reminder_comes_again(self):
        self.reservation.is_reminded = True
        self._pay_and_expire().action_draft()
        self._resume()
        self.assertFalse(self.reservation.is_reminded)

    def test_what_stays_paid_stays_without_end(self):
        self._pay_and_expire()
        for _time in range(2):
            self._resume()
        self.assertFalse(self.reservation.date_expiry)
        self.assertHeld(self.order, 5)

    def test_what_staff_keep_without_end_stays_so(self):
        self.reservation.with_user(self.staff_user).date_expiry = False
        self._resume()
        self.assertFalse(self.reservation.date_expiry)

    def test_order_that_has_grown_beyond_its_money_runs_again(self):
        self._pay_and_expire()
        self.order.order_line.product_uom_qty = 9
        self._resume()
        self.assertRunsAgain()

    def test_what_was_reserved_for_a_request_runs_again_once_it_is_cancelled(self):
        self._pay_bill(self.bill)
        self.reservation._release_by_dealer()
        line = self.order.order_line
        request = self._request_shipment((line, 3))
        self.bill.payment_ids.action_draft()
        self._resume()
        self.reservation = request.reservation_ids
        self.assertFalse(self.reservation.date_expiry)
        request._cancel()
        self._resume()
        self.assertRunsAgain()

    def test_part_that_was_set_aside_runs_again_once_it_is_cancelled(self):
        payment = self._pay_and_expire()
        request = self._request_shipment((self.order.order_line, 2))
        part = request.reservation_ids
        self.assertNotEqual(part, self.reservation)
        payment.action_draft()
        request._cancel()
        self._resume()
        self.assertRunsAgain()
        self.assertTrue(part.date_expiry)

    def test_failing_for_one_leaves_the_others_to_go_on(self):
        self._pay_and_expire().action_draft()

        def fail(_reservation):
            raise ValueError("disturbed")

        with self.assertLogs("odoo.addons.b2b_reservation", "ERROR"):
            self.patch(type(self.reservation), "_resume", fail)
            self._resume()
        self.assertFalse(self.reservation.date_expiry)
