from odoo import fields, models
from odoo.tools import SQL


class B2bDebtor(models.Model):
    """What each contract owes and how old it is, for the staff.

    One row per contract and currency. Credit notes and prepayments pay the oldest
    debts, as everywhere; amounts that are added up are in the company's currency.
    """

    _name = "b2b.debtor"
    _description = "Debtor"
    _auto = False
    _order = "balance_overdue desc, balance desc, id"
    _rec_name = "legal_entity_id"

    company_id = fields.Many2one("res.company", readonly=True)
    dealer_id = fields.Many2one("res.partner", readonly=True)
    legal_entity_id = fields.Many2one("res.partner", readonly=True)
    contract_id = fields.Many2one("b2b.contract", readonly=True)
    user_id = fields.Many2one("res.users", string="Manager", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    debt = fields.Monetary(
        string="Debt in its currency",
        readonly=True,
        aggregator=None,
        help="Negative: the dealer has paid in advance.",
    )
    balance = fields.Monetary(
        string="Debt", currency_field="company_currency_id", readonly=True
    )
    balance_overdue = fields.Monetary(
        string="Overdue", currency_field="company_currency_id", readonly=True
    )
    balance_not_due = fields.Monetary(
        string="Not due", currency_field="company_currency_id", readonly=True
    )
    balance_7 = fields.Monetary(
        string="1–7 days", currency_field="company_currency_id", readonly=True
    )
    balance_30 = fields.Monetary(
        string="8–30 days", currency_field="company_currency_id", readonly=True
    )
    balance_60 = fields.Monetary(
        string="31–60 days", currency_field="company_currency_id", readonly=True
    )
    balance_older = fields.Monetary(
        string="Over 60 days", currency_field="company_currency_id", readonly=True
    )
    overdue_since = fields.Date(readonly=True)
    overdue_days = fields.Integer(
        string="Days overdue", readonly=True, aggregator="max"
    )
    scenario = fields.Selection(
        [("soft", "Soft"), ("hard", "Hard")], string="Blocked", readonly=True
    )

    @property
    def _table_query(self):
        # Days by the clock of the user, as the figures of a contract.
        return SQL(
            """
            WITH item AS (
                SELECT line.*, residual > 0 AS is_debt,
                       %(today)s - date_maturity AS days,
                       SUM(GREATEST(balance_residual, 0)) OVER by_date AS running,
                       SUM(GREATEST(-balance_residual, 0)) OVER whole AS credits
                  FROM b2b_settlement_line AS line
                 WHERE residual != 0
                WINDOW whole AS (
                           PARTITION BY company_id, legal_entity_id, contract_id,
                                        currency_id
                       ),
                       by_date AS (whole ORDER BY date_maturity NULLS LAST, id
                                   ROWS UNBOUNDED PRECEDING)
            ), net AS (
                SELECT item.*,
                       CASE WHEN is_debt THEN LEAST(
                           balance_residual, GREATEST(running - credits, 0)
                       ) ELSE 0 END AS open
                  FROM item
            )
            SELECT MIN(net.id) AS id, net.company_id, entity.b2b_dealer_id AS dealer_id,
                   net.legal_entity_id, net.contract_id, contract.user_id,
                   net.currency_id, company.currency_id AS company_currency_id,
                   SUM(residual) AS debt, SUM(balance_residual) AS balance,
                   COALESCE(SUM(open) FILTER (WHERE days > 0), 0) AS balance_overdue,
                   COALESCE(SUM(open) FILTER (WHERE days <= 0 OR days IS NULL), 0)
                       AS balance_not_due,
                   COALESCE(SUM(open) FILTER (WHERE days BETWEEN 1 AND 7), 0)
                       AS balance_7,
                   COALESCE(SUM(open) FILTER (WHERE days BETWEEN 8 AND 30), 0)
                       AS balance_30,
                   COALESCE(SUM(open) FILTER (WHERE days BETWEEN 31 AND 60), 0)
                       AS balance_60,
                   COALESCE(SUM(open) FILTER (WHERE days > 60), 0) AS balance_older,
                   MIN(date_maturity) FILTER (WHERE days > 0 AND open > 0)
                       AS overdue_since,
                   COALESCE(MAX(days) FILTER (WHERE days > 0 AND open > 0), 0)
                       AS overdue_days,
                   (
                    SELECT MIN(block.scenario)
                      FROM b2b_block AS block
                     WHERE block.is_lifted IS NOT TRUE
                       AND block.dealer_id = entity.b2b_dealer_id
                       AND block.company_id = net.company_id
                       AND (block.contract_id IS NULL
                            OR block.contract_id = net.contract_id)
                       AND (block.suspended_until IS NULL
                            OR block.suspended_until < %(today)s)
                   ) AS scenario
              FROM net
              JOIN res_partner AS entity ON entity.id = net.legal_entity_id
              JOIN res_company AS company ON company.id = net.company_id
         LEFT JOIN b2b_contract AS contract ON contract.id = net.contract_id
          GROUP BY net.company_id, net.legal_entity_id, entity.b2b_dealer_id,
                   net.contract_id, contract.user_id, net.currency_id,
                   company.currency_id
            """,
            today=fields.Date.context_today(self),
        )

    # === ACTIONS === #

    def action_view_documents(self):
        """Open the papers of this dealer."""
        return self.dealer_id.action_view_b2b_documents()

    def action_view_settlements(self):
        """Open what this row is made of."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_portal.b2b_settlement_line_action"
        )
        return action | {
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("legal_entity_id", "=", self.legal_entity_id.id),
                ("contract_id", "=", self.contract_id.id),
                ("currency_id", "=", self.currency_id.id),
            ]
        }

    def action_view_blocks(self):
        """Open the blocks of this dealer."""
        return self.dealer_id.action_view_b2b_blocks()

    def action_view_holds(self):
        """Open the held orders of this dealer."""
        return self.dealer_id.action_view_b2b_holds()
