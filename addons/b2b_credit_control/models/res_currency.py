from ast import literal_eval

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, get_lang

from odoo.addons.base.models.res_lang import intersperse


class ResCurrency(models.Model):
    _inherit = "res.currency"

    @api.model
    def _b2b_get_format(self):
        """Return a function that writes amounts in the user's language.

        It takes an amount, rounded by its currency, and the id of that currency, and
        asks no query. The language is looked up once for all amounts of a page.

        :rtype: callable
        """
        language = get_lang(self.env)
        separator = language.thousands_sep or ""
        groups = literal_eval(language.grouping)
        currencies = self.get_all_currencies()

        def write(amount, currency_id):
            currency = currencies.get(currency_id)
            if not currency:
                # Money is owed in it, though it is no longer active.
                return format_amount(self.env, amount, self.sudo().browse(currency_id))
            whole, _point, decimals = f"{amount:.{currency['digits'][1]}f}".partition(
                "."
            )
            number = intersperse(whole, groups, separator)[0]
            if decimals:
                number += language.decimal_point + decimals
            parts = [number, currency["symbol"]]
            if currency["position"] == "before":
                parts.reverse()
            return "\N{NO-BREAK SPACE}".join(parts)

        return write

    @api.model
    def _b2b_rate_sql(self, currency_id, company):
        """Return the rate of a currency today, as ``_get_rates`` of Odoo asks for it,
        to be part of another query.

        :param SQL currency_id: expression
        :param SQL company: alias of ``res_company`` in that query
        :rtype: SQL
        """
        self.env["res.currency.rate"].flush_model()
        # The last rate up to today, else the first one after it.
        return SQL(
            """
            COALESCE(
                (
                    SELECT rate.rate
                      FROM res_currency_rate AS rate
                     WHERE rate.currency_id = %(currency_id)s
                       AND (rate.company_id IS NULL
                            OR rate.company_id
                               = split_part(%(company)s.parent_path, '/', 1)::int)
                  ORDER BY rate.name > %(today)s, rate.company_id,
                           abs(rate.name - %(today)s)
                     LIMIT 1
                ),
                1.0
            )::float
            """,
            currency_id=currency_id,
            company=company,
            today=fields.Date.context_today(self),
        )
