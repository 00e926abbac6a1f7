from odoo import api, fields, models
from odoo.exceptions import ValidationError


class B2b1cBinding(models.Model):
    """What an id of 1C stands for in Odoo, for each connection.

    A row without a record is parked: 1C names something that only people can find in
    Odoo. Rows of files that need it wait (`b2b.1c.waiting`) until they have.
    """

    _name = "b2b.1c.binding"
    _inherit = "b2b.1c.guarded"
    _description = "1C Binding"
    _order = "res_model, name, id"

    backend_id = fields.Many2one(
        "b2b.1c.backend",
        string="Connection",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    res_model = fields.Selection(
        [
            ("product.category", "Group"),
            ("product.public.category", "Shop category"),
            ("b2b.1c.property", "Property"),
            ("product.attribute.value", "Value of a property"),
            ("product.template", "Goods"),
            ("product.product", "Variant"),
            ("uom.uom", "Unit"),
            ("account.tax", "Tax"),
            ("res.currency", "Currency"),
            ("product.pricelist", "Price type"),
            ("stock.warehouse", "Warehouse"),
            ("res.partner", "Counterparty"),
            ("sale.order", "Order"),
            ("b2b.contract", "Contract"),
            ("b2b.document", "Document"),
        ],
        string="Kind",
        required=True,
        readonly=True,
    )
    external_id = fields.Char(string="ID in 1C", required=True, readonly=True)
    name = fields.Char(string="Name in 1C", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model")
    record = fields.Reference(
        selection=lambda self: self._fields["res_model"].selection,
        string="In Odoo",
        compute="_compute_record",
        inverse="_inverse_record",
    )
    digest = fields.Char(
        readonly=True,
        help="Stands for what 1C said last: rows that say the same are passed over.",
    )

    deleted = fields.Boolean(string="Deleted in 1C", readonly=True)
    absent = fields.Boolean(
        string="Missing in 1C",
        readonly=True,
        help="Archived because a full export did not name it.",
    )

    _external_uniq = models.UniqueIndex(
        "(backend_id, res_model, external_id)",
        "This ID of 1C is bound already.",
    )
    _record_idx = models.Index("(res_model, res_id)")
    _parked_idx = models.Index("(backend_id, res_model) WHERE res_id IS NULL")

    waiting_count = fields.Integer(
        string="Rows waiting", compute="_compute_waiting_count"
    )

    def _compute_waiting_count(self):
        # sudo: who may see the binding may know how much waits for it
        groups = (
            self.env["b2b.1c.waiting"]
            .sudo()
            ._read_group(
                [
                    ("backend_id", "in", self.backend_id.ids),
                    ("needs_model", "in", self.mapped("res_model")),
                    ("needs_id", "in", self.mapped("external_id")),
                ],
                ["backend_id", "needs_model", "needs_id"],
                ["__count"],
            )
        )
        counts = {(backend.id, *key): count for backend, *key, count in groups}
        for row in self:
            key = (row.backend_id.id, row.res_model, row.external_id)
            row.waiting_count = counts.get(key, 0)

    def write(self, vals):
        result = super().write(vals)
        if "res_id" in vals and not self.env.su:
            # by people: the exchange itself works with all rights
            self._take_choice()
        return result

    def _take_choice(self):
        """See that what people have chosen will do, and have it taken up."""
        for binding in self.filtered("res_id"):
            record = binding._get_bound()
            company = record and "company_id" in record and record.sudo().company_id
            if not record or (company and company != binding.company_id):
                raise ValidationError(
                    self.env._(
                        "%(name)s: choose a record of company %(company)s.",
                        name=binding.display_name,
                        company=binding.company_id.name,
                    )
                )
        # what 1C said last was not said of this record
        # sudo: the exchange keeps it
        self.sudo().digest = False
        for backend in self.filtered("res_id").backend_id:
            self.env["b2b.1c.waiting"]._schedule(backend)

    @api.depends("res_model", "res_id")
    def _compute_record(self):
        for binding in self:
            record = binding._get_bound()
            binding.record = record and f"{record._name},{record.id}"

    def _inverse_record(self):
        for binding in self:
            binding.res_id = binding.record and binding.record.id

    @api.depends("name", "external_id")
    def _compute_display_name(self):
        for binding in self:
            binding.display_name = binding.name or binding.external_id

    @api.model
    def _get_records(self, res_model, ids):
        """The records of these ids that still exist."""
        return self.env[res_model].browse(filter(None, ids)).exists()

    def _get_bound(self):
        """The record, nothing if the row is parked or the record is gone."""
        self.ensure_one()
        return self._get_records(self.res_model, [self.res_id])

    @api.model
    def _find_rows(self, backend, res_model, external_ids):
        """The bindings of some ids of 1C, whether bound or parked.

        :param b2b.1c.backend backend:
        :param str res_model:
        :param external_ids: ids of 1C
        :rtype: dict[str, b2b.1c.binding]
        """
        rows = self.search_fetch(
            [
                ("backend_id", "=", backend.id),
                ("res_model", "=", res_model),
                ("external_id", "in", list(external_ids)),
            ],
            ["external_id", "res_id", "digest", "name", "absent"],
        )
        return {row.external_id: row for row in rows}

    @api.model
    def _find(self, backend, res_model, external_ids):
        """The records that some ids of 1C stand for, archived ones too.

        :rtype: dict[str, models.Model]
        """
        rows = self._find_rows(backend, res_model, external_ids)
        records = self._get_records(res_model, [row.res_id for row in rows.values()])
        # not by browse: records that are read together are to be fetched together
        known = {record.id: record for record in records}
        return {
            external_id: known[row.res_id]
            for external_id, row in rows.items()
            if row.res_id in known
        }

    @api.model
    def _find_ids(self, backend, records):
        """The ids of 1C that stand for some records: the first one of each.

        :param b2b.1c.backend backend:
        :param models.Model records:
        :rtype: dict[int, str]
        """
        rows = self.search_fetch(
            [
                ("backend_id", "=", backend.id),
                ("res_model", "=", records._name),
                ("res_id", "in", records.ids),
            ],
            ["external_id", "res_id"],
            order="id desc",
        )
        return {row.res_id: row.external_id for row in rows}

    @api.model
    def _bind(self, backend, res_model, rows):
        """Bind ids of 1C, or bind them anew.

        :param b2b.1c.backend backend:
        :param str res_model:
        :param rows: (external id, id of the record or False to park, name, digest)
        :rtype: b2b.1c.binding
        """
        rows = list(rows)
        known = self._find_rows(backend, res_model, [row[0] for row in rows])
        new = {}
        for external_id, res_id, name, digest in rows:
            values = {"res_id": res_id, "name": name, "digest": digest}
            if external_id in known:
                known[external_id].write(values)
            else:
                new[external_id] = {
                    **values,
                    "backend_id": backend.id,
                    "res_model": res_model,
                    "external_id": external_id,
                }
        return self.browse(row.id for row in known.values()) | self.create(
            list(new.values())
        )

    @api.model
    def _park(self, backend, res_model, external_id, name=None):
        """Have people say what an id of 1C stands for; what is bound stays so."""
        if not self._find_rows(backend, res_model, [external_id]):
            self._bind(backend, res_model, [(external_id, False, name, False)])
