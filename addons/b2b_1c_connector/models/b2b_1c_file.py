import logging
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from odoo import fields, models

from ..commerceml import RefusedFile, check, unpack

_logger = logging.getLogger(__name__)
ARCHIVE = b"PK\x03\x04"


class B2b1cFile(models.Model):
    """A file of 1C: its parts are attachments, so that they survive restarts, are seen
    by every worker and are saved together with the database."""

    _name = "b2b.1c.file"
    _description = "1C File"
    _order = "id"

    exchange_id = fields.Many2one(
        "b2b.1c.exchange", required=True, readonly=True, ondelete="cascade"
    )
    backend_id = fields.Many2one(related="exchange_id.backend_id", store=True)
    company_id = fields.Many2one(related="exchange_id.company_id", store=True)
    name = fields.Char(required=True, readonly=True)
    size = fields.Float(string="Bytes", digits=(20, 0), readonly=True)
    content = fields.Selection(
        [("data", "CommerceML"), ("archive", "Archive"), ("other", "Other")],
        default="other",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("received", "Received"),
            ("waiting", "Being imported"),
            ("done", "Imported"),
            ("failed", "Failed"),
            ("dropped", "Replaced"),
        ],
        default="received",
        required=True,
        readonly=True,
        index=True,
    )
    error = fields.Text(readonly=True)
    date_waiting = fields.Datetime(string="Import asked for", readonly=True)
    part_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        string="Parts",
        domain=[("res_model", "=", "b2b.1c.file")],
        readonly=True,
    )

    _name_idx = models.Index("(exchange_id, name)")

    def _append(self, body):
        """Add a part to the end of the file."""
        self.ensure_one()
        if not self.size:
            self.content = _sniff(self.name, body)
        if body:
            # pictures stay as they are, byte for byte
            attachments = self.env["ir.attachment"].with_context(
                image_no_postprocess=True
            )
            attachments.create(
                {
                    "name": Path(self.name).name,
                    "raw": body,
                    "mimetype": "application/octet-stream",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        self.size += len(body)

    def _drop(self):
        """Forget what was received: 1C sends it once more."""
        self.part_ids.unlink()
        self.state = "dropped"

    def _schedule(self):
        """Have the files imported in the background, each once."""
        self.write(
            {"state": "waiting", "error": False, "date_waiting": fields.Datetime.now()}
        )
        for file in self:
            file.with_delay(
                channel="root.b2b_1c",
                identity_key=f"b2b_1c_file_{file.id}",
                description=file.name,
                max_retries=0,
            )._import()

    def _import(self):
        """Import the file, wholly or not at all, unless that has been done."""
        self.ensure_one()
        file = self.try_lock_for_update()
        if not file or file.state != "waiting":
            return
        try:
            with self.env.cr.savepoint():
                file._import_content()
        except psycopg2.OperationalError:
            # met another transaction: the job is tried again
            raise
        except RefusedFile as error:
            file.write({"state": "failed", "error": str(error)})
        except Exception:
            # whoever waits for the file must be told of its end
            _logger.exception("%s of 1C cannot be imported", file.name)
            error = self.env._("Internal error, see the log of Odoo.")
            file.write({"state": "failed", "error": error})
        else:
            file.state = "done"

    def _import_content(self):
        with self._open() as source:
            if self.content == "archive":
                self._unpack(source)
            else:
                check(source)
                raise RefusedFile(
                    self.env._(
                        "%(file)s was received whole and is kept, but this version "
                        "does not import it yet.",
                        file=self.name,
                    )
                )

    def _unpack(self, source):
        """Make a file of each in the archive."""
        with tempfile.TemporaryDirectory(prefix="b2b_1c_") as above:
            folder = Path(above) / "files"
            for name in unpack(source, folder):
                file = self.create({"exchange_id": self.exchange_id.id, "name": name})
                file._append((folder / name).read_bytes())

    @contextmanager
    def _open(self):
        """The content as an open binary file."""
        with tempfile.TemporaryFile(prefix="b2b_1c_") as whole:
            for part in self.part_ids.sorted("id"):
                whole.write(part.raw or b"")
                # parts may be hundreds: one at a time in memory
                part.invalidate_recordset(["raw", "datas"], flush=False)
            whole.seek(0)
            yield whole


def _sniff(name, start):
    """What a file is, by its first bytes."""
    if start.startswith(ARCHIVE):
        return "archive"
    head = start[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if name.lower().endswith(".xml") or head.startswith(b"<"):
        return "data"
    return "other"
