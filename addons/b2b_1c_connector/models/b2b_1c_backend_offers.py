from odoo import api, fields, models


class B2b1cBackendOffers(models.Model):
    """What is made of prices and stock, and when they were brought last."""

    _inherit = "b2b.1c.backend"

    list_pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Sales price of goods",
        check_company=True,
        help="Prices of this price type become the sales price of the goods, too, for "
        "everybody without a pricelist. Empty: sales prices stay as they are.",
    )
    stock_warehouse_id = fields.Many2one(
        "stock.warehouse",
        string="Quantities without warehouse",
        check_company=True,
        help="Takes the quantities that 1C gives for all its warehouses together. "
        "Empty: the first warehouse of the company.",
    )
    create_warehouses = fields.Boolean(
        string="Create warehouses of 1C",
        help="Otherwise people choose what a warehouse of 1C is in Odoo, and its stock "
        "waits until they have.",
    )
    date_prices = fields.Datetime(
        string="Prices as of",
        compute="_compute_brought",
        compute_sudo=True,
        help="When 1C brought prices last.",
    )
    date_stock = fields.Datetime(
        string="Stock as of",
        compute="_compute_brought",
        compute_sudo=True,
        help="When 1C brought quantities last.",
    )

    @api.depends("flow_ids.kind", "flow_ids.last_data")
    def _compute_brought(self):
        for connection in self:
            last = {flow.kind: flow.last_data for flow in connection.flow_ids}
            connection.date_prices = last.get("prices")
            connection.date_stock = last.get("stock")

    def _follows_stock(self):
        """Whether quantities of 1C change those of Odoo."""
        self.ensure_one()
        return self.exchange_stock and self.stock_master == "1c"

    def _get_stock_warehouse(self):
        """The warehouse for quantities that name none."""
        self.ensure_one()
        return self.stock_warehouse_id or self.env["stock.warehouse"].search(
            [("company_id", "=", self.company_id.id)], limit=1
        )
