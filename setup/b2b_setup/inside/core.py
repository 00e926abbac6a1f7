# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Completes the core template: accounts, languages, compiled assets.

In: the name of the database. Out: the database as every test and demo starts from it.
"""

import sys

from . import announce, odoo_environment

LANGUAGES = ["ru_RU", "uk_UA", "tr_TR"]


def load_accounts(env):
    """Give the main company the generic chart: no localization is installed."""
    company = env.ref("base.main_company")
    if "account.chart.template" in env and not company.chart_template:
        chart = env["account.chart.template"]
        chart.try_loading("generic_coa", company, install_demo=False)


def load_languages(env):
    """The languages of our users: tests and demo find them active."""
    wizard = env["base.language.install"].create({"lang_ids": []})
    languages = env["res.lang"].with_context(active_test=False)
    wizard.lang_ids = languages.search([("code", "in", LANGUAGES)])
    wizard.lang_install()


def disable_demo_provider(env):
    """Payments without money are for who asks for them: some tests and the demo."""
    if provider := env.ref("payment.payment_provider_demo", raise_if_not_found=False):
        provider.state = "disabled"


def main(database):
    with odoo_environment(database) as env:
        announce("chart of accounts")
        load_accounts(env)
        disable_demo_provider(env)
        announce("languages")
        load_languages(env)
        announce("web assets")
        env["ir.qweb"]._pregenerate_assets_bundles()


if __name__ == "__main__":
    main(sys.argv[1])
