from odoo.addons.b2b_portal.controllers.portal import B2bCustomerPortal


class B2bCreditOrders(B2bCustomerPortal):
    """An order on credit hold was sent: it stands among the orders, not the offers."""

    def _prepare_orders_domain(self, partner):
        domain = super()._prepare_orders_domain(partner)
        state = ("state", "=", "sale")
        rest = [condition for condition in domain if condition != state]
        return [*rest, "|", state, ("b2b_is_on_credit_hold", "=", True)]

    def _prepare_quotations_domain(self, partner):
        return [
            *super()._prepare_quotations_domain(partner),
            ("b2b_is_on_credit_hold", "=", False),
        ]
