from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    b2b_1c_variants_only = fields.Boolean(
        string="Variants of 1C only",
        copy=False,
        help="Combinations of values that 1C does not know cannot be ordered: it could "
        "not tell what they are.",
    )
    # what 1C calls the goods: that of variants that have none of their own
    b2b_1c_article = fields.Char(readonly=True, copy=False)

    def _is_combination_possible(
        self, combination, parent_combination=None, ignore_no_variant=False
    ):
        possible = super()._is_combination_possible(
            combination, parent_combination, ignore_no_variant
        )
        if not possible or not self.b2b_1c_variants_only:
            return possible
        # core would make it when somebody orders it
        return self._get_variant_for_combination(combination).active
