from itertools import product

from odoo.tests import tagged

from .common import B2bCreditCommon

# Tolerance of the limit: percent, amount in the company's currency.
TOLERANCES = ((0, 0), (7.5, 0), (0, 3.33), (10, 5))
# What is owed already: amount, in the euro or in the currency of the company.
DEBTS = ((0, "USD"), (123.45, "USD"), (67.89, "EUR"), (-80.01, "EUR"))
# What is paid of the order before it is confirmed.
PREPAID = (0, 0.4, 1)


@tagged("post_install", "-at_install")
class TestAgreement(B2bCreditCommon):
    """What people read of the free limit and what the check does with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls._activate_currency("EUR", day_2020_01_01=0.37)
        cls.currencies = {"USD": cls.currency, "EUR": cls.euro}
        cls.pricelists = {
            name: cls.env["product.pricelist"].create(
                {"name": name, "currency_id": currency.id}
            )
            for name, currency in cls.currencies.items()
        }
        cls.contracts = {
            name: cls._create_contract(
                cls.dealer,
                f"In {name}",
                currency_id=currency.id,
                has_credit_limit=True,
                credit_limit=500,
            )
            for name, currency in cls.currencies.items()
        }

    def _owe(self, contract, amount, currency):
        if amount:
            self._create_invoice(
                self.dealer,
                abs(amount),
                "out_invoice" if amount > 0 else "out_refund",
                b2b_contract_id=contract.id,
                currency_id=self.currencies[currency].id,
            )

    def _get_shown(self, contract):
        """Return the free limit of the panel and of Balance."""
        rows = self.env["b2b.contract"].with_user(self.dealer_user)._get_credit_rows()
        (free,) = [
            row["free"]
            for row in rows
            if row["contract_id"] == contract.id and row["free"] is not None
        ]
        return free

    def _assert_agree(self, contract):
        """Return the free limit, the same wherever it is told."""
        contract.invalidate_recordset(["credit_free"])
        free = contract.credit_free
        self.assertEqual(self._get_shown(contract), free)
        self.assertEqual(
            contract._get_credit_room()[contract],
            contract.currency_id.round(free + contract._get_limit_tolerance()),
        )
        return free

    def _assert_told_as_done(self, order, contract):
        """Confirm an order and compare what happens with what the cart said."""
        notice = order._b2b_get_credit_notice()
        free = self._assert_agree(contract)
        need = order._b2b_get_credit_need()
        order.action_confirm()
        self.assertEqual(
            order.b2b_is_on_credit_hold, bool(notice and notice["state"] != "fits")
        )
        if order.b2b_is_on_credit_hold:
            self.assertEqual(
                order.b2b_credit_hold_ids.amount_missing, notice["missing"]
            )
            self.assertEqual(self._assert_agree(contract), free)
        elif not order.transaction_ids:
            # Each amount is rounded in its own currency.
            self.assertAlmostEqual(
                self._assert_agree(contract), free - need, delta=0.011
            )
        return notice

    def _create_cart(self, contract, amount, currency):
        """Return an order of an amount of the contract's currency."""
        order_currency = self.currencies[currency]
        price = contract.currency_id._convert(
            max(amount, 0.05), order_currency, self.company, self.today
        )
        return self._create_order(
            contract, price=price, pricelist_id=self.pricelists[currency].id
        )

    def test_cart_says_what_confirming_does(self):
        seen = set()
        cases = product(self.contracts, self.currencies, TOLERANCES, DEBTS, PREPAID)
        # Not each with all, that takes minutes.
        for number, case in enumerate(list(cases)[::5]):
            own, currency, tolerance, debt, prepaid = case
            with self.subTest(case=case), self.cr.savepoint() as savepoint:
                contract = self.contracts[own]
                self.company.write(
                    {
                        "b2b_limit_tolerance_percent": tolerance[0],
                        "b2b_limit_tolerance_amount": tolerance[1],
                    }
                )
                self._owe(contract, *debt)
                room = contract._get_credit_room()[contract]
                order = self._create_cart(
                    contract, room + (number // 3 % 3 - 1) * 0.03, currency
                )
                self.assertEqual(order.currency_id, self.currencies[currency])
                if prepaid:
                    paid = order.currency_id.round(order.amount_total * prepaid)
                    self._pay_online(order, paid)
                notice = self._assert_told_as_done(order, contract)
                seen.add(notice and notice["state"])
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(seen, {None, "fits", "later", "never"})

    def test_debt_in_another_currency_is_shown_as_it_is_checked(self):
        contract = self.contracts["USD"]
        self._owe(contract, 37, "EUR")
        self.assertEqual(self._assert_agree(contract), 400)
        self._create_cart(contract, 100, "EUR").action_confirm()
        self.assertEqual(self._assert_agree(contract), 300)

    def test_debt_in_another_currency_makes_room_when_it_is_paid(self):
        contract = self.contracts["USD"]
        self._create_debt(37, contract=contract, currency_id=self.euro.id)
        self._create_debt(
            74, overdue_days=-3, contract=contract, currency_id=self.euro.id
        )
        for need, state, amount in (
            (200, "fits", None),
            (300, "later", 100),
            (300.01, "later", 300),
            (500, "later", 300),
            (500.01, "never", None),
        ):
            with self.subTest(need=need):
                timeline = contract._get_credit_timeline(need)
                self.assertEqual(timeline["state"], state)
                self.assertEqual(timeline.get("amount"), amount)

    def test_limit_that_was_never_set_is_none_at_all(self):
        contract = self._create_contract(self.dealer, "D-3", has_credit_limit=True)
        self.assertEqual(self._assert_agree(contract), 0)

    def test_tolerance_is_no_part_of_what_is_free(self):
        contract = self.contracts["USD"]
        self.company.b2b_limit_tolerance_percent = 10
        self.assertEqual(self._assert_agree(contract), 500)
        self.assertEqual(contract._get_credit_timeline(550)["state"], "fits")

    def test_rates_of_others_do_not_count(self):
        other = self.env["res.company"].create({"name": "Second supplier"})
        rates = self.env["res.currency.rate"]
        rates.create(
            {
                "currency_id": self.euro.id,
                "company_id": other.id,
                "name": self.today,
                "rate": 0.9,
            }
        )
        rates.create(
            {
                "currency_id": self.euro.id,
                "company_id": self.company.id,
                "name": self._days_ago(-1),
                "rate": 0.1,
            }
        )
        contract = self.contracts["USD"]
        self._owe(contract, 37, "EUR")
        self.assertEqual(self._assert_agree(contract), 400)

    def test_currencies_without_a_rate_of_today(self):
        # Their first rate counts before it begins, as in Odoo.
        pound = self._activate_currency("GBP")
        pound.rate_ids.unlink()
        contract = self.contracts["EUR"]
        self._create_debt(100, contract=contract, currency_id=pound.id)
        self._assert_agree(contract)
        self.env["res.currency.rate"].create(
            {
                "currency_id": pound.id,
                "company_id": self.company.id,
                "name": self._days_ago(-30),
                "rate": 0.8,
            }
        )
        self._assert_agree(contract)
