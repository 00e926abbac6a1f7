from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError


class B2bDocumentType(models.Model):
    """A kind of paper. A type without parent is a tab of the dealer's journal."""

    _name = "b2b.document.type"
    _description = "Document Type"
    _order = "sequence, id"

    _code_uniq = models.Constraint(
        "UNIQUE(code)", "Another document type already has this code."
    )

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        copy=False,
        readonly=True,
        help="Set on the types that Odoo's own papers are filed under.",
    )
    active = fields.Boolean(
        default=True, help="The journal shows no documents of an archived tab."
    )
    sequence = fields.Integer(
        default=80,
        help="Orders the tabs of the journal, and the papers of one order as they "
        "follow each other in the process.",
    )
    parent_id = fields.Many2one(
        "b2b.document.type",
        string="Tab",
        index=True,
        ondelete="restrict",
        domain="[('parent_id', '=', False), ('id', '!=', id)]",
        help="Empty: the type is a tab of its own.",
    )
    child_ids = fields.One2many("b2b.document.type", "parent_id", string="Types")
    root_id = fields.Many2one(
        "b2b.document.type",
        string="Journal tab",
        compute="_compute_root_id",
        store=True,
        index=True,
    )
    show_orders = fields.Boolean(
        string="Shows the orders", default=True, help="A column of this tab."
    )
    show_status = fields.Boolean(
        string="Shows the status", default=True, help="A column of this tab."
    )

    @api.depends("parent_id")
    def _compute_root_id(self):
        for document_type in self:
            document_type.root_id = document_type.parent_id or document_type

    @api.constrains("parent_id")
    def _check_parent_id(self):
        for document_type in self:
            parent = document_type.parent_id
            if parent and (parent.parent_id or document_type.child_ids):
                raise ValidationError(
                    self.env._("Tabs hold types, and types hold no types of their own.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        types = super().create(vals_list)
        self.env.registry.clear_cache()
        return types

    def write(self, vals):
        result = super().write(vals)
        if "code" in vals:
            self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_coded(self):
        if coded := self.filtered("code"):
            raise UserError(
                self.env._(
                    "Odoo files its own papers under %(name)s. Archive it instead.",
                    name=coded[0].name,
                )
            )

    @api.model
    @tools.ormcache("code")
    def _get_id_by_code(self, code):
        """Return the id of the type with a code; it may be archived.

        :param str code: for instance ``invoice``
        :rtype: int
        """
        types = self.sudo().with_context(active_test=False)
        return types.search([("code", "=", code)], limit=1).id

    def _get_key(self):
        """Return the word that names this type in an address of the account."""
        self.ensure_one()
        return self.code or str(self.id)
