import json
import re
from datetime import timedelta
from xmlrpc.client import Fault

from odoo import fields
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.b2b_portal.tests.common import B2bBuilders
from odoo.addons.bus.tests.common import WebsocketCase
from odoo.addons.bus.websocket import CloseCode

from .common import B2bBlockBuilders

# All that a hard-blocked dealer may reach, by the beginning of the route.
LEFT_OPEN = (
    "/my/suspended",
    "/my/balance/pay",
    "/payment/",
    "/invoice/transaction/",
    "/web/assets/",
    "/web/bundle/",
    "/web/session/logout",
    "/web/session/destroy",
    "/web/webclient/translations",
    "/website/lang/",
    "/website/translations",
    "/logo",
    "/web/binary/company_logo",
    # Of machines: it knows no session, only users and passwords of its own.
    "/b2b/1c/",
)


class B2bDoorCase(B2bBlockBuilders, B2bBuilders, HttpCase):
    def _block(self, scenario):
        return self._create_block(dealer=self.dealer, scenario=scenario)

    def _login(self, user):
        return self.authenticate(user.login, user.login)

    def _get(self, path, **kwargs):
        return self.url_open(path, allow_redirects=False, **kwargs)

    def _assert_leads_to(self, path, target):
        response = self._get(path)
        self.assertEqual(response.status_code, 303, path)
        self.assertURLEqual(response.headers["Location"], target)

    def _make_api_key(self, user):
        return (
            self.env["res.users.apikeys"]
            .with_user(user)
            .sudo()
            ._generate(None, "Test", fields.Datetime.now() + timedelta(days=1))
        )

    def _call_json_2(self, user):
        return self.url_open(
            "/json/2/b2b.contract/search_read",
            data=json.dumps({"domain": [], "fields": ["name"]}),
            headers={
                "Authorization": f"Bearer {self._make_api_key(user)}",
                "Content-Type": "application/json",
            },
        )

    def _call_xmlrpc(self, user):
        with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):
            return self.xmlrpc_object.execute_kw(
                self.env.cr.dbname,
                user.id,
                user.login,
                "b2b.contract",
                "search_read",
                [[], ["name"]],
            )

    def _call_jsonrpc(self, user):
        with mute_logger("odoo.addons.rpc.controllers.jsonrpc"):
            return self.url_open(
                "/jsonrpc",
                json={
                    "params": {
                        "service": "object",
                        "method": "execute_kw",
                        "args": [
                            self.env.cr.dbname,
                            user.id,
                            user.login,
                            "b2b.contract",
                            "search_read",
                            [[], ["name"]],
                        ],
                    }
                },
            ).json()

    def _call_kw(self):
        return self.url_open(
            "/web/dataset/call_kw",
            json={
                "params": {
                    "model": "b2b.contract",
                    "method": "search_read",
                    "args": [[], ["name"]],
                    "kwargs": {},
                }
            },
        ).json()


