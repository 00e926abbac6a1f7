from odoo import fields, models

from ..commerceml import write_info, write_orders
from .b2b_1c_protocol import VERSION


class B2b1cProtocolOrders(models.Model):
    """The orders that 1C asks for, and what it confirms."""

    _inherit = "b2b.1c.exchange"

    version = fields.Char(readonly=True)
    offered = fields.Json(
        readonly=True,
        help="What the last reply held: 1C confirms no more than that.",
    )

    def _mode_init(self, words, body):
        if VERSION.fullmatch(words.get("version", "")):
            self.version = words["version"]
        return super()._mode_init(words, body)

    def _do(self, mode, words, body):
        if words.get("type") == "sale" and mode == "success":
            self.env["b2b.1c.order"]._confirm(self)
        return super()._do(mode, words, body)

    def _get_orders(self, words):
        version = words.get("version") or self.version or ""
        if not VERSION.fullmatch(version):
            version = "2.05"
        rows = self.env["b2b.1c.order"]
        if self.backend_id.exchange_orders:
            return rows._offer(self, version=version).decode()
        formed = rows._get_local(self.backend_id, fields.Datetime.now())
        return write_orders([], formed, version=version).decode()

    def _get_info(self):
        """The statuses and ways of payment that orders tell, from which newer modules
        fill their tables.

        :rtype: bytes
        """
        backend = self.backend_id
        statuses = self.env["b2b.1c.order"]._get_statuses()
        terms = self.env["account.payment.term"].search(
            [("company_id", "in", [False, backend.company_id.id])]
        )
        return write_info(statuses.items(), [(term.id, term.name) for term in terms])
