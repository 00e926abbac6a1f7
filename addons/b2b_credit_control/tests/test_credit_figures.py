from odoo.fields import Command
from odoo.tests import tagged

from .common import B2bCreditCommon


@tagged("post_install", "-at_install")
class TestCreditFigures(B2bCreditCommon):
    def _assert_figures(self, expected, **kwargs):
        figures = self._get_figures(**kwargs)
        self.assertEqual({name: figures.get(name) for name in expected}, expected)

    def test_nothing_is_owed_at_first(self):
        self.assertFalse(self._get_figures())
        self.assertEqual(self.contract.credit_debt, 0)

    def test_debt_overdue_and_due_soon(self):
        self._create_debt(100, overdue_days=10)
        self._create_debt(40, overdue_days=3)
        self._create_debt(7, overdue_days=0)
        self._create_debt(20, overdue_days=-7)
        self._create_debt(500, overdue_days=-8)
        self._assert_figures(
            {
                "debt": 667,
                "overdue": 140,
                "due_soon": 27,
                "overdue_since": self._days_ago(10),
                "overdue_days": 10,
            }
        )

    def test_payment_lowers_the_debt(self):
        move = self._create_debt(100, overdue_days=10)
        self._register_payment(move, 30)
        self._assert_figures({"debt": 70, "overdue": 70})
        self._register_payment(move, 70)
        self.assertFalse(self._get_figures())

    def test_prepayment_counts_in_favour_of_what_is_due_first(self):
        self._create_debt(100, overdue_days=10)
        self._create_debt(50, overdue_days=5)
        refund = self._create_invoice(
            self.dealer, 120, "out_refund", b2b_contract_id=self.contract.id
        )
        self._assert_figures(
            {"debt": 30, "overdue": 30, "overdue_since": self._days_ago(5)}
        )
        refund.button_draft()
        self._assert_figures({"debt": 150, "overdue": 150})

    def test_prepayment_over_the_debt_is_negative_debt(self):
        self._create_invoice(
            self.dealer, 80, "out_refund", b2b_contract_id=self.contract.id
        )
        self._assert_figures({"debt": -80, "overdue": 0, "overdue_since": None})

    def test_contracts_do_not_mix(self):
        self._create_debt(100, overdue_days=10)
        self._create_debt(30, contract=self.entity_contract)
        self._assert_figures({"debt": 100})
        self._assert_figures({"debt": 30}, contract=self.entity_contract)

    def test_currencies_are_not_added_together(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        self._create_debt(100)
        self._create_debt(40, currency_id=euro.id)
        self._assert_figures({"debt": 100})
        self._assert_figures({"debt": 40}, currency=euro)
        self.assertEqual(self.contract.credit_debt, 100)

    def test_debt_follows_the_invoice_to_another_contract(self):
        other = self._create_contract(self.dealer, "D-2")
        move = self._create_debt(100)
        move.b2b_contract_id = other
        self.assertFalse(self._get_figures())
        self._assert_figures({"debt": 100}, contract=other)

    def test_debt_without_a_contract_belongs_to_the_legal_entity(self):
        self._create_contract(self.dealer, "D-2")
        self._create_invoice(self.dealer, 60)
        totals = self.env["b2b.settlement.total"]
        rows = totals._get_figures(self.contract.ids, self.dealer.ids)
        self.assertEqual(
            [(row["contract_id"], row["debt"]) for row in rows], [(None, 60)]
        )
        self.assertFalse(totals._get_figures(self.contract.ids))

    def test_totals_agree_with_the_ledger_after_all(self):
        move = self._create_debt(100, overdue_days=3)
        self._create_debt(40, overdue_days=3)
        self._register_payment(move, 30)
        totals = self.env["b2b.settlement.total"]
        kept = self._read_totals()
        self.assertTrue(kept)
        totals._rebuild()
        self.assertEqual(self._read_totals(), kept)

    def test_installation_computes_the_orders_that_are_there(self):
        orders = self._create_order(price=70) | self._create_order(price=30)
        orders[0].action_confirm()
        self.assertEqual(orders.mapped("b2b_amount_uninvoiced"), [70, 0])
        self.env.flush_all()
        self.env.cr.execute("UPDATE sale_order SET b2b_amount_uninvoiced = NULL")
        self.env.invalidate_all()
        self.env["sale.order"]._b2b_complete_amounts()
        self.assertEqual(orders.mapped("b2b_amount_uninvoiced"), [70, 0])
        self.assertEqual(self._get_figures()["ordered"], 70)

    def _read_totals(self):
        totals = self.env["b2b.settlement.total"].search(
            ["|", ("debit", "!=", 0), ("credit", "!=", 0)]
        )
        return sorted(
            (
                total.legal_entity_id.id,
                total.contract_id.id,
                total.currency_id.id,
                str(total.date_maturity),
                total.debit,
                total.credit,
            )
            for total in totals
        )

    def test_all_contracts_cost_one_query(self):
        for number in range(5):
            contract = self._create_contract(self.dealer, f"M-{number}")
            self._create_debt(10, contract=contract)
        contracts = self.dealer.b2b_contract_ids
        self.env.flush_all()
        with self.assertQueryCount(1):
            figures = contracts._get_credit_figures()
        self.assertEqual(len([rows for rows in figures.values() if rows]), 5)

    # === ORDERS === #

    def test_confirmed_order_takes_of_the_limit(self):
        self.contract.write({"has_credit_limit": True, "credit_limit": 1000})
        self._create_debt(100)
        order = self._create_order(quantity=3, price=100)
        self._assert_figures({"ordered": 0})
        order.action_confirm()
        self._assert_figures({"debt": 100, "ordered": 300})
        self.assertEqual(self.contract.credit_free, 600)
        order._action_cancel()
        self._assert_figures({"ordered": 0})

    def test_invoiced_order_becomes_debt(self):
        self.product.invoice_policy = "order"
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        invoice = order._create_invoices()
        self._assert_figures({"ordered": 300})
        invoice.action_post()
        self._assert_figures({"debt": 300, "ordered": 0})

    def test_down_payment_is_not_counted_twice(self):
        self.product.invoice_policy = "order"
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"advance_payment_method": "fixed", "fixed_amount": 120})
        )
        wizard._create_invoices(order).action_post()
        self._assert_figures({"debt": 120, "ordered": 180})
        order._create_invoices(final=True).action_post()
        self._assert_figures({"debt": 300, "ordered": 0})

    def test_goods_that_will_not_leave_are_not_waited_for(self):
        self._set_stock(self.product, 10)
        order = self._create_order(quantity=3, price=100)
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 2, "picked": True})
        picking.with_context(cancel_backorder=True)._action_done()
        figures = self._get_figures()
        self.assertEqual(figures["debt"] + figures["ordered"], 200)

    def test_debt_of_a_contract_that_is_deleted_is_on_none(self):
        entity = self._create_entity("Newcomer")
        contract = self._create_contract(entity, "N-1")
        self._create_invoice(entity, 100, b2b_contract_id=False)
        self.assertEqual(self._get_figures(contract)["debt"], 100)
        contract.unlink()
        totals = self.env["b2b.settlement.total"]
        (row,) = totals._get_figures((), entity.ids)
        self.assertEqual((row["contract_id"], row["debt"]), (None, 100))

    def test_order_of_many_lines_rounds_once(self):
        order = self._create_order(quantity=3, price=33.333)
        order.order_line = [
            Command.create(
                {
                    "product_id": self.product.id,
                    "product_uom_qty": 3,
                    "price_unit": 0.333,
                }
            )
        ]
        order.action_confirm()
        self.assertEqual(order.b2b_amount_uninvoiced, order.amount_total)
