import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools.mimetypes import guess_mimetype

# What the paper itself says of its settlement; overdue is a matter of the day.
STATES = [
    ("issued", "Issued"),
    ("shipped", "Shipped"),
    ("to_pay", "To pay"),
    ("partial", "Partly paid"),
    ("invoiced", "Invoiced"),
    ("processing", "In process"),
    ("paid", "Paid"),
    ("lapsed", "Lapsed"),
    ("reversed", "Reversed"),
    ("received", "Received"),
    ("refunded", "Paid back"),
]
OPEN_STATES = ("to_pay", "partial")


class B2bDocument(models.Model):
    """The journal: one row for each paper that a dealer may see.

    A paper mirrors one Odoo record (see ``b2b.document.source``) or is registered
    by staff with a PDF. Mirrored fields are stored computed: the ORM keeps them
    true, and nothing but the record itself changes them.
    """

    _name = "b2b.document"
    _description = "Dealer Document"
    _order = "date desc, id desc"
    _rec_names_search = ["name", "legal_entity_id.name"]
    _check_company_auto = True

    _move_uniq = models.UniqueIndex(
        "(move_id) WHERE move_id IS NOT NULL", "This entry is in the journal already."
    )
    _picking_uniq = models.UniqueIndex(
        "(picking_id) WHERE picking_id IS NOT NULL",
        "This delivery is in the journal already.",
    )
    _payment_uniq = models.UniqueIndex(
        "(payment_id) WHERE payment_id IS NOT NULL",
        "This payment is in the journal already.",
    )
    _payment_request_uniq = models.UniqueIndex(
        "(payment_request_id) WHERE payment_request_id IS NOT NULL",
        "This payment request is in the journal already.",
    )
    _amount_positive = models.Constraint(
        "CHECK(amount >= 0)", "The amount of a document is not negative."
    )
    # The journal page: the newest of some legal entities, of all types or of one.
    _journal_idx = models.Index(
        "(legal_entity_id, date DESC, id DESC) WHERE is_published IS TRUE"
    )
    _journal_tab_idx = models.Index(
        "(legal_entity_id, root_type_id, date DESC, id DESC) WHERE is_published IS TRUE"
    )

    name = fields.Char(
        string="Number",
        compute="_compute_mirrored",
        required=True,
        store=True,
        readonly=False,
        precompute=True,
        index="trigram",
    )
    type_id = fields.Many2one(
        "b2b.document.type",
        compute="_compute_mirrored",
        required=True,
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        ondelete="restrict",
    )
    root_type_id = fields.Many2one(
        related="type_id.root_id",
        string="Tab",
        store=True,
        precompute=True,
    )
    date = fields.Date(
        compute="_compute_mirrored",
        required=True,
        store=True,
        readonly=False,
        precompute=True,
    )
    date_due = fields.Date(
        string="Due date",
        compute="_compute_mirrored",
        store=True,
        readonly=False,
        precompute=True,
    )
    legal_entity_id = fields.Many2one(
        "res.partner",
        compute="_compute_mirrored",
        required=True,
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    dealer_id = fields.Many2one(
        related="legal_entity_id.b2b_dealer_id",
        store=True,
        precompute=True,
        index=True,
    )
    contract_id = fields.Many2one(
        "b2b.contract",
        compute="_compute_contract_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        domain="[('legal_entity_id', '=', legal_entity_id),"
        " ('company_id', '=', company_id)]",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_mirrored",
        required=True,
        store=True,
        readonly=False,
        precompute=True,
        index=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_mirrored",
        required=True,
        store=True,
        readonly=False,
        precompute=True,
    )
    amount = fields.Monetary(
        compute="_compute_mirrored",
        store=True,
        readonly=False,
        precompute=True,
    )
    amount_residual = fields.Monetary(
        string="Open amount",
        compute="_compute_mirrored",
        store=True,
        readonly=False,
        precompute=True,
    )
    order_ids = fields.Many2many(
        "sale.order",
        string="Orders",
        compute="_compute_mirrored",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('partner_id', 'child_of', legal_entity_id)]",
    )
    state = fields.Selection(
        STATES,
        compute="_compute_mirrored",
        required=True,
        store=True,
        readonly=False,
        precompute=True,
    )
    status = fields.Selection(
        [*STATES, ("overdue", "Overdue")],
        compute="_compute_status",
        help="As the dealer sees it today.",
    )
    is_published = fields.Boolean(
        string="Visible to the dealer",
        compute="_compute_mirrored",
        store=True,
        readonly=False,
        precompute=True,
    )
    issued_at = fields.Datetime(
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        copy=False,
    )
    synced_at = fields.Datetime(
        string="Synchronized",
        readonly=True,
        copy=False,
        help="When this row last agreed with other books.",
    )
    source = fields.Selection(
        [("odoo", "Odoo"), ("manual", "Registered by staff")],
        compute="_compute_source",
        store=True,
        readonly=False,
        precompute=True,
    )
    # Which record of Odoo it is, is of no concern to a dealer.
    move_id = fields.Many2one(
        "account.move",
        string="Entry",
        readonly=True,
        ondelete="cascade",
        groups="base.group_user",
        copy=False,
    )
    picking_id = fields.Many2one(
        "stock.picking",
        string="Delivery",
        readonly=True,
        ondelete="cascade",
        groups="base.group_user",
        copy=False,
    )
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        ondelete="cascade",
        groups="base.group_user",
        copy=False,
    )
    payment_request_id = fields.Many2one(
        "b2b.payment.request",
        readonly=True,
        ondelete="cascade",
        groups="base.group_user",
        copy=False,
    )
    pdf_file = fields.Binary(string="PDF", attachment=True, copy=False)
    pdf_filename = fields.Char(copy=False)

    # === COMPUTE METHODS === #

    @api.model
    def _source_fields(self):
        """Return the fields that point to the kinds of records a document mirrors.

        An addon that brings another kind adds the field, its unique index and its
        name here; the model it points to inherits ``b2b.document.source``.
        """
        return ["move_id", "picking_id", "payment_id", "payment_request_id"]

    @api.model
    def _mirrored_fields(self):
        """Return the fields that follow the mirrored record, without the contract."""
        return [
            "name",
            "type_id",
            "date",
            "date_due",
            "legal_entity_id",
            "company_id",
            "currency_id",
            "amount",
            "amount_residual",
            "order_ids",
            "state",
            "is_published",
        ]

    @api.model
    def _get_source_depends(self, method):
        """Return dependencies on the mirrored records.

        :param str method: the method of the sources that names their fields
        """
        return [
            f"{field}.{name}"
            for field in self._source_fields()
            for name in getattr(self.env[self._fields[field].comodel_name], method)()
        ]

    def _get_source(self):
        """Return the Odoo record that this document mirrors, or None."""
        self.ensure_one()
        for field in self._source_fields():
            if record := self[field]:
                return record
        return None

    @api.depends(lambda self: self._get_source_depends("_b2b_document_depends"))
    def _compute_mirrored(self):
        for field in self._source_fields():
            self[field]._b2b_forget_lists()
        for document in self:
            source = document._get_source()
            values = source._b2b_document_values() if source else {}
            for name in self._mirrored_fields():
                # What staff wrote stays; a required value that the record has lost
                # for now, as a draft without customer has, stays too.
                if name not in values or (
                    not values[name] and self._fields[name].required
                ):
                    document[name] = document[name] or document._get_default(name)
                else:
                    document[name] = values[name]

    def _get_default(self, name):
        """Return the value that a mirrored field of a paper by hand starts with."""
        match name:
            case "company_id":
                return self.env.company
            case "currency_id":
                return self.env.company.currency_id
            case "date":
                return fields.Date.context_today(self)
            case "state":
                return "issued"
        return False

    @api.depends(lambda self: self._get_source_depends("_b2b_contract_depends"))
    def _compute_contract_id(self):
        for document in self:
            source = document._get_source()
            if not source:
                document.contract_id = document.contract_id
                continue
            document.contract_id = (
                source._b2b_document_contract()
                or document.legal_entity_id._b2b_only_contract(
                    document.company_id, document.date
                )
            )

    @api.model
    def _reallocate(self, legal_entities):
        """Have the contracts of documents found anew: a legal entity's only contract
        takes those that name none.

        :param res.partner legal_entities: whose contracts have changed
        """
        documents = self.search(
            Domain("legal_entity_id", "in", legal_entities.ids)
            & Domain("source", "=", "odoo")
        )
        self.env.add_to_compute(self._fields["contract_id"], documents)

    @api.depends(lambda self: self._source_fields())
    def _compute_source(self):
        for document in self:
            document.source = (
                "odoo" if document._get_source() else document.source or "manual"
            )

    @api.depends("state", "date_due")
    @api.depends_context("tz")
    def _compute_status(self):
        today = fields.Date.context_today(self)
        for document in self:
            is_late = document.date_due and document.date_due < today
            document.status = (
                "overdue"
                if is_late and document.state in OPEN_STATES
                else document.state
            )

    # === CONSTRAINTS === #

    @api.constrains("contract_id", "legal_entity_id")
    def _check_contract_entity(self):
        for document in self:
            contract = document.contract_id
            if contract and contract.legal_entity_id != document.legal_entity_id:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s belongs to another legal entity than "
                        "%(entity)s.",
                        contract=contract.name,
                        entity=document.legal_entity_id.name,
                    )
                )

    @api.constrains("pdf_file", "is_published", "source")
    def _check_pdf_file(self):
        for document in self.filtered(lambda document: document.source == "manual"):
            content = document._get_file_content()
            if not content and document.is_published:
                raise ValidationError(
                    self.env._(
                        "Attach the PDF of %(number)s before the dealer sees it.",
                        number=document.name,
                    )
                )
            if content and guess_mimetype(content) != "application/pdf":
                raise ValidationError(
                    self.env._(
                        "The file of %(number)s is no PDF.", number=document.name
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_mirrored(self):
        if any(document._get_source() for document in self):
            raise UserError(
                self.env._(
                    "A document of Odoo leaves the journal with its record: cancel "
                    "or delete that."
                )
            )

    # === ACTIONS === #

    def action_open_source(self):
        """Open the mirrored record."""
        source = self._get_source()
        return source.get_formview_action() if source else False

    def action_open_pdf(self):
        """Open the PDF as the dealer gets it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": self._get_pdf_url(),
            "target": "new",
        }

    # === THE FILE === #

    def _get_pdf(self):
        """Return the bytes of the PDF, or nothing if there is none.

        Whoever calls it with sudo has checked that the user may read the document:
        reports read products, taxes and layouts that he has no access to.
        """
        self.ensure_one()
        if content := self._get_file_content():
            return content
        source = self._get_source()
        return source._b2b_document_pdf() if source else b""

    def _get_file_content(self):
        """Return the bytes of the registered file."""
        self.ensure_one()
        return base64.b64decode(self.with_context(bin_size=False).pdf_file or b"")
