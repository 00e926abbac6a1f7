from odoo import api, fields, models
from odoo.tools import SQL


class B2b1cFigure(models.Model):
    """The last quantity that 1C said of a product in one of its warehouses.

    Several warehouses of 1C may be one in Odoo, and 1C names only what has changed:
    what lies there is the sum of the last figures of all of them.
    """

    _name = "b2b.1c.figure"
    _description = "Stock Figure of 1C"
    _log_access = False

    backend_id = fields.Many2one(
        "b2b.1c.backend", required=True, readonly=True, ondelete="cascade"
    )
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="cascade"
    )
    external_id = fields.Char(string="Warehouse in 1C", required=True, readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)

    _figure_uniq = models.UniqueIndex(
        "(backend_id, product_id, external_id)", "This figure is known already."
    )

    @api.model
    def _get(self, backend, product_ids):
        """What was said of some products.

        :rtype: dict[tuple[int, str], float] by product and warehouse of 1C
        """
        rows = self.search_fetch(
            [("backend_id", "=", backend.id), ("product_id", "in", list(product_ids))],
            ["product_id", "external_id", "quantity"],
        )
        return {(row.product_id.id, row.external_id): row.quantity for row in rows}

    @api.model
    def _keep(self, backend, figures):
        """Remember what was said.

        :param dict figures: quantity by id of the product and warehouse of 1C
        """
        if not figures:
            return
        rows = SQL(", ").join(
            SQL("(%s, %s, %s, %s)", backend.id, product, warehouse, quantity)
            for (product, warehouse), quantity in figures.items()
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO b2b_1c_figure AS known
                       (backend_id, product_id, external_id, quantity)
                VALUES %s
                ON CONFLICT (backend_id, product_id, external_id)
                DO UPDATE SET quantity = EXCLUDED.quantity
                 WHERE known.quantity IS DISTINCT FROM EXCLUDED.quantity
                """,
                rows,
            )
        )
        self.invalidate_model(["quantity"])
