from werkzeug.exceptions import NotFound

from odoo.fields import Domain
from odoo.http import content_disposition, request, route

from odoo.addons.b2b_portal.controllers.query import choose, parse_id
from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from ..models.b2b_contract_panel import FIGURES
from ..models.b2b_settlement_total import AGES
from .balance_export import export_csv, export_xlsx

DUES = ("overdue", "week")
# The word of the filter for what is on no contract.
NO_CONTRACT = "none"


class B2bBalance(CustomerPortal):
    """What the dealer owes. What he may see is for the access rules to say."""

    _balance_items_per_page = 50

    @route(
        ["/my/balance", "/my/balance/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_balance(self, page=1, **query):
        values = self._prepare_balance_values(page, query)
        return request.render("b2b_credit_control.portal_my_balance", values)

    @route(
        "/my/balance/export/<string:kind>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
        readonly=True,
    )
    def portal_my_balance_export(self, kind, **query):
        """Return the filtered list as a file.

        :param str kind: ``xlsx`` or ``csv``
        :param dict query: filters and order, as on the page
        """
        exports = {"xlsx": export_xlsx, "csv": export_csv}
        if kind not in exports:
            raise NotFound()
        domain, _filters, order = self._parse_balance_query(query)
        lines = self._get_settlement_lines().search(domain, order=order["order"])
        content, mimetype = exports[kind](lines)
        return request.make_response(
            content,
            headers=[
                ("Content-Type", mimetype),
                ("X-Content-Type-Options", "nosniff"),
                (
                    "Content-Disposition",
                    content_disposition(f"{request.env._('Balance')}.{kind}"),
                ),
            ],
        )

    # === THE LIST === #

    def _get_settlement_lines(self):
        """Return the model, having made sure that the user may read it."""
        lines = request.env["b2b.settlement.line"]
        if not request.env.user._is_portal() or not lines.has_access("read"):
            raise NotFound()
        return lines

    def _get_balance_sortings(self):
        """Return the orders of the list, by the word in the address."""
        return {
            "due": {
                "label": request.env._("Due first"),
                "order": "date_maturity, id",
            },
            "date": {
                "label": request.env._("Newest first"),
                "order": "date desc, id desc",
            },
            "number": {"label": request.env._("Document"), "order": "name, id"},
            "amount": {
                "label": request.env._("Largest amount"),
                "order": "residual desc, id",
            },
            "contract": {
                "label": request.env._("Contract"),
                "order": "contract_id, date_maturity, id",
            },
        }

    def _parse_balance_query(self, query):
        """Return what an address asks for, with nonsense left out.

        :return: domain of the lines, filters by their word, order with its key
        :rtype: tuple[Domain, dict, dict]
        """
        contract = query.get("contract")
        filters = {
            "due": choose(DUES, query.get("due"), None),
            "contract": NO_CONTRACT if contract == NO_CONTRACT else parse_id(contract),
            "entity": parse_id(query.get("entity")),
        }
        domain = self._get_settlement_lines()._get_open_domain(filters["due"])
        if filters["contract"]:
            is_none = filters["contract"] == NO_CONTRACT
            domain &= Domain(
                "contract_id", "=", False if is_none else filters["contract"]
            )
        if filters["entity"]:
            domain &= Domain("legal_entity_id", "=", filters["entity"])
        sortings = self._get_balance_sortings()
        sortby = choose(sortings, query.get("sortby"), "due")
        return domain, filters, {"key": sortby, **sortings[sortby]}

    def _prepare_balance_values(self, page, query):
        """Return the values of the page.

        The number of queries does not depend on the number of documents.
        """
        lines = self._get_settlement_lines()
        domain, filters, order = self._parse_balance_query(query)
        groups = lines._read_group(
            domain, ["currency_id"], ["__count", "residual:sum"], order="currency_id"
        )
        url_args = {name: value for name, value in filters.items() if value}
        if query.get("sortby"):
            url_args["sortby"] = order["key"]
        pager = portal_pager(
            url="/my/balance",
            url_args=url_args,
            total=sum(count for _currency, count, _residual in groups),
            page=page,
            step=self._balance_items_per_page,
        )
        found = lines.search_fetch(
            domain,
            lines._get_balance_fields(),
            order=order["order"],
            limit=self._balance_items_per_page,
            offset=pager["offset"],
        )
        money = request.env["res.currency"]._b2b_get_format()
        return self._prepare_portal_layout_values() | {
            "page_name": "b2b_balance",
            "default_url": "/my/balance",
            "rows": found._get_balance_rows(),
            "sums": [
                money(residual, currency.id) for currency, _count, residual in groups
            ],
            "count": sum(count for _currency, count, _residual in groups),
            "filters": filters,
            "is_filtered": any(filters.values()),
            "pager": pager,
            "searchbar_sortings": self._get_balance_sortings(),
            "sortby": order["key"],
            "ageing": self._prepare_ageing(filters),
            **self._prepare_credit(),
            **self._prepare_paying(found),
        }

    def _prepare_credit(self):
        """Return the credit of all contracts and what there is to choose from; the
        panel of the page shows the same rows."""
        panel = request.env["b2b.contract"]._get_credit_panel(FIGURES)
        rows = panel.get("rows", [])
        contracts = {
            row["contract_id"] or NO_CONTRACT: row["contract"]
            or request.env._("Not allocated")
            for row in rows
        }
        entities = {row["legal_entity_id"]: row["legal_entity"] for row in rows}
        return {
            "credit_panel": panel,
            "contracts": contracts,
            "entities": entities,
        }

    def _prepare_paying(self, lines):
        """Return what the user may pay: legal entities, payment requests and contracts,
        and of the listed lines what is being paid already."""
        allocations = request.env["b2b.payment.allocation"]
        entities = request.env.user._b2b_get_paying_entities()
        requests = allocations._get_open_requests().filtered(
            lambda bill: bill.legal_entity_id in entities
        )
        # Claims are not for dealers to read; of his own documents they are shown.
        claimed = allocations._get_claimed(lines.sudo(), requests.sudo())
        contracts = request.env["b2b.contract"].search_fetch(
            [("legal_entity_id", "in", entities.ids)], ["currency_id", "name"]
        )
        return {
            "paying_ids": set(entities.ids),
            "claimed_ids": {record.id for record in lines.sudo() if claimed[record]},
            "requests": requests,
            "paying_contracts": contracts,
        }

    def _prepare_ageing(self, filters):
        """Return the ageing of what is owed, for the chart and its table: labels, and
        amounts per currency, with the filters of contract and legal entity."""
        labels = {
            "current": request.env._("Not due"),
            "week": request.env._("1–7 days"),
            "month": request.env._("8–30 days"),
            "two_months": request.env._("31–60 days"),
            "older": request.env._("Over 60 days"),
        }
        rows = request.env["b2b.contract"]._get_credit_ageing(
            filters["contract"] if filters["contract"] != NO_CONTRACT else None,
            filters["entity"],
            only_unallocated=filters["contract"] == NO_CONTRACT,
        )
        currencies = request.env["res.currency"].get_all_currencies()
        money = request.env["res.currency"]._b2b_get_format()
        return {
            "labels": [labels[name] for name, _upper in AGES],
            "series": [
                {
                    "currency": currencies.get(row["currency_id"], {}).get("name", ""),
                    "amounts": [row[name] for name, _upper in AGES],
                    "texts": [
                        money(row[name], row["currency_id"]) for name, _upper in AGES
                    ],
                }
                for row in rows
            ],
        }
