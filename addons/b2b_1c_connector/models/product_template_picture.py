import base64

from odoo import fields, models

# what a picture consists of, wherever it is
KEPT = ("image_1920", "b2b_1c_path", "b2b_1c_checksum")


class ProductTemplatePicture(models.Model):
    """Pictures that 1C gives to products; those that people add stay beside them."""

    _inherit = "product.template"

    # which picture of 1C the main one is, and a sum over its bytes
    b2b_1c_path = fields.Char(readonly=True, copy=False)
    b2b_1c_checksum = fields.Char(readonly=True, copy=False)

    def _b2b_1c_keep_pictures(self, paths):
        """Remove pictures of 1C that it does not name any more.

        :param list[str] paths: those that it names, the main one first
        """
        self.ensure_one()
        main = self.b2b_1c_path
        if main and [main] != paths[:1]:
            self._b2b_1c_change_main(paths)
        images = self.product_template_image_ids.filtered("b2b_1c_path")
        images.filtered(lambda image: image.b2b_1c_path not in paths).unlink()

    def _b2b_1c_change_main(self, paths):
        """Make another picture of 1C the main one: of those that it has sent before it
        says the order alone.

        :param list[str] paths: those that 1C names, the main one first
        """
        holder = self.product_template_image_ids.filtered("b2b_1c_path")
        holder = holder.filtered(lambda image: image.b2b_1c_path in paths[:1])
        if self.b2b_1c_path in paths:
            holder.create(
                {
                    "product_tmpl_id": self.id,
                    "name": self.name,
                    "sequence": paths.index(self.b2b_1c_path),
                    **{name: self[name] for name in KEPT},
                }
            )
        self.write({name: holder[:1][name] for name in KEPT})
        holder.unlink()

    def _b2b_1c_find_picture(self, path, place):
        """What holds a picture: the product the main one, its images the others."""
        if not place:
            return self
        images = self.product_template_image_ids
        return images.filtered(lambda image: image.b2b_1c_path == path)[:1]

    def _b2b_1c_has_picture(self, path, place, checksum):
        """Whether the picture is there already, byte for byte.

        :param str path: names it
        :param int place: 0 for the main one
        :param str checksum: over its bytes
        """
        self.ensure_one()
        holder = self._b2b_1c_find_picture(path, place)
        known = (holder.b2b_1c_path, holder.b2b_1c_checksum)
        return known == (path, checksum) and bool(holder.image_128)

    def _b2b_1c_set_picture(self, path, place, checksum, data, text):
        """Set a picture.

        :param bytes data:
        :param text: what it shows, or None
        :raise UserError: the bytes cannot be read as a picture
        """
        self.ensure_one()
        values = {
            "image_1920": base64.b64encode(data),
            "b2b_1c_path": path,
            "b2b_1c_checksum": checksum,
        }
        holder = self._b2b_1c_find_picture(path, place)
        if place:
            values.update(name=text or self.name, sequence=place)
        if holder:
            holder.write(values)
        else:
            holder.create({**values, "product_tmpl_id": self.id})
        if not place:
            # it may have been one of the others before
            self.product_template_image_ids.filtered(
                lambda image: image.b2b_1c_path == path
            ).unlink()
        self.env.flush_all()
