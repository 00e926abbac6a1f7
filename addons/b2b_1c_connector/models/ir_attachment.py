import os
import uuid

from odoo import api, models
from odoo.exceptions import UserError


class IrAttachment(models.Model):
    """What 1C sends twice at once, or once more after Odoo was killed."""

    _inherit = "ir.attachment"

    @api.model
    def _get_path(self, bin_data, sha):
        """Override of `base`: files are called by the checksum of their content. One
        that is not what its name says is no collision: another process is writing it,
        or was killed as it did, which would refuse the same content for ever.
        """
        try:
            return super()._get_path(bin_data, sha)
        except UserError:
            self._b2b_1c_replace_cut_off(bin_data, sha)
            return super()._get_path(bin_data, sha)

    @api.model
    def _b2b_1c_replace_cut_off(self, bin_data, sha):
        """Put the whole content in place of a file, unless that is what its name says:
        it may have become so meanwhile. It is replaced at once: who is writing it still
        goes on in the one that is gone.

        :param bytes bin_data: the content
        :param str sha: its checksum
        """
        name = f"{sha[:2]}/{sha}"
        if self._compute_checksum(self._file_read(name)) == sha:
            return
        path = self._full_path(name)
        partial = f"{path}.{uuid.uuid4().hex}"
        with open(partial, "wb") as file:
            file.write(bin_data)
        os.replace(partial, path)
        # as core does for what it writes, in case the transaction aborts
        self._mark_for_gc(name)
