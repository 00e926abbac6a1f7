import uuid

from werkzeug.exceptions import Forbidden, NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.b2b_portal.controllers.query import parse_date, parse_id

from ..models.b2b_shipment_request_flow import GoodsMissing
from ..models.serialize import serialize
from .shipment_address import B2bShipmentAddress
from .shipment_form import ADDRESS_INPUTS, NEW_ADDRESS, ShipmentForm


class B2bShipmentComposer(B2bShipmentAddress):
    """The form on which the dealer composes a shipment request. He writes no requests:
    what he may do with his is done for him.
    """

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
        problems = self._get_all_problems(shipment_sudo, form, is_sending)
        if is_sending and not problems:
            problems = self._try_to_send(shipment_sudo)
        if problems:
            return self._show_form(
                shipment_sudo, warehouse, form=form.get_entered(), problems=problems
            )
        return request.redirect(shipment_sudo._get_portal_url())

    def _get_all_problems(self, shipment_sudo, form, is_sending):
        """Return what is against saving what a form says, and against sending it.

        :return: see `_get_problems` of the request
        """
        of_address = self._take_new_address(shipment_sudo, form)
        problems = form.problems + of_address
        if is_sending:
            problems += [
                problem
                for problem in shipment_sudo._get_problems()
                # What is wrong with the new one has been said.
                if not (of_address and problem[0] == "address")
            ]
        return problems

    def _try_to_send(self, shipment_sudo):
        """Send a draft.

        :return: what is against it, see `_get_problems` of the request
        """
        try:
            with request.env.cr.savepoint():
                shipment_sudo._send()
        except GoodsMissing as error:
            sentences = [str(error)]
            if shipment_sudo._wait_for_paid():
                sentences.append(
                    request.env._(
                        "You are in line for what is not in stock: it is reserved for "
                        "you as soon as it is free, and you get a mail."
                    )
                )
            return [("goods", " ".join(sentences))]
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
        form = (
            dict.fromkeys(ADDRESS_INPUTS, "")
            | {"address_country": str(shipment_sudo._get_phone_country().id or "")}
            | shipment_sudo._get_form_values(lines_sudo, order_sudo)
            | (form or {})
        )
        values = self._prepare_portal_layout_values() | {
            "page_name": "b2b_shipment_edit"
            if shipment_sudo.id
            else "b2b_shipment_new",
            "shipment": shipment_sudo,
            "warehouse": warehouse,
            "other_warehouses": all_lines_sudo.warehouse_id - warehouse,
            "groups": groups,
            "totals": shipment_sudo._get_form_totals(groups, form),
            "choices": shipment_sudo._get_form_choices()
            | self._prepare_address_choices(form),
            "new_address": NEW_ADDRESS,
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

    @route("/my/shipment-requests/cost", type="jsonrpc", auth="user", website=True)
    def b2b_get_shipment_cost(self, **form):
        """Return what the delivery of what the form says costs, as text; asked while
        the form is filled in, and nothing is stored.

        :param dict form: what its inputs hold, without the file
        :rtype: str
        """
        entity_id = parse_id(form.get("entity"))
        entity = self._get_entities().filtered(lambda partner: partner.id == entity_id)
        if not entity:
            raise Forbidden()
        shipment_sudo = self._new_shipment(entity)
        warehouse = self._choose_warehouse(shipment_sudo, form.get("warehouse"))
        lines_sudo = shipment_sudo._get_form_lines(warehouse)
        entered = ShipmentForm(shipment_sudo, lines_sudo, form)
        shipment_sudo.update(entered.values)
        if entered.asks_new_address and shipment_sudo.method_id.delivery_carrier_id:
            return request.env._("known once the new address is saved with the draft")
        return shipment_sudo._get_cost_text()

    # === WHAT THE ADDRESS SAYS === #

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
            .warehouse_id
        )
        wanted = parse_id(warehouse_id)
        chosen = warehouses.filtered(lambda warehouse: warehouse.id == wanted)
        if order_sudo and not chosen:
            chosen = order_sudo._b2b_lines_to_ship().warehouse_id[:1]
            chosen = chosen or order_sudo.warehouse_id
        chosen = chosen or warehouses[:1]
        if not shipment_sudo.id:
            shipment_sudo.company_id = chosen.company_id or shipment_sudo.company_id
        return chosen