@tagged("post_install", "-at_install")
class TestHardDoor(B2bDoorCase):
    def _get_rules_of_the_server(self):
        """Return the rules by which the running server has answered."""
        self._get("/my/suspended")
        website = self.env["website"].get_current_website()
        return list(self.env["ir.http"].routing_map(website.id).iter_rules())

    def _fill(self, rule):
        """Return an address that a rule matches."""
        path = rule.rule
        path = re.sub(r"<(?:signed_)?int[^>]*>", "1", path)
        path = re.sub(r"<float[^>]*>", "1.0", path)
        path = re.sub(r"<models?\([^>]*>", "1", path)
        return re.sub(r"<[^>]*>", "x", path)

    def _ask(self, rule):
        """Send what a browser would and return the answer."""
        path = self._fill(rule)
        methods = rule.methods or {"GET"}
        if rule.endpoint.routing["type"] != "http":
            # What core wants to know before it asks who calls.
            params = {"model": "res.partner", "method": "read", "args": [[1]]}
            return self.url_open(
                path, json={"params": {**params, "kwargs": {}}}, allow_redirects=False
            )
        if "GET" in methods:
            return self._get(path)
        return self.url_open(path, data={"a": 1}, allow_redirects=False)

    def _is_turned_away(self, response):
        if response.status_code == 303:
            return response.headers["Location"].endswith("/my/suspended")
        if "json" in response.headers.get("Content-Type", ""):
            error = response.json()
            error = error.get("error", {}).get("data", error)
            return "suspended" in (error.get("message") or "")
        return response.status_code == 403

    def _is_refused_by_core(self, rule, response):
        """Tell whether core wants a key of the API or the handshake of a websocket
        before it asks anything else."""
        if rule.endpoint.routing["auth"] == "bearer":
            return response.status_code == 401
        return rule.rule == "/websocket" and response.status_code == 400

    def test_no_route_of_the_server_is_left_open(self):
        self._block("hard")
        self._login(self.dealer_user)
        rules = self._get_rules_of_the_server()
        self.assertGreater(len(rules), 400)
        through, asked = [], 0
        with mute_logger("odoo.http"):
            for rule in rules:
                if rule.rule.startswith(LEFT_OPEN):
                    continue
                response = self._ask(rule)
                asked += 1
                if not (
                    self._is_turned_away(response)
                    or self._is_refused_by_core(rule, response)
                ):
                    through.append((rule.rule, response.status_code))
        self.assertFalse(through)
        self.assertGreater(asked, 350)

    def test_session_that_is_already_open_is_kept_out(self):
        self._login(self.dealer_user)
        self.assertEqual(self._get("/my/journal").status_code, 200)
        block = self._block("hard")
        self._assert_leads_to("/my/journal", "/my/suspended")
        self._lift(block)
        self.assertEqual(self._get("/my/journal").status_code, 200)

    def test_suspended_page_says_why_and_what_to_pay(self):
        old = self._create_debt(70, overdue_days=20)
        self._create_debt(30.5, overdue_days=10)
        self._create_debt(1000, overdue_days=-10)
        self.contract.user_id = self.staff_user
        self._create_block(
            dealer=self.dealer, scenario="hard", reason="Three letters unanswered"
        )
        self._login(self.dealer_user)
        page = self.url_open("/my")
        self.assertTrue(page.url.endswith("/my/suspended"))
        self.assertIn("Three letters unanswered", page.text)
        self.assertIn("100.50", page.text)
        line = self.env["b2b.settlement.line"].search([("move_id", "=", old.id)])
        self.assertIn(f"/my/balance/pay?line={line.id}", page.text)
        self.assertIn(f"line-{line.id}=70.00", page.text)
        self.assertIn(self.staff_user.name, page.text)
        self.assertIn("/my/suspended/promise", page.text)
        self.assertIn("/web/session/logout", page.text)
        self.assertNotIn("/shop", page.text)
        self.assertNotIn('href="/my/balance"', page.text)
        paying = self._get(f"/my/balance/pay?line={line.id}")
        self.assertIn('href="/my/suspended"', paying.text)
        self.assertNotIn("Back to Balance", paying.text)

    def test_suspended_page_does_not_promise_what_paying_does_not_do(self):
        self._create_debt(70, overdue_days=20)
        self._block("hard")
        other = self._create_block(
            dealer=self.dealer, scenario="hard", lifts_itself=False
        )
        self._login(self.dealer_user)
        self.assertIn("Your manager decides", self._get("/my/suspended").text)
        self._lift(other)
        self.assertNotIn("Your manager decides", self._get("/my/suspended").text)

    def test_pages_and_attachments_without_a_route(self):
        website = self.env["website"].search([], limit=1)
        view = self.env["ir.ui.view"].create(
            {"name": "Prices", "type": "qweb", "key": "test.prices", "arch": "<p>P</p>"}
        )
        self.env["website.page"].create(
            {
                "view_id": view.id,
                "url": "/prices",
                "is_published": True,
                "website_id": website.id,
            }
        )
        attachments = self.env["ir.attachment"].create(
            [
                {"name": name, "raw": b"x", "url": url, "public": public, "mimetype": m}
                for name, url, public, m in (
                    ("list", "/list.pdf", True, "application/pdf"),
                    ("style", "/own.css", True, "text/css"),
                    ("secret", "/secret.css", False, "text/css"),
                )
            ]
        )
        attachments.write({"type": "binary"})
        self._login(self.dealer_user)
        self.assertEqual(self._get("/prices").status_code, 200)
        self.assertEqual(self._get("/list.pdf").status_code, 200)
        self._block("hard")
        self._assert_leads_to("/prices", "/my/suspended")
        self._assert_leads_to("/list.pdf", "/my/suspended")
        self._assert_leads_to("/secret.css", "/my/suspended")
        self._assert_leads_to("/no/such/page", "/my/suspended")
        self.assertEqual(self._get("/own.css").status_code, 200)

    def test_attachments_and_pictures_by_id(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "x.pdf", "raw": b"%PDF", "public": True}
        )
        self._block("hard")
        self._login(self.dealer_user)
        for path in (
            f"/web/content/{attachment.id}",
            f"/web/image/{attachment.id}",
            "/web/image/product.product/1/image_128",
        ):
            self.assertEqual(self._get(path).status_code, 403, path)
        website = self.env["website"].search([], limit=1)
        logo = self._get(f"/web/image/website/{website.id}/logo")
        self.assertEqual(logo.status_code, 200)

    def test_rpc_answers_with_an_error(self):
        self.assertTrue(self._call_xmlrpc(self.dealer_user))
        self._block("hard")
        with self.assertRaisesRegex(Fault, "suspended"):
            self._call_xmlrpc(self.dealer_user)
        error = self._call_jsonrpc(self.dealer_user)["error"]["data"]
        self.assertIn("suspended", error["message"])
        self._login(self.dealer_user)
        error = self._call_kw()["error"]["data"]
        self.assertEqual(error["name"], "odoo.exceptions.AccessError")
        self.assertIn("suspended", error["message"])

    def test_key_of_the_api_opens_nothing(self):
        self.assertEqual(self._call_json_2(self.dealer_user).status_code, 200)
        self._block("hard")
        response = self._call_json_2(self.dealer_user)
        self.assertEqual(response.status_code, 403)
        self.assertIn("suspended", response.json()["message"])

    def test_others_do_not_notice(self):
        self._block("hard")
        for user in (self.stranger_user, self.staff_user):
            with self.subTest(user=user.login):
                self.assertTrue(self._call_xmlrpc(user))
                self.assertTrue(self._call_jsonrpc(user)["result"])
                self.authenticate(None, None)
                self.assertEqual(self._call_json_2(user).status_code, 200)
                self._login(user)
                for path in ("/my", "/shop", "/my/journal", "/contactus"):
                    self.assertEqual(self.url_open(path).status_code, 200, path)
                self.assertTrue(self._call_kw()["result"])
        self.authenticate(None, None)
        self.assertEqual(self._get("/shop").status_code, 200)

    def test_he_logs_out_and_pays(self):
        self._block("hard")
        self._login(self.dealer_user)
        self.assertEqual(self._get("/payment/status").status_code, 200)
        self._get("/web/session/logout")
        self.assertEqual(self._get("/shop").status_code, 200)

    def test_promise_opens_the_account_and_a_second_is_refused(self):
        self._create_debt(70, overdue_days=20)
        self._block("hard")
        self._login(self.dealer_user)

        def promise(days):
            return self.url_open(
                "/my/suspended/promise",
                data={
                    "date": str(self._days_ago(-days)),
                    "csrf_token": Request.csrf_token(self),
                },
            )

        for days in (-1, 8):
            page = promise(days)
            self.assertIn("alert-danger", page.text)
        self._assert_leads_to("/my", "/my/suspended")
        promise(7)
        self.assertEqual(self._get("/my/journal").status_code, 200)
        self.assertEqual(
            self.env["b2b.payment.promise"].search([]).user_id, self.dealer_user
        )
        page = promise(7)
        self.assertIn("Your account is open", page.text)
        self.assertEqual(page.text.count("It is promised already"), 1)
        self.assertEqual(self.env["b2b.payment.promise"].search_count([]), 1)

    def test_open_doors_cost_no_query(self):
        """The gate itself, for who is not blocked, once it has been asked."""
        self._create_block(contract=self.stranger_contract)
        self._login(self.dealer_user)
        self._get("/my/journal")
        with self.assertQueryCount(0):
            self.dealer_user._b2b_get_gate()


