from odoo import fields, models

from .b2b_1c_property import LIST


class B2b1cBackendGoods(models.Model):
    """What is made of goods."""

    _inherit = "b2b.1c.backend"

    publish_goods = fields.Boolean(
        string="Publish new goods",
        default=True,
        help="New goods appear in the shop at once. What people publish or hide later "
        "stays so.",
    )
    full_names = fields.Boolean(
        string="Full names",
        help="Products are called by the full name of 1C, the one that it prints, not "
        "by the name in its lists.",
    )
    properties_as = fields.Selection(
        [
            ("lists", "Lists of values as attributes, the others in a table"),
            ("attributes", "As attributes"),
            ("values", "In a table"),
            ("none", "Not at all"),
        ],
        string="Properties",
        default="lists",
        required=True,
        help="By attributes people filter and compare goods in the shop; texts that "
        "are different for each product make no good filters. A table on the page of "
        "the product shows the others. After a change here goods follow as 1C names "
        'them again; with "Not at all" what is there stays.',
    )

    def _takes_properties(self):
        """Whether properties of goods are brought in."""
        self.ensure_one()
        return self.exchange_goods and self.properties_as != "none"

    def _takes_as_attribute(self, kind):
        """Whether properties of a type of 1C become attributes."""
        self.ensure_one()
        return self.properties_as == "attributes" or (
            self.properties_as == "lists" and kind == LIST
        )

    def _get_goods_settings(self):
        """What else than a row decides about a product: if it changes, all rows are
        looked at anew."""
        self.ensure_one()
        return (self.full_names, self.configuration == "ut10", self.properties_as)
