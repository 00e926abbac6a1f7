from odoo import api, fields, models
from odoo.exceptions import UserError

# what people decide, by choosing a record
CHOOSING = ("tax_number", "merged", "contract")


class B2b1cConflict(models.Model):
    """What only a human can decide: the exchange goes on without it.

    Importers and exporters call :meth:`_raise`. Who sees more of the matter solves it
    in :meth:`_apply`, by kind.
    """

    _name = "b2b.1c.conflict"
    _inherit = "b2b.1c.guarded"
    _description = "1C Conflict"
    _order = "state, id desc"

    backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Connection",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("tax_number", "Several customers with one tax number"),
            ("merged", "Counterparty replaced in 1C"),
            ("deleted", "Counterparty deleted in 1C"),
            ("contract", "No contract for a document"),
            ("change", "Change that Odoo cannot apply"),
            ("absent", "Goods missing from a full export"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
    )
    # tells conflicts of a kind apart
    key = fields.Char(required=True, readonly=True)
    external_id = fields.Char(string="ID in 1C", readonly=True)
    text = fields.Text(string="What is the matter", readonly=True)
    res_model = fields.Char(string="Model", readonly=True)
    res_ids = fields.Json(string="Records", readonly=True)
    record = fields.Reference(
        selection="_select_models",
        string="Concerns",
        compute="_compute_record",
        help="The first of the records.",
    )
    record_count = fields.Integer(string="Records concerned", compute="_compute_record")
    is_choice = fields.Boolean(compute="_compute_is_choice")
    choice = fields.Reference(
        selection="_select_choices",
        string="It is",
        help="The record in Odoo that 1C means.",
    )
    state = fields.Selection(
        [("open", "Open"), ("solved", "Solved")],
        default="open",
        required=True,
        readonly=True,
    )
    decision = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    date_solved = fields.Datetime(string="Decided on", readonly=True)

    _key_uniq = models.UniqueIndex(
        "(backend_id, kind, key)", "This conflict is known already."
    )
    _open_idx = models.Index("(backend_id) WHERE state = 'open'")

    @api.model
    def _select_choices(self):
        bindings = self.env["b2b.1c.binding"]
        return bindings._fields["res_model"]._description_selection(self.env)

    @api.model
    def _select_models(self):
        names = dict(self._select_choices())
        for name in ("b2b.settlement.line", "product.template"):
            names.setdefault(name, self.env[name]._description)
        return list(names.items())

    @api.depends("res_model", "res_ids")
    def _compute_record(self):
        known = dict(self._select_models())
        for conflict in self:
            records = conflict._get_records()
            conflict.record_count = len(records)
            first = records[:1] if conflict.res_model in known else None
            conflict.record = f"{first._name},{first.id}" if first else False

    @api.depends("kind")
    def _compute_is_choice(self):
        for conflict in self:
            conflict.is_choice = conflict.kind in CHOOSING

    @api.depends("kind", "external_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for conflict in self:
            conflict.display_name = kinds.get(conflict.kind)

    def _get_records(self):
        """The records in question that still exist."""
        self.ensure_one()
        if self.res_model not in self.env:
            return self.browse()
        return self.env[self.res_model].browse(self.res_ids or ()).exists()

    @api.model
    def _raise(self, backend, kind, record, external_id, text):
        """Put a matter before people; the caller goes on without it.

        May be called again and again with the same: there is one conflict for each
        connection, kind and id of 1C (or first record, where there is no id). A newer
        text replaces the one before. What people have decided stays decided as long as
        the text says the same; another text opens it anew.

        :param b2b.1c.backend backend: the connection
        :param str kind: one of the field `kind`: `tax_number` and `merged` (people
            choose the customer that `external_id`, a counterparty, is bound to),
            `contract` (they choose the contract of a document), `change`, `deleted`,
            `other` (they see to it and say so)
        :param models.Model record: the records in question of one model, may be empty
        :param str external_id: the id of 1C, may be None
        :param str text: sentences for people
        :rtype: b2b.1c.conflict
        """
        # sudo: whoever meets it, be it the user of 1C, need not see conflicts
        conflicts = self.sudo()
        key = external_id or f"{record._name},{record[:1].id}"
        values = {"res_model": record._name, "res_ids": record.ids, "text": text}
        domain = [("backend_id", "=", backend.id), ("kind", "=", kind)]
        known = conflicts.search([*domain, ("key", "=", key)])
        if not known:
            return conflicts.create(
                {
                    **values,
                    "backend_id": backend.id,
                    "kind": kind,
                    "key": key,
                    "external_id": external_id,
                }
            )
        if known.text != text:
            known.write({**values, "state": "open", "decision": False})
        return known

    @api.model
    def _settle(self, backend, kind, external_ids):
        """Solve conflicts that have come to an end by themselves.

        :param b2b.1c.backend backend: the connection
        :param str kind: as in :meth:`_raise`
        :param external_ids: ids of 1C
        """
        found = self.sudo().search(
            [
                ("backend_id", "=", backend.id),
                ("kind", "=", kind),
                ("external_id", "in", list(external_ids)),
                ("state", "=", "open"),
            ]
        )
        # forgotten, not solved: if it comes up again, it is a new matter
        found.unlink()

    def action_solve(self):
        """Do what was chosen, and close the matter."""
        for conflict in self.filtered(lambda conflict: conflict.state == "open"):
            conflict.check_access("write")
            if conflict.is_choice and not conflict.choice:
                raise UserError(self.env._("Choose first what 1C means."))
            conflict._apply()
            chosen = conflict.choice and conflict.choice.display_name
            conflict._close(chosen or self.env._("Seen to"))

    def action_dismiss(self):
        """Leave all as it is; it comes again only if 1C says something else."""
        self.check_access("write")
        self._close(self.env._("Left as it is"))

    def action_reopen(self):
        """Take a decision back; what it has changed stays."""
        self.check_access("write")
        # sudo: as in _close
        self.sudo().write({"state": "open", "decision": False})

    def action_view_records(self):
        """Open the records in question."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self.res_model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.res_ids or [])],
        }

    def _apply(self):
        """Do what `choice` says."""
        self.ensure_one()
        if self.kind in ("tax_number", "merged"):
            self._check_choice("res.partner")
            self._bind_choice("res.partner")
        if self.kind == "contract":
            self._choose_contract()

    def _choose_contract(self):
        """Put the document on the chosen contract, or let it in if it waits."""
        contract = self.choice
        if contract._name != "b2b.contract" or contract.id not in self.res_ids:
            raise UserError(self.env._("Choose one of the contracts in question."))
        # sudo: papers of 1C are written by the exchange alone
        bindings = self.env["b2b.1c.binding"].sudo()
        chosen = (self.external_id, contract.id, contract.name, False)
        bindings._bind(self.backend_id, "b2b.contract", [chosen])
        found = bindings._find(self.backend_id, "b2b.document", [self.external_id])
        if paper := found.get(self.external_id):
            entity = contract.legal_entity_id
            paper.write({"contract_id": contract.id, "legal_entity_id": entity.id})
            paper._sync_1c()
        self.env["b2b.1c.waiting"]._schedule(self.backend_id)

    def _check_choice(self, res_model):
        """Refuse a record of another kind or company.

        :raise UserError:
        """
        if self.choice._name != res_model:
            raise UserError(
                self.env._(
                    "Choose a record of this kind: %(kind)s.",
                    kind=self.env["ir.model"]._get(res_model).name,
                )
            )
        # sudo: whose it is decides, whoever may see it
        company = self.choice.sudo().company_id
        if company and company != self.company_id:
            raise UserError(
                self.env._(
                    "%(name)s: choose a record of company %(company)s.",
                    name=self.choice.display_name,
                    company=self.company_id.name,
                )
            )

    def _bind_choice(self, res_model):
        """Bind the id of 1C to the chosen record, and take up what waited for it."""
        # sudo: bindings are made by the exchange alone
        bindings = self.env["b2b.1c.binding"].sudo()
        name = self.choice.display_name
        known = bindings._find_rows(self.backend_id, res_model, [self.external_id])
        if row := known.get(self.external_id):
            name = row.name or name
        row = (self.external_id, self.choice.id, name, False)
        bindings._bind(self.backend_id, res_model, [row])
        # later orders are to carry it
        entities = self.env["b2b.1c.entity"].sudo()
        partner = self.choice.commercial_partner_id
        entities._rebind(self.backend_id, partner, self.external_id, name)
        self.env["b2b.1c.waiting"]._schedule(self.backend_id)

    def _close(self, decision):
        # sudo: who has decided what is for nobody to write
        self.sudo().write(
            {
                "state": "solved",
                "decision": decision,
                "user_id": self.env.uid,
                "date_solved": fields.Datetime.now(),
            }
        )
