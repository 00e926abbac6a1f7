from werkzeug.exceptions import NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.b2b_portal.controllers.query import choose
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.b2b_shipment_request import OPEN_STATES
from .shipment_portal import NOTICE_SESSION_KEY, B2bShipmentPortal

TAB_STATES = {
    "open": OPEN_STATES,
    "draft": ("draft",),
    "ended": ("shipped", "cancelled"),
}


class B2bShipmentRequests(B2bShipmentPortal):
    """What the dealer has asked to be shipped. What he may see is for the access rules
    to say; he writes no requests: what he may do with his is done for him.
    """

    _shipments_per_page = 30

    # === THE LIST === #

    @route(
        ["/my/shipment-requests", "/my/shipment-requests/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_shipment_requests(self, page=1, **query):
        values = self._prepare_shipments_values(page, query)
        return request.render("b2b_reservation.portal_my_shipment_requests", values)

    def _prepare_shipments_values(self, page, query):
        """Return the values of the page. The number of queries does not depend on the
        number of requests.

        :raise NotFound: for who is no dealer
        """
        user = request.env.user
        if not user._b2b_sees_dealer_pages():
            raise NotFound()
        shipments = request.env["b2b.shipment.request"]
        filters = self._get_shipment_filters()
        filterby = choose(filters, query.get("filterby"), "open")
        # Staff who are members see no more here than other members.
        own = Domain("legal_entity_id", "in", user.b2b_legal_entity_ids.ids)
        counts = {
            state: count
            for state, count in shipments._read_group(own, ["state"], ["__count"])
        }
        for tab in filters.values():
            tab["count"] = sum(counts.get(state, 0) for state in tab["states"])
        pager = portal_pager(
            url="/my/shipment-requests",
            url_args={"filterby": filterby} if filterby != "open" else {},
            total=filters[filterby]["count"],
            page=page,
            step=self._shipments_per_page,
        )
        found = shipments.search(
            own & Domain("state", "in", filters[filterby]["states"]),
            limit=self._shipments_per_page,
            offset=pager["offset"],
        )
        return self._prepare_portal_layout_values() | {
            "page_name": "b2b_shipment_requests",
            "rows": found._get_portal_rows(),
            "filters": filters,
            "filterby": filterby,
            "pager": pager,
            "may_compose": bool(self._get_entities()),
            "notice": request.session.pop(NOTICE_SESSION_KEY, None),
        }

    def _get_shipment_filters(self):
        """Return the tabs of the page, by the word in the address."""
        labels = {
            "open": request.env._("Under way"),
            "draft": request.env._("Drafts"),
            "ended": request.env._("Ended"),
        }
        return {
            key: {"label": label, "states": TAB_STATES[key]}
            for key, label in labels.items()
        }

    # === ONE REQUEST === #

    @route(
        "/my/shipment-requests/<int:shipment_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_shipment_request(self, shipment_id, **_query):
        shipment_sudo = self._get_shipment(shipment_id)
        may_act = self._may_act(shipment_sudo.legal_entity_id)
        documents = shipment_sudo._get_documents()
        values = self._prepare_portal_layout_values() | {
            "page_name": "b2b_shipment_request",
            "shipment": shipment_sudo,
            "row": shipment_sudo._get_portal_rows()[0],
            "steps": shipment_sudo._get_steps(),
            "lines": shipment_sudo.line_ids._get_portal_rows(),
            "documents": documents._get_portal_rows(),
            "pdf_url": shipment_sudo._get_form_url(documents),
            "may_act": may_act,
            "may_cancel": may_act
            and shipment_sudo.state != "draft"
            and not shipment_sudo._get_cancel_refusal(),
            "notice": request.session.pop(NOTICE_SESSION_KEY, None),
        }
        return request.render("b2b_reservation.portal_my_shipment_request", values)

    @route(
        "/my/shipment-requests/<int:shipment_id>/power-of-attorney",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def b2b_power_of_attorney(self, shipment_id, **_query):
        """Download the scan of a power of attorney; it is never shown in the page."""
        shipment_sudo = self._get_shipment(shipment_id)
        if not shipment_sudo.attorney_file:
            raise NotFound()
        stream = request.env["ir.binary"]._get_stream_from(
            shipment_sudo, "attorney_file", filename=shipment_sudo.attorney_filename
        )
        return stream.get_response(as_attachment=True)

    # === CANCELLING === #

    @route(
        "/my/shipment-requests/<int:shipment_id>/cancel",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_cancel_shipment(self, shipment_id, **_post):
        """Cancel a request of the dealer's. Once more does no harm."""
        shipment_sudo = self._get_shipment(shipment_id, to_act=True)
        try:
            with request.env.cr.savepoint():
                shipment_sudo._cancel_by_dealer()
        except UserError as error:
            self._leave_shipment_notice("danger", error)
        else:
            self._leave_shipment_notice(
                "success",
                request.env._(
                    "Shipment request %(number)s is cancelled.",
                    number=shipment_sudo.name,
                ),
            )
        return request.redirect(shipment_sudo._get_portal_url())

    @route(
        "/my/shipment-requests/<int:shipment_id>/delete",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_delete_shipment(self, shipment_id, **_post):
        """Delete a draft of the dealer's."""
        shipment_sudo = self._get_shipment(shipment_id, to_act=True)
        if shipment_sudo.state != "draft":
            return request.redirect(shipment_sudo._get_portal_url())
        shipment_sudo.unlink()
        return request.redirect("/my/shipment-requests?filterby=draft")
