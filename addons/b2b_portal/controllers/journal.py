from werkzeug.exceptions import NotFound

from odoo.fields import Domain
from odoo.http import content_disposition, request, route

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager

from .query import choose, parse_date, parse_id, parse_text


class B2bJournal(CustomerPortal):
    """The dealer's papers. What he may see is for the access rules to say."""

    _journal_items_per_page = 30

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "b2b_document_count" in counters:
            documents = request.env["b2b.document"]
            values["b2b_document_count"] = (
                documents.search_count(documents._get_portal_domain(), limit=1)
                if documents.has_access("read")
                else 0
            )
        return values

    @route(
        ["/my/journal", "/my/journal/page/<int:page>"],
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        readonly=True,
    )
    def portal_my_journal(self, page=1, **query):
        values = self._prepare_journal_values(page, query)
        return request.render("b2b_portal.portal_my_journal", values)

    @route(
        "/my/journal/<int:document_id>/pdf",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_journal_pdf(self, document_id, download=None, **kw):
        document = self._find_document(document_id)
        # The rules have let him read the document. What a report reads on the way
        # to paper, products and taxes and layouts, he may not.
        content = document.sudo()._get_pdf()
        if not content:
            raise NotFound()
        disposition = "attachment" if download else "inline"
        return request.make_response(
            content,
            headers=[
                ("Content-Type", "application/pdf"),
                ("Content-Length", len(content)),
                ("X-Content-Type-Options", "nosniff"),
                (
                    "Content-Disposition",
                    content_disposition(document._get_pdf_filename(), disposition),
                ),
            ],
        )

    def _find_document(self, document_id):
        """Return a document that the user may read; a foreign one is not there."""
        documents = request.env["b2b.document"]
        document_id = parse_id(document_id)
        if not document_id or not documents.has_access("read"):
            raise NotFound()
        document = documents.search(
            documents._get_portal_domain() & Domain("id", "=", document_id)
        )
        if not document:
            raise NotFound()
        return document

    # === THE LIST === #

    def _get_journal_sortings(self):
        """Return the orders of the list, by the word in the address."""
        return {
            "date": {
                "label": request.env._("Newest first"),
                "order": "date desc, id desc",
            },
            "oldest": {"label": request.env._("Oldest first"), "order": "date, id"},
            "number": {"label": request.env._("Number"), "order": "name, id"},
            "amount": {
                "label": request.env._("Largest amount"),
                "order": "amount desc, id desc",
            },
        }

    def _parse_journal_query(self, query):
        """Return the filters that an address asks for, with nonsense left out."""
        return {
            "date_begin": parse_date(query.get("date_begin")),
            "date_end": parse_date(query.get("date_end")),
            "entity": parse_id(query.get("entity")),
            "contract": parse_id(query.get("contract")),
            "order": parse_text(query.get("order")),
            "search": parse_text(query.get("search")),
        }

    def _get_journal_domain(self, filters):
        """Return the domain of the filters: of all tabs, within the access rules."""
        conditions = {
            "date_begin": ("date", ">="),
            "date_end": ("date", "<="),
            "entity": ("legal_entity_id", "="),
            "contract": ("contract_id", "="),
            "order": ("order_ids.name", "ilike"),
            "search": ("name", "ilike"),
        }
        return request.env["b2b.document"]._get_portal_domain() & Domain.AND(
            Domain(*conditions[name], value) for name, value in filters.items() if value
        )

    def _prepare_journal_values(self, page, query):
        """Return the values of the page.

        The number of queries does not depend on the number of documents.
        """
        documents = request.env["b2b.document"]
        filters = self._parse_journal_query(query)
        sortings = self._get_journal_sortings()
        sortby = choose(sortings, query.get("sortby"), "date")
        values = self._prepare_portal_layout_values()
        if not documents.has_access("read"):
            raise NotFound()
        domain = self._get_journal_domain(filters)
        tabs = documents._get_tabs()
        counts = documents._count_by_tab(domain)
        tab = tabs.filtered(lambda tab: tab._get_key() == query.get("type"))
        if tab:
            domain &= Domain("root_type_id", "=", tab.id)
        url_args = {
            "type": tab and tab._get_key(),
            "sortby": sortby if query.get("sortby") else None,
            **filters,
        }
        pager = portal_pager(
            url="/my/journal",
            url_args={name: value for name, value in url_args.items() if value},
            total=counts.get(tab.id, 0) if tab else sum(counts.values()),
            page=page,
            step=self._journal_items_per_page,
        )
        found = documents.search_fetch(
            domain,
            documents._get_portal_fields(),
            order=sortings[sortby]["order"],
            limit=self._journal_items_per_page,
            offset=pager["offset"],
        )
        return values | {
            "page_name": "b2b_journal",
            "default_url": "/my/journal",
            "rows": found._get_portal_rows(),
            "tabs": tabs,
            "tab": tab,
            "counts": counts,
            "total": sum(counts.values()),
            "filters": filters,
            "is_filtered": any(filters.values()),
            "pager": pager,
            "searchbar_sortings": sortings,
            "sortby": sortby,
            **self._prepare_journal_choices(),
        }

    def _prepare_journal_choices(self):
        """Return the legal entities and contracts to choose from in the filter."""
        contracts = request.env["b2b.contract"].with_context(active_test=False)
        return {
            "entities": request.env.user.b2b_legal_entity_ids.sorted("name"),
            "contracts": contracts.search_fetch([], ["name"], limit=200)
            if contracts.has_access("read") and request.env.user.share
            else contracts,
        }
