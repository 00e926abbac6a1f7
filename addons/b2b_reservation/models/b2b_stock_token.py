from odoo import api, fields, models
from odoo.tools import SQL


class B2bStockToken(models.Model):
    """The row that everybody passes who takes goods from a place.

    Two transactions that reserve the last piece at once would both find it free: what
    the other has reserved is not in their snapshot, and core even makes a second quant
    rather than wait. Both write this row, so the second fails to serialize, is run
    again by the server and sees what is left.
    """

    _name = "b2b.stock.token"
    _description = "Token of Who Takes Goods"
    _log_access = False

    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    location_id = fields.Many2one("stock.location", required=True, ondelete="cascade")
    uses = fields.Integer(help="How often goods were taken.")

    _place_uniq = models.UniqueIndex(
        "(product_id, location_id)", "There is one token for each product and place."
    )

    @api.model
    def _take(self, product, location):
        """Pass: from here to the end of this transaction nobody else takes these goods
        from this place.

        :param product.product product: what is taken
        :param stock.location location: where from
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO b2b_stock_token AS token (product_id, location_id, uses)
                     VALUES (%s, %s, 1)
                ON CONFLICT (product_id, location_id)
                  DO UPDATE SET uses = token.uses + 1
                """,
                product.id,
                location.id,
            ),
            log_exceptions=False,
        )