@tagged("post_install", "-at_install")
class TestSoftDoor(B2bDoorCase):
    def test_every_page_leads_to_balance(self):
        self._block("soft")
        self._login(self.dealer_user)
        for path in ("/my", "/shop", "/shop/cart", "/contactus", "/my/journal", "/"):
            self._assert_leads_to(path, "/my/balance")

    def test_suspended_page_and_pdfs_stay_open(self):
        self._create_debt(70, overdue_days=20)
        self._block("soft")
        self._login(self.dealer_user)
        self.assertEqual(self._get("/my/suspended").status_code, 200)
        document = self.env["b2b.document"].search(
            [("legal_entity_id", "=", self.dealer.id)], limit=1
        )
        self.assertTrue(document)
        response = self._get(f"/my/journal/{document.id}/pdf")
        self.assertEqual(response.status_code, 200)

    def test_rpc_answers_with_an_error(self):
        self._block("soft")
        with self.assertRaisesRegex(Fault, "suspended"):
            self._call_xmlrpc(self.dealer_user)
        self.assertEqual(self._call_json_2(self.dealer_user).status_code, 403)
        self._login(self.dealer_user)
        self.assertIn("error", self._call_kw())

    def test_block_of_one_contract_closes_no_door(self):
        self._create_block(contract=self.contract, scenario="hard")
        self._login(self.dealer_user)
        self.assertEqual(self._get("/my/journal").status_code, 200)
        page = self._get("/my/suspended")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Some contracts are blocked", page.text)

    def test_who_is_not_blocked_has_no_suspended_page(self):
        self._login(self.dealer_user)
        self._assert_leads_to("/my/suspended", "/my")


