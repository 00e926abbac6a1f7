from odoo import api, fields, models
from odoo.tools import SQL, format_amount, formatLang


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

    @api.model
    def _b2b_rate_sql(self, currency_id, company):
        """Return the rate of a currency today, as ``_get_rates`` of Odoo asks for it,
        to be part of another query.

        :param SQL currency_id: expression
        :param SQL company: alias of ``res_company`` in that query
        :rtype: SQL
        """
        self.env["res.currency.rate"].flush_model()
        query = SQL(
            """
            SELECT rate.rate
              FROM res_currency_rate AS rate
             WHERE rate.currency_id = %s
               AND (rate.company_id IS NULL
                    OR rate.company_id = split_part(%s.parent_path, '/', 1)::int)
            """,
            currency_id,
            company,
        )
        return SQL(
            """
            COALESCE(
                (%(query)s AND rate.name <= %(today)s
                 ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                (%(query)s ORDER BY rate.company_id, rate.name LIMIT 1),
                1.0
            )::float
            """,
            query=query,
            today=fields.Date.context_today(self),
        )
