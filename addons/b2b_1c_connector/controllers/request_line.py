"""Request lines of 1C, which escapes nothing in an address: neither blanks nor Cyrillic
(reference 1.5)."""

import re

from odoo.service.server import CommonRequestHandler

# as Python's server takes it apart: at blanks of Latin-1, some of which are bytes of
# Cyrillic letters
LINE = re.compile(rb"([A-Z]+ )(/b2b/1c/.*)( HTTP/[0-9.]+\r?\n?)")
RAW = re.compile(rb"[^!-~]")


def escape_address(line):
    """The first line of a request, with the address escaped if it is one of the
    exchange.

    :param bytes line: as it has come
    :rtype: bytes
    """
    found = LINE.fullmatch(line)
    if not found:
        return line
    method, address, version = found.groups()
    return method + RAW.sub(lambda byte: b"%%%02X" % ord(byte[0]), address) + version


def parse_request(self):
    """Read the first line of a request, as 1C writes it, too.

    A blank in it is answered with HTTP 400, in HTML, before any controller is asked.
    """
    self.raw_requestline = escape_address(self.raw_requestline)
    return super(CommonRequestHandler, self).parse_request()


# what the server with threads and the one with workers have in common; by `post_load`
# it would not happen where another has imported the addon before Odoo loads it
CommonRequestHandler.parse_request = parse_request
