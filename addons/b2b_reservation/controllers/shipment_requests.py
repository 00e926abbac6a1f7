import uuid

from werkzeug.exceptions import Forbidden, NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.b2b_portal.controllers.query import choose, parse_date, parse_id
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.b2b_shipment_request import OPEN_STATES
from ..models.serialize import serialize
from .shipment_form import ShipmentForm

NOTICE_SESSION_KEY = "b2b_shipment_notice"
TAB_STATES = {
    "open": OPEN_STATES,
    "draft": ("draft",),
    "ended": ("shipped", "cancelled"),
}


class B2bShipmentRequests(CustomerPortal):
    """What the dealer asks to be shipped. What he may see is for the access rules to
    say; he writes no requests: what he may do with his is done for him.
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

    # === COMPOSING === #

    @route(
        "/my/shipment-requests/new",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def b2b_new_shipment(self, order=None, entity=None, warehouse=None, **_query):
        """Show the form of a new request.

        :param str order: whose goods are proposed
        :param str entity: whose goods they are, if no order says so
        :param str warehouse: where they are; else where those of the order are
        """
        entities = self._get_entities()
        order_sudo = self._find_order(order, entities)
        entity_id = parse_id(entity)
        chosen = order_sudo.b2b_legal_entity_id or entities.filtered(
            lambda partner: partner.id == entity_id
        )
        if (order and not order_sudo) or (entity and not chosen):
            raise NotFound()
        if not entities:
            raise Forbidden()
        if not chosen and len(entities) > 1:
            values = self._prepare_portal_layout_values() | {
                "page_name": "b2b_shipment_new",
                "entities": entities.sorted("name"),
            }
            return request.render("b2b_reservation.portal_shipment_entity", values)
        shipment_sudo = self._new_shipment(chosen or entities)
        return self._show_form(
            shipment_sudo,
            self._choose_warehouse(shipment_sudo, warehouse, order_sudo),
            order_sudo=order_sudo,
            form={"token": str(uuid.uuid4())},
        )

    @route(
        "/my/shipment-requests/new",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_create_shipment(self, **post):
        """Save a new request, or send it. The same form sent again finds the request
        that it has made.
        """
        entity_id = parse_id(post.get("entity"))
        entity = self._get_entities().filtered(lambda partner: partner.id == entity_id)
        if not entity:
            raise Forbidden()
        shipment_sudo = self._new_shipment(entity)
        warehouse = self._choose_warehouse(shipment_sudo, post.get("warehouse"))
        made_sudo = shipment_sudo._create_once(
            {
                "legal_entity_id": entity.id,
                "company_id": shipment_sudo.company_id.id,
                "token": self._parse_token(post.get("token")),
            }
        )
        # Somebody may have made one of this name: then it is not there.
        shipment_sudo = self._get_shipment(made_sudo.id, to_act=True)
        return self._save(shipment_sudo, post, warehouse)

    @route(
        "/my/shipment-requests/<int:shipment_id>/edit",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def b2b_edit_shipment(self, shipment_id, **query):
        """Show the form of a draft."""
        shipment_sudo = self._get_shipment(shipment_id, to_act=True)
        if shipment_sudo.state != "draft":
            return request.redirect(shipment_sudo._get_portal_url())
        warehouse = self._choose_warehouse(shipment_sudo, query.get("warehouse"))
        return self._show_form(shipment_sudo, warehouse)

    @route(
        "/my/shipment-requests/<int:shipment_id>/edit",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_save_shipment(self, shipment_id, **post):
        """Save a draft, or send it."""
        return self._save(self._get_shipment(shipment_id, to_act=True), post)

    def _save(self, shipment_sudo, post, warehouse=None):
        """Save what a form says on a draft and, if it says so, send it. What was
        entered stays: on the draft, and in the form if something is wrong with it.
        """
        serialize(shipment_sudo)
        if shipment_sudo.state != "draft":
            return request.redirect(shipment_sudo._get_portal_url())
        warehouse = warehouse or self._choose_warehouse(
            shipment_sudo, post.get("warehouse")
        )
        lines_sudo = shipment_sudo._get_form_lines(warehouse)
        form = ShipmentForm(shipment_sudo, lines_sudo, post)
        if warehouse and not shipment_sudo.line_ids:
            form.values["company_id"] = warehouse.company_id.id
        shipment_sudo.write(form.values | {"user_id": request.env.uid})
        is_sending = post.get("submit") == "send"
        problems = form.problems + (shipment_sudo._get_problems() if is_sending else [])
        if is_sending and not problems:
            problems = self._try_to_send(shipment_sudo)
        if problems:
            return self._show_form(
                shipment_sudo, warehouse, form=form.get_entered(), problems=problems
            )
        return request.redirect(shipment_sudo._get_portal_url())

    def _try_to_send(self, shipment_sudo):
        """Send a draft.

        :return: what is against it, see `_get_problems` of the request
        """
        try:
            with request.env.cr.savepoint():
                shipment_sudo._send()
        except UserError as error:
            return [("goods", str(error))]
        self._leave_shipment_notice(
            "success",
            request.env._(
                "Shipment request %(number)s is sent. We confirm it or call you.",
                number=shipment_sudo.name,
            ),
        )
        return []

    def _show_form(
        self, shipment_sudo, warehouse, order_sudo=None, form=None, problems=()
    ):
        """Return the page with the form of a draft or a new record.

        :param stock.warehouse warehouse: whose goods it lists
        :param sale.order order_sudo: whose goods are proposed
        :param dict form: what its inputs hold, if not what the record says
        :param list problems: see `_get_problems` of the request
        """
        all_lines_sudo = (
            request.env["sale.order.line"]
            .sudo()
            ._b2b_get_shippable_lines(shipment_sudo.legal_entity_id)
        )
        lines_sudo = shipment_sudo._get_form_lines(warehouse)
        groups = shipment_sudo._get_form_groups(lines_sudo)
        form = shipment_sudo._get_form_values(lines_sudo, order_sudo) | (form or {})
        values = self._prepare_portal_layout_values() | {
            "page_name": "b2b_shipment_edit"
            if shipment_sudo.id
            else "b2b_shipment_new",
            "shipment": shipment_sudo,
            "warehouse": warehouse,
            "other_warehouses": all_lines_sudo.order_id.warehouse_id - warehouse,
            "groups": groups,
            "totals": shipment_sudo._get_form_totals(groups, form),
            "choices": shipment_sudo._get_form_choices(),
            "form": form,
            "problems": problems,
            "invalid": {field for field, _sentence in problems},
        }
        return request.render("b2b_reservation.portal_shipment_form", values)

    @route("/my/shipment-requests/date", type="jsonrpc", auth="user", website=True)
    def b2b_check_shipment_date(self, method_id, company_id, day):
        """Return what is against a day, or False; asked while the form is filled in.

        :rtype: str | bool
        """
        method = request.env["b2b.shipment.method"].browse(parse_id(method_id)).exists()
        # The companies that he has contracts with are his to ask about.
        contract = request.env["b2b.contract"].search(
            Domain("company_id", "=", parse_id(company_id)), limit=1
        )
        company_sudo = contract.sudo().company_id
        date = parse_date(day)
        if not company_sudo or not method or not method.has_access("read") or not date:
            return False
        return method.sudo()._get_date_refusal(company_sudo, date)

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

    # === ACCESS === #

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

    def _find_order(self, order_id, entities):
        """Return an order of some legal entities by the id in an address (sudo)."""
        orders_sudo = request.env["sale.order"].sudo()
        return orders_sudo.search(
            Domain("id", "=", parse_id(order_id))
            & Domain("state", "=", "sale")
            & Domain("b2b_contract_id.legal_entity_id", "in", entities.ids)
        )

    def _parse_token(self, text):
        """Return what names a form; a form without gets a name here."""
        try:
            return str(uuid.UUID(text))
        except (AttributeError, TypeError, ValueError):
            return str(uuid.uuid4())

    def _new_shipment(self, legal_entity):
        """Return a request that is not saved (sudo)."""
        shipments_sudo = request.env["b2b.shipment.request"].sudo()
        return shipments_sudo.new(
            {
                "legal_entity_id": legal_entity.id,
                "company_id": request.env.company.id,
                "user_id": request.env.uid,
            }
        )

    def _choose_warehouse(self, shipment_sudo, warehouse_id, order_sudo=None):
        """Return the warehouse whose goods a request is about: that of its goods, else
        the one asked for, that of an order, the first with something to ship. Its
        company is the one of a new request.
        """
        warehouses = shipment_sudo.warehouse_id or (
            request.env["sale.order.line"]
            .sudo()
            ._b2b_get_shippable_lines(shipment_sudo.legal_entity_id)
            .order_id.warehouse_id
        )
        wanted = parse_id(warehouse_id)
        chosen = warehouses.filtered(lambda warehouse: warehouse.id == wanted)
        chosen = chosen or (order_sudo.warehouse_id if order_sudo else warehouses[:1])
        if not shipment_sudo.id:
            shipment_sudo.company_id = chosen.company_id or shipment_sudo.company_id
        return chosen

    def _leave_shipment_notice(self, kind, text):
        """Keep a message for the next page, of a kind of Bootstrap's alerts."""
        request.session[NOTICE_SESSION_KEY] = {"kind": kind, "text": str(text)}
