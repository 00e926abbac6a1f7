from werkzeug.exceptions import NotFound

from odoo.fields import Domain
from odoo.http import request, route

from odoo.addons.b2b_portal.controllers.query import choose, parse_id
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class B2bCreditHistory(CustomerPortal):
    """What happened to the dealer's credit: who did what, when and why."""

    _credit_history_items_per_page = 30

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "b2b_credit_event_count" in counters:
            entities = request.env.user.b2b_legal_entity_ids
            values["b2b_credit_event_count"] = (
                request.env["b2b.credit.event"].search_count(
                    [("legal_entity_id", "in", entities.ids)], limit=1
                )
                if entities
                else 0
            )
        return values

    @route(
        ["/my/credit-history", "/my/credit-history/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_credit_history(self, page=1, **query):
        values = self._prepare_credit_history_values(page, query)
        return request.render("b2b_credit_control.portal_my_credit_history", values)

    def _prepare_credit_history_values(self, page, query):
        """Return the values of the page.

        :raise NotFound: for who is no dealer
        """
        events = request.env["b2b.credit.event"]
        entities = request.env.user.b2b_legal_entity_ids
        contracts = request.env["b2b.contract"].with_context(active_test=False)
        if entities:
            contracts = contracts.search_fetch(
                [("legal_entity_id", "in", entities.ids)], ["name"], limit=200
            )
        if not contracts:
            raise NotFound()
        kinds = dict(events._fields["kind"]._description_selection(request.env))
        kind = choose(kinds, query.get("kind"), "")
        contract_id = parse_id(query.get("contract"))
        # Staff who are members see no more here than other members.
        domain = Domain("legal_entity_id", "in", entities.ids)
        if kind:
            domain &= Domain("kind", "=", kind)
        if contract_id:
            domain &= Domain("contract_id", "=", contract_id)
        url_args = {"kind": kind, "contract": contract_id}
        pager = portal_pager(
            url="/my/credit-history",
            url_args={name: value for name, value in url_args.items() if value},
            total=events.search_count(domain),
            page=page,
            step=self._credit_history_items_per_page,
        )
        found = events.search(
            domain, limit=self._credit_history_items_per_page, offset=pager["offset"]
        )
        return self._prepare_portal_layout_values() | {
            "page_name": "b2b_credit_history",
            "rows": found._get_portal_rows(),
            "kinds": kinds,
            "kind": kind,
            "contracts": contracts,
            "contract_id": contract_id,
            "pager": pager,
        }
