from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .res_company import BILLING_MODES, INVOICING_POLICIES


class B2bContract(models.Model):
    """The agreement between one legal entity and one company of the supplier.

    Everything a dealer does is done on a contract: it names the prices, the
    currency, the way of billing, and says why a step is refused.
    """

    _name = "b2b.contract"
    _description = "Dealer Contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "legal_entity_id, name, id"
    _rec_names_search = ["name", "legal_entity_id.name"]
    _check_company_auto = True

    _name_entity_company_uniq = models.Constraint(
        "UNIQUE(legal_entity_id, company_id, name)",
        "This legal entity already has a contract with this number.",
    )
    _dates_order = models.Constraint(
        "CHECK(date_end IS NULL OR date_start IS NULL OR date_start <= date_end)",
        "A contract cannot end before it starts.",
    )

    name = fields.Char(string="Number", required=True, tracking=True, trim=True)
    active = fields.Boolean(default=True, tracking=True)
    legal_entity_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        check_company=True,
        help="The company that buys: it has its own tax number.",
    )
    dealer_id = fields.Many2one(
        related="legal_entity_id.b2b_dealer_id", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        check_company=True,
        tracking=True,
        help="Prices of this contract. Empty: the pricelist of the legal entity.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        tracking=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Taxes of this contract. Empty: those of the legal entity.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term", check_company=True, tracking=True
    )
    date_start = fields.Date(
        string="Valid from", default=fields.Date.context_today, tracking=True
    )
    date_end = fields.Date(string="Valid until", tracking=True)
    user_id = fields.Many2one(
        "res.users",
        string="Manager",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        tracking=True,
    )
    books = fields.Selection(
        [("odoo", "Odoo")],
        string="Books kept in",
        default="odoo",
        required=True,
        help="The one system whose entries make up this contract's settlements.",
    )
    billing_mode = fields.Selection(
        BILLING_MODES, string="Bill", help="Empty: as the company's setting says."
    )
    invoicing_policy = fields.Selection(
        INVOICING_POLICIES,
        string="Customer invoice",
        help="Empty: as the company's setting says.",
    )
    note = fields.Html(string="Terms")
    status = fields.Selection(
        [
            ("future", "Not started"),
            ("running", "Running"),
            ("expired", "Expired"),
            ("archived", "Archived"),
        ],
        compute="_compute_status",
        search="_search_status",
    )

    residual = fields.Monetary(
        string="Open amount",
        compute="_compute_residual",
        help="Open settlements in the currency of the contract.",
    )
    order_count = fields.Integer(compute="_compute_order_count")

    @api.depends("name", "legal_entity_id.name")
    def _compute_display_name(self):
        for contract in self:
            entity = contract.legal_entity_id.name
            contract.display_name = (
                f"{contract.name} ({entity})" if entity else contract.name
            )

    @api.depends("pricelist_id", "company_id", "legal_entity_id")
    def _compute_currency_id(self):
        for contract in self:
            contract.currency_id = (
                contract.pricelist_id.currency_id
                or contract.currency_id
                or (contract.legal_entity_id and contract._get_pricelist().currency_id)
                or contract.company_id.currency_id
            )

    @api.depends("active", "date_start", "date_end")
    @api.depends_context("tz")
    def _compute_status(self):
        today = fields.Date.context_today(self)
        for contract in self:
            contract.status = contract._status_on(today)

    @api.depends_context("uid")
    def _compute_residual(self):
        groups = self.env["b2b.settlement.line"]._read_group(
            [("contract_id", "in", self.ids), ("residual", "!=", 0)],
            ["contract_id", "currency_id"],
            ["residual:sum"],
        )
        totals = {(contract, currency): total for contract, currency, total in groups}
        for contract in self:
            contract.residual = totals.get((contract, contract.currency_id), 0.0)

    def _compute_order_count(self):
        counts = dict(
            self.env["sale.order"]._read_group(
                [("b2b_contract_id", "in", self.ids)], ["b2b_contract_id"], ["__count"]
            )
        )
        for contract in self:
            contract.order_count = counts.get(contract, 0)

    def _status_on(self, day):
        """Return the key of :attr:`status` that the contract has on a date."""
        self.ensure_one()
        if not self.active:
            return "archived"
        if self.date_start and self.date_start > day:
            return "future"
        if self.date_end and self.date_end < day:
            return "expired"
        return "running"

    def _is_valid_on(self, day):
        """Tell whether a date lies within the dates of this contract."""
        self.ensure_one()
        return (not self.date_start or self.date_start <= day) and (
            not self.date_end or day <= self.date_end
        )

    def _search_status(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        started = Domain("date_start", "=", False) | Domain("date_start", "<=", today)
        ended = Domain("date_end", "!=", False) & Domain("date_end", "<", today)
        alive = Domain("active", "=", True)
        domains = {
            "archived": Domain("active", "=", False),
            "future": alive & ~started,
            "expired": alive & started & ended,
            "running": alive & started & ~ended,
        }
        return Domain.OR(domains[key] for key in value if key in domains)

    @api.constrains("legal_entity_id")
    def _check_legal_entity(self):
        for contract in self:
            entity = contract.legal_entity_id
            if entity.commercial_partner_id != entity:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is a contact or an address: a contract is made "
                        "with the company itself.",
                        partner=entity.display_name,
                    )
                )

    @api.constrains("currency_id", "pricelist_id")
    def _check_currency(self):
        for contract in self:
            pricelist = contract.pricelist_id
            if pricelist and pricelist.currency_id != contract.currency_id:
                raise ValidationError(
                    self.env._(
                        "The pricelist %(pricelist)s is in %(pricelist_currency)s, "
                        "the contract %(contract)s in %(currency)s.",
                        pricelist=pricelist.display_name,
                        pricelist_currency=pricelist.currency_id.name,
                        contract=contract.name,
                        currency=contract.currency_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        self._clear_access_rules()
        contracts.legal_entity_id._b2b_sync_memberships()
        contracts.legal_entity_id._b2b_reallocate_settlements()
        self._forget_who_is_a_dealer()
        return contracts

    @api.model
    def _forget_who_is_a_dealer(self):
        """Have the access rules of portal users computed anew: a contract makes a
        dealer of a customer."""
        self.env.registry.clear_cache()

    def write(self, vals):
        if "legal_entity_id" in vals:
            self.filtered(
                lambda contract: contract.legal_entity_id.id != vals["legal_entity_id"]
            )._check_unused()
        reallocate = not self._allocation_fields().isdisjoint(vals)
        entities = self.legal_entity_id if reallocate else self.env["res.partner"]
        result = super().write(vals)
        if {"pricelist_id", "legal_entity_id"} & vals.keys():
            self._clear_access_rules()
        if reallocate:
            (entities | self.legal_entity_id)._b2b_reallocate_settlements()
        if "legal_entity_id" in vals:
            self._forget_who_is_a_dealer()
        return result

    def _check_unused(self):
        """Refuse to give contracts to another legal entity that are in use: the papers
        on them are of the one they were made with.
        """
        for model, field in self._models_on_contract().items():
            # Who keeps contracts need not see all that is done on them.
            users = self.env[model].sudo().with_context(active_test=False)
            if used := users.search([(field, "in", self.ids)], limit=1):
                contract = used[field].with_env(self.env)
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s is in use (%(usage)s): it stays with "
                        "%(entity)s. Make a new contract for another legal entity.",
                        contract=contract.name,
                        usage=self.env["ir.model"]._get(model).name,
                        entity=contract.legal_entity_id.name,
                    )
                )

    @api.model
    def _models_on_contract(self):
        """Return the models of what is done on a contract, with the field that names
        it.

        :rtype: dict[str, str]
        """
        return {
            "sale.order": "b2b_contract_id",
            "account.move": "b2b_contract_id",
            "account.payment": "b2b_contract_id",
            "b2b.payment.request": "contract_id",
            "b2b.document": "contract_id",
            "b2b.settlement.line": "contract_id",
        }

    def unlink(self):
        entities = self.legal_entity_id
        # The database would do it as well, but tell nobody who keeps sums of them.
        self.env["b2b.settlement.line"].sudo().search(
            [("contract_id", "in", self.ids)]
        ).contract_id = False
        result = super().unlink()
        entities._b2b_reallocate_settlements()
        self._forget_who_is_a_dealer()
        return result

    @api.model
    def _clear_access_rules(self):
        """Forget what the access rules of portal users have found out: they name the
        pricelists of their contracts.
        """
        self.env.registry.clear_cache()

    @api.model
    def _allocation_fields(self):
        """Return the fields that decide which entries fall to a contract by date."""
        return {"active", "legal_entity_id", "company_id", "date_start", "date_end"}

    # === ACTIONS === #

    def action_view_orders(self):
        """Open the orders on this contract."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders"),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": [("b2b_contract_id", "in", self.ids)],
        }

    def action_view_settlements(self):
        """Open the ledger of this contract."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "b2b_portal.b2b_settlement_line_action"
        )
        return action | {"domain": [("contract_id", "in", self.ids)]}

    # === BUSINESS METHODS === #

    def _refusal_reason(self, action):
        """Say why a step may not be taken on this contract.

        Every step of a dealer asks this one question; a step with an order asks the
        order (``_b2b_refusal_reason``), which asks here first. Other addons add their
        reasons by overriding it and calling ``super()`` first.

        :param str action: the step: ``order``, ``reserve``, ``ship``, ``pay``…
        :return: a translated sentence for the dealer, or False if nothing is
            against the step
        :rtype: str | bool
        """
        self.ensure_one()
        if action == "pay":
            return False
        if not self.legal_entity_id.active:
            return self.env._(
                "%(entity)s is no longer active: ask your manager.",
                entity=self.legal_entity_id.name,
            )
        status = self._status_on(self.company_id._b2b_today())
        if status == "archived":
            return self.env._(
                "Contract %(number)s is closed. Choose another contract or ask your "
                "manager.",
                number=self.name,
            )
        if status == "expired":
            return self.env._(
                "Contract %(number)s expired on %(date)s. Choose another contract or "
                "ask your manager to prolong it.",
                number=self.name,
                date=self.env["ir.qweb.field.date"].value_to_html(self.date_end, {}),
            )
        if status == "future":
            return self.env._(
                "Contract %(number)s starts on %(date)s.",
                number=self.name,
                date=self.env["ir.qweb.field.date"].value_to_html(self.date_start, {}),
            )
        return False

    def _order_refusal_reason(self):
        """Say why the current user may not order on this contract: what is against
        the contract itself, else his role at the dealer's.

        :return: a translated sentence for the dealer, or False
        :rtype: str | bool
        """
        self.ensure_one()
        if reason := self._refusal_reason("order"):
            return reason
        user = self.env.user
        if user._is_portal() and not user._b2b_may("order", self.legal_entity_id):
            return self.env._(
                "Your role does not let you order for %(entity)s: ask your "
                "administrator.",
                entity=self.legal_entity_id.name,
            )
        return False

    def _prepare_cart_values(self, contact, delivery=None):
        """Return what this contract prescribes to a cart, as ids.

        :param res.partner contact: the user's partner who buys
        :param res.partner delivery: the delivery address, if known
        :rtype: dict
        """
        self.ensure_one()
        values = {
            "partner_id": self.legal_entity_id.id,
            "partner_invoice_id": self.legal_entity_id.id,
            "b2b_contract_id": self.id,
            "b2b_contact_id": contact.id,
            "pricelist_id": self._get_pricelist().id,
            "fiscal_position_id": self._get_fiscal_position(delivery).id,
        }
        if carrier := self.env["sale.order"]._b2b_get_stand_in_carrier():
            values["carrier_id"] = carrier.id
        return values

    def _has_stale_books(self):
        """Tell whether what is known of the debt may be out of date: then it blocks
        nobody. Addons that bring figures from other books override it.
        """
        self.ensure_one()
        return False

    def _get_books_time(self):
        """Return when the figures last agreed with the books; False: they are the
        books."""
        self.ensure_one()
        return False

    def _get_billing_mode(self):
        """Return ``payment_request`` or ``invoice``, the company's if unset here."""
        self.ensure_one()
        return self.billing_mode or self.company_id.b2b_billing_mode

    def _get_invoicing_policy(self):
        """Return ``on_delivery`` or ``manual``, the company's if unset here."""
        self.ensure_one()
        return self.invoicing_policy or self.company_id.b2b_invoicing_policy

    def _get_pricelist(self):
        """Return the pricelist that prices this contract (sudo, may be empty)."""
        self.ensure_one()
        contract = self.sudo().with_company(self.company_id)
        return (
            contract.pricelist_id or contract.legal_entity_id.property_product_pricelist
        )

    def _get_fiscal_position(self, delivery=None):
        """Return the fiscal position of orders on this contract (sudo).

        :param res.partner delivery: the delivery address, if known
        """
        self.ensure_one()
        contract = self.sudo().with_company(self.company_id)
        return contract.fiscal_position_id or self.env[
            "account.fiscal.position"
        ].sudo().with_company(self.company_id)._get_fiscal_position(
            contract.legal_entity_id, delivery
        )
