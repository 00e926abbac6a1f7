from odoo import fields, models


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
        help="Products are called by the full name of 1C, the one that it prints, not "
        "by the name in its lists."
    )

    def _get_goods_settings(self):
        """What else than a row decides about a product: if it changes, all rows are
        looked at anew."""
        self.ensure_one()
        return (self.full_names, self.configuration == "ut10")
