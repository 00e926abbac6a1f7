import re
import shutil
import time

from odoo import fields, models
from odoo.tools import SQL, config

from ..commerceml import RefusedFile, safe_name
from .b2b_1c_backend import COOKIE

TEXT = "text/plain; charset=utf-8"
TEXT_1251 = "text/plain; charset=windows-1251"
XML = "application/xml; charset=utf-8"
XML_1251 = "application/xml; charset=windows-1251"
MODES = {
    "catalog": {"checkauth", "init", "file", "import", "deactivate", "complete"},
    "sale": {"checkauth", "init", "file", "import", "query", "success", "info"},
    "reference": {"checkauth", "init", "file", "import", "complete"},
}
# ends of a run of which newer modules tell: there is nothing to do, and no harm in it
NOTICES = {"complete", "deactivate", "success"}
VERSION = re.compile(r"\d{1,2}\.\d{1,3}")
LARGEST_SESSION = 4 * 1024**3
FREE_SPACE = 500 * 1024**2
# how long a request about an import that goes on is held, and how often it looks
HOLD = 2
LOOK = 0.2
LOG_OF_REPLY = 2000
# first number of the advisory locks of held requests
HELD = 0xB2B1C


class Refusal(Exception):
    """What 1C asks cannot be done; it shows the text to its user."""


