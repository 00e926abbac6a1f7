"""A site that answers 1C as Bitrix does, and wrongly when a test says so."""

import base64
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

USER, PASSWORD = "1c", "пароль"
EMPTY = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<КоммерческаяИнформация ВерсияСхемы="2.05" ДатаФормирования="2026-03-01"/>'
).encode()


class Site:
    """`replies` by (type, mode) are given instead of the right ones: bytes, a list of
    bytes for one call after the other, or a function of the request."""

    def __init__(self):
        self.calls = []
        self.files = defaultdict(bytes)
        self.parts = []
        self.imported = []
        self.replies = {}
        self.orders = EMPTY
        self.confirmed = 0
        self.limit = 20000
        self.zip = "no"
        self.sessions = 0
        self.content_type = "text/plain; charset=utf-8"
        self.status = 200
        self.cut = 0

    def __enter__(self):
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.answer(self)

            do_POST = do_GET

            def log_message(self, *words):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(
            target=self.server.serve_forever, args=[0.02], daemon=True
        )
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/bitrix/1c.php"
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def modes(self, kind=None):
        """The modes asked for, without repetitions of `file`."""
        found = []
        for call in self.calls:
            if kind in (None, call["type"]) and found[-1:] != [call["mode"]]:
                found.append(call["mode"])
        return found

    def answer(self, request):
        raw = request.requestline.encode("latin-1").decode("utf-8", "replace")
        query = urlsplit(raw.split(" ")[1]).query
        words = dict(parse_qsl(query, keep_blank_values=True))
        length = int(request.headers.get("Content-Length") or 0)
        body = request.rfile.read(length)
        words.update(
            verb=request.command,
            cookie=request.headers.get("Cookie"),
            login=request.headers.get("Authorization"),
        )
        self.calls.append(words)
        status, data = self.status, self._reply(words, body)
        if status == 200 and not self._known(words):
            status, data = 401, b"failure\nwrong login"
        request.send_response(status)
        request.send_header("Content-Type", self.content_type)
        if status == 401:
            request.send_header("WWW-Authenticate", 'Basic realm="1c"')
        missing = self.cut
        self.cut = 0
        request.send_header("Content-Length", str(len(data) + missing))
        request.end_headers()
        request.wfile.write(data)

    def _known(self, words):
        right = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if words["mode"] == "checkauth":
            return words["login"] == f"Basic {right}"
        return words["cookie"] == f"PHPSESSID=s{self.sessions}"

    def _reply(self, words, body):
        reply = self.replies.get((words["type"], words["mode"]))
        if isinstance(reply, list):
            reply = reply.pop(0) if reply else None
        if callable(reply):
            reply = reply(words)
        if reply is not None:
            return reply
        return getattr(self, f"_{words['mode']}", self._other)(words, body)

    def _other(self, _words, _body):
        return b"success"

    def _checkauth(self, _words, _body):
        self.sessions += 1
        lines = f"success\nPHPSESSID\ns{self.sessions}\nsessid=abc\ntimestamp=17"
        return lines.encode()

    def _init(self, words, _body):
        text = f"zip={self.zip}\nfile_limit={self.limit}"
        if words.get("version"):
            text += f"\nsessid=abc\nversion={words['version']}"
        return text.encode()

    def _file(self, words, body):
        name = unquote(words["filename"])
        self.parts.append((name, len(body)))
        self.files[name] += body
        return b"success"

    def _import(self, words, _body):
        self.imported.append(words["filename"])
        return b"success"

    def _query(self, _words, _body):
        return self.orders

    def _success(self, _words, _body):
        self.confirmed += 1
        return b"success"

    def _info(self, _words, _body):
        return (
            '<?xml version="1.0" encoding="windows-1251"?><Справочник>'
            "<Cтатусы><Элемент><Ид>N</Ид><Название>Принят</Название></Элемент>"
            "</Cтатусы></Справочник>"
        ).encode("windows-1251")
