from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import B2bReservationCommon


class InvoiceBuilders:
    """An order of ten pieces for 10.00 each, without taxes, and its invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock_user = new_test_user(
            cls.env, login="b2b_stock", groups="stock.group_stock_user"
        )
        cls._set_stock(cls.product, 20)
        cls.product.invoice_policy = "order"
        cls.order = cls._confirm_order(10, tax_ids=[Command.clear()])
        cls.line = cls.order.order_line

    def _invoice(self, share=None, order=None):
        """Return a posted invoice of an order, or of a part of it in percent."""
        order = order or self.order
        values = {"advance_payment_method": "delivered"}
        if share:
            values = {"advance_payment_method": "percentage", "amount": share}
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_ids=order.ids, active_model="sale.order")
            .create(values)
        )
        invoice = wizard._create_invoices(order)
        invoice.action_post()
        return invoice

    def _pay(self, move):
        """Pay an invoice, or pay a credit note back."""
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        return move

    def _get_states(self, order=None):
        order = order or self.order
        return order._b2b_get_payment_states()[order.id]

    def assertPaid(self):
        self.assertTrue(self._get_states() & {"paid", "in_payment"})
        self.assertTrue(self.order._b2b_keeps_reserve())
        self.assertTrue(self.order._b2b_get_paid())

    def assertNotPaid(self, *states):
        self.assertEqual(self._get_states(), set(states))
        self.assertFalse(self.order._b2b_keeps_reserve())
        self.assertFalse(self.order._b2b_get_paid())


@tagged("post_install", "-at_install")
class TestOrderPaid(InvoiceBuilders, B2bReservationCommon):
    """Paid in full is what so much money has come for as the order costs."""

    def test_down_payment_and_unpaid_rest_are_a_part(self):
        self._pay(self._invoice(30))
        rest = self._invoice()
        self.assertEqual(rest.amount_total, 70)
        self.assertNotPaid("partial", "not_paid")
        self._pay(rest)
        self.assertPaid()

    def test_part_is_kept_where_the_company_keeps_it(self):
        self._pay(self._invoice(30))
        self._invoice()
        self.company.b2b_keep_partly_paid = True
        self.assertTrue(self.order._b2b_keeps_reserve())
        self.assertFalse(self.order._b2b_get_paid())

    def test_what_was_reversed_is_not_paid(self):
        self._invoice()._reverse_moves(cancel=True)
        self._pay(self._invoice(50))
        self.assertNotPaid("partial", "reversed")

    def _pay_in_other_currency(self, rate, price):
        """Pay an invoice of the order in a currency of which the order's is worth so
        many.
        """
        currency = self.env["res.currency"].create(
            {"name": "XTS", "symbol": "X", "rate_ids": [Command.create({"rate": rate})]}
        )
        invoice = self.order._create_invoices()
        invoice.currency_id = currency
        invoice.invoice_line_ids.price_unit = price
        invoice.action_post()
        self._pay(invoice)

    def test_other_money_is_converted(self):
        self._pay_in_other_currency(2, 10)
        self.assertNotPaid("partial")

    def test_other_money_that_is_worth_more_is_enough(self):
        self._pay_in_other_currency(0.3, 3)
        self.assertPaid()

    def test_smallest_coin_of_other_money_is_not_lacking(self):
        # The order costs 143.50, which is 14.30695.
        self.line.price_unit = 14.35
        self._pay_in_other_currency(0.0997, 1.43)
        self.assertPaid()

    def test_one_query_is_enough_for_many_orders(self):
        orders = self.order
        for _order in range(3):
            orders |= self._confirm_order(1, tax_ids=[Command.clear()])
        for order in orders:
            self._pay(self._invoice(30, order))
        orders.mapped("currency_id.rounding")
        orders.mapped("amount_total")
        with self.assertQueryCount(1):
            orders._b2b_get_payment_states()


@tagged("post_install", "-at_install")
class TestPaidBack(InvoiceBuilders, B2bReservationCommon):
    """Money that a credit note gives back pays for nothing, unless the goods do not
    come either.
    """

    def _credit(self, invoice, quantity=None):
        """Return the posted credit note of an invoice, or of so many pieces of it."""
        credit = invoice._reverse_moves()
        if quantity is not None:
            credit.invoice_line_ids.quantity = quantity
        credit.action_post()
        return credit

    def _ship(self, quantity):
        picking = self.order.picking_ids.filtered(lambda x: x.state != "done")
        picking.move_ids.quantity = quantity
        self._deliver(picking.with_user(self.stock_user))
        return picking

    def _bring_back(self, picking, quantity):
        back = self._return(picking, {self.product: quantity}, self.stock_user)
        back.move_ids.picked = True
        back.button_validate()

    def test_all_that_was_paid_back(self):
        self._pay(self._credit(self._pay(self._invoice())))
        self.assertNotPaid("reversed")

    def test_time_runs_again(self):
        reservation = self._reserve(self.order)
        invoice = self._pay(self._invoice())
        self._expire(reservation)
        self.assertFalse(reservation.date_expiry)
        self._pay(self._credit(invoice))
        self._run_cron("ir_cron_resume")
        self.assertTrue(reservation.date_expiry)

    def test_part_that_is_still_to_be_delivered(self):
        self._credit(self._pay(self._invoice()), 4)
        self.assertNotPaid("partial")
        self.line.product_uom_qty = 6
        self.assertPaid()

    def test_what_came_back_leaves_the_rest_paid(self):
        invoice = self._pay(self._invoice())
        picking = self._ship(4)
        self._bring_back(picking, 4)
        self._pay(self._credit(invoice, 4))
        self.assertPaid()
        self.assertEqual(self.line._b2b_quantity_to_ship(), 6)

    def test_more_than_what_came_back(self):
        invoice = self._pay(self._invoice())
        self._bring_back(self._ship(4), 4)
        self._credit(invoice, 5)
        self.assertNotPaid("partial")

    def test_what_is_on_its_way_back_leaves_the_rest_paid(self):
        invoice = self._pay(self._invoice())
        self._return(self._ship(4), {self.product: 4}, self.stock_user)
        self._credit(invoice, 4)
        self.assertPaid()

    def test_what_will_not_come_leaves_the_rest_paid(self):
        other = self._create_product("Second", "S-2", 10.0)
        other.invoice_policy = "order"
        self.order.order_line = [
            Command.create(
                {
                    "product_id": other.id,
                    "product_uom_qty": 1,
                    "price_unit": 10.0,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
        invoice = self._pay(self._invoice())
        moves = self.order.picking_ids.move_ids
        moves.filtered(lambda move: move.product_id == other)._action_cancel()
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.filtered(
            lambda item: item.product_id == self.product
        ).unlink()
        credit.action_post()
        self.assertPaid()

    def test_invoice_that_was_made_anew_is_paid_once(self):
        self._invoice()._reverse_moves(cancel=True)
        self._pay(self._invoice())
        self.assertIn("reversed", self._get_states())
        self.assertPaid()

    def test_credit_that_pays_the_invoice_made_anew(self):
        first = self._pay(self._invoice())
        credit = self._credit(first)
        second = self._invoice()
        (credit | second).line_ids.filtered(
            lambda item: item.account_id.account_type == "asset_receivable"
        ).reconcile()
        self.assertEqual(second.payment_state, "reversed")
        self.assertPaid()

    def test_final_invoice_after_a_down_payment(self):
        self._pay(self._invoice(30))
        self._credit(self._pay(self._invoice()))
        self.assertNotPaid("partial")

    def test_payment_request_that_was_paid_counts_less_too(self):
        bill = self.order._b2b_issue_bill()
        invoice = self._pay(self._invoice())
        self.assertEqual(bill.payment_state, "paid")
        self.assertPaid()
        self._pay(self._credit(invoice, 4))
        self.assertNotPaid("partial")

    def test_draft_gives_nothing_back(self):
        self._pay(self._invoice())._reverse_moves()
        self.assertPaid()
