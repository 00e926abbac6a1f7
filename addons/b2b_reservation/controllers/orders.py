from odoo.addons.b2b_portal.controllers.portal import B2bCustomerPortal


class B2bReservationOrders(B2bCustomerPortal):
    """From the list of orders their goods are reserved."""

    def _prepare_sale_portal_rendering_values(self, *args, **kwargs):
        values = super()._prepare_sale_portal_rendering_values(*args, **kwargs)
        if orders := values.get("orders"):
            values["b2b_reservable"] = orders._b2b_filter_reservable()
        return values
