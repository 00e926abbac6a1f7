from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

VALUE_FIELDS = ("amount", "residual", "balance", "balance_residual")


class B2bSettlementLine(models.Model):
    """The ledger of mutual settlements.

    One row per receivable journal item and contract. The rows of an item add up
    to the item exactly, in its currency (``amount``, ``residual``) and in the
    company's (``balance``, ``balance_residual``). Positive: the dealer owes.
    """

    _name = "b2b.settlement.line"
    _description = "Settlement Line"
    _order = "date desc, id desc"

    _item_contract_uniq = models.UniqueIndex(
        "(move_line_id, contract_id) NULLS NOT DISTINCT WHERE move_line_id IS NOT NULL",
        "A journal item has one settlement line per contract.",
    )
    _open_idx = models.Index(
        "(legal_entity_id, contract_id, date_maturity) WHERE residual != 0"
    )
    _entity_date_idx = models.Index("(legal_entity_id, date, id)")

    name = fields.Char(string="Document", required=True)
    move_line_id = fields.Many2one("account.move.line", ondelete="cascade")
    move_id = fields.Many2one(
        related="move_line_id.move_id", store=True, index="btree_not_null"
    )
    document_id = fields.Many2one(
        "b2b.document",
        string="Paper",
        index="btree_not_null",
        ondelete="cascade",
        help="The paper behind this row, when it is no entry of Odoo: the contract is "
        "kept in other books.",
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    legal_entity_id = fields.Many2one(
        "res.partner", required=True, ondelete="restrict", index=True
    )
    dealer_id = fields.Many2one(
        related="legal_entity_id.b2b_dealer_id", store=True, index=True
    )
    contract_id = fields.Many2one(
        "b2b.contract",
        ondelete="set null",
        index="btree_not_null",
        help="Empty: not allocated. The entry names no contract and its legal entity "
        "has several.",
    )
    date = fields.Date(required=True)
    date_maturity = fields.Date(string="Due date")
    currency_id = fields.Many2one("res.currency", required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    amount = fields.Monetary(help="Positive: the dealer owes.")
    residual = fields.Monetary(string="Open amount")
    balance = fields.Monetary(
        string="Amount in company currency", currency_field="company_currency_id"
    )
    balance_residual = fields.Monetary(
        string="Open amount in company currency",
        currency_field="company_currency_id",
    )

    # === ACTIONS === #

    def action_open_entry(self):
        """Open the journal entry behind this row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
        }

    # === KEEPING THE LEDGER TRUE === #

    @api.model
    def _sync(self, move_lines, dropped=None):
        """Make the rows of journal items say what the items say.

        :param account.move.line move_lines: receivable items, whatever their state
        :param account.move.line dropped: items that may have counted before
        """
        items = move_lines | (dropped or move_lines.browse())
        if not items:
            return
        existing = {
            (row.move_line_id.id, row.contract_id.id): row
            for row in self.search([("move_line_id", "in", items.ids)])
        }
        vals_list = []
        for vals in self._prepare_vals_list(move_lines):
            row = existing.pop((vals["move_line_id"], vals["contract_id"]), None)
            if row is None:
                vals_list.append(vals)
            elif changed := row._changed_values(vals):
                row.write(changed)
        self.concat(*existing.values()).unlink()
        self.create(vals_list)

    def _changed_values(self, vals):
        """Return those of the given values that differ from this row."""
        self.ensure_one()
        return {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }

    @api.model
    def _prepare_vals_list(self, move_lines):
        """Return the values of all rows that the given journal items must have."""
        move_lines = move_lines.filtered_domain(move_lines._b2b_settlement_domain())
        exchange_contracts = self._exchange_contracts(move_lines.move_id)
        vals_list = []
        for line in move_lines:
            common = self._prepare_common_vals(line)
            for contract, values in self._split(line, exchange_contracts).items():
                vals_list.append(common | {"contract_id": contract.id} | values)
        return self._complete_vals_list(vals_list)

    @api.model
    def _complete_vals_list(self, vals_list):
        """Return the values of rows with what other addons know of them, wherever the
        rows come from.

        :param list[dict] vals_list: company, contract, legal entity, dates, amounts
        """
        return vals_list

    @api.model
    def _prepare_common_vals(self, line):
        return {
            "name": line.move_id.name or line.name or "/",
            "move_line_id": line.id,
            "company_id": line.company_id.id,
            "legal_entity_id": line.partner_id.commercial_partner_id.id,
            "date": line.date,
            "date_maturity": line.date_maturity,
            "currency_id": line.currency_id.id,
        }

    @api.model
    def _split(self, line, exchange_contracts):
        """Share one journal item between contracts.

        The contract named on the entry takes it whole. Else each part that is
        matched with an entry of a contract goes to that contract, and the rest,
        with all that is still open, to the contract of last resort.

        :param account.move.line line: a posted receivable item
        :param dict exchange_contracts: see :meth:`_exchange_contracts`
        :return: the values of :data:`VALUE_FIELDS` by contract (may be empty record)
        :rtype: dict[b2b.contract, dict[str, float]]
        """
        whole = {
            "amount": line.amount_currency,
            "residual": line.amount_residual_currency,
            "balance": line.balance,
            "balance_residual": line.amount_residual,
        }
        if contract := line.move_id.b2b_contract_id:
            return {contract: whole}
        shares = defaultdict(lambda: dict.fromkeys(VALUE_FIELDS, 0.0))
        for contract, amount, balance in self._matched_parts(line):
            shares[contract]["amount"] += amount
            shares[contract]["balance"] += balance
            whole["amount"] -= amount
            whole["balance"] -= balance
        rest = exchange_contracts.get(
            line.move_id
        ) or line.partner_id.commercial_partner_id._b2b_only_contract(
            line.company_id, line.date
        )
        for name, value in whole.items():
            shares[rest][name] += value
        return self._rounded(line, shares, rest)

    @api.model
    def _matched_parts(self, line):
        """Yield contract, amount and balance of each part of an item that is
        matched with an entry which names its contract."""
        for partial in line.matched_credit_ids:
            contract = partial.credit_move_id.move_id.b2b_contract_id
            if contract:
                yield contract, partial.debit_amount_currency, partial.amount
        for partial in line.matched_debit_ids:
            contract = partial.debit_move_id.move_id.b2b_contract_id
            if contract:
                yield contract, -partial.credit_amount_currency, -partial.amount

    @api.model
    def _rounded(self, line, shares, rest):
        """Round the shares of an item; leave out a rest of nothing."""
        currencies = {
            "amount": line.currency_id,
            "residual": line.currency_id,
            "balance": line.company_currency_id,
            "balance_residual": line.company_currency_id,
        }
        rounded = {
            contract: {
                name: currencies[name].round(value) for name, value in values.items()
            }
            for contract, values in shares.items()
        }
        if len(rounded) > 1 and not any(rounded[rest].values()):
            del rounded[rest]
        return rounded

    @api.model
    def _exchange_contracts(self, moves):
        """Return the contract of exchange difference entries, by entry.

        Such an entry names no contract: it belongs to the matching that caused it.
        """
        partials = self.env["account.partial.reconcile"].search(
            [("exchange_move_id", "in", moves.ids)]
        )
        contracts = {}
        for move, of_move in partials.grouped("exchange_move_id").items():
            sides = of_move.debit_move_id | of_move.credit_move_id
            named = sides.move_id.b2b_contract_id
            if len(named) == 1:
                contracts[move] = named
        return contracts

    # === FILLING AND CHECKING === #

    @api.model
    def _find_missing(self, limit, after=0):
        """Return receivable items that have no row yet, in the order of their ids.

        :param int limit: how many at most
        :param int after: only those with a higher id
        :rtype: account.move.line
        """
        items = self.env["account.move.line"].sudo()
        query = items._search(
            Domain("id", ">", after) & items._b2b_settlement_domain(),
            order="id",
            limit=limit,
        )
        self.flush_model(["move_line_id"])
        query.add_where(
            SQL(
                "NOT EXISTS (SELECT 1 FROM b2b_settlement_line AS row"
                " WHERE row.move_line_id = %s)",
                items._field_to_sql(query.table, "id", query),
            )
        )
        return items.browse(query)

    @api.model
    def _find_wrong(self):
        """Return journal items whose rows do not add up to them.

        Empty unless something wrote to the database behind the ORM.

        :rtype: account.move.line
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id
                  FROM account_move_line AS item
                  JOIN b2b_settlement_line AS row ON row.move_line_id = item.id
              GROUP BY item.id
                HAVING SUM(row.amount) != item.amount_currency
                    OR SUM(row.residual) != item.amount_residual_currency
                    OR SUM(row.balance) != item.balance
                    OR SUM(row.balance_residual) != item.amount_residual
                    OR item.parent_state != 'posted'
                """
            )
        )
        return self.env["account.move.line"].sudo().browse(id_ for (id_,) in rows)
