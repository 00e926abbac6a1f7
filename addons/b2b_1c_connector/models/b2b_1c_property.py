from odoo import fields, models

LIST = "Справочник"
VALUE = "product.attribute.value"


class B2b1cProperty(models.Model):
    """A property of goods that the classifier of a connection defines.

    There may be thousands, with megabytes of values: an attribute and its values are
    made only when goods use them.
    """

    _name = "b2b.1c.property"
    _description = "Property of Goods in 1C"
    _order = "name, id"

    backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Connection",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    name = fields.Char(required=True, readonly=True)
    external_id = fields.Char(string="ID in 1C", required=True, readonly=True)
    type = fields.Char(string="Type in 1C", readonly=True)
    deleted = fields.Boolean(string="Deleted in 1C", readonly=True)
    # the values of a list by their ids; large, so only read where it is needed
    variants = fields.Json(readonly=True, prefetch=False)
    attribute_id = fields.Many2one(
        "product.attribute", readonly=True, index="btree_not_null", ondelete="set null"
    )
    value_ids = fields.One2many("b2b.1c.property.value", "property_id", readonly=True)

    def _find_goods(self):
        """The goods that have these properties, archived ones too.

        :rtype: product.template
        """
        lines = self.env["product.template.attribute.line"]
        domain = [("attribute_id", "in", self.attribute_id.ids)]
        return lines.search(domain).product_tmpl_id | self.value_ids.product_tmpl_id

    def _look_at_goods_anew(self):
        """Have the rows of goods that have these properties taken for new ones."""
        self.env["b2b.1c.binding"].search(
            [
                ("backend_id", "in", self.backend_id.ids),
                ("res_model", "=", "product.template"),
                ("res_id", "in", self._find_goods().ids),
            ]
        ).digest = False

    def _rename(self, name):
        """Take over a new name from 1C."""
        self.ensure_one()
        self.name = name
        others = [("attribute_id", "=", self.attribute_id.id), ("id", "!=", self.id)]
        if self.attribute_id and not self.search_count(others, limit=1):
            self.attribute_id.name = name

    def _rename_values(self, texts):
        """Take over new names of values, wherever they are.

        :param dict texts: by ids of the values in 1C
        """
        self.ensure_one()
        bindings = self.env["b2b.1c.binding"]
        keys = {self._get_value_key(variant): variant for variant in texts}
        found = bindings._find(self.backend_id, VALUE, keys)
        shared = bindings.search(
            [
                ("res_model", "=", VALUE),
                ("res_id", "in", [value.id for value in found.values()]),
                ("backend_id", "!=", self.backend_id.id),
            ]
        ).mapped("res_id")
        for key, value in found.items():
            if value.id not in shared:
                value.name = texts[keys[key]]
        rows = self.env["b2b.1c.property.value"].search(
            [("property_id", "=", self.id), ("variant", "in", list(texts))]
        )
        for variant, values in rows.grouped("variant").items():
            values.name = texts[variant]

    def _get_value_key(self, variant):
        """The id of 1C by which a value of a list is bound: values of two properties
        may have the same one."""
        return f"{self.external_id}#{variant}"


class B2b1cPropertyValue(models.Model):
    """A value that 1C gives to goods, where it is no attribute: plain text."""

    _name = "b2b.1c.property.value"
    _description = "Value of a 1C Property"
    _order = "product_tmpl_id, property_id, id"

    product_tmpl_id = fields.Many2one(
        "product.template", required=True, index=True, ondelete="cascade"
    )
    property_id = fields.Many2one(
        "b2b.1c.property", required=True, index=True, ondelete="cascade"
    )
    variant = fields.Char(readonly=True, help="The ID of a value of a list in 1C.")
    name = fields.Text(string="Value", required=True, readonly=True)
