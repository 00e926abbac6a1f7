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
