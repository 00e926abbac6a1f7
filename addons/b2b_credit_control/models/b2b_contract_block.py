from odoo import fields, models


class B2bContract(models.Model):
    _inherit = "b2b.contract"

    block_ids = fields.One2many("b2b.block", "contract_id", string="Blocks")

    def write(self, vals):
        result = super().write(vals)
        if not self._allocation_fields().isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    def _get_block_scenario(self, day=None):
        """Return ``soft`` or ``hard`` if this contract or its whole dealer is blocked,
        else an empty text. No query while nobody is blocked.

        :param datetime.date day: in UTC, default today
        :rtype: str
        """
        self.ensure_one()
        single, whole = self.env["b2b.block"]._get_lasting(day or fields.Date.today())
        if not (single or whole):
            return ""
        contract = self.sudo()
        scenarios = {
            single.get(contract.id),
            whole.get((contract.dealer_id.id, contract.company_id.id)),
        }
        return min(filter(None, scenarios), default="")

    def _refusal_reason(self, action):
        """Override of `b2b_portal`: on a blocked contract one can only pay."""
        if reason := super()._refusal_reason(action):
            return reason
        if action != "pay" and self._get_block_scenario():
            return self.env._(
                "Contract %(number)s is blocked: %(reason)s Pay what is overdue or ask "
                "your manager.",
                number=self.name,
                reason=self._get_block_reason(),
            )
        return False

    def _get_block_reason(self):
        """Return why this contract is blocked, for the dealer, harshest first."""
        self.ensure_one()
        contract = self.sudo()
        blocks = (
            self.env["b2b.block"]
            .sudo()
            .search(
                [
                    ("state", "=", "active"),
                    ("dealer_id", "=", contract.dealer_id.id),
                    ("company_id", "=", contract.company_id.id),
                    ("contract_id", "in", [False, contract.id]),
                ],
                order="scenario, id",
                limit=1,
            )
        )
        return blocks._get_reason() if blocks else ""
