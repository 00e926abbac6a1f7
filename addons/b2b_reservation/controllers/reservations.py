from werkzeug.exceptions import Forbidden, NotFound

from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.b2b_portal.controllers.access import find_order
from odoo.addons.b2b_portal.controllers.query import choose
from odoo.addons.b2b_portal.tools.numbers import parse_quantity
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

NOTICE_SESSION_KEY = "b2b_reservation_notice"


class B2bReservations(CustomerPortal):
    """What is kept for the dealer. What he may see is for the access rules to say."""

    _reservations_per_page = 30

    # === THE LIST === #

    @route(
        ["/my/reservations", "/my/reservations/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_reservations(self, page=1, **query):
        values = self._prepare_reservations_values(page, query)
        return request.render("b2b_reservation.portal_my_reservations", values)

    def _prepare_reservations_values(self, page, query):
        """Return the values of the page. The number of queries does not depend on the
        number of reservations.

        :raise NotFound: for who is no dealer
        """
        user = request.env.user
        if not user._b2b_sees_dealer_pages():
            raise NotFound()
        reservations = request.env["b2b.reservation"]
        filters = self._get_reservation_filters()
        filterby = choose(filters, query.get("filterby"), "running")
        entities = user.b2b_legal_entity_ids
        # Staff who are members see no more here than other members.
        if filterby == "waiting":
            reservations = request.env["b2b.reservation.wait"]
        domain = Domain("legal_entity_id", "in", entities.ids)
        domain &= filters[filterby]["domain"]
        pager = portal_pager(
            url="/my/reservations",
            url_args={"filterby": filterby} if filterby != "running" else {},
            total=reservations.search_count(domain),
            page=page,
            step=self._reservations_per_page,
        )
        found = reservations.search(
            domain,
            order=filters[filterby]["order"],
            limit=self._reservations_per_page,
            offset=pager["offset"],
        )
        return self._prepare_portal_layout_values() | {
            "page_name": "b2b_reservations",
            "rows": found._get_portal_rows(),
            "filters": filters,
            "filterby": filterby,
            "pager": pager,
            "notice": request.session.pop(NOTICE_SESSION_KEY, None),
        }

    def _get_reservation_filters(self):
        """Return the tabs of the page, by the word in the address."""
        return {
            "running": {
                "label": request.env._("Running"),
                "domain": Domain("state", "=", "running"),
                "order": "date_expiry, id",
            },
            "waiting": {
                "label": request.env._("Waiting"),
                "domain": Domain("state", "=", "waiting"),
                "order": "id",
            },
            "ended": {
                "label": request.env._("Ended"),
                "domain": Domain("state", "!=", "running"),
                "order": "date_end desc, id desc",
            },
        }

    # === RESERVING === #

    @route(
        "/my/orders/<int:order_id>/reserve",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def b2b_choose_goods(self, order_id, **_query):
        """Show what of an order can be reserved."""
        order_sudo = find_order(order_id)
        values = self._prepare_portal_layout_values() | {
            "page_name": "b2b_reserve",
            # Of "sale_order" the breadcrumbs of `sale` make an end of their own.
            "order": order_sudo,
            "rows": order_sudo._b2b_get_reserve_rows(),
            "refusal": order_sudo._b2b_reserve_refusal(),
            "notice": request.session.pop(NOTICE_SESSION_KEY, None),
        }
        return request.render("b2b_reservation.portal_reserve", values)

    @route(
        "/my/orders/<int:order_id>/reserve",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_reserve(self, order_id, **post):
        """Reserve goods of an order: what the form says, without it everything. For
        what is not in stock the dealer may wait.
        """
        order_sudo = find_order(order_id)
        self._b2b_check_role(order_sudo.b2b_legal_entity_id)
        order = order_sudo.with_user(request.env.user)
        lines = order_sudo.order_line
        wait_ids = [line.id for line in lines if post.get(f"wait_{line.id}")]
        reservation = request.env["b2b.reservation"]
        try:
            with request.env.cr.savepoint():
                quantities = self._parse_quantities(lines, post, bool(wait_ids))
                if quantities or quantities is None:
                    reservation = order._b2b_reserve(quantities)
                waits = order._b2b_wait(wait_ids) if wait_ids else None
        except UserError as error:
            self._leave_notice("danger", error)
            return request.redirect(f"/my/orders/{order_sudo.id}/reserve")
        return self._tell_outcome(order_sudo, reservation, waits)

    def _tell_outcome(self, order_sudo, reservation, waits):
        """Return the next page, which says what has come of reserving.

        :param sale.order order_sudo: the order
        :param b2b.reservation reservation: what is reserved, may be empty
        :param b2b.reservation.wait waits: for what the dealer waits, or None
        """
        in_line = request.env._(
            "You are in line for what is not in stock: it is reserved for you as soon "
            "as it is free, and you get a mail."
        )
        if reservation:
            kind, text = reservation._get_outcome()
            self._leave_notice(kind, f"{text} {in_line}" if waits else text)
            return request.redirect("/my/reservations")
        if waits:
            self._leave_notice("info", in_line)
            return request.redirect("/my/reservations?filterby=waiting")
        self._leave_notice(
            "warning",
            request.env._("Nothing of it is in stock any more: it is taken."),
        )
        return request.redirect(f"/my/orders/{order_sudo.id}/reserve")

    def _parse_quantities(self, lines, post, may_be_empty=False):
        """Return the quantities of a form by the id of their line.

        :param bool may_be_empty: the form may be sent without a quantity
        :return: None if the form names no line
        :raise UserError: for what is no number
        """
        named = [line.id for line in lines if f"line_{line.id}" in post]
        if not named:
            return None
        quantities = {
            line_id: self._parse_quantity(post[f"line_{line_id}"]) for line_id in named
        }
        quantities = {key: value for key, value in quantities.items() if value}
        if not quantities and not may_be_empty:
            raise UserError(request.env._("Nothing is chosen: enter how much."))
        return quantities

    def _parse_quantity(self, text):
        """Return the quantity that a text says, 0 for none.

        :raise UserError: for what is no number
        """
        quantity = parse_quantity(text)
        if quantity is None:
            raise UserError(request.env._("“%(text)s” is no quantity.", text=text[:50]))
        return quantity

    # === EXTENDING AND RELEASING === #

    @route(
        "/my/reservations/<int:reservation_id>/extend",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_extend(self, reservation_id, **_post):
        """Put off the end of a reservation of the dealer's."""
        reservation_sudo = self._b2b_get_reservation(reservation_id)
        try:
            with request.env.cr.savepoint():
                reservation_sudo._extend_by_dealer()
        except UserError as error:
            self._leave_notice("danger", error)
        else:
            self._leave_notice("success", request.env._("The reservation is extended."))
        return request.redirect("/my/reservations")

    @route(
        "/my/reservations/<int:reservation_id>/release",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_release(self, reservation_id, **post):
        """Release a reservation of the dealer's: what the form says, without it the
        whole. Once more does no harm.
        """
        reservation_sudo = self._b2b_get_reservation(reservation_id)
        lines = reservation_sudo.line_ids
        try:
            with request.env.cr.savepoint():
                quantities = self._parse_quantities(lines, post)
                kept = {
                    line.id: self._parse_quantity(post[f"kept_{line.id}"])
                    for line in lines
                    if f"kept_{line.id}" in post
                }
                reservation_sudo._release_by_dealer(quantities, kept)
        except UserError as error:
            self._leave_notice("danger", error)
        else:
            self._leave_notice("success", request.env._("The goods are released."))
        return request.redirect("/my/reservations")

    # === WAITING === #

    @route(
        "/my/reservations/waiting/<int:wait_id>/leave",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def b2b_leave_line(self, wait_id, **_post):
        """Give up a place in line. Once more does no harm."""
        wait = request.env["b2b.reservation.wait"].browse(wait_id).exists()
        if not wait or not wait.has_access("read"):
            raise NotFound()
        self._b2b_check_role(wait.legal_entity_id)
        # Dealers write no such records: what they may do with theirs is done for them.
        wait.sudo()._end("left")
        return request.redirect("/my/reservations?filterby=waiting")

    # === PAYING === #

    @route(
        "/my/reservations/<int:reservation_id>/pay",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def b2b_pay_to_keep(self, reservation_id, **_query):
        """Lead to where the bill of a reservation's order is paid: paid goods are kept
        without end.
        """
        reservation_sudo = self._b2b_get_reservation(reservation_id, "pay")
        order = reservation_sudo.order_id.with_env(request.env)
        waits = reservation_sudo - reservation_sudo._filter_kept()
        url = waits and waits._is_to_pay() and order._b2b_get_pay_url()
        if not url:
            self._leave_notice("info", request.env._("There is nothing to pay."))
        return request.redirect(url or "/my/reservations")

    # === ACCESS === #

    def _b2b_get_reservation(self, reservation_id, action="order"):
        """Return a reservation that the user may act on (sudo), else 404 or 403.

        Dealers write no reservations: what they may do with theirs is done for them.
        """
        reservation = request.env["b2b.reservation"].browse(reservation_id).exists()
        if not reservation or not reservation.has_access("read"):
            raise NotFound()
        self._b2b_check_role(reservation.legal_entity_id, action)
        return reservation.sudo()

    def _b2b_check_role(self, legal_entity, action="order"):
        """Let pass who may do something for a legal entity, see ``_b2b_may``.

        :raise Forbidden: else
        """
        if not request.env.user._b2b_may(action, legal_entity):
            raise Forbidden()

    def _leave_notice(self, kind, text):
        """Keep a message for the next page, of a kind of Bootstrap's alerts."""
        request.session[NOTICE_SESSION_KEY] = {"kind": kind, "text": str(text)}
