from odoo import models
from odoo.fields import Domain

# More contacts than that nobody looks through.
CONTACT_LIMIT = 200


class B2bShipmentRequest(models.Model):
    """What a dealer may choose on a shipment request; callers with sudo."""

    _inherit = "b2b.shipment.request"

    def _get_methods(self):
        """Return the methods that the supplier of these goods offers."""
        return self.env["b2b.shipment.method"].search(self._get_company_domain())

    def _get_carriers(self):
        """Return the transport companies to choose from: those of the method, before
        it is chosen those of any.
        """
        methods = self.method_id or self._get_methods()
        domain = self._get_company_domain()
        if all(method.carrier_ids for method in methods):
            domain &= Domain("id", "in", methods.carrier_ids.ids)
        return self.env["b2b.carrier"].search(domain)

    def _get_company_domain(self):
        """Return the domain of what the supplier of these goods uses."""
        return Domain("company_id", "in", (False, self.company_id.id))

    def _get_terminals(self):
        """Return the terminals of the transport companies to choose from."""
        carriers = self.carrier_id or self._get_carriers()
        return self.env["b2b.carrier.terminal"].search(
            [("carrier_id", "in", carriers.ids)]
        )

    def _get_requester(self):
        """Return the dealer who is at the form; for others whoever saved it last."""
        user = self.env.user
        return user if user._is_portal() else self.user_id

    def _get_addresses(self):
        """Return where the goods may be brought to."""
        entity = self.legal_entity_id.with_user(self._get_requester())
        return entity._b2b_get_delivery_addresses().with_env(self.env)

    def _get_contacts(self):
        """Return the people whom the dealer names as receiver: those of the legal
        entity and whoever makes the request.
        """
        contacts = self.env["res.partner"].search(
            [
                ("commercial_partner_id", "=", self.legal_entity_id.id),
                ("type", "=", "contact"),
                ("is_company", "=", False),
                ("id", "!=", self.legal_entity_id.id),
            ],
            order="name, id",
            limit=CONTACT_LIMIT,
        )
        return contacts | self._get_requester().partner_id.filtered(
            lambda partner: partner.b2b_dealer_id == self.legal_entity_id.b2b_dealer_id
        )
