from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    b2b_contract_id = fields.Many2one(
        "b2b.contract",
        string="Contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('legal_entity_id', '=', b2b_legal_entity_id),"
        " ('company_id', '=', company_id)]",
        tracking=True,
    )
    b2b_legal_entity_id = fields.Many2one(
        related="partner_id.commercial_partner_id", string="Legal entity"
    )
    b2b_contact_id = fields.Many2one(
        "res.partner",
        string="Buying contact",
        ondelete="set null",
        help="The person of the dealer who placed the order.",
    )

    @api.constrains("b2b_contract_id", "partner_id")
    def _check_b2b_contract_entity(self):
        for order in self:
            contract = order.b2b_contract_id
            entity = order.b2b_legal_entity_id
            if contract and contract.legal_entity_id != entity:
                raise ValidationError(
                    self.env._(
                        "Contract %(contract)s belongs to another legal entity than "
                        "%(entity)s.",
                        contract=contract.name,
                        entity=entity.name,
                    )
                )

    def _prepare_invoice(self):
        vals = super()._prepare_invoice()
        vals["b2b_contract_id"] = self.b2b_contract_id.id
        return vals

    def _get_invoice_grouping_keys(self):
        """Keep one contract per invoice when staff invoice many orders at once."""
        return super()._get_invoice_grouping_keys() + ["b2b_contract_id"]
