"""The test of the address, as staff start it."""

from base64 import b64decode
from unittest.mock import patch

import requests

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from ..models import b2b_1c_address_test
from .common_1c import Builders1c


@tagged("post_install", "-at_install")
class TestAddressTest(Builders1c, HttpCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(
            self.env, "b2b", groups="b2b_portal.group_b2b_administrator"
        )

    def _test(self, change=None):
        """Test the address; `change` may do to a call what a web server does."""
        send = b2b_1c_address_test.B2b1cBackend._send
        case = self

        def send_in_test(self, url, headers, body):
            headers = {**headers}
            answer = change and change(headers, body)
            if answer is not None and change:
                return answer
            case.env.flush_all()
            url = case.base_url() + url[url.index("/b2b/1c/") :]
            with case.allow_requests():
                # by which the server knows requests of a test
                ours = f"{TEST_CURSOR_COOKIE_NAME}={case.http_request_key}"
                cookies = filter(None, [headers.get("Cookie"), ours])
                headers["Cookie"] = "; ".join(cookies)
                reply = send(self, url, headers, body)
            case.env.invalidate_all()
            return reply

        backend = self.env.registry["b2b.1c.backend"]
        with patch.object(backend, "_send", send_in_test):
            self.connection.with_user(self.user).action_test_address()
        return self.connection.test_result

    def test_a_right_address_works_and_nothing_is_left(self):
        self.assertEqual(self._test(), "ok")
        self.assertTrue(self.connection.test_date)
        self.assertFalse(self.connection.last_contact)
        exchange = self.env["b2b.1c.exchange"].search([])
        self.assertTrue(exchange.is_ours)
        self.assertEqual(exchange.file_ids.state, "dropped")
        self.assertFalse(exchange.file_ids.part_ids)

    def _fault(self, change):
        self.assertEqual(self._test(change), "failed")
        return self.connection.test_text

    def test_dropped_header_is_told(self):
        text = self._fault(
            lambda headers, body: headers.pop("Authorization", None) and None
        )
        self.assertIn("Authorization", text)

    def _answer(self, status, text="", **headers):
        reply = requests.Response()
        reply.status_code = status
        reply._content = text.encode()
        reply.headers.update(headers)
        return reply

    def test_redirection_is_told(self):
        reply = self._answer(301, Location="https://elsewhere/")
        self.assertIn("https://elsewhere/", self._fault(lambda *_args: reply))

    def test_address_without_anything_is_told(self):
        reply = self._answer(404, "<html>")
        self.assertIn("dbfilter", self._fault(lambda *_args: reply))

    def test_small_limit_of_a_proxy_is_told(self):
        reply = self._answer(413, "<html>")
        text = self._fault(lambda headers, body: reply if body else None)
        self.assertIn("413", text)

    def test_another_page_and_nobody_are_told(self):
        reply = self._answer(200, "<html>")
        self.assertIn("<html>", self._fault(lambda *_args: reply))

        def nobody(*_args):
            raise requests.ConnectionError()

        self.assertIn("ConnectionError", self._fault(nobody))

    def test_a_test_opens_nothing_but_itself(self):
        words = []

        def note(headers, body):
            if "Authorization" in headers:
                sent = b64decode(headers["Authorization"].split()[1]).decode()
                words.append(sent.partition(":")[2])

        self._test(note)
        exchange = self.env["b2b.1c.exchange"].search([])
        for kind, mode in (("sale", "query"), ("catalog", "import")):
            reply, _type = exchange._answer({"type": kind, "mode": mode}, b"")
            self.assertTrue(reply.startswith("failure"))
        other = self._create_connection("other", login="1c-test2")
        word = words[0]
        self.assertTrue(self.connection._is_test(("1c-test", word)))
        query = {"type": "sale", "mode": "query"}
        backends = self.env["b2b.1c.backend"]
        self.assertFalse(backends._identify("test", query, {}, ("1c-test", word)))
        self.assertFalse(other._is_test(("1c-test2", word)))
        self.assertFalse(self.connection._is_test(("1c-test", "test:forged")))
        self.assertFalse(self.connection._accepts("1c-test", word))

    def test_only_administrators_test(self):
        sales = new_test_user(self.env, "sales", groups="b2b_portal.group_b2b_manager")
        with self.assertRaises(AccessError):
            self.connection.with_user(sales).action_test_address()
