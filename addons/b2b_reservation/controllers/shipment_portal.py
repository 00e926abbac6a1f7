from werkzeug.exceptions import Forbidden, NotFound

from odoo.http import request

from odoo.addons.b2b_portal.controllers.query import parse_id
from odoo.addons.portal.controllers.portal import CustomerPortal

NOTICE_SESSION_KEY = "b2b_shipment_notice"


class B2bShipmentPortal(CustomerPortal):
    """What the pages of shipment requests share: whom they let see and do what."""

    def _get_shipment(self, shipment_id, to_act=False):
        """Return a request that the user may read (sudo), else 404.

        :param bool to_act: let pass only who may order for its legal entity
        :raise Forbidden: for others
        """
        shipment = (
            request.env["b2b.shipment.request"].browse(parse_id(shipment_id)).exists()
        )
        own = request.env.user.b2b_legal_entity_ids
        # Staff who are members see no more here than other members.
        if not shipment or not shipment.has_access("read"):
            raise NotFound()
        if shipment.sudo().legal_entity_id not in own:
            raise NotFound()
        if to_act and not self._may_act(shipment.legal_entity_id):
            raise Forbidden()
        return shipment.sudo()

    def _may_act(self, legal_entity):
        """Tell whether the user may order for a legal entity."""
        return request.env.user._b2b_may("order", legal_entity)

    def _get_entities(self):
        """Return the legal entities that the user may order for."""
        user = request.env.user
        if not user._b2b_sees_dealer_pages():
            return request.env["res.partner"]
        return user.b2b_legal_entity_ids.filtered(lambda entity: self._may_act(entity))

    def _leave_shipment_notice(self, kind, text):
        """Keep a message for the next page, of a kind of Bootstrap's alerts."""
        request.session[NOTICE_SESSION_KEY] = {"kind": kind, "text": str(text)}
