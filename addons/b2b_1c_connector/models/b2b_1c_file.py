import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from odoo import fields, models
from odoo.tools import config

from ..commerceml.archive import IMAGES

ARCHIVE = b"PK\x03\x04"
# must stay free beside what is kept
FREE_SPACE = 500 * 1024**2
# of one session, and of one archive when it is unpacked
LARGEST = 4 * 1024**3


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
    upload = fields.Integer(
        readonly=True, help="Which upload of the session it came with, from 0."
    )
    size = fields.Float(string="Bytes", digits=(20, 0), readonly=True)
    content = fields.Selection(
        [
            ("data", "CommerceML"),
            ("archive", "Archive"),
            ("waiting", "What waited"),
            ("other", "Other"),
        ],
        default="other",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("received", "Received"),
            ("kept", "Waits for its time"),
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
            part = attachments.create(
                {
                    "name": Path(self.name).name,
                    "raw": body,
                    "mimetype": "application/octet-stream",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
            part.invalidate_recordset(["raw", "datas"])
        self.size += len(body)

    def _drop(self):
        """Forget what was received: 1C sends it once more."""
        self.part_ids.unlink()
        self.state = "dropped"

    def _is_repeated(self):
        """Whether 1C has sent a file once more, in a later session, and asked for its
        import: then older information would come over newer. Archives are called
        otherwise each time.
        """
        self.ensure_one()
        domain = [
            ("backend_id", "=", self.backend_id.id),
            ("exchange_id.kind", "=", self.exchange_id.kind),
            ("id", ">", self.id),
            ("content", "=", self.content),
            ("state", "in", ("kept", "waiting", "done")),
        ]
        if self.content != "archive":
            domain.append(("name", "=", self.name))
        return bool(self.search_count(domain, limit=1))

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


def get_free_space(folder=None):
    """How many bytes may be written.

    :param folder: where, beside the folder that attachments lie in
    :rtype: int
    """
    folders = [config["data_dir"], *filter(None, [folder])]
    return max(min(shutil.disk_usage(one).free for one in folders) - FREE_SPACE, 0)


def _sniff(name, start):
    """What a file is, by its name and its first bytes.

    Documents of offices are archives, too, and 1C sends them beside pictures, as it
    does drawings and pages: what lies there is never CommerceML. Other folders are
    those of newer modules.
    """
    folders = name.split("/")[:-1]
    if IMAGES in folders:
        return "other"
    if not folders and name.lower().endswith(".zip") and start.startswith(ARCHIVE):
        return "archive"
    head = start[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if name.lower().endswith(".xml") or head.startswith(b"<"):
        return "data"
    return "other"
