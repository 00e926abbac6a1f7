# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The supplier's books: his country, his tax, where payments arrive.

The generic chart of accounts that the set-up has loaded belongs to another country.
"""


def load(env):
    """Make the books those of a company in Georgia that sells with 18 % VAT."""
    company = env.ref("base.main_company")
    _move_to(env, company, env.ref("base.ge"))
    company.account_sale_tax_id.amount = 18.0
    # the chart brings names of its own in other languages
    for code, _name in env["res.lang"].get_installed():
        tax = company.account_sale_tax_id.with_context(lang=code)
        tax.write({"name": "VAT 18%", "invoice_label": "VAT 18%"})
        tax.tax_group_id.name = "VAT 18%"
    _receive_payments_at_once(env, company)
    _take_payments_without_money(env)
    # There is no SMS account: nobody is asked about it at each delivery.
    company.stock_text_confirmation = False


def _move_to(env, company, country):
    """The taxes and the fiscal positions of the chart follow the company."""
    of_company = [("company_id", "=", company.id)]
    positions = env["account.fiscal.position"].search(of_company)
    home = positions.filtered(
        lambda position: position.country_id == company.account_fiscal_country_id
    )
    company.account_fiscal_country_id = country
    home.country_id = country
    env["account.tax.group"].search(of_company).country_id = country
    taxes = env["account.tax"].with_context(active_test=False).search(of_company)
    taxes.country_id = country


def _receive_payments_at_once(env, company):
    """Payments are on the bank account when they are registered: no statements here."""
    bank = env["account.journal"].search(
        [("type", "=", "bank"), ("company_id", "=", company.id)], limit=1
    )
    bank.bank_account_id = env.ref("b2b_portal.bank_account_supplier")
    for line in bank.inbound_payment_method_line_ids:
        line.payment_account_id = bank.default_account_id


def _take_payments_without_money(env):
    """Odoo's demo provider stands in for a bank: dealers pay online in the account."""
    env.ref("payment.payment_provider_demo").write(
        {"state": "test", "is_published": True}
    )
