from base64 import b64encode
from datetime import timedelta

import requests

from odoo import fields, models
from odoo.tools import hash_sign, verify_hash_signed

from .b2b_1c_backend import COOKIE
from .b2b_1c_protocol import Refusal

SCOPE = "b2b_1c_address_test"
MARK = "test:"
FILE = "connection-test.bin"
TIMEOUT = 10


class Fault(Exception):
    """What would keep 1C from exchanging, in a sentence for people."""


class B2b1cBackend(models.Model):
    """Calls the address of a connection as 1C would.

    The password of 1C is not known to anybody but 1C. The test logs in with a word of
    its own, which is good for two minutes and opens nothing but the test.
    """

    _inherit = "b2b.1c.backend"

    test_date = fields.Datetime(string="Tested on", readonly=True, copy=False)
    test_result = fields.Selection(
        [("ok", "The address works"), ("failed", "1C cannot exchange")],
        readonly=True,
        copy=False,
    )
    test_text = fields.Text(string="What is wrong", readonly=True, copy=False)

    def action_test_address(self):
        """Call the address from this server, and keep what came of it."""
        self.ensure_one()
        self.check_access("write")
        fault = False
        try:
            self._test_address()
        except Fault as error:
            fault = str(error)
        # sudo: what came of it is for nobody to write
        self.sudo().write(
            {
                "test_date": fields.Datetime.now(),
                "test_result": "failed" if fault else "ok",
                "test_text": fault,
            }
        )

    def _test_address(self):
        """Log in, ask for the limits, send a part as large as 1C may, take it back.

        :raise Fault:
        """
        word = MARK + hash_sign(
            self.sudo().env, SCOPE, self.id, expiration=timedelta(minutes=2)
        )
        basic = b64encode(f"{self.login}:{word}".encode()).decode()
        reply = self._call("checkauth", {"Authorization": f"Basic {basic}"})
        if reply.status_code == 401:
            raise Fault(
                self.env._(
                    "The login does not arrive: the web server in front of Odoo drops "
                    "the header Authorization."
                )
            )
        lines = self._read(reply)
        cookie = {"Cookie": f"{COOKIE}={lines[2]}"}
        reply = self._call("init", cookie)
        if reply.status_code == 401 or len(reply.text.split("\n")) != 2:
            raise Fault(
                self.env._(
                    "The cookie does not arrive, or the answer comes changed: look at "
                    "the web server in front of Odoo."
                )
            )
        body = b"\0" * self.file_limit
        reply = self._call("file", cookie, body)
        if reply.status_code != 200 or reply.text != "success":
            raise Fault(
                self.env._(
                    "A part of %(size)s bytes does not get through (HTTP %(status)s): "
                    'lower "Bytes per request", or raise the limit of the web server.',
                    size=self.file_limit,
                    status=reply.status_code,
                )
            )
        # by which what was sent is thrown away
        self._call("init", cookie)

    def _call(self, mode, headers, body=None):
        """Call our own address as 1C does, which follows no redirection.

        :raise Fault: nobody answers, or somebody sends elsewhere
        """
        query = f"type=catalog&mode={mode}" + (f"&filename={FILE}" if body else "")
        try:
            reply = self._send(f"{self.address}?{query}", headers, body)
        except requests.RequestException as error:
            raise Fault(
                self.env._(
                    "Nobody answers at %(address)s: %(reason)s",
                    address=self.address,
                    reason=error.__class__.__name__,
                )
            ) from error
        if 300 <= reply.status_code < 400:
            raise Fault(
                self.env._(
                    "The address sends on to %(target)s, which 1C does not follow: set "
                    "the address of the site (web.base.url) to the right one.",
                    target=reply.headers.get("Location", ""),
                )
            )
        return reply

    def _send(self, url, headers, body):
        return requests.request(
            "GET" if body is None else "POST",
            url,
            data=body,
            headers={"User-Agent": "1C+Enterprise/8.3", **headers},
            allow_redirects=False,
            timeout=TIMEOUT,
        )

    def _read(self, reply):
        """The lines of an answer to a login.

        :raise Fault: it is another one
        """
        if reply.status_code == 404:
            raise Fault(
                self.env._(
                    "Nothing is at this address (HTTP 404): the web server in front of "
                    "Odoo leads elsewhere, or Odoo serves several databases and does "
                    "not know which one is meant: set dbfilter."
                )
            )
        lines = reply.text.split("\n")
        if reply.status_code != 200 or lines[0] != "success" or len(lines) < 3:
            raise Fault(
                self.env._(
                    "Something else than the exchange answers (HTTP %(status)s): "
                    "%(text)s",
                    status=reply.status_code,
                    text=lines[0][:100],
                )
            )
        return lines

    def _is_test(self, credentials):
        """Whether these are the credentials of a test of this connection."""
        login, word = credentials or (None, "")
        if not self or login != self.login or not word.startswith(MARK):
            return False
        try:
            # sudo: the secret of the database
            env = self.sudo().env
            found = verify_hash_signed(env, SCOPE, word.removeprefix(MARK))
        except ValueError:
            return False
        return self.active and found == self.id


class B2b1cExchange(models.Model):
    _inherit = "b2b.1c.exchange"

    def _do(self, mode, words, body):
        if self.is_ours and mode not in ("checkauth", "init", "file"):
            raise Refusal(self.env._("This is a test of the address."))
        return super()._do(mode, words, body)
