import re
from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.b2b_portal.tests.checkout_common import B2bCheckoutCommon

from .common import B2bCreditBuilders, B2bCreditCommon


@tagged("post_install", "-at_install")
class TestCreditRows(B2bCreditCommon):
    def _get_rows(self, user=None):
        contracts = self.env["b2b.contract"].with_user(user or self.dealer_user)
        return contracts._get_credit_rows()

    def _get_row(self, contract, **kwargs):
        (row,) = [
            row for row in self._get_rows(**kwargs) if row["contract_id"] == contract.id
        ]
        return row

    def test_each_contract_has_its_figures(self):
        self.contract.write({"has_credit_limit": True, "credit_limit": 1000})
        self._create_debt(100, overdue_days=10)
        self._create_order(quantity=2).action_confirm()
        row = self._get_row(self.contract)
        self.assertEqual(
            [row[name] for name in ("debt", "overdue", "ordered", "limit", "free")],
            [100, 100, 200, 1000, 700],
        )
        self.assertEqual(row["free"], self.contract.credit_free)
        self.assertEqual((row["contract"], row["overdue_days"]), ("D-1", 10))

    def test_without_a_limit_nothing_is_free_or_taken(self):
        row = self._get_row(self.contract)
        self.assertEqual((row["debt"], row["limit"], row["free"]), (0, None, None))

    def test_nobody_sees_the_credit_of_others(self):
        self._create_debt(100)
        self._create_invoice(self.dealer, 7, b2b_contract_id=self.contract.id)
        names = {row["contract"] for row in self._get_rows()}
        self.assertEqual(names, {"D-1", "E-1"})
        strange = self._get_rows(self.stranger_user)
        self.assertEqual(
            [(row["contract"], row["debt"]) for row in strange], [("S-1", 0)]
        )

    def test_what_is_on_no_contract_is_shown_apart(self):
        self._create_contract(self.dealer, "D-2")
        self._create_invoice(self.dealer, 60)
        self._create_contract(self.stranger, "S-2")
        self._create_invoice(self.stranger, 5)
        rows = [row for row in self._get_rows() if not row["contract_id"]]
        self.assertEqual(
            [(row["legal_entity_id"], row["debt"]) for row in rows],
            [(self.dealer.id, 60)],
        )

    def test_archived_contract_is_shown_while_it_owes(self):
        move = self._create_debt(100)
        self.contract.active = False
        self.assertEqual(self._get_row(self.contract)["debt"], 100)
        self._register_payment(move)
        self.assertNotIn("D-1", [row["contract"] for row in self._get_rows()])

    def test_currencies_have_rows_and_totals_of_their_own(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        self._create_debt(100)
        self._create_debt(30, contract=self.entity_contract)
        self._create_debt(40, currency_id=euro.id)
        rows = self._get_rows()
        totals = self.env["b2b.contract"]._get_credit_totals(rows)
        self.assertEqual(
            {total["currency_id"]: total["debt"] for total in totals},
            {self.currency.id: 130, euro.id: 40},
        )

    def test_exceeded_limit_takes_nothing_of_another(self):
        for contract, debt in ((self.contract, 1500), (self.entity_contract, 100)):
            contract.write({"has_credit_limit": True, "credit_limit": 1000})
            self._create_debt(debt, contract=contract)
        (total,) = self.env["b2b.contract"]._get_credit_totals(self._get_rows())
        self.assertEqual(total["free"], 900)

    def test_rates_are_those_of_odoo(self):
        euro = self._activate_currency("EUR")
        query = SQL(
            "SELECT %s FROM res_company AS company WHERE id = %s",
            euro._b2b_rate_sql(SQL("%s", euro.id), SQL("company")),
            self.company.id,
        )
        rates = self.env["res.currency.rate"]
        of_company = {"currency_id": euro.id, "company_id": self.company.id}
        of_all = {"currency_id": euro.id, "company_id": False}
        today = fields.Date.today()

        def assert_same():
            ((rate,),) = self.env.execute_query(query)
            self.assertEqual(rate, euro._get_rates(self.company, today)[euro.id])
            return rate

        self.assertEqual(assert_same(), 1)
        for expected, owner, days, rate in (
            (0.9, of_all, 20, 0.9),
            (0.9, of_all, 30, 0.8),
            (0.7, of_company, 25, 0.7),
            (0.6, of_all, -20, 0.6),
            (0.5, of_company, -40, 0.5),
            (0.4, of_company, -30, 0.4),
            (0.4, of_all, 0, 0.3),
            (0.2, of_company, 0, 0.2),
        ):
            rates.create(owner | {"name": today + timedelta(days), "rate": rate})
            rates.flush_model()
            self.assertEqual(assert_same(), expected)

    def test_money_is_written_as_odoo_writes_it(self):
        currencies = self.env["res.currency"]
        self.env["res.lang"]._activate_lang("ru_RU")
        self.env["res.lang"]._activate_lang("hi_IN")
        yen = self._activate_currency("JPY")
        for language in ("en_US", "ru_RU", "hi_IN"):
            currencies = currencies.with_context(lang=language)
            money = currencies._b2b_get_format()
            for currency in currencies.search([], limit=5) + self.currency + yen:
                for amount in (0.0, 7.0, -1234.5, 1234567.25):
                    text = currency.with_env(currencies.env).format(amount)
                    self.assertEqual(
                        money(currency.round(amount), currency.id),
                        text.replace("\ufeff", ""),
                    )

    def test_currency_that_is_no_longer_active(self):
        euro = self.env.ref("base.EUR")
        euro.active = False
        currencies = self.env["res.currency"]
        self.assertNotIn(euro.id, currencies.get_all_currencies())
        money = currencies._b2b_get_format()
        self.assertIn("1,234.50", money(1234.5, euro.id))

    def test_one_query_for_a_dealer_none_for_others(self):
        for number in range(5):
            contract = self._create_contract(self.dealer, f"M-{number}")
            self._create_debt(10, contract=contract)
        contracts = self.env["b2b.contract"].with_user(self.dealer_user)
        contracts._get_credit_panel()
        self.env.flush_all()
        with self.assertQueryCount(1):
            panel = contracts._get_credit_panel()
        self.assertTrue(panel["folded"])
        for user in (self.staff_user, self.env.ref("base.public_user")):
            others = self.env["b2b.contract"].with_user(user)
            self.assertFalse(others._get_credit_panel())
            with self.assertQueryCount(0):
                others._get_credit_panel()


@tagged("post_install", "-at_install")
class TestCreditPanel(B2bCreditBuilders, B2bCheckoutCommon):
    """The panel in the pages. `HttpCase` counts what the server asks the database."""

    PAGES = ("/", "/shop", "/shop/cart", "/my", "/my/journal", "/contactus")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.view = cls.env.ref("b2b_credit_control.credit_panel_layout")

    def _find_panel(self, url="/my"):
        """Return the panel of a page as text, None for a page without it."""
        page = html.fromstring(self.url_open(url).text)
        panels = page.xpath("//*[@id='b2b_credit_panel']")
        self.assertLessEqual(len(panels), 1)
        return re.sub(r"\s+", " ", panels[0].text_content()) if panels else None

    def test_panel_is_on_every_page_of_a_dealer(self):
        self._create_debt(100, overdue_days=-5)
        self._log_in(self.dealer_user)
        for url in (*self.PAGES, self.product.website_url, "/no-such-page"):
            with self.subTest(url=url):
                self.assertIn("Debt: $ 100.00", self._find_panel(url))

    def test_website_page_shows_it_too(self):
        self.env["website.page"].create(
            {
                "name": "News",
                "type": "qweb",
                "url": "/b2b-news",
                "website_published": True,
                "key": "website.b2b_news",
                "arch": "<t t-name='website.b2b_news'><t t-call='website.layout'>"
                "<div id='wrap'>News</div></t></t>",
            }
        )
        self._log_in(self.dealer_user)
        self.assertIsNotNone(self._find_panel("/b2b-news"))

    def test_visitors_and_staff_see_none(self):
        for url in ("/", "/shop"):
            self.assertIsNone(self._find_panel(url))
        self._log_in(self.staff_user)
        for url in self.PAGES:
            self.assertIsNone(self._find_panel(url))

    def test_customer_without_contract_sees_none(self):
        partner = self._create_entity("Passer-by")
        self._log_in(self._create_dealer_user("b2b_passer_by", partner))
        self.assertIsNone(self._find_panel())

    def test_overdue_is_said_only_if_there_is_any(self):
        move = self._create_debt(100, overdue_days=-5)
        self._log_in(self.dealer_user)
        self.assertNotIn("Overdue", self._find_panel())
        self._create_debt(40, overdue_days=3)
        panel = html.fromstring(self.url_open("/my").text)
        (badge,) = panel.find_class("o_b2b_credit_overdue")
        self.assertIn("bg-danger", badge.get("class"))
        self.assertIn("fa-exclamation-triangle", badge.xpath(".//i")[0].get("class"))
        self.assertRegex(badge.text_content(), r"Overdue:\s+\$.40\.00,\s+3 days")
        self.assertTrue(move)

    def test_limit_prepayment_and_link(self):
        self.contract.write({"has_credit_limit": True, "credit_limit": 1000})
        self._create_invoice(
            self.dealer, 80, "out_refund", b2b_contract_id=self.contract.id
        )
        self._log_in(self.dealer_user)
        text = self._find_panel()
        self.assertIn("Prepaid: $ 80.00", text)
        self.assertIn("Free limit: $ 1,080.00", text)
        self.contract.credit_limit = 0
        self._create_debt(90)
        text = self._find_panel()
        self.assertIn("Over the limit: $ 10.00", text)
        page = html.fromstring(self.url_open("/my").text)
        self.assertTrue(
            page.xpath("//*[@id='b2b_credit_panel']//a[@href='/my/balance']")
        )

    def test_many_contracts_are_folded(self):
        self._log_in(self.dealer_user)
        folded = "//*[@id='b2b_credit_panel']//details"
        self.assertFalse(html.fromstring(self.url_open("/my").text).xpath(folded))
        for number in range(3):
            self._create_contract(self.dealer, f"M-{number}")
        page = html.fromstring(self.url_open("/my").text)
        self.assertEqual(len(page.xpath(f"{folded}//li")), 5)

    def _count_queries(self, url):
        """Return the queries of a page that has been opened before."""
        for _time in range(3):
            self.url_open(url)
        before = self.cr.sql_log_count
        self.assertEqual(self.url_open(url).status_code, 200)
        return self.cr.sql_log_count - before

    def _assert_panel_costs(self, queries):
        for url in self.PAGES:
            with self.subTest(url=url):
                self.view.active = True
                shown = self._count_queries(url)
                self.view.active = False
                self.assertEqual(shown - self._count_queries(url), queries)

    def test_panel_costs_a_dealer_one_query(self):
        for number in range(3):
            self._create_debt(
                10,
                overdue_days=number,
                contract=self._create_contract(self.dealer, f"M-{number}"),
            )
        self._log_in(self.dealer_user)
        self._assert_panel_costs(1)

    def test_panel_costs_staff_nothing(self):
        self._log_in(self.staff_user)
        self._assert_panel_costs(0)

    def test_panel_costs_visitors_nothing(self):
        self.PAGES = ("/", "/shop", "/contactus")
        self._assert_panel_costs(0)
