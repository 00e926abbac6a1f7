import csv
import io
import json

import openpyxl
from lxml import html

from odoo.tests import tagged

from odoo.addons.b2b_portal.tests.checkout_common import B2bCheckoutCommon

from ..controllers.balance_export import guard
from .common import B2bCreditBuilders, B2bCreditCommon


@tagged("post_install", "-at_install")
class TestAgeing(B2bCreditCommon):
    def _get_ageing(self, *args, **kwargs):
        contracts = self.env["b2b.contract"].with_user(self.dealer_user)
        return contracts._get_credit_ageing(*args, **kwargs)

    def _get_amounts(self, contract_id=None, entity_id=None, **kwargs):
        rows = self._get_ageing(contract_id, entity_id, **kwargs)
        self.assertLessEqual(len(rows), 1)
        names = ("current", "week", "month", "two_months", "older")
        return [row[name] for row in rows for name in names]

    def test_each_day_falls_in_its_bucket(self):
        for amount, days in (
            (1, -5),
            (2, 0),
            (4, 1),
            (8, 7),
            (16, 8),
            (32, 30),
            (64, 31),
            (128, 60),
            (256, 61),
        ):
            self._create_debt(amount, overdue_days=days)
        self.assertEqual(self._get_amounts(), [3, 12, 48, 192, 256])

    def test_prepayment_pays_the_oldest(self):
        self._create_debt(100, overdue_days=70)
        self._create_debt(50, overdue_days=5)
        self._create_invoice(
            self.dealer, 120, "out_refund", b2b_contract_id=self.contract.id
        )
        self.assertEqual(self._get_amounts(), [0, 30, 0, 0, 0])

    def test_filters_and_currencies(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        self._create_debt(10)
        self._create_debt(20, contract=self.entity_contract)
        self._create_debt(40, currency_id=euro.id)
        self.assertEqual(len(self._get_ageing(None, None)), 2)
        entity = self._get_amounts(None, self.entity.id)
        self.assertEqual(entity, [20, 0, 0, 0, 0])
        self.assertEqual(self._get_amounts(self.entity_contract.id), entity)

    def test_what_is_on_no_contract(self):
        self._create_contract(self.dealer, "D-2")
        self._create_debt(10)
        self._create_invoice(self.dealer, 60)
        self.assertEqual(sum(self._get_amounts()), 70)
        self.assertEqual(sum(self._get_amounts(only_unallocated=True)), 60)
        self.assertEqual(sum(self._get_amounts(self.contract.id)), 10)

    def test_contract_of_others_gives_nothing(self):
        self._create_debt(10, contract=self.stranger_contract)
        self.assertFalse(self._get_ageing(self.stranger_contract.id, None))
        self.assertFalse(self._get_ageing(None, self.stranger.id))
        self.assertFalse(self._get_ageing(None, None))


@tagged("post_install", "-at_install")
class TestBalance(B2bCreditBuilders, B2bCheckoutCommon):
    def setUp(self):
        super().setUp()
        self._log_in(self.dealer_user)

    def _get_cells(self, url="/my/balance"):
        """Return the rows of the table of open documents, by the name of the cell."""
        page = self._get_page(url)
        rows = page.xpath(
            "//*[@id='b2b_balance_documents']//tbody/tr[td[@name='td_document']]"
        )
        return [{td.get("name"): self._get_wide_text(td) for td in row} for row in rows]

    def _get_wide_text(self, cell):
        """Return what a cell says where its column has a head."""
        texts = cell.xpath(".//text()[not(ancestor::*[hasclass('d-sm-none')])]")
        return " ".join("".join(texts).split())

    def _get_names(self, url="/my/balance"):
        return [
            row["td_document"].split(" Invoice")[0].split(" Return")[0]
            for row in self._get_cells(url)
        ]

    def test_document_with_its_dates_amounts_and_paper(self):
        move = self._create_debt(100, overdue_days=3)
        self._register_payment(move, 30)
        (row,) = self._get_cells()
        self.assertIn(move.name, row["td_document"])
        self.assertEqual(row["td_contract"], "D-1 Horns and Hooves")
        self.assertIn("3 days overdue", row["td_due"])
        self.assertEqual(row["td_amount"], "$ 100.00")
        self.assertEqual(row["td_residual"], "$ 70.00")
        page = self._get_page("/my/balance")
        (link,) = page.xpath("//td[@name='td_pdf']/a")
        response = self.url_open(link.get("href"))
        self.assertEqual(response.headers["Content-Type"], "application/pdf")

    def test_order_date_is_that_of_the_order(self):
        order = self._create_order(quantity=1)
        order.action_confirm()
        order.date_order = "2026-02-03 10:00:00"
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking._action_done()
        (row,) = self._get_cells()
        self.assertIn("2", row["td_order_date"])
        self.assertEqual(row["td_order_date"], "02/03/2026")

    def test_filters_by_due_date(self):
        late = self._create_debt(100, overdue_days=3)
        soon = self._create_debt(40, overdue_days=-7)
        self._create_debt(7, overdue_days=-8)
        self._create_invoice(
            self.dealer, 5, "out_refund", b2b_contract_id=self.contract.id
        )
        self.assertEqual(len(self._get_cells()), 4)
        self.assertEqual(self._get_names("/my/balance?due=overdue"), [late.name])
        self.assertEqual(self._get_names("/my/balance?due=week"), [soon.name])

    def test_filters_by_contract_and_legal_entity(self):
        self._create_contract(self.dealer, "D-2")
        first = self._create_debt(100)
        other = self._create_debt(40, contract=self.entity_contract)
        loose = self._create_invoice(self.dealer, 60)
        names = self._get_names
        self.assertEqual(
            names(f"/my/balance?contract={self.contract.id}"), [first.name]
        )
        self.assertEqual(names(f"/my/balance?entity={self.entity.id}"), [other.name])
        self.assertEqual(names("/my/balance?contract=none"), [loose.name])
        (row,) = self._get_cells("/my/balance?contract=none")
        self.assertIn("Not allocated", row["td_contract"])

    def test_orders_of_the_list(self):
        first = self._create_debt(100, overdue_days=3)
        second = self._create_debt(400, overdue_days=9)
        self.assertEqual(self._get_names(), [second.name, first.name])
        by_number = [first.name, second.name]
        self.assertEqual(self._get_names("/my/balance?sortby=number"), by_number)
        self.assertEqual(
            self._get_names("/my/balance?sortby=amount"), [second.name, first.name]
        )
        for sortby in ("date", "contract"):
            self.assertEqual(len(self._get_names(f"/my/balance?sortby={sortby}")), 2)

    def test_nonsense_in_the_address_is_no_error(self):
        self._create_debt(100)
        for query in (
            "sortby=zzz&due=zzz&contract=zzz&entity=zzz",
            "contract=-1&entity=99999999999999999999",
            "contract[]=1&due=%00",
        ):
            self.assertEqual(len(self._get_cells(f"/my/balance?{query}")), 1, query)
        self.assertEqual(len(self._get_cells("/my/balance/page/99")), 1)

    def test_ids_of_others_find_nothing(self):
        self._create_debt(100, contract=self.stranger_contract)
        self.assertFalse(self._get_cells())
        for query in (
            f"contract={self.stranger_contract.id}",
            f"entity={self.stranger.id}",
        ):
            self.assertFalse(self._get_cells(f"/my/balance?{query}"))
            response = self.url_open(f"/my/balance/export/csv?{query}")
            self.assertEqual(len(response.text.splitlines()), 1)

    def test_who_is_no_dealer_has_no_balance(self):
        self._log_in(self.staff_user)
        for url in ("/my/balance", "/my/balance/export/csv"):
            self.assertEqual(self.url_open(url).status_code, 404)
        self.authenticate(None, None)
        response = self.url_open("/my/balance", allow_redirects=False)
        self.assertIn("/web/login", response.headers["Location"])

    def test_totals_of_contracts_and_in_all(self):
        self.contract.write({"has_credit_limit": True, "credit_limit": 1000})
        self._create_debt(100, overdue_days=3)
        self._create_debt(30, contract=self.entity_contract)
        page = self._get_page("/my/balance")
        (table,) = page.xpath("//*[@id='b2b_balance_contracts']//table")
        cells = [
            [self._get_wide_text(td) for td in row] for row in table.xpath(".//tr[td]")
        ]
        self.assertEqual(
            cells[1],
            ["D-1 Horns and Hooves", "$ 100.00", "$ 100.00, 3 days", "—"]
            + ["$ 1,000.00", "$ 900.00"],
        )
        self.assertEqual(cells[-1][:2], ["In all", "$ 130.00"])

    def test_cells_name_their_columns_on_a_phone(self):
        self._create_debt(100, overdue_days=3)
        page = self._get_page("/my/balance")
        for section in ("b2b_balance_contracts", "b2b_balance_documents"):
            with self.subTest(section=section):
                (table,) = page.xpath(f"//*[@id='{section}']//table")
                heads = [th.text_content().strip() for th in table.xpath("./thead//th")]
                labels = [
                    "".join(td.xpath("./*[1][hasclass('d-sm-none')]/text()"))
                    for td in table.xpath("./tbody/tr[1]/td")
                ]
                named = [head for head in heads if head != "PDF"]
                self.assertEqual(labels[: len(named)], named)
                self.assertFalse(table.xpath(".//@data-label"), "not translated")

    def test_one_day_is_no_days(self):
        self._create_debt(100, overdue_days=1)
        page = self._get_page("/my/balance")
        text = " ".join(page.text_content().split())
        self.assertIn("1 day overdue", text)
        self.assertIn("$ 100.00, 1 day", text)
        self.assertNotIn("1 days", text)

    def test_currencies_are_summed_apart(self):
        euro = self._activate_currency("EUR", day_2020_01_01=0.5)
        self._create_debt(100)
        self._create_debt(40, currency_id=euro.id)
        page = self._get_page("/my/balance")
        sums = page.xpath("//*[@id='b2b_balance_documents']//tfoot/tr/td[2]")
        texts = {" ".join(td.text_content().split()) for td in sums}
        self.assertEqual(texts, {"$ 100.00", euro.format(40).replace("\xa0", " ")})

    def test_chart_and_table_say_the_same(self):
        self._create_debt(100, overdue_days=3)
        page = self._get_page("/my/balance")
        (chart,) = page.find_class("o_b2b_ageing_chart")
        data = json.loads(chart.get("data-ageing"))
        self.assertEqual(data["amounts"], [0, 100, 0, 0, 0])
        table = page.xpath("//*[@id='b2b_balance_ageing']//table//td")
        texts = [" ".join(td.text_content().split()) for td in table]
        self.assertEqual(texts[:2], ["$ 0.00", "$ 100.00"])

    def test_chart_is_drawn(self):
        self._create_debt(100, overdue_days=3)
        self.browser_js(
            "/my/balance",
            "window.Chart?.getChart(document.querySelector('.o_b2b_ageing_chart'))"
            ".data.datasets[0].data[1] === 100 && console.log('test successful')",
            ready="Boolean(window.Chart?.getChart(document.querySelector('canvas')))",
            login=self.dealer_user.login,
        )

    def test_empty_balance_says_what_will_be_here(self):
        page = self._get_page("/my/balance")
        self.assertIn("Nothing is open", page.text_content())
        page = self._get_page("/my/balance?due=overdue")
        self.assertIn("matches these filters", page.text_content())

    def test_home_leads_to_balance(self):
        link = "//*[@id='portal_client_category']//a[@href='/my/balance']"
        self.assertTrue(self._get_page("/my").xpath(link))
        self._log_in(self.staff_user)
        self.assertFalse(self._get_page("/my").xpath(link))

    def _count_queries(self, url):
        for _time in range(3):
            self.url_open(url)
        before = self.cr.sql_log_count
        self.assertEqual(self.url_open(url).status_code, 200)
        return self.cr.sql_log_count - before

    def test_queries_do_not_depend_on_the_number_of_documents(self):
        self._create_debt(10, overdue_days=3)
        few = self._count_queries("/my/balance")
        for number in range(12):
            self._create_debt(10, overdue_days=number)
        contract = self._create_contract(self.dealer, "D-2")
        self._create_debt(10, contract=contract)
        self.assertEqual(self._count_queries("/my/balance"), few)

    # === EXPORTS === #

    def test_exports_hold_the_filtered_list(self):
        late = self._create_debt(100, overdue_days=3)
        self._create_debt(40, overdue_days=-9)
        response = self.url_open("/my/balance/export/csv?due=overdue")
        self.assertEqual(response.headers["Content-Type"], "text/csv; charset=utf-8")
        rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
        self.assertEqual([row["Document"] for row in rows], [late.name])
        self.assertEqual((rows[0]["Open"], rows[0]["Days overdue"]), ("100.0", "3"))
        response = self.url_open("/my/balance/export/xlsx?due=overdue")
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        head, row = book.active.iter_rows(values_only=True)
        values = dict(zip(head, row, strict=True))
        self.assertEqual((values["Document"], values["Open"]), (late.name, 100))
        self.assertEqual(values["Payment date"].date(), self._days_ago(3))
        self.assertEqual(self.url_open("/my/balance/export/pdf").status_code, 404)

    def test_names_never_become_formulas(self):
        for sign in ("=", "+", "-", "@", "\t", "\r"):
            self.assertEqual(guard(f"{sign}1+1"), f"'{sign}1+1")
        self.assertEqual((guard(-5.0), guard("D-1")), (-5.0, "D-1"))
        self.contract.name = "=HYPERLINK(1)"
        self._create_debt(100)
        response = self.url_open("/my/balance/export/csv")
        self.assertIn("'=HYPERLINK(1)", response.content.decode("utf-8-sig"))
        response = self.url_open("/my/balance/export/xlsx")
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        cell = book.active["C2"]
        self.assertEqual((cell.value, cell.data_type), ("=HYPERLINK(1)", "s"))

    def test_page_holds_html_of_names_as_text(self):
        self.contract.name = "<script>alert(1)</script>"
        self._create_debt(100)
        page = html.fromstring(self.url_open("/my/balance").text)
        self.assertFalse(page.xpath("//script[text()='alert(1)']"))
