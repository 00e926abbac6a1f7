from odoo import api, fields, models
from odoo.tools import SQL

# What tells totals apart.
KEY = SQL("company_id, legal_entity_id, contract_id, currency_id, date_maturity")

# Upper end of each bucket of the ageing in days overdue; the last has none.
AGES = (("current", 0), ("week", 7), ("month", 30), ("two_months", 60), ("older", None))


class B2bSettlementTotal(models.Model):
    """What is open, kept for each contract, currency and due date.

    Written only when settlement lines change, so that the debt of a dealer costs the
    same whatever the number of his documents. A total without a contract is of lines
    that are not allocated.
    """

    _name = "b2b.settlement.total"
    _description = "Open Settlements by Due Date"
    _order = "legal_entity_id, contract_id, date_maturity"
    _log_access = False

    _key_uniq = models.UniqueIndex(
        "(legal_entity_id, contract_id, company_id, currency_id, date_maturity)"
        " NULLS NOT DISTINCT",
        "There is one total for each contract, currency and due date.",
    )

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    legal_entity_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    contract_id = fields.Many2one(
        "b2b.contract", ondelete="cascade", index="btree_not_null"
    )
    currency_id = fields.Many2one("res.currency", required=True)
    date_maturity = fields.Date(string="Due date")
    debit = fields.Monetary(string="Owed by the dealer", readonly=True)
    credit = fields.Monetary(
        string="Owed to the dealer",
        readonly=True,
        help="Open credit notes and prepayments.",
    )

    # === KEEPING === #

    @api.model
    def _refresh(self, keys):
        """Make the totals of some keys what the settlement lines say.

        Two transactions that change the same total cannot both be right: the second
        fails to serialize and is run again by the server.

        :param set[tuple] keys: ids and due date in the order of :data:`KEY`, None
            where there is none
        """
        self.env["b2b.settlement.line"].flush_model()
        # Always in the same order: else two transactions may wait for each other.
        values = SQL(", ").join(
            SQL("(%s::int, %s::int, %s::int, %s::int, %s::date)", *key)
            for key in sorted(keys, key=str)
        )
        self.env.cr.execute(
            SQL(
                """
                WITH key (%(key)s) AS (VALUES %(values)s)
                INSERT INTO b2b_settlement_total AS total (%(key)s, debit, credit)
                SELECT key.company_id, key.legal_entity_id, key.contract_id,
                       key.currency_id, key.date_maturity,
                       COALESCE(SUM(line.residual) FILTER (WHERE line.residual > 0), 0),
                       COALESCE(-SUM(line.residual) FILTER (WHERE line.residual < 0), 0)
                  FROM key
             LEFT JOIN b2b_contract AS contract ON contract.id = key.contract_id
             LEFT JOIN b2b_settlement_line AS line
                    ON line.legal_entity_id = key.legal_entity_id
                   AND line.company_id = key.company_id
                   AND line.currency_id = key.currency_id
                   AND line.contract_id IS NOT DISTINCT FROM key.contract_id
                   AND line.date_maturity IS NOT DISTINCT FROM key.date_maturity
                   AND line.residual != 0
                 WHERE key.contract_id IS NULL OR contract.id IS NOT NULL
              GROUP BY 1, 2, 3, 4, 5
              ORDER BY 1, 2, 3, 4, 5
           ON CONFLICT (legal_entity_id, contract_id, company_id, currency_id,
                        date_maturity)
             DO UPDATE SET debit = EXCLUDED.debit, credit = EXCLUDED.credit
                     WHERE (total.debit, total.credit)
                           IS DISTINCT FROM (EXCLUDED.debit, EXCLUDED.credit)
                """,
                key=KEY,
                values=values,
            ),
            log_exceptions=False,
        )
        self.invalidate_model()
        # A payment may make room for orders on hold.
        contract_ids = {key[2] for key in keys if key[2]}
        self.env["b2b.credit.hold"]._recheck_soon(contract_ids)
        self.env["b2b.block"]._recheck_later(key[1] for key in keys)

    @api.model
    def _rebuild(self):
        """Make all totals anew from the settlement lines."""
        self.env["b2b.settlement.line"].flush_model()
        self.env.cr.execute(SQL("DELETE FROM b2b_settlement_total"))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO b2b_settlement_total (%(key)s, debit, credit)
                SELECT %(key)s,
                       COALESCE(SUM(residual) FILTER (WHERE residual > 0), 0),
                       COALESCE(-SUM(residual) FILTER (WHERE residual < 0), 0)
                  FROM b2b_settlement_line
                 WHERE residual != 0
              GROUP BY %(key)s
                """,
                key=KEY,
            )
        )
        self.invalidate_model()

    # === READING === #

    @api.model
    def _get_figures(self, contracts, legal_entities=()):
        """Return what is owed, one row per contract and currency.

        One query, whatever the number of documents. The caller has made sure that
        the user may see the contracts and legal entities.

        :param contracts: ids, or a subquery of ids (:class:`odoo.tools.SQL`)
        :param legal_entities: ids or a subquery, whose lines without a contract are
            returned too, with a ``contract_id`` of None
        :return: ``company_id``, ``legal_entity_id``, ``contract_id``,
            ``currency_id``; amounts in that currency: ``debt`` (negative: prepaid),
            ``overdue``, ``due_soon`` (from today for the company's days),
            ``ordered`` (confirmed orders not invoiced yet); ``overdue_since`` (date
            or None), ``overdue_days``
        :rtype: list[dict]
        """
        return self.env.execute_query_dict(
            self._get_figures_sql(contracts, legal_entities)
        )

    @api.model
    def _get_figures_sql(self, contracts, legal_entities=(), with_all=False):
        """Return the query of :meth:`_get_figures`, to be joined with others.

        :param bool with_all: each contract has a row in its currency, even if
            nothing is owed or ordered; ``is_owed`` tells them apart
        """
        self.env["sale.order"].flush_model(
            ["b2b_amount_uninvoiced", "b2b_contract_id", "currency_id"]
        )
        # Every page of a dealer asks this: planning it takes longer than running it,
        # hence one grouping rather than a join of three.
        return SQL(
            """
            SELECT company_id, legal_entity_id, contract_id, currency_id, debt,
                   overdue, until_soon - overdue AS due_soon, overdue_since,
                   COALESCE(%(today)s - overdue_since, 0) AS overdue_days,
                   ordered, is_owed
              FROM (
                    SELECT item.company_id, legal_entity_id, contract_id,
                           item.currency_id,
                           SUM(debit - credit) AS debt,
                           SUM(debit + credit) != 0 AS is_owed,
                           GREATEST(COALESCE(SUM(debit) FILTER (
                               WHERE date_maturity < %(today)s
                           ), 0) - MAX(credits), 0) AS overdue,
                           GREATEST(COALESCE(SUM(debit) FILTER (
                               WHERE date_maturity
                                     <= %(today)s + company.b2b_due_soon_days
                           ), 0) - MAX(credits), 0) AS until_soon,
                           MIN(date_maturity) FILTER (
                               WHERE date_maturity < %(today)s
                                 AND debit > 0 AND running > credits
                           ) AS overdue_since,
                           SUM(ordered) AS ordered
                      FROM (%(items)s) AS item
                      JOIN res_company AS company ON company.id = item.company_id
                  GROUP BY item.company_id, legal_entity_id, contract_id,
                           item.currency_id
                   ) AS figures
            """,
            items=self._get_items_sql(
                contracts, legal_entities, with_orders=True, with_all=with_all
            ),
            today=fields.Date.context_today(self),
        )

    @api.model
    def _get_ageing(self, contracts, legal_entities=()):
        """Return what is owed by how late it is, a row per currency.

        Credit notes and prepayments pay what is due first, as in the other figures.

        :param contracts: ids, or a subquery of ids
        :param legal_entities: ids or a subquery, whose lines without a contract count
        :return: ``currency_id`` and an amount for each key of :data:`AGES`
        :rtype: list[dict]
        """
        today = fields.Date.context_today(self)
        days = SQL("COALESCE(%s - date_maturity, 0)", today)
        lower, columns = None, []
        for name, upper in AGES:
            within = SQL("%s <= %s", days, upper) if upper is not None else SQL("TRUE")
            if lower is not None:
                within = SQL("%s AND %s > %s", within, days, lower)
            columns.append(
                SQL(
                    "COALESCE(SUM(rest) FILTER (WHERE %s), 0) AS %s",
                    within,
                    SQL.identifier(name),
                )
            )
            lower = upper
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT currency_id, %s
                  FROM (
                        SELECT *, GREATEST(LEAST(debit, running - credits), 0) AS rest
                          FROM (%s) AS item
                       ) AS owed
              GROUP BY currency_id
                HAVING SUM(rest) != 0
              ORDER BY currency_id
                """,
                SQL(", ").join(columns),
                self._get_items_sql(contracts, legal_entities),
            )
        )

    @api.model
    def _get_items_sql(
        self, contracts, legal_entities, with_orders=False, with_all=False
    ):
        """Return the query of the totals, each with ``running`` (debit up to its due
        date) and ``credits`` of its contract and currency.

        Credit notes and prepayments pay what is due first: of ``running`` only what
        they leave is open. Parameters as in :meth:`_get_figures_sql`.

        :param bool with_orders: what is ordered and not invoiced is there too, as
            ``ordered``
        """
        # Two indexes serve totals with a contract and without; an OR would read the
        # whole table.
        parts = [
            SQL(
                """
                SELECT company_id, legal_entity_id, contract_id, currency_id,
                       date_maturity, debit, credit, 0 AS ordered
                  FROM b2b_settlement_total
                 WHERE contract_id IN (SELECT id FROM contract)
                   AND (debit != 0 OR credit != 0)
                """
            ),
            SQL(
                """
                SELECT company_id, legal_entity_id, contract_id, currency_id,
                       date_maturity, debit, credit, 0
                  FROM b2b_settlement_total
                 WHERE contract_id IS NULL AND legal_entity_id IN %s
                   AND (debit != 0 OR credit != 0)
                """,
                self._as_subquery(legal_entities),
            ),
        ]
        if with_orders:
            parts.append(
                SQL(
                    """
                    SELECT contract.company_id, contract.legal_entity_id, contract.id,
                           sale.currency_id, NULL, 0, 0, b2b_amount_uninvoiced
                      FROM sale_order AS sale
                      JOIN contract ON contract.id = sale.b2b_contract_id
                     WHERE b2b_amount_uninvoiced != 0
                    """
                )
            )
        if with_all:
            parts.append(
                SQL(
                    """
                    SELECT company_id, legal_entity_id, id, currency_id,
                           NULL, 0, 0, 0
                      FROM contract
                    """
                )
            )
        return SQL(
            """
            WITH contract AS (
                SELECT id, company_id, legal_entity_id, currency_id
                  FROM b2b_contract
                 WHERE id IN %s
            )
            SELECT total.*, SUM(debit) OVER by_date AS running,
                   SUM(credit) OVER whole AS credits
              FROM (%s) AS total
            WINDOW whole AS (
                       PARTITION BY company_id, legal_entity_id, contract_id,
                                    currency_id
                   ),
                   by_date AS (whole ORDER BY date_maturity NULLS LAST)
            """,
            self._as_subquery(contracts),
            SQL(" UNION ALL ").join(parts),
        )

    @api.model
    def _as_subquery(self, ids):
        """Return what may stand right of IN: of no ids, a subquery without rows."""
        if isinstance(ids, SQL):
            return ids
        return SQL("%s", tuple(ids)) if ids else SQL("(SELECT NULL::int WHERE FALSE)")
