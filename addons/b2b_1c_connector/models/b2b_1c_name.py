from odoo import api, fields, models
from odoo.tools import SQL


class B2b1cName(models.Model):
    """Names under which connections make records that all of them share.

    Attributes, their values and units are not of one connection: two that make the same
    one at once must not make it twice.
    """

    _name = "b2b.1c.name"
    _description = "Name That 1C Connections Share"
    _log_access = False

    name = fields.Char(required=True)
    uses = fields.Integer(help="How often something was made under it.")

    _name_uniq = models.UniqueIndex("(name)", "There is one row for each name.")

    @api.model
    def _take(self, kind, names):
        """Be the only one who makes records under some names until this transaction
        ends.

        Who comes just after another one has ended does not see its work; as he updates
        the same rows, he fails to serialize and is run again.

        :param str kind: what is to be made
        :param names: texts
        """
        # in one order for all, so that two do not wait for each other
        keys = sorted({f"{kind} {name}" for name in names})
        if not keys:
            return
        rows = SQL(", ").join(SQL("(%s, 1)", key) for key in keys)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO b2b_1c_name AS shared (name, uses) VALUES %s
                ON CONFLICT (name) DO UPDATE SET uses = shared.uses + 1
                """,
                rows,
            ),
            log_exceptions=False,
        )
