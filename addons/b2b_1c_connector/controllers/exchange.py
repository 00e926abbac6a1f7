import base64
import binascii
import logging

from werkzeug.http import parse_cookie

from odoo import SUPERUSER_ID
from odoo.http import Controller, request, route

from .dispatcher import decode, plain, read_query

_logger = logging.getLogger(__name__)
# More than 1C sends at once; connections ask it for much less.
LARGEST_BODY = 128 * 1024**2


class Exchange(Controller):
    @route(
        "/b2b/1c/<string:key>",
        type="b2b_1c",
        auth="none",
        methods=["GET", "POST"],
        csrf=False,
        save_session=False,
        readonly=False,
        max_content_length=LARGEST_BODY,
    )
    def exchange(self, key):
        """Answer 1C, the client of the exchange with a site."""
        http = request.httprequest
        request.update_env(user=SUPERUSER_ID)
        words = read_query(http.environ)
        client = describe_client(http.user_agent.string, http.remote_addr)
        exchange = request.env["b2b.1c.backend"]._identify(
            key,
            words,
            cookies=parse_cookie(http.environ.get("HTTP_COOKIE", "")),
            credentials=read_credentials(http.headers.get("Authorization")),
            client=client,
        )
        if not exchange:
            _logger.info("1C refused at %s from %s", http.path, http.remote_addr)
            if http.headers.get("Authorization"):
                # 1C may ask without first
                found = request.env["b2b.1c.backend"].search([("key", "=", key)])
                found._note_refused_login(http.remote_addr)
            # the same whatever is wrong: nobody learns which connections there are
            response = plain("failure\nUnknown user or wrong password", 401)
            response.headers["WWW-Authenticate"] = 'Basic realm="1C"'
            return response
        request.update_env(user=exchange.env.uid, su=True)
        exchange._note_client(client)
        # read once we know who sends it, and kept: the request is answered again if it
        # met another transaction
        reply, content_type = exchange._answer(words, http.get_data(cache=True))
        return plain(reply, content_type=content_type)


def read_credentials(header):
    """Login and password of a header for Basic authentication, or None."""
    scheme, _blank, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    login, colon, password = decode(raw).partition(":")
    return (login, password) if colon else None


def describe_client(program, address):
    """Who calls, in words.

    :param str program: as it names itself
    :param str address: IP address
    :rtype: str
    """
    client = " · ".join(filter(None, [(program or "")[:100], address]))
    return client.replace("\0", "")
