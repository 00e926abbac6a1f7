from odoo import fields, models


class B2b1cCredentials(models.AbstractModel):
    """Shows a new password once. It has no table: nothing of it is ever stored."""

    _name = "b2b.1c.credentials"
    _description = "1C Credentials"

    # the form reads its defaults by an onchange, which needs an id
    id = fields.Id()
    address = fields.Char(readonly=True)
    login = fields.Char(string="User", readonly=True)
    password = fields.Char(readonly=True)
