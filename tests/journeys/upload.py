# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One session of 1C call by call, for tests that do something in between."""

import time

from odoo.addons.b2b_1c_connector.tests.common import as_1c_writes, catalog, envelope

PART = 2_000_000
# seconds until an import must have ended
PATIENCE = 170


def goods(*external_ids, padding=0):
    """A file of goods; `padding` bytes of blanks stand between them."""
    rows = [
        f"<Товар><Ид>{one}</Ид><Наименование>Goods {one}</Наименование></Товар>"
        for one in external_ids
    ]
    blanks = (" " * 999 + "\n") * (padding // 1000 // len(rows))
    return as_1c_writes(envelope(catalog(blanks.join(["", *rows]))))


class Upload:
    """A session that sends a file in parts and has it imported.

    :param standin_1c.transport.Connection connection:
    :ivar taken: seconds of each call
    """

    def __init__(self, connection):
        self.connection = connection
        self.cookie = None
        self.taken = []

    def call(self, mode, body=None, **words):
        """The reply, which must be one of the protocol, as text."""
        query = "".join(f"&{name}={value}" for name, value in words.items())
        since = time.monotonic()
        answer = self.connection.call(
            f"type=catalog&mode={mode}{query}", body, cookie=self.cookie
        )
        self.taken.append(time.monotonic() - since)
        assert answer.status == 200, answer.body[:300]
        return answer.body.decode()

    def begin(self):
        """Log in and say that files will come."""
        self.cookie = None
        lines = self.call("checkauth").split("\n")
        assert lines[0] == "success", lines
        self.cookie = f"{lines[1]}={lines[2]}"
        assert self.call("init").startswith("zip=")
        return self

    def send(self, content, name="import.xml"):
        """Send bytes in parts, as many as it takes."""
        for start in range(0, len(content), PART):
            part = content[start : start + PART]
            reply = self.call("file", part, filename=name)
            assert reply == "success", reply

    def ask(self, name="import.xml", patience=PATIENCE):
        """Have a file imported; returns when it is.

        :param float patience: seconds
        """
        until = time.monotonic() + patience
        while time.monotonic() < until:
            reply = self.call("import", filename=name)
            if reply == "success":
                return
            assert reply.split("\n")[0] == "progress", reply
        raise AssertionError("the import never ends")
