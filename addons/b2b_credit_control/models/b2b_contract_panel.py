from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, float_round, format_datetime

# So many contracts are shown one by one, more are folded under their totals.
UNFOLDED = 2
FIGURES = ("debt", "overdue", "due_soon", "ordered", "limit", "free")
PANEL_FIGURES = ("debt", "overdue", "free")


class B2bContract(models.Model):
    _inherit = "b2b.contract"

    @api.model
    def _get_credit_panel(self, figures=PANEL_FIGURES):
        """Return what the panel tells the current user, or nothing if he is no dealer.

        For a dealer that is one query, whatever he owes; for others none.

        :param tuple figures: which of :data:`FIGURES` are put in words, too
        :return: ``rows`` (see :meth:`_get_credit_rows`), ``totals`` by currency,
            ``folded``, and whether companies and legal entities must be told apart
        :rtype: dict
        """
        if not self.env.user._is_portal():
            return {}
        rows = self._get_credit_rows(figures)
        if not rows:
            return {}
        return {
            "rows": rows,
            "totals": self._get_credit_totals(rows, figures),
            "folded": len(rows) > UNFOLDED,
            "many_companies": len({row["company_id"] for row in rows}) > 1,
            "many_entities": len({row["legal_entity_id"] for row in rows}) > 1,
        }

    @api.model
    def _get_credit_rows(self, figures=FIGURES):
        """Return the credit of each contract that the current user may see.

        One query. A contract has a row in its own currency, and one in each other
        currency in which something is owed. What is on no contract has a row with a
        ``contract_id`` of None; archived contracts have one while they owe.

        :return: ``contract_id``, ``contract``, ``legal_entity_id``,
            ``legal_entity``, ``company_id``, ``company``, ``currency_id``, the
            figures of :meth:`b2b.settlement.total._get_figures`, ``limit`` and
            ``free`` of all currencies together (None without a limit), and some of
            these in words, see :meth:`_describe_credit_rows`
        :rtype: list[dict]
        """
        # The rules choose the contracts; memberships say whose entries without a
        # contract the user may see.
        contracts = self.with_context(active_test=False)._search([])
        entities = self.env["b2b.membership"]._search([("user_id", "=", self.env.uid)])
        self.flush_model()
        rows = self.env.execute_query_dict(
            self._get_credit_rows_sql(
                contracts.subselect(), entities.subselect("legal_entity_id")
            )
        )
        self._set_free_limits(rows)
        self._set_books_times(rows)
        return self._describe_credit_rows(rows, figures)

    @api.model
    def _set_books_times(self, rows):
        """Set ``as_of`` in rows of contracts whose books are not Odoo's: when the
        figures last agreed with them, in the user's words."""
        for row in rows:
            if row["books"] not in (None, "odoo"):
                contract = self.browse(row["contract_id"])
                moment = contract._get_books_time()
                row["as_of"] = format_datetime(self.env, moment, dt_format="short")

    @api.model
    def _set_free_limits(self, rows):
        """Set in rows of credit what is ``free``, as :meth:`_get_free_limit` and the
        check of orders count it, without asking for rates.
        """
        used = defaultdict(float)
        for row in rows:
            row["free"] = None
            amount = row["debt"] + row["ordered"]
            if row["rate"] is not None:
                # As Odoo converts, to the last digit.
                inverse_rate = 1 / (row["rate"] / row["contract_rate"])
                amount = float_round(
                    amount * inverse_rate, precision_rounding=row["rounding"]
                )
            used[row["contract_id"]] += amount
        for row in rows:
            if row["limit"] is not None:
                row["free"] = float_round(
                    row["limit"] - used[row["contract_id"]],
                    precision_rounding=row["rounding"],
                )

    @api.model
    def _get_credit_ageing(self, contract_id, entity_id, only_unallocated=False):
        """Return the ageing of what the current user may see; see
        :meth:`b2b.settlement.total._get_ageing`.

        :param int contract_id: of this contract only, if given
        :param int entity_id: of this legal entity only, if given
        :param bool only_unallocated: of no contract
        """
        contracts = Domain("id", "=", contract_id) if contract_id else Domain.TRUE
        if only_unallocated:
            contracts = Domain.FALSE
        entities = Domain("user_id", "=", self.env.uid)
        if contract_id:
            entities = Domain.FALSE
        if entity_id:
            of_entity = Domain("legal_entity_id", "=", entity_id)
            contracts &= of_entity
            entities &= of_entity
        return self.env["b2b.settlement.total"]._get_ageing(
            self.with_context(active_test=False)._search(contracts).subselect(),
            self.env["b2b.membership"]._search(entities).subselect("legal_entity_id"),
        )

    @api.model
    def _get_credit_rows_sql(self, contracts, legal_entities):
        """Return the query of :meth:`_get_credit_rows`."""
        currencies = self.env["res.currency"]
        return SQL(
            """
            SELECT credit.contract_id, contract.name AS contract, contract.books,
                   credit.legal_entity_id, entity.name AS legal_entity,
                   credit.company_id, company.name AS company,
                   credit.currency_id, debt, overdue, due_soon, ordered,
                   overdue_since, overdue_days,
                   CASE WHEN contract.has_credit_limit
                         AND credit.currency_id = contract.currency_id
                        THEN COALESCE(contract.credit_limit, 0)
                   END AS limit,
                   own_currency.rounding,
                   CASE WHEN is_foreign THEN %(rate)s END AS rate,
                   CASE WHEN is_foreign THEN %(contract_rate)s END AS contract_rate
              FROM (%(figures)s) AS credit
         LEFT JOIN b2b_contract AS contract ON contract.id = credit.contract_id
              JOIN res_partner AS entity ON entity.id = credit.legal_entity_id
              JOIN res_company AS company ON company.id = credit.company_id
         LEFT JOIN res_currency AS own_currency
                ON own_currency.id = contract.currency_id
        CROSS JOIN LATERAL (
                    SELECT contract.has_credit_limit
                       AND credit.currency_id != contract.currency_id AS is_foreign
                   ) AS kind
             WHERE contract.active OR is_owed
          ORDER BY entity.name, contract.name NULLS LAST, company.name,
                   credit.currency_id
            """,
            figures=self.env["b2b.settlement.total"]._get_figures_sql(
                contracts, legal_entities, with_all=True
            ),
            rate=currencies._b2b_rate_sql(SQL("credit.currency_id"), SQL("company")),
            contract_rate=currencies._b2b_rate_sql(
                SQL("contract.currency_id"), SQL("company")
            ),
        )

    @api.model
    def _describe_credit_rows(self, rows, figures=FIGURES):
        """Return rows with their amounts in words of the user's language.

        :param list[dict] rows: of contracts, or totals
        :param tuple figures: of which amounts
        :rtype: list[dict]
        """
        money = self.env["res.currency"]._b2b_get_format()
        described = []
        for row in rows:
            currency_id = row["currency_id"]
            texts = {
                f"{name}_text": money(row[name], currency_id)
                for name in figures
                if row.get(name) is not None
            }
            if row["debt"] < 0:
                texts["prepaid_text"] = money(-row["debt"], currency_id)
            if row["free"] is not None and row["free"] < 0:
                texts["over_text"] = money(-row["free"], currency_id)
            described.append(row | texts)
        return described

    @api.model
    def _get_credit_totals(self, rows, figures=FIGURES):
        """Return what rows of credit make in all, a row per currency: amounts of
        different currencies are never added. A limit that is exceeded takes nothing
        of another.

        :param list[dict] rows: see :meth:`_get_credit_rows`
        :param tuple figures: which amounts are put in words, too
        :rtype: list[dict]
        """
        totals = {}
        for row in rows:
            total = totals.setdefault(
                row["currency_id"],
                {"currency_id": row["currency_id"], "overdue_since": None, "free": None}
                | dict.fromkeys(("debt", "overdue", "due_soon", "ordered"), 0.0),
            )
            for name in ("debt", "overdue", "due_soon", "ordered"):
                total[name] += row[name]
            if row["free"] is not None:
                total["free"] = (total["free"] or 0.0) + max(row["free"], 0.0)
            if row["overdue_since"]:
                total["overdue_since"] = min(
                    total["overdue_since"] or row["overdue_since"], row["overdue_since"]
                )
        for total in totals.values():
            total["overdue_days"] = self._days_since(total["overdue_since"])
        return self._describe_credit_rows(totals.values(), figures)

    @api.model
    def _days_since(self, day):
        """Return how many days have passed since a date, 0 for none."""
        return (fields.Date.context_today(self) - day).days if day else 0
