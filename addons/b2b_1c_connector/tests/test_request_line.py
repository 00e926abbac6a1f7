import socket
from urllib.parse import urlsplit

from odoo.service.server import BaseWSGIServerNoBind
from odoo.tests import BaseCase, HttpCase, tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME
from odoo.tools import mute_logger

from ..controllers.request_line import escape_address
from .common_1c import Builders1c
from .test_exchange import Client

# a blank, and letters with bytes that are blanks of Latin-1
NAME = "import_files/ab/Рубашка  хаки №5 .jpg"


def ask(channel, line, *headers, body=b""):
    """Send a request byte for byte, and read the answer to its end."""
    head = [line, b"Host: localhost", b"Connection: close"]
    head += [header.encode() for header in headers]
    head.append(b"Content-Length: %d" % len(body))
    channel.sendall(b"\r\n".join([*head, b"", b""]) + body)
    answer = b""
    while piece := channel.recv(4096):
        answer += piece
    return answer


@tagged("post_install", "-at_install")
class TestRequestLine(Builders1c, HttpCase):
    def setUp(self):
        super().setUp()
        self.client = Client(self, "test", "1c-test", self.password)

    def _ask(self, line, body=b""):
        where = urlsplit(self.base_url())
        address = (where.hostname, where.port)
        self.env.flush_all()
        self.env.clear()
        with self.allow_requests(), socket.create_connection(address, 30) as channel:
            # by which the server knows requests of a test
            ours = f"{TEST_CURSOR_COOKIE_NAME}={self.http_request_key}"
            return ask(
                channel,
                line,
                f"Authorization: {self.client.basic}",
                f"Cookie: {self.client.cookie}; {ours}",
                body=body,
            )

    def test_names_come_as_1c_writes_them(self):
        self.client.log_in()
        for encoding, name in (
            ("ascii", "import_files/ab/my photo.jpg"),
            ("ascii", "import_files/ab/100%25 a+b.jpg"),
            ("utf-8", NAME),
            ("cp1251", NAME),
            ("utf-8", "import_files/ab/Рубашка.jpg"),
        ):
            with self.subTest(encoding=encoding, name=name):
                query = f"type=catalog&mode=file&filename={name}".encode(encoding)
                line = b"POST /b2b/1c/test?" + query + b" HTTP/1.1"
                answer = self._ask(line, body=b"picture")
                self.assertRegex(answer, rb"^HTTP/1\.[01] 200 ")
                self.assertTrue(answer.endswith(b"\r\n\r\nsuccess"), answer)
                exchange = self.env["b2b.1c.exchange"].search([], limit=1)
                file = exchange._get_file(name.replace("%25", "%"))
                self.assertEqual(file.size, 7, exchange.file_ids.mapped("name"))
                file._drop()

    @mute_logger("odoo.service.server", "werkzeug")
    def test_other_addresses_are_answered_as_before(self):
        for line in (
            b"GET /web/login?a=my photo HTTP/1.1",
            b"GET /b2b/1cx?a=my photo HTTP/1.1",
            b"GET /b2b/1c/test?a=my photo",
            b"GET /web/login /b2b/1c/test HTTP/1.1",
        ):
            with self.subTest(line=line):
                # a fault of the server with threads: it breaks off as it refuses
                self.assertEqual(self._ask(line), b"")
        answer = self._ask(b"GET /web/login?a=my%20photo HTTP/1.1")
        self.assertRegex(answer, rb"^HTTP/1\.[01] 200 ")


@tagged("post_install", "-at_install")
class TestServers(BaseCase):
    def test_workers_read_them_too(self):
        seen = []

        def app(environ, start_response):
            seen.append((environ["PATH_INFO"], environ["QUERY_STRING"]))
            start_response("200 OK", [("Content-Length", "0")])
            return [b""]

        server = BaseWSGIServerNoBind(app)
        line = b"GET /b2b/1c/test?filename=my photo.jpg HTTP/1.1"
        ours, theirs = socket.socketpair()
        with ours:
            ours.sendall(line + b"\r\nHost: localhost\r\n\r\n")
            ours.shutdown(socket.SHUT_WR)
            server.process_request(theirs, ("127.0.0.1", 1))
            self.assertIn(b"200", ours.recv(4096))
        self.assertEqual(seen, [("/b2b/1c/test", "filename=my%20photo.jpg")])

    def test_only_addresses_of_the_exchange_are_escaped(self):
        for line, escaped in (
            (
                b"GET /b2b/1c/k?a=b c HTTP/1.1\r\n",
                b"GET /b2b/1c/k?a=b%20c HTTP/1.1\r\n",
            ),
            (b"GET /b2b/1c/k?a=b%20c+d HTTP/1.0\r\n", None),
            (
                b"GET /b2b/1c/k?a=\xd0\xa0 HTTP/1.0\n",
                b"GET /b2b/1c/k?a=%D0%A0 HTTP/1.0\n",
            ),
            (b"GET /b2b/1c/k HTTP/1.1 HTTP/1.1", b"GET /b2b/1c/k%20HTTP/1.1 HTTP/1.1"),
            (b"GET /b2b?a=b c HTTP/1.1\r\n", None),
            (b"GET /b2b/1c/k?a=b c\r\n", None),
            (b"GET  /b2b/1c/k HTTP/1.1\r\n", None),
            (b"", None),
        ):
            with self.subTest(line=line):
                self.assertEqual(escape_address(line), escaped or line)
