from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

from ..words import speaking

# no drawings of lines: those may hold scripts
KINDS = {"image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp"}
LARGEST = 30 * 1024**2


class B2b1cFilePicture(models.Model):
    """How pictures go in, after the goods that name them."""

    _inherit = "b2b.1c.file"

    def _schedule_pictures(self, tasks):
        """Have pictures brought in, in the background.

        :param list tasks: see `_bring_pictures`
        """
        self.with_delay(
            channel="root.b2b_1c",
            description=speaking(self.env)._("Pictures of %(file)s", file=self.name),
            max_retries=0,
            # after the files that wait
            priority=15,
        )._bring_pictures(tasks)

    def _bring_pictures(self, tasks):
        """Give products their pictures, as far as they are new.

        :param list tasks: id of the product, path, place (0: the main one), id of the
            file, text or None
        """
        self.ensure_one()
        file = self._get_for_import()
        for product_id, path, place, file_id, text in tasks:
            product = self.env["product.template"].with_context(active_test=False)
            product = product.with_env(file.env).browse(product_id).exists()
            source = file.browse(file_id).exists()
            # both may be gone by now
            if product and source.part_ids:
                file._bring_picture(product, path, place, source, text)

    def _bring_picture(self, product, path, place, source, text):
        checksum = " ".join(source.part_ids.sorted("id").mapped("checksum"))
        if product._b2b_1c_has_picture(path, place, checksum):
            source.state = "done"
            return
        try:
            with self.env.cr.savepoint():
                data = source._read_picture()
                product._b2b_1c_set_picture(path, place, checksum, data, text)
        except (UserError, ValueError, OSError) as error:
            source._fail(str(error))
            self.env["b2b.1c.problem"].create(
                {
                    "file_id": self.id,
                    "row": "Картинка",
                    "name": path,
                    "external_id": product.display_name,
                    "reason": str(error),
                }
            )
            return
        source.state = "done"
        source.date_waiting = fields.Datetime.now()

    def _read_picture(self):
        """The bytes of a picture.

        :raise UserError: it is none
        """
        if self.size > LARGEST:
            raise UserError(
                speaking(self.env)._("%(file)s is too large.", file=self.name)
            )
        with self._open() as source:
            data = source.read()
        if guess_mimetype(data) not in KINDS:
            raise UserError(
                speaking(self.env)._("%(file)s is no picture.", file=self.name)
            )
        return data
