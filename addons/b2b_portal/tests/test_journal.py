"""The journal as the dealer sees it: /my/journal, its PDF, the package of an order."""

import base64
from datetime import date, timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from .common import B2bHttpCommon

PDF = base64.b64encode(b"%PDF-1.4\n%registered by staff\n%%EOF")

# What a stranger may type into an address.
NONSENSE = (
    "zzz",
    "-1",
    "0",
    "99999999999999999999",
    "1.5",
    "2026-13-45",
    "0000-00-00",
    "%00",
    "%27%22%3E%3Cscript%3E",
    "%ED%A0%80",
    "%25_%5C",
    "[]",
    "a" * 3000,
)


@tagged("post_install", "-at_install")
class TestJournal(B2bHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(name="ORDER-77")
        cls.bill = cls._create_invoice(amount=1234.5, invoice_date="2026-03-05")
        cls.bill.invoice_date_due = "2026-03-20"
        cls.refund = cls._create_invoice(
            entity=cls.entity, amount=40, move_type="out_refund"
        )
        cls.paper = cls._register("TAX-77", date="2026-02-01", order_ids=cls.order.ids)

    @classmethod
    def _register(cls, name, **values):
        """Return a published tax invoice registered by hand."""
        return cls.env["b2b.document"].create(
            {
                "type_id": cls.env.ref("b2b_portal.document_type_tax_invoice").id,
                "name": name,
                "legal_entity_id": cls.dealer.id,
                "contract_id": cls.contract.id,
                "amount": 118.0,
                "pdf_file": PDF,
                "is_published": True,
                **values,
            }
        )

    def setUp(self):
        super().setUp()
        self.authenticate(self.dealer_user.login, self.dealer_user.login)

    def _open(self, path="/my/journal"):
        """Return the page as a tree; it must answer 200."""
        response = self.url_open(path)
        self.assertEqual(response.status_code, 200, path)
        return html.fromstring(response.text)

    def _numbers(self, path="/my/journal"):
        """Return the numbers that the list shows, in its order."""
        links = self._open(path).xpath("//td[@name='td_number']//a")
        return [link.text_content().strip() for link in links]

    # === THE LIST === #

    def test_tabs_count_the_documents(self):
        tabs = {
            " ".join(tab.text_content().split())
            for tab in self._open().xpath("//ul[hasclass('nav-tabs')]//a")
        }
        self.assertLessEqual(
            {"All 3", "Bills 1", "Returns 1", "Tax invoices 1", "Payments 0"}, tabs
        )

    def test_tab_shows_its_types(self):
        self.assertEqual(self._numbers("/my/journal?type=bills"), [self.bill.name])
        self.assertEqual(self._numbers("/my/journal?type=tax_invoices"), ["TAX-77"])
        self.assertEqual(self._numbers("/my/journal?type=payments"), [])

    def test_own_type_is_a_tab_without_code(self):
        own = self.env["b2b.document.type"].create({"name": "Certificates"})
        self._register("CERT-1", type_id=own.id)
        self.assertEqual(self._numbers(f"/my/journal?type={own.id}"), ["CERT-1"])
        self.assertIn("Certificates", self._open().text_content())

    def test_row_says_what_the_paper_says(self):
        row = self._open("/my/journal?type=bills").xpath("//tbody/tr")[0]
        text = " ".join(row.text_content().split())
        for word in (
            self.bill.name,
            "Invoice",
            "03/05/2026",
            self.dealer.name,
            self.contract.name,
            "1,234.50",
            "Overdue",
            "Issued",
        ):
            self.assertIn(word, text)

    def test_returns_have_their_five_columns(self):
        page = self._open("/my/journal?type=returns")
        heads = [
            " ".join(th.text_content().split()) for th in page.xpath("//thead//th")
        ]
        self.assertEqual(
            heads, ["Number", "Date", "Legal entity", "Contract", "Amount", "PDF"]
        )

    def test_synchronized_paper_shows_its_time(self):
        self.assertNotIn("As of", self._open().text_content())
        self.paper.synced_at = fields.Datetime.now()
        self.assertIn("As of", self._open().text_content())

    def test_dates_and_amounts_follow_the_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        website = self.env["website"].get_current_website()
        website.language_ids |= self.env["res.lang"]._lang_get("fr_FR")
        self.dealer_user.lang = "fr_FR"
        text = self._open("/fr/my/journal?type=bills").text_content()
        self.assertIn("05/03/2026", text)
        self.assertRegex(text, r"1\s234,50")

    # === FILTERS === #

    def test_filter_by_period(self):
        path = "/my/journal?date_begin=2026-02-01&date_end=2026-02-28"
        self.assertEqual(self._numbers(path), ["TAX-77"])
        path = "/my/journal?date_begin=2026-02-02&date_end=2026-03-05"
        self.assertEqual(self._numbers(path), [self.bill.name])

    def test_filter_by_contract_and_legal_entity(self):
        path = f"/my/journal?contract={self.entity_contract.id}"
        self.assertEqual(self._numbers(path), [self.refund.name])
        path = f"/my/journal?entity={self.dealer.id}&sortby=oldest"
        self.assertEqual(self._numbers(path), ["TAX-77", self.bill.name])

    def test_filter_by_order(self):
        self.assertEqual(self._numbers("/my/journal?order=order-77"), ["TAX-77"])
        self.assertEqual(self._numbers("/my/journal?order=nothing"), [])

    def test_search_by_number(self):
        self.assertEqual(self._numbers("/my/journal?search=ax-7"), ["TAX-77"])

    def test_filters_count_in_the_tabs(self):
        page = self._open("/my/journal?search=TAX&type=bills")
        tabs = page.xpath("//ul[hasclass('nav-tabs')]")[0].text_content().split()
        self.assertEqual(tabs[:4], ["All", "1", "Bills", "0"])

    def test_foreign_contract_in_the_filter_shows_nothing(self):
        foreign = self._create_invoice(entity=self.stranger)
        path = f"/my/journal?contract={self.stranger_contract.id}"
        self.assertEqual(self._numbers(path), [])
        self.assertNotIn(foreign.name, self.url_open(path).text)
        self.assertNotIn(self.stranger_contract.name, self.url_open(path).text)

    def test_sorted(self):
        self._register("TAX-BIG", amount=99999, date="2025-01-01")
        self.assertEqual(self._numbers("/my/journal?sortby=amount")[0], "TAX-BIG")
        self.assertEqual(self._numbers("/my/journal?sortby=oldest")[0], "TAX-BIG")
        self.assertEqual(self._numbers("/my/journal")[-1], "TAX-BIG")
        numbers = self._numbers("/my/journal?sortby=number")
        self.assertEqual(numbers, sorted(numbers))

    def test_pages(self):
        for number in range(31):
            self._register(f"P-{number:02}", date=date(2026, 1, 1) + timedelta(number))
        first = self._numbers("/my/journal?type=tax_invoices&sortby=number")
        second = self._numbers("/my/journal/page/2?type=tax_invoices&sortby=number")
        self.assertEqual((len(first), len(second)), (30, 2))
        self.assertEqual(second, ["P-30", "TAX-77"])
        page = self._open("/my/journal?type=tax_invoices&sortby=number")
        links = page.xpath("//div[hasclass('o_portal_pager')]//a/@href")
        self.assertTrue(any("type=tax_invoices" in link for link in links))
        self.assertEqual(len(self._numbers("/my/journal/page/99999")), 4)

    def test_nonsense_is_no_error(self):
        words = ("type", "sortby", "date_begin", "date_end", "entity", "contract")
        for word in (*words, "order", "search", "page", "download", "filterby"):
            for value in NONSENSE:
                with self.subTest(word=word, value=value[:30]):
                    response = self.url_open(f"/my/journal?{word}={value}")
                    self.assertEqual(response.status_code, 200)
                    self.assertNotIn("><script>", response.text)

    def test_nonsense_in_the_path_is_not_found(self):
        for value in ("zzz", "0", "99999999999", "99999999999999999999999", "-1"):
            response = self.url_open(f"/my/journal/{value}/pdf")
            self.assertEqual(response.status_code, 404, value)
        page = "/my/journal/page/99999999999999999999999"
        self.assertEqual(self.url_open(page).status_code, 200)

    def test_nonsense_on_the_pages_of_orders_is_no_error(self):
        for path in ("/my/orders", "/my/quotes", "/my/invoices"):
            for query in ("sortby=zzz", "filterby=zzz", "date_begin=foo&date_end=bar"):
                with self.subTest(path=path, query=query):
                    response = self.url_open(f"{path}?{query}")
                    self.assertEqual(response.status_code, 200)

    def test_empty_journal_says_what_will_come(self):
        self._create_dealer_user("b2b_new", self._create_entity("Newcomer"))
        self.authenticate("b2b_new", "b2b_newx")
        page = self._open()
        self.assertIn("There is nothing here yet", page.text_content())
        self.assertTrue(page.xpath("//a[@href='/shop']"))

    def test_filter_without_result_leads_back(self):
        text = self._open("/my/journal?search=nowhere").text_content()
        self.assertIn("No document matches", text)

    def test_card_leads_from_the_account(self):
        self.assertTrue(self._open("/my").xpath("//a[@href='/my/journal']"))

    def test_who_has_no_contract_has_the_account_of_stock_odoo(self):
        customer = self._create_entity("A customer")
        self._create_dealer_user("b2b_customer", customer)
        order = self._create_order(partner_id=customer.id, b2b_contract_id=False)
        self._register(
            "TAX-78",
            legal_entity_id=customer.id,
            contract_id=False,
            order_ids=order.ids,
        )
        self.authenticate("b2b_customer", "b2b_customer")
        journal, section = "//a[@href='/my/journal']", "//section[@id='b2b_documents']"
        self.assertFalse(self._open("/my").xpath(journal))
        self.assertFalse(self._open(f"/my/orders/{order.id}").xpath(section))
        self._create_contract(customer, "C-1", active=False)
        self.assertTrue(self._open("/my").xpath(journal))
        self.assertTrue(self._open(f"/my/orders/{order.id}").xpath(section))

    def test_who_acts_for_a_dealer_elsewhere_has_the_journal(self):
        user = self._create_dealer_user("b2b_guest", self._create_entity("A firm"))
        self.env["b2b.membership"].create(
            {"user_id": user.id, "legal_entity_id": self.entity.id}
        )
        self.authenticate(user.login, user.login)
        self.assertTrue(self._open("/my").xpath("//a[@href='/my/journal']"))

    def test_queries_do_not_grow_with_the_documents(self):
        for number in range(7):
            self._register(f"A-{number}", order_ids=self.order.ids)
        few = self._count_queries("/my/journal")
        for number in range(120):
            self._register(f"B-{number}", order_ids=self.order.ids)
        many = self._count_queries("/my/journal")
        self.assertLessEqual(many, few)
        self.assertLess(many, 60)

    def _count_queries(self, path):
        """Return the queries of a page that was opened before."""
        for _time in range(3):
            self._open(path)
        before = self.cr.sql_log_count
        self._open(path)
        return self.cr.sql_log_count - before

    def _copy_paper(self, count):
        """Put copies of the tax invoice in the journal, all of one day."""
        names = [
            field.name
            for field in self.paper._fields.values()
            if field.store and field.column_type and field.name not in ("id", "name")
        ]
        self.env.flush_all()
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        last = self.env.execute_query(SQL("SELECT max(id) FROM b2b_document"))[0][0]
        self.env.execute_query(
            SQL(
                "INSERT INTO b2b_document (name, %s) SELECT 'COPY-' || number, %s"
                " FROM b2b_document, generate_series(1, %s) AS number"
                " WHERE id = %s RETURNING id",
                columns,
                columns,
                count,
                self.paper.id,
            )
        )
        self.env.execute_query(
            SQL(
                "INSERT INTO b2b_document_sale_order_rel"
                " SELECT id, %s FROM b2b_document WHERE id > %s RETURNING 1",
                self.order.id,
                last,
            )
        )
        self.env.execute_query(SQL("ANALYZE b2b_document"))
        self.env.invalidate_all()

    def test_two_thousand_documents_cost_no_more_queries_than_twenty(self):
        self._copy_paper(20)
        few = self._count_queries("/my/journal?type=tax_invoices")
        self._copy_paper(1980)
        for path in ("/my/journal", "/my/journal/page/40"):
            with self.subTest(path):
                many = self._count_queries(f"{path}?type=tax_invoices")
                self.assertLessEqual(many, few)

    def test_every_page_of_two_thousand_documents_is_reached(self):
        self._copy_paper(2000)
        found, path, pages = [], "/my/journal?type=tax_invoices", 0
        while path:
            page = self._open(path)
            pages += 1
            for link in page.xpath("//td[@name='td_number']//a"):
                found.append(link.text_content().strip())
            links = page.xpath("//div[hasclass('o_portal_pager')]//a/@href")
            following = f"/page/{pages + 1}?"
            path = next((link for link in links if following in link), None)
        self.assertEqual(pages, 67)
        self.assertEqual(len(found), 2001)
        self.assertEqual(len(set(found)), 2001, "none is shown on two pages")

    # === PDF === #

    def test_pdf_opens_in_the_browser_and_downloads(self):
        for query, disposition in (("", "inline"), ("?download=1", "attachment")):
            response = self.url_open(f"/my/journal/{self.paper.id}/pdf{query}")
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.headers["Content-Type"], "application/pdf")
            header = response.headers["Content-Disposition"]
            self.assertTrue(header.startswith(disposition), header)
            self.assertTrue(header.endswith("Tax%20invoice%20TAX-77.pdf"), header)
            self.assertEqual(response.content, base64.b64decode(PDF))

    def test_file_name_takes_any_number(self):
        self.paper.name = 'СФ/1 "x"\n;№ 7'
        header = self.url_open(f"/my/journal/{self.paper.id}/pdf").headers[
            "Content-Disposition"
        ]
        self.assertTrue(header.isascii())
        self.assertEqual(
            self.paper._get_pdf_filename(), "Tax invoice СФ_1 _x____ 7.pdf"
        )

    def test_every_kind_prints(self):
        """Each kind has a PDF that says its number (as HTML, in tests)."""
        self._set_stock(self.product, 5)
        order = self._create_order()
        order.action_confirm()
        request = self.env["b2b.payment.request"]._issue(order)
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking._action_done()
        payment = self._register_payment(self.bill)
        documents = self.env["b2b.document"].search(
            [
                "|",
                "|",
                "|",
                ("move_id", "in", (self.bill | self.refund).ids),
                ("picking_id", "=", picking.id),
                ("payment_id", "=", payment.id),
                ("payment_request_id", "=", request.id),
            ]
        )
        self.assertEqual(len(documents), 5)
        for document in documents:
            response = self.url_open(document._get_pdf_url())
            with self.subTest(document=document.name):
                self.assertEqual(response.status_code, 200)
                self.assertIn(document.name.encode(), response.content)

    def test_official_pdf_of_an_invoice_is_given_as_it_is(self):
        attachment = self.env["ir.attachment"].create(
            {
                "name": "official.pdf",
                "raw": b"%PDF-1.4 official",
                "res_model": "account.move",
                "res_id": self.bill.id,
                "res_field": "invoice_pdf_report_file",
            }
        )
        self.bill.invalidate_recordset()
        self.assertEqual(self.bill.invoice_pdf_report_id, attachment)
        document = self.env["b2b.document"].search([("move_id", "=", self.bill.id)])
        self.assertEqual(
            self.url_open(document._get_pdf_url()).content, b"%PDF-1.4 official"
        )

    def test_bank_line_has_a_receipt(self):
        bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": bank.id,
                "partner_id": self.dealer.id,
                "payment_ref": "For invoice 7",
                "amount": 80.0,
            }
        )
        line.move_id.line_ids.filtered(
            lambda item: item.account_id == bank.suspense_account_id
        ).account_id = self.dealer.property_account_receivable_id
        document = self.env["b2b.document"].search([("move_id", "=", line.move_id.id)])
        text = self.url_open(document._get_pdf_url()).text
        for word in ("Receipt", line.move_id.name, "For invoice 7", "80.00"):
            self.assertIn(word, text)

    # === THE PACKAGE === #

    def test_order_page_shows_the_package(self):
        page = self._open(f"/my/orders/{self.order.id}")
        rows = page.xpath("//section[@id='b2b_documents']//tbody/tr")
        self.assertEqual(len(rows), 1)
        self.assertIn("TAX-77", rows[0].text_content())

    def test_order_without_documents_has_no_section(self):
        order = self._create_order()
        page = self._open(f"/my/orders/{order.id}")
        self.assertFalse(page.xpath("//section[@id='b2b_documents']"))

    def test_orders_of_all_legal_entities_are_listed(self):
        order = self._create_order(contract=self.entity_contract)
        order.action_confirm()
        foreign = self._create_order(contract=self.stranger_contract)
        foreign.action_confirm()
        self.env["b2b.membership"].create(
            {"user_id": self.stranger_user.id, "legal_entity_id": self.entity.id}
        )
        self.authenticate(self.stranger_user.login, self.stranger_user.login)
        text = self.url_open("/my/orders").text
        self.assertIn(order.name, text)
        self.assertIn(foreign.name, text)
