from odoo import fields, models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    b2b_only_chosen = fields.Boolean(
        string="Only where it is chosen",
        help="Customers get this pricelist only if it was chosen for them or for their "
        "contract. Without this mark Odoo gives whoever has none the first one it "
        "finds.",
    )
    b2b_1c_tax = fields.Selection(
        [("included", "With tax"), ("excluded", "Without tax")],
        string="Prices in 1C are",
        help="Imported prices are converted to what the taxes of the goods ask for. "
        "Empty: they are taken as they are.",
    )

    def _get_partner_pricelist_multi_search_domain_hook(self, company_id):
        """Override of `product`: who has no pricelist gets none that must be chosen."""
        domain = super()._get_partner_pricelist_multi_search_domain_hook(company_id)
        return [*domain, ("b2b_only_chosen", "=", False)]
