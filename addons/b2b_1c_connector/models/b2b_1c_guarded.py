from odoo import api, models


class B2b1cGuarded(models.AbstractModel):
    """What is readonly is written by the exchange alone, whoever else may write the
    rest: a view hides such fields, RPC does not."""

    _name = "b2b.1c.guarded"
    _description = "1C Record With Fields of the Exchange"

    @api.model
    def _has_field_access(self, field, operation):
        if operation == "write" and field.readonly and not self.env.su:
            return False
        return super()._has_field_access(field, operation)
