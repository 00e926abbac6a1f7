from odoo import fields, models


class ProductTemplateProperty(models.Model):
    """What 1C says of goods beyond their attributes."""

    _inherit = "product.template"

    b2b_1c_property_value_ids = fields.One2many(
        "b2b.1c.property.value",
        "product_tmpl_id",
        string="Properties of 1C",
        readonly=True,
        groups="base.group_user",
    )

    def _get_b2b_1c_properties(self):
        """The plain properties of a product, for its page.

        :return: names and values; several values are one text
        :rtype: list[tuple[str, str]]
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: who sees the product sees what it is like, not what else 1C tells
        rows = self.sudo().b2b_1c_property_value_ids
        found = rows.sorted(lambda row: (row.property_id.name, row.property_id.id))
        return [
            (told.name, ", ".join(values.mapped("name")))
            for told, values in found.grouped("property_id").items()
        ]