class B2b1cProtocol(models.Model):
    """The answers to 1C, byte for byte: it counts lines and compares words."""

    _inherit = "b2b.1c.exchange"

    def _answer(self, words, body):
        """Do what 1C asks, and write it down.

        :param dict words: the query: `type`, `mode`, `filename`, `version`…
        :param bytes body:
        :return: the reply (text or bytes) and its content type
        """
        self.ensure_one()
        mode = words.get("mode", "")
        try:
            with self.env.cr.savepoint():
                reply, content_type = self._do(mode, words, body)
        except Refusal as refusal:
            # one line: it may repeat what was asked, with line ends of its own
            reason = " ".join(str(refusal).split())
            reply, content_type = f"failure\n{reason}", TEXT
        self._log(mode, words, body, reply)
        if content_type == TEXT and self.backend_id.configuration == "ut10":
            # the oldest reads texts as files of Russian Windows (reference 1.2)
            return reply.encode("windows-1251", "replace"), TEXT_1251
        return reply, content_type

    def _do(self, mode, words, body):
        kind = words.get("type", "")
        if kind not in MODES:
            raise Refusal(self.env._("Unknown type of exchange: %(type)s", type=kind))
        if mode not in MODES[kind]:
            if mode in NOTICES:
                return "success", TEXT
            raise Refusal(self.env._("Unknown mode: %(mode)s", mode=mode))
        if mode in NOTICES:
            return "success", TEXT
        if mode == "query":
            return self._get_orders(words), XML
        if mode == "info":
            return self._get_info(), XML_1251
        return getattr(self, f"_mode_{mode}")(words, body), TEXT

    def _mode_checkauth(self, words, _body):
        """Tell the cookie of the session, which 1C reads from here, not from a header.

        Lines 4 and 5 are for newer modules; the others never look at them.
        """
        token = words["new_token"]
        stamp = int(self.date_last.timestamp())
        lines = ["success", COOKIE, token, f"sessid={self.id}", f"timestamp={stamp}"]
        return "\n".join(lines)

    def _mode_init(self, words, _body):
        """Forget what was uploaded before in this session, and tell our limits.

        Two lines, none empty: 1C counts them. Four for those who tell a version.
        """
        self.file_ids.filtered(lambda file: file.state == "received")._drop()
        lines = [
            "zip=yes" if self.backend_id.allow_zip else "zip=no",
            f"file_limit={self.backend_id.file_limit}",
        ]
        version = words.get("version", "")
        if words["type"] != "reference" and VERSION.fullmatch(version):
            known = "3.1" if float(version) >= 3.1 else version
            lines += [f"sessid={self.id}", f"version={known}"]
        return "\n".join(lines)

    def _mode_file(self, words, body):
        """Append to the file: 1C cuts large ones and tells neither place nor end."""
        name = self._get_name(words)
        if self.size + len(body) > LARGEST_SESSION:
            raise Refusal(self.env._("Too much was sent in one session."))
        if shutil.disk_usage(config["data_dir"]).free < FREE_SPACE + len(body):
            raise Refusal(self.env._("There is no room for the file."))
        file = self._get_file(name)
        if file.state in ("kept", "waiting", "done"):
            raise Refusal(
                self.env._("%(file)s is being imported already: begin anew.", file=name)
            )
        if file.state != "received":
            file = file.create({"exchange_id": self.id, "name": name})
        file._append(body)
        self.size += len(body)
        return "success"

    def _mode_import(self, words, _body):
        """Have the file imported in the background, and tell how it stands."""
        name = self._get_name(words)
        file = self._get_file(name)
        if not file:
            return self._unpack_first(name)
        if file.state == "received":
            file._take_up()
            return self._tell(file, (file.state, file.error))
        return self._tell(file, file._wait(HOLD, LOOK))

    def _unpack_first(self, name):
        """The file may be in an archive: 1C names what is inside, never the archive."""
        archives = self.file_ids.filtered(lambda file: file.content == "archive")
        failed = archives.filtered(lambda file: file.state == "failed")
        received = archives.filtered(lambda file: file.state == "received")
        waiting = archives.filtered(lambda file: file.state == "waiting")
        if failed:
            raise Refusal(failed[0].error)
        if received:
            received._schedule()
            return "progress"
        if waiting:
            state, error = waiting[0]._wait(HOLD, LOOK)
            outcome = (state if state == "failed" else "waiting", error)
            return self._tell(waiting[0], outcome)
        raise Refusal(self.env._("%(file)s was not received.", file=name))

    def _tell(self, file, outcome):
        state, error = outcome
        # what is kept for its time is safe here: 1C need not wait for hours
        if state in ("done", "kept"):
            return "success"
        if state == "failed":
            raise Refusal(error)
        # newer modules show their user what follows
        return f"progress\n{file.position} of {file.rows}" if file.rows else "progress"

    def _get_name(self, words):
        """The safe relative path of the file that 1C names."""
        try:
            return safe_name(words.get("filename", ""))
        except RefusedFile as error:
            raise Refusal(str(error)) from error

    def _get_file(self, name):
        """The file of that name in this session: the last one that counts."""
        # searched: there may be thousands of pictures
        domain = [("exchange_id", "=", self.id), ("name", "=", name)]
        domain.append(("state", "!=", "dropped"))
        return self.env["b2b.1c.file"].search(domain, order="id desc", limit=1)

    def _log(self, mode, words, body, reply):
        """Write the call down; repetitions of the last one are counted with it."""
        self.date_last = fields.Datetime.now()
        if isinstance(reply, bytes):
            reply = reply.decode("windows-1251")
        refused = reply.startswith("failure")
        filename = words.get("filename", "")[:500].replace("\0", "")
        if mode == "checkauth":
            # the cookie is as good as a password
            reply = "success"
        last = self.env["b2b.1c.call"].search(
            [("exchange_id", "=", self.id)], order="id desc", limit=1
        )
        values = {"reply": reply[:LOG_OF_REPLY].replace("\0", ""), "refused": refused}
        if last and (last.mode, last.filename or "") == (mode, filename):
            size = min(last.size + len(body), 2**31 - 1)
            last.write({**values, "count": last.count + 1, "size": size})
            return
        values.update(mode=mode[:40].replace("\0", ""), filename=filename)
        values.update(size=len(body), exchange_id=self.id)
        last.create(values)


class B2b1cFileWait(models.Model):
    _inherit = "b2b.1c.file"

    def _wait(self, seconds, look):
        """Wait a while for the end of the import, which another transaction writes.

        1C asks again without a pause, so that without waiting it would keep a worker
        busy; and of each connection only one request waits, so that several that ask at
        once do not keep all workers waiting.

        :return: state and error, as they are in the end
        """
        self.ensure_one()
        outcome = self.state, self.error
        if self.state != "waiting":
            return outcome
        lock = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", HELD, self.backend_id.id)
        [[alone]] = self.env.execute_query(lock)
        until = time.monotonic() + (seconds if alone else 0)
        while outcome[0] == "waiting" and time.monotonic() < until:
            time.sleep(look)
            outcome = self._read_outcome()
        return outcome

    def _read_outcome(self):
        """State and error now: this transaction sees only how they were."""
        with self.env.registry.cursor() as cursor:
            cursor.execute(
                "SELECT state, error FROM b2b_1c_file WHERE id = %s", [self.id]
            )
            return cursor.fetchone() or ("failed", "")
