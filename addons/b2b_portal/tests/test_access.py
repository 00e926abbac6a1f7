"""Invariant: a portal user reaches the papers of the legal entities he acts for, all
of them and nothing else, whatever door he tries: pages, PDF, RPC, files, chatter."""

import base64
from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import B2bHttpCommon

SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n%classified: %s\n%%EOF"
MUTED = (
    "odoo.http",
    "odoo.addons.base.models.ir_rule",
    "odoo.addons.base.models.ir_model",
)


@tagged("post_install", "-at_install")
class TestAccess(B2bHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_stock(cls.product, 100)
        # A contact of the head office whom his company lets act for one entity.
        cls.colleague = cls._create_dealer_user("b2b_colleague", cls.dealer)
        cls.colleague.b2b_membership_ids.filtered(
            lambda membership: membership.legal_entity_id != cls.entity
        ).unlink()
        # A contact of one entity who was given its sister too.
        cls.sister = cls._create_entity("Sister", parent=cls.dealer)
        cls.sister_contract = cls._create_contract(cls.sister, "SIS-1")
        cls.guest = cls._create_dealer_user("b2b_guest", cls.sister)
        cls.env["b2b.membership"].create(
            {"user_id": cls.guest.id, "legal_entity_id": cls.entity.id}
        )
        cls.packages = {
            contract: cls._create_package(contract)
            for contract in (
                cls.contract,
                cls.entity_contract,
                cls.sister_contract,
                cls.stranger_contract,
            )
        }
        # Whom each user acts for, by contract.
        cls.allowed = {
            cls.dealer_user: cls.contract | cls.entity_contract | cls.sister_contract,
            cls.colleague: cls.entity_contract,
            cls.guest: cls.sister_contract | cls.entity_contract,
            cls.stranger_user: cls.stranger_contract,
        }

    @classmethod
    def _create_package(cls, contract):
        """Return the records of a delivered, invoiced and paid order."""
        entity = contract.legal_entity_id
        order = cls._create_order(contract=contract)
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking._action_done()
        order.invalidate_recordset()
        invoice = order.order_line.invoice_lines.move_id or order._create_invoices()
        if invoice.state == "draft":
            invoice.action_post()
        payment = cls._register_payment(invoice)
        content = PDF.replace(b"%s", contract.name.encode())
        paper = cls.env["b2b.document"].create(
            {
                "type_id": cls.env.ref("b2b_portal.document_type_tax_invoice").id,
                "name": f"TAX-{contract.name}",
                "legal_entity_id": entity.id,
                "contract_id": contract.id,
                "order_ids": order.ids,
                "pdf_file": base64.b64encode(content),
                "is_published": True,
            }
        )
        attachment = cls.env["ir.attachment"].create(
            {
                "name": "classified.pdf",
                "raw": content,
                "res_model": "account.move",
                "res_id": invoice.id,
            }
        )
        contact = cls.env["res.partner"].create(
            {"name": f"Contact of {contract.name}", "parent_id": entity.id}
        )
        return {
            "order": order,
            "picking": picking,
            "invoice": invoice,
            "payment": payment,
            "paper": paper,
            "attachment": attachment,
            "contact": contact,
        }

    def _sides(self, user):
        """Return the packages that a user may see, and those that he may not."""
        mine = [self.packages[contract] for contract in self.allowed[user]]
        foreign = [
            package
            for contract, package in self.packages.items()
            if contract not in self.allowed[user]
        ]
        return mine, foreign

    def _login(self, user):
        self.authenticate(user.login, user.login)

    # === RULES === #

    def test_rules_show_exactly_the_legal_entities(self):
        models = {
            "order": "sale.order",
            "picking": "stock.picking",
            "invoice": "account.move",
            "paper": "b2b.document",
            "contact": "res.partner",
        }
        for user in self.allowed:
            mine, foreign = self._sides(user)
            for key, model in models.items():
                ids = [package[key].id for package in [*mine, *foreign]]
                found = self.env[model].with_user(user).search([("id", "in", ids)])
                with self.subTest(user=user.login, model=model):
                    self.assertEqual(
                        set(found.ids), {package[key].id for package in mine}
                    )

    def test_rules_show_exactly_the_lines(self):
        for user in self.allowed:
            mine, foreign = self._sides(user)
            for key, name in (("order", "order_line"), ("invoice", "line_ids")):
                own = [package[key][name] for package in mine]
                others = [package[key][name] for package in foreign]
                with self.subTest(user=user.login, lines=name):
                    for lines in own:
                        lines.with_user(user).check_access("read")
                    for lines in others:
                        with self.assertRaises(AccessError):
                            lines.with_user(user).check_access("read")

    def test_all_documents_of_a_package_are_bound_alike(self):
        for user in self.allowed:
            documents = self.env["b2b.document"].with_user(user).search([])
            self.assertEqual(
                set(documents.contract_id.ids), set(self.allowed[user].ids)
            )

    def test_user_without_any_membership_sees_nothing(self):
        self.colleague.b2b_membership_ids.unlink()
        for key in ("order", "picking", "invoice", "paper", "contact"):
            records = self.env[self.packages[self.contract][key]._name]
            ids = [package[key].id for package in self.packages.values()]
            self.assertFalse(
                records.with_user(self.colleague).search([("id", "in", ids)]), key
            )

    def test_given_and_taken_membership_counts_at_once(self):
        order = self.packages[self.stranger_contract]["order"]
        orders = self.env["sale.order"].with_user(self.colleague)
        domain = [("id", "=", order.id)]
        self.assertFalse(orders.search(domain))
        membership = self.env["b2b.membership"].create(
            {"user_id": self.colleague.id, "legal_entity_id": self.stranger.id}
        )
        self.assertTrue(orders.search(domain))
        membership.unlink()
        self.assertFalse(orders.search(domain))

    def test_portal_user_before_the_backfill_sees_as_in_core(self):
        self.dealer_user.with_context(b2b_keep_all_entities=True)
        self.env.cr.execute(
            "DELETE FROM b2b_membership WHERE user_id = %s", [self.dealer_user.id]
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        order = self.packages[self.contract]["order"]
        self.assertTrue(order.with_user(self.dealer_user).has_access("read"))
        foreign = self.packages[self.stranger_contract]["order"]
        self.assertFalse(foreign.with_user(self.dealer_user).has_access("read"))

    def test_buyer_keeps_himself_and_his_company(self):
        partners = self.colleague.partner_id | self.dealer
        partners.with_user(self.colleague).check_access("read")

    def test_staff_and_public_are_not_bound(self):
        orders = self.env["sale.order"].concat(
            *(package["order"] for package in self.packages.values())
        )
        manager = new_test_user(
            self.env, "b2b_seller", groups="sales_team.group_sale_salesman_all_leads"
        )
        orders.with_user(manager).check_access("read")
        public = self.env.ref("base.public_user")
        self.assertFalse(public.b2b_by_membership)
        self.assertFalse(manager.b2b_by_membership)

    def test_internal_transfers_and_drafts_are_hidden(self):
        package = self.packages[self.contract]
        warehouse = package["picking"].picking_type_id.warehouse_id
        internal = package["picking"].copy(
            {
                "picking_type_id": warehouse.int_type_id.id,
                "location_dest_id": warehouse.lot_stock_id.id,
                "partner_id": self.dealer_user.partner_id.id,
            }
        )
        internal.move_ids.location_dest_id = warehouse.lot_stock_id
        draft = self._create_invoice(post=False)
        for record in (internal, draft):
            with self.assertRaises(AccessError):
                record.with_user(self.dealer_user).check_access("read")

    def test_payments_and_ledger_of_others_are_closed(self):
        payment = self.packages[self.contract]["payment"]
        with self.assertRaises(AccessError):
            payment.with_user(self.dealer_user).read(["amount"])
        lines = self.env["b2b.settlement.line"].with_user(self.colleague).search([])
        self.assertEqual(lines.legal_entity_id, self.entity.with_user(self.colleague))

    def test_manual_paper_that_is_not_published_is_closed(self):
        paper = self.packages[self.contract]["paper"]
        paper.is_published = False
        self._login(self.dealer_user)
        self.assertEqual(self.url_open(paper._get_pdf_url()).status_code, 404)
        url = f"/web/content/b2b.document/{paper.id}/pdf_file"
        self.assertNotIn(b"classified", self.url_open(url).content)

    # === PAGES AND PDF === #

    def _open(self, url):
        return self.url_open(url, allow_redirects=False)

    def test_journal_lists_own_documents_only(self):
        for user in self.allowed:
            self._login(user)
            page = self.url_open("/my/journal").text
            mine, foreign = self._sides(user)
            for package in mine:
                self.assertIn(package["paper"].name, page)
            for package in foreign:
                self.assertNotIn(package["paper"].name, page)
                self.assertNotIn(package["order"].name, page)

    def test_pages_of_others_are_refused(self):
        for user in (self.colleague, self.stranger_user):
            self._login(user)
            _mine, foreign = self._sides(user)
            for package in foreign:
                for url in self._get_page_urls(package):
                    with self.subTest(user=user.login, url=url):
                        self._assert_refused(self._open(url))

    def test_own_pages_are_open(self):
        for user in (self.colleague, self.guest):
            self._login(user)
            mine, _foreign = self._sides(user)
            for package in mine:
                for url in self._get_page_urls(package):
                    with self.subTest(user=user.login, url=url):
                        self.assertEqual(self._open(url).status_code, 200)

    def _get_page_urls(self, package):
        """Return the addresses of a package, those of core too."""
        documents = self.env["b2b.document"].search(
            [("order_ids", "in", package["order"].ids)]
        )
        self.assertEqual(len(documents), 4, "waybill, invoice, payment, paper")
        order, invoice, picking = (
            package[key].id for key in ("order", "invoice", "picking")
        )
        return [
            *(document._get_pdf_url() for document in documents),
            *(document._get_pdf_url(download=True) for document in documents),
            f"/my/orders/{order}",
            f"/my/orders/{order}?report_type=pdf",
            f"/my/invoices/{invoice}",
            f"/my/invoices/{invoice}?report_type=pdf",
            f"/my/picking/pdf/{picking}",
        ]

    def _assert_refused(self, response):
        """A refusal is 403, 404 or the way back to the account, and says nothing."""
        self.assertIn(response.status_code, (303, 403, 404))
        if response.status_code == 303:
            self.assertTrue(response.headers["Location"].endswith("/my"))
        self.assertNotIn(b"classified", response.content)
        self.assertNotIn(b"TAX-", response.content)

    def test_guest_is_sent_to_the_log_in(self):
        self.authenticate(None, None)
        paper = self.packages[self.contract]["paper"]
        for url in ("/my/journal", paper._get_pdf_url()):
            response = self._open(url)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])

    def test_token_of_an_order_opens_neither_documents_nor_other_orders(self):
        own = self.packages[self.entity_contract]
        foreign = self.packages[self.contract]
        token = own["order"]._portal_ensure_token()
        own["order"].flush_recordset()
        self.authenticate(None, None)
        page = self.url_open(f"/my/orders/{own['order'].id}?access_token={token}")
        self.assertIn(own["order"].name, page.text)
        self.assertNotIn("b2b_documents", page.text)
        for path in (
            f"/my/orders/{foreign['order'].id}",
            f"/my/invoices/{own['invoice'].id}",
            f"/my/picking/pdf/{foreign['picking'].id}",
            own["paper"]._get_pdf_url(),
        ):
            response = self._open(f"{path}?access_token={token}")
            with self.subTest(path=path):
                self.assertIn(response.status_code, (303, 404))

    def test_token_shows_no_documents_to_a_stranger(self):
        own = self.packages[self.entity_contract]
        token = own["order"]._portal_ensure_token()
        own["order"].flush_recordset()
        self._login(self.stranger_user)
        page = self.url_open(f"/my/orders/{own['order'].id}?access_token={token}")
        self.assertIn(own["order"].name, page.text)
        self.assertNotIn("b2b_documents", page.text)
        self._login(self.colleague)
        page = self.url_open(f"/my/orders/{own['order'].id}")
        self.assertIn("b2b_documents", page.text)

    # === RPC === #

    def _call(self, model, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    @mute_logger(*MUTED)
    def test_rpc_reads_nothing_of_others(self):
        self._login(self.colleague)
        _mine, foreign = self._sides(self.colleague)
        for package in foreign:
            for record in package.values():
                with self.subTest(record=record), self.assertRaises(JsonRpcException):
                    self._call(record._name, "read", record.ids)
                with self.subTest(record=record), self.assertRaises(JsonRpcException):
                    self._call(
                        record._name,
                        "web_read",
                        record.ids,
                        specification={"display_name": {}},
                    )

    @mute_logger(*MUTED)
    def test_rpc_searches_find_nothing_of_others(self):
        self._login(self.colleague)
        foreign = self.packages[self.contract]
        domain = [["name", "=", foreign["paper"].name]]
        self.assertEqual(self._call("b2b.document", "search_read", domain), [])
        self.assertEqual(self._call("b2b.document", "search_count", domain), 0)
        self.assertEqual(
            self._call("b2b.document", "name_search", foreign["paper"].name), []
        )
        groups = self._call(
            "b2b.document",
            "formatted_read_group",
            [],
            groupby=["legal_entity_id"],
            aggregates=["amount:sum"],
        )
        self.assertEqual(
            {group["legal_entity_id"][0] for group in groups}, {self.entity.id}
        )

    @mute_logger(*MUTED)
    def test_rpc_writes_nothing_at_all(self):
        self._login(self.dealer_user)
        own = self.packages[self.contract]
        for record in (own["paper"], own["order"], own["invoice"], self.contract):
            for method, args in (
                ("write", (record.ids, {"name": "x"})),
                ("unlink", (record.ids,)),
                ("create", ({"name": "x"},)),
            ):
                with (
                    self.subTest(record=record, method=method),
                    self.assertRaises(JsonRpcException),
                ):
                    self._call(record._name, method, *args)

    def test_accountant_signs_no_quotation(self):
        order = self._create_order(state="sent", require_signature=True)
        memberships = self.dealer_user.b2b_membership_ids
        memberships.role = "accountant"
        self._login(self.dealer_user)
        answer = self._sign(order)
        self.assertIn("role", answer["error"])
        self.assertFalse(order.signature)
        self.assertEqual(order.state, "sent")
        memberships.role = "buyer"
        self.assertNotIn("error", self._sign(order))
        self.assertEqual(order.state, "sale")

    @mute_logger(*MUTED)
    def test_quotation_is_paid_by_who_may_order_while_it_may_be_confirmed(self):
        order = self._create_order(state="sent", require_payment=True)
        memberships = self.dealer_user.b2b_membership_ids
        self._login(self.dealer_user)
        memberships.role = "accountant"
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self._pay_order(order)
        memberships.role = "buyer"
        self.contract.active = False
        with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
            self._pay_order(order)
        self.assertFalse(order.transaction_ids)
        self.contract.active = True
        self._pay_order(order)
        self.assertTrue(order.transaction_ids)

    def _pay_order(self, order):
        provider = self.env.ref("payment.payment_provider_transfer")
        provider.write({"state": "enabled", "is_published": True})
        self.make_jsonrpc_request(
            f"/my/orders/{order.id}/transaction",
            {
                "access_token": None,
                "provider_id": provider.id,
                "payment_method_id": provider.payment_method_ids[:1].id,
                "token_id": None,
                "amount": order.amount_total,
                "flow": "redirect",
                "tokenization_requested": False,
                "landing_route": "/my",
            },
        )
        order.invalidate_recordset()

    def test_nobody_signs_the_quotation_of_others(self):
        order = self._create_order(state="sent", require_signature=True)
        self._login(self.stranger_user)
        self.assertIn("error", self._sign(order))
        self.assertEqual(order.state, "sent")

    def _sign(self, order):
        answer = self.make_jsonrpc_request(
            f"/my/orders/{order.id}/accept",
            {"name": "X", "signature": SIGNATURE},
        )
        order.invalidate_recordset()
        return answer

    @mute_logger(*MUTED)
    def test_rpc_cannot_call_what_makes_pdf(self):
        self._login(self.dealer_user)
        paper = self.packages[self.contract]["paper"]
        for method in ("_get_pdf", "_cron_backfill", "_b2b_create_documents"):
            with self.assertRaises(JsonRpcException):
                self._call("b2b.document", method, paper.ids)

    @mute_logger(*MUTED)
    def test_rpc_does_not_tell_which_record_a_document_is(self):
        self._login(self.dealer_user)
        paper = self.packages[self.contract]["paper"]
        with self.assertRaises(JsonRpcException):
            self._call("b2b.document", "read", paper.ids, ["move_id"])
        with self.assertRaises(JsonRpcException):
            self._call("b2b.document", "search", [["move_id.narration", "ilike", "a"]])

    @mute_logger(*MUTED)
    def test_json2_with_a_key_is_bound_alike(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.colleague)
            ._generate("rpc", "test", datetime.now() + timedelta(hours=1))
        )
        headers = {"Authorization": f"bearer {key}"}
        self.authenticate(None, None)

        def call(model, method, **kwargs):
            return self.url_open(
                f"/json/2/{model}/{method}", json=kwargs, headers=headers
            )

        found = call("b2b.document", "search_read", domain=[], fields=["contract_id"])
        self.assertEqual(found.status_code, 200)
        self.assertEqual(
            {row["contract_id"][0] for row in found.json()}, {self.entity_contract.id}
        )
        for record in self.packages[self.contract].values():
            answer = call(record._name, "read", ids=record.ids)
            with self.subTest(record=record):
                self.assertEqual(answer.status_code, 403)
                self.assertNotIn("classified", answer.text)

    # === FILES === #

    @mute_logger(*MUTED)
    def test_files_follow_their_record(self):
        self._login(self.colleague)
        own = self.packages[self.entity_contract]
        foreign = self.packages[self.contract]
        for path, is_open in (
            (f"/web/content/b2b.document/{own['paper'].id}/pdf_file", True),
            (f"/web/content/b2b.document/{foreign['paper'].id}/pdf_file", False),
            (f"/web/content/{foreign['attachment'].id}", False),
            (f"/web/content/{foreign['attachment'].id}?download=true", False),
            (f"/web/image/{foreign['attachment'].id}", False),
        ):
            content = self.url_open(path).content
            with self.subTest(path=path):
                self.assertEqual(b"classified" in content, is_open)
        field_file = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "b2b.document"),
                ("res_field", "=", "pdf_file"),
                ("res_id", "=", foreign["paper"].id),
            ]
        )
        self.assertTrue(field_file)
        content = self.url_open(f"/web/content/{field_file.id}").content
        self.assertNotIn(b"classified", content)

    # === CHATTER === #

    @mute_logger(*MUTED)
    def test_chatter_of_others_is_closed_and_notes_are_internal(self):
        own = self.packages[self.entity_contract]["order"]
        foreign = self.packages[self.contract]["order"]
        for order in (own, foreign):
            for body, subtype in (
                ("Said to the customer", "mail.mt_comment"),
                ("Internal note", "mail.mt_note"),
            ):
                order.message_post(
                    body=body, message_type="comment", subtype_xmlid=subtype
                )
        self._login(self.colleague)
        for order, is_open in ((own, True), (foreign, False)):
            params = {"thread_model": "sale.order", "thread_id": order.id}
            try:
                text = str(self.make_jsonrpc_request("/mail/chatter_fetch", params))
            except JsonRpcException:
                text = ""
            with self.subTest(order=order):
                self.assertEqual("Said to the customer" in text, is_open)
                self.assertNotIn("Internal note", text)

    @mute_logger(*MUTED)
    def test_nothing_is_posted_on_records_of_others(self):
        foreign = self.packages[self.contract]["order"]
        messages = foreign.message_ids
        self._login(self.colleague)
        for params in (
            {"thread_model": "sale.order", "thread_id": foreign.id},
            {"thread_model": "b2b.contract", "thread_id": self.contract.id},
        ):
            with self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    "/mail/message/post", {**params, "post_data": {"body": "Hello"}}
                )
        self.assertEqual(foreign.message_ids, messages)

    @mute_logger(*MUTED)
    def test_notes_on_a_contract_stay_with_staff(self):
        self.entity_contract.message_post(
            body="He pays late", subtype_xmlid="mail.mt_note"
        )
        found = (
            self.env["mail.message"]
            .with_user(self.colleague)
            .search([("model", "=", "b2b.contract"), ("body", "ilike", "pays late")])
        )
        self.assertFalse(found)

    def test_journal_takes_no_post(self):
        self._login(self.dealer_user)
        paper = self.packages[self.contract]["paper"]
        for path in ("/my/journal", paper._get_pdf_url()):
            response = self.url_open(
                path, data={"csrf_token": Request.csrf_token(self), "search": "x"}
            )
            self.assertEqual(response.status_code, 405)
