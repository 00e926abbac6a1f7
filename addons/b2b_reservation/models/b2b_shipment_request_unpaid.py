from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .b2b_shipment_request import OPEN_STATES


class B2bShipmentRequest(models.Model):
    """Unpaid goods on shipment requests: they are kept until they leave, so nobody asks
    for them too long ahead.
    """

    _inherit = "b2b.shipment.request"

    is_unpaid = fields.Boolean(
        string="Unpaid",
        compute="_compute_is_unpaid",
        search="_search_is_unpaid",
        compute_sudo=True,
        help="It keeps goods of an order that is not paid in full.",
    )

    @api.depends("order_ids", "state")
    def _compute_is_unpaid(self):
        unpaid = self.order_ids - self.order_ids._b2b_get_paid()
        for request in self:
            request.is_unpaid = request.state in OPEN_STATES and bool(
                request.order_ids & unpaid
            )

    @api.model
    def _search_is_unpaid(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Payments are no field of a request: those under way are not that many.
        under_way = self.sudo().search([("state", "in", OPEN_STATES)])
        unpaid = under_way.filtered("is_unpaid")
        return Domain.OR(
            Domain("id", "in" if is_unpaid else "not in", unpaid.ids)
            for is_unpaid in value
        )

    def _get_unpaid_refusal(self):
        """Say that goods that no money keeps are not asked for so long ahead.

        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        self.ensure_one()
        days = self.company_id.b2b_unpaid_days_ahead
        if not days:
            return False
        # The first possible day is always good.
        last = max(
            self.company_id._b2b_today() + timedelta(days=days),
            self.method_id._get_first_date(self.company_id),
        )
        if self.date_wanted <= last:
            return False
        orders = self.order_ids
        unpaid = orders - orders._b2b_keeping_reserve(orders._b2b_get_payment_states())
        return bool(unpaid) and self.env._(
            "Unpaid goods can be asked for until %(date)s: choose a day until then, or "
            "pay %(orders)s first.",
            date=format_date(self.env, last),
            orders=", ".join(unpaid.mapped("name")),
        )
