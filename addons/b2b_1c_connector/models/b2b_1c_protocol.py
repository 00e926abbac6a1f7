import logging
import re
import time

import psycopg2

from odoo import models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL, config

from ..commerceml import RefusedFile, safe_name
from ..words import say
from .b2b_1c_backend import COOKIE
from .b2b_1c_file import LARGEST, get_free_space

_logger = logging.getLogger(__name__)

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
# how long a request about an import that goes on is held, and how often it looks
HOLD = 2
LOOK = 0.2
# first number of the advisory locks of held requests: by connection, and of all
HELD = 0xB2B1C
HELD_OF_ALL = 0xB2B1E


class Refusal(Exception):
    """What 1C asks cannot be done; it shows the text to its user."""


def _refuse(reason):
    # one line: it may repeat what was asked, with line ends of its own
    return "failure\n" + " ".join(reason.split())


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
            reply, content_type = _refuse(str(refusal)), TEXT
        except (psycopg2.OperationalError, psycopg2.IntegrityError, ConcurrencyError):
            # met another transaction: the request is answered again
            raise
        except Exception:
            # the call is to be seen in its exchange, not in the log of Odoo alone
            _logger.exception("1C: %s of %s failed", mode, self.backend_id.name)
            reason = self.env._("Internal error, see the log of Odoo.")
            reply, content_type = _refuse(reason), TEXT
        self.env["b2b.1c.call"]._note(self, words, body, reply)
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
        self._get_files([("state", "=", "received")])._drop()
        self.uploads += 1
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
        if self.size + len(body) > LARGEST:
            raise Refusal(self.env._("Too much was sent in one session."))
        if get_free_space() < len(body):
            raise Refusal(self.env._("There is no room for the file."))
        file = self._get_file(name)
        if file.state == "waiting":
            raise Refusal(
                self.env._("%(file)s is being imported already: begin anew.", file=name)
            )
        if file.state != "received":
            file = file.create(
                {"exchange_id": self.id, "upload": self.uploads, "name": name}
            )
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
        archives = self._get_files([("content", "=", "archive")])
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
            raise Refusal(say(self.env, error)) from error

    def _get_files(self, domain=(), limit=None):
        """Files of the upload that goes on, the last ones first."""
        # searched: there may be thousands of pictures
        domain = [
            ("exchange_id", "=", self.id),
            ("upload", "=", self.uploads),
            ("state", "!=", "dropped"),
            *domain,
        ]
        return self.env["b2b.1c.file"].search(domain, order="id desc", limit=limit)

    def _get_file(self, name):
        """The last file of that name in the upload that goes on."""
        return self._get_files([("name", "=", name)], limit=1)


class B2b1cFileWait(models.Model):
    _inherit = "b2b.1c.file"

    def _wait(self, seconds, look):
        """Wait a while for the end of the import, which another transaction writes.

        1C asks again without a pause, so that without waiting it would keep a worker
        busy; and of each connection only one request waits, so that several that ask at
        once do not keep all workers waiting. Several connections leave one worker to
        pages and jobs. Whoever else comes waits for a moment only.

        :return: state and error, as they are in the end
        """
        self.ensure_one()
        outcome = self.state, self.error
        if self.state != "waiting":
            return outcome
        until = time.monotonic() + self._get_patience(seconds, look)
        while outcome[0] == "waiting" and time.monotonic() < until:
            time.sleep(look)
            outcome = self._read_outcome()
        return outcome

    def _get_patience(self, seconds, look):
        """How long this request may wait."""
        if not self._try_lock(HELD, self.backend_id.id):
            # not at once: 1C would ask again as soon as it is told
            return look
        workers = config["workers"]
        slots = range(1, workers)
        if not workers or any(self._try_lock(HELD_OF_ALL, slot) for slot in slots):
            return seconds
        return look

    def _try_lock(self, *numbers):
        """Take an advisory lock until the end of this transaction, if it is free."""
        lock = SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", *numbers)
        [[taken]] = self.env.execute_query(lock)
        return taken

    def _read_outcome(self):
        """State and error now: this transaction sees only how they were."""
        with self.env.registry.cursor() as cursor:
            cursor.execute(
                "SELECT state, error FROM b2b_1c_file WHERE id = %s", [self.id]
            )
            return cursor.fetchone() or ("failed", "")
