import logging
from urllib.parse import parse_qsl

from odoo.http import Dispatcher, Response

_logger = logging.getLogger(__name__)


class Dispatcher1c(Dispatcher):
    """Serves 1C: bytes in, bytes out, whatever the content type of either says.

    The usual dispatcher would take a body for a form, a fault for a page in HTML, and
    would begin a session.
    """

    routing_type = "b2b_1c"
    mimetypes = ("*/*",)

    @classmethod
    def is_compatible_with(cls, request):
        return True

    def dispatch(self, endpoint, args):
        """Call the endpoint with what the route names; it reads all else itself."""
        self.request.params = args
        return self.request.registry["ir.http"]._dispatch(endpoint)

    def post_dispatch(self, response):
        """Save no session and send no cookie."""

    def handle_error(self, exc):
        """Tell 1C of a fault as it understands it: it shows the text to its user."""
        code = getattr(exc, "code", None)
        text = f"HTTP {code}" if code else "internal error, see the log of Odoo"
        return plain(f"failure\n{text}")


def plain(reply, status=200, content_type="text/plain; charset=utf-8"):
    """A response of exactly these bytes."""
    body = reply if isinstance(reply, bytes) else reply.encode()
    return Response(body, status=status, content_type=content_type)


def read_query(environ):
    """The query as a dict; 1C escapes nothing in it, not even Cyrillic names."""
    query = environ.get("QUERY_STRING", "").replace("+", "%2B")
    pairs = parse_qsl(query, keep_blank_values=True, encoding="latin-1")
    return {
        decode(name.encode("latin-1")): decode(value.encode("latin-1"))
        for name, value in pairs
    }


def decode(raw):
    """Text of 1C that tells no encoding: UTF-8 or that of Russian Windows."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("windows-1251", errors="replace")
