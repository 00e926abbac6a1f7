from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class B2b1cBackendOrders(models.Model):
    """Which orders go to 1C, and as whose."""

    _inherit = "b2b.1c.backend"

    orders_from = fields.Datetime(
        string="Orders confirmed since",
        default=fields.Datetime.now,
        tracking=True,
        help="Of the company's orders on contracts those go to 1C that are confirmed. "
        "Older ones stay here. A contract that names a connection has its orders go "
        "there only, all others go to each connection of the company.",
    )
    new_entities = fields.Selection(
        [
            ("send", "Send their orders at once"),
            ("hold", "Hold their orders until they are checked here"),
            ("substitute", "Book their orders to a substitute"),
        ],
        string="Legal entities new to 1C",
        default="send",
        required=True,
        tracking=True,
        help="Trade Management creates a counterparty that it does not find by itself. "
        "Who does not want that holds the orders of a new legal entity until staff "
        "have checked it, or has them booked to one counterparty, with the buyer's "
        "data in the comment. As soon as 1C tells its own ID of the legal entity, all "
        "later orders carry it.",
    )
    substitute_id = fields.Many2one(
        "res.partner",
        domain="[('is_company', '=', True)]",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="The counterparty in 1C to which orders of new legal entities are booked.",
    )
    date_confirmed = fields.Datetime(
        string="Orders last confirmed",
        readonly=True,
        copy=False,
        help="When 1C last said that it had taken orders.",
    )
    order_row_ids = fields.One2many("b2b.1c.order", "backend_id", string="Orders")

    @api.constrains("new_entities", "substitute_id")
    def _check_substitute(self):
        for connection in self:
            if connection.new_entities == "substitute" and not connection.substitute_id:
                raise ValidationError(
                    self.env._("Choose the substitute to which orders are booked.")
                )

    def write(self, vals):
        result = super().write(vals)
        if "new_entities" in vals:
            # sudo: the exchange writes its rows, people read them
            self.sudo().order_row_ids.filtered(
                lambda row: row.state == "held"
            )._release()
        return result

    def _get_order_domain(self):
        """The orders that go to this connection, once they are confirmed."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("state", "=", "sale")
        domain &= Domain("b2b_contract_id", "!=", False)
        domain &= Domain("b2b_contract_id.b2b_1c_backend_id", "in", [False, self.id])
        if self.orders_from:
            domain &= Domain("date_order", ">=", self.orders_from)
        return domain
