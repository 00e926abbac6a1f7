import time

from odoo import models

from ..commerceml import Archive, ArchiveLimits
from .b2b_1c_file import LARGEST, get_free_space
from .b2b_1c_file_import import SLICE

# so much of a file is in memory at a time
PIECE = 8 * 1024**2


class B2b1cFileArchive(models.Model):
    """How an archive is unpacked: in slices, as files go in."""

    _inherit = "b2b.1c.file"

    def _unpack(self, source):
        """Make files of those in the archive: the next ones, at least one.

        :param source: the archive as an open binary file
        :return: whether they were the last ones
        :raise RefusedFile: it is broken or hostile, or there is no room for it
        """
        started = time.monotonic()
        limits = ArchiveLimits(bytes=min(LARGEST, get_free_space()))
        with Archive(source, limits) as archive:
            if not self.position:
                # nothing of a broken one is used
                archive.check()
            self.rows = len(archive.names)
            for name in archive.names[self.position :]:
                self._unpack_one(archive, name)
                self.position += 1
                if time.monotonic() - started > SLICE:
                    break
        self.seconds += time.monotonic() - started
        return self.position >= self.rows

    def _unpack_one(self, archive, name):
        file = self.create(
            {"exchange_id": self.exchange_id.id, "upload": self.upload, "name": name}
        )
        for piece in archive.read(name, PIECE):
            file._append(piece)
