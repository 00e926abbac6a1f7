import base64
from datetime import timedelta

from odoo import api, fields, models

# the beginning of a reply, which tells what it was; what is longer is kept in a file
BEGINNING = 500
# who asks how an import goes on and is told the same is written down once in so long
POLLS = timedelta(seconds=10)


class B2b1cCall(models.Model):
    """What 1C asked and what it was told. Calls that repeat each other are one row."""

    _name = "b2b.1c.call"
    _description = "1C Call"
    _order = "id"

    exchange_id = fields.Many2one(
        "b2b.1c.exchange", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Char(string="Type", readonly=True)
    mode = fields.Char(readonly=True)
    filename = fields.Char(string="File", readonly=True)
    version = fields.Char(readonly=True)
    count = fields.Integer(
        string="Times",
        default=1,
        readonly=True,
        help="Questions how an import goes on are counted once in ten seconds.",
    )
    size = fields.Integer(string="Bytes", readonly=True)
    reply = fields.Text(readonly=True)
    refused = fields.Boolean(readonly=True)
    reply_file = fields.Binary(
        string="Whole reply",
        attachment=True,
        readonly=True,
        help="Of what was too long for the list.",
    )
    reply_name = fields.Char(compute="_compute_reply_name")

    @api.depends("mode")
    def _compute_reply_name(self):
        for call in self:
            call.reply_name = f"{call.mode}.xml"

    @api.model
    def _note(self, exchange, words, body, reply):
        """Write a call down; a repetition of the last one is counted with it.

        :param b2b.1c.exchange exchange: the session
        :param dict words: the query
        :param bytes body:
        :param reply: text or bytes
        """
        raw = reply if isinstance(reply, bytes) else reply.encode()
        if isinstance(reply, bytes):
            reply = reply.decode("windows-1251")
        if words.get("mode") == "checkauth":
            # the cookie is as good as a password
            raw, reply = b"", reply.partition("\n")[0]
        values = {
            "reply": _clean(reply, BEGINNING),
            "refused": reply.startswith("failure"),
        }
        asked = {
            "kind": _clean(words.get("type"), 40),
            "mode": _clean(words.get("mode"), 40),
            "filename": _clean(words.get("filename"), 500),
            "version": _clean(words.get("version"), 40),
        }
        last = self.search(
            [("exchange_id", "=", exchange.id)], order="id desc", limit=1
        )
        is_long = len(reply) > BEGINNING
        repeats = (
            last
            and not is_long
            and all((last[key] or "") == asked[key] for key in asked)
        )
        now = fields.Datetime.now()
        if repeats and reply.startswith("progress") and last.reply == values["reply"]:
            # 1C polls without a pause: a row each time would be all that is done
            if exchange.date_last and now - exchange.date_last < POLLS:
                return
        exchange.date_last = now
        if repeats:
            size = min(last.size + len(body), 2**31 - 1)
            last.write({**values, "count": last.count + 1, "size": size})
            return
        self.create(
            {
                **asked,
                **values,
                "size": len(body),
                "exchange_id": exchange.id,
                "reply_file": is_long and base64.b64encode(raw),
            }
        )


def _clean(text, length):
    """Text that a database takes, cut."""
    return (text or "")[:length].replace("\0", "")