@tagged("post_install", "-at_install")
class TestWebsocketDoor(B2bBlockBuilders, B2bBuilders, WebsocketCase):
    def _connect(self, user):
        session = self.authenticate(user.login, user.login)
        return self.websocket_connect(cookie=f"session_id={session.sid};")

    def _send_to(self, user):
        self.env["bus.bus"]._sendone(user.partner_id, "b2b_test", {"secret": 1})
        self.trigger_notification_dispatching([user.partner_id])

    def test_blocked_dealer_cannot_open_a_socket(self):
        self._create_block(dealer=self.dealer, scenario="hard")
        with self.assertRaisesRegex(Exception, "403"):
            self._connect(self.dealer_user)

    def test_open_socket_is_closed_with_its_next_message(self):
        socket = self._connect(self.dealer_user)
        self.subscribe(socket, [], self.env["bus.bus"]._bus_last_id())
        self._create_block(dealer=self.dealer, scenario="soft")
        self.subscribe(
            socket, [], self.env["bus.bus"]._bus_last_id(), wait_for_dispatch=False
        )
        self.assert_close_with_code(socket, CloseCode.SESSION_EXPIRED)

    def test_open_socket_is_closed_though_its_message_asks_for_nothing(self):
        socket = self._connect(self.dealer_user)
        self.subscribe(socket, [], self.env["bus.bus"]._bus_last_id())
        self._create_block(dealer=self.dealer, scenario="soft")
        socket.send(
            json.dumps(
                {"event_name": "update_presence", "data": {"inactivity_period": 0}}
            )
        )
        self.assert_close_with_code(socket, CloseCode.SESSION_EXPIRED)

    def test_open_socket_that_only_listens_is_told_nothing(self):
        socket = self._connect(self.dealer_user)
        self.subscribe(socket, [], self.env["bus.bus"]._bus_last_id())
        self._create_block(dealer=self.dealer, scenario="soft")
        self._send_to(self.dealer_user)
        self.assert_close_with_code(socket, CloseCode.SESSION_EXPIRED)

    def test_other_dealer_keeps_his_socket(self):
        socket = self._connect(self.stranger_user)
        self.subscribe(socket, [], self.env["bus.bus"]._bus_last_id())
        self._create_block(dealer=self.dealer, scenario="hard")
        self._send_to(self.stranger_user)
        self.assertIn("b2b_test", socket.recv())
