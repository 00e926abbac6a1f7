from odoo import api, models
from odoo.tools import format_amount, formatLang


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.model
    def _b2b_format(self, amount, currency_id):
        """Return an amount in words of the user's language, without a query.

        :param float amount: rounded by its currency
        :param int currency_id: id of the currency
        :rtype: str
        """
        currency = self.get_all_currencies().get(currency_id)
        if not currency:
            # Money is owed in it, though it is no longer active.
            return format_amount(self.env, amount, self.sudo().browse(currency_id))
        number = formatLang(self.env, amount, digits=currency["digits"][1])
        parts = [number, currency["symbol"]]
        if currency["position"] == "before":
            parts.reverse()
        return "\N{NO-BREAK SPACE}".join(parts)
