# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Makes the connection of the demo that the stand-in for 1C exchanges with.

In: the database, the file for the answer, key, user and password of the connection.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

from odoo import fields

from ..paths import REPOSITORY
from . import odoo_environment

sys.path.append(str(REPOSITORY))
# what the stand-in will call its warehouses and prices
from tests.standin_1c.goods import Maker  # noqa: E402

# the one that the stand-in has unless told otherwise
SEED = "1"


def connect(env, key, user, password):
    """Make the connection `key` unless it is there; returns whether it is new."""
    connections = env["b2b.1c.backend"].with_context(active_test=False)
    if connections.search_count([("key", "=", key)]):
        return False
    connection = connections.create({"name": "1C (demo)", "key": key, "login": user})
    connection._set_password(password)
    # what a supplier does once, when 1C has called for the first time
    make_taxes(env, connection.company_id)
    bind_prices(env, connection)
    bind_warehouse(env, connection)
    return True


def make_taxes(env, company):
    """The taxes of 1C, which are found by their rates."""
    own = company.account_sale_tax_id
    taxes = env["account.tax"].search(
        [("company_id", "=", company.id), ("type_tax_use", "=", "sale")]
    )
    for rate in {20.0, 10.0} - set(taxes.mapped("amount")):
        name = f"VAT {rate:g}%"
        group = own.tax_group_id.copy({"name": name})
        tax = own.copy({"amount": rate, "tax_group_id": group.id})
        for code, _name in env["res.lang"].get_installed():
            tax.with_context(lang=code).write({"name": name, "invoice_label": name})
            group.with_context(lang=code).name = name


def bind_prices(env, connection):
    """Retail prices of 1C become sales prices: the pricelists of the demo's contracts
    begin with them. They are in roubles, the demo is not."""
    company = connection.company_id
    roubles = env.ref("base.RUB")
    roubles.active = True
    if not roubles.rate_ids.filtered(lambda rate: rate.company_id == company):
        env["res.currency.rate"].create(
            {
                "currency_id": roubles.id,
                "company_id": company.id,
                "name": fields.Date.today() - timedelta(days=365),
                "rate": 80.0,
            }
        )
    [(guid, name, _share), *_others] = Maker(SEED).price_types()
    pricelists = env["product.pricelist"]
    found = [("name", "=", f"{name} (1C)"), ("company_id", "=", company.id)]
    pricelist = pricelists.search(found, limit=1) or pricelists.create(
        {
            "name": f"{name} (1C)",
            "currency_id": roubles.id,
            "company_id": company.id,
            "website_id": False,
            "selectable": False,
            "sequence": 1000,
            "b2b_only_chosen": True,
        }
    )
    rows = [(guid, pricelist.id, name, False)]
    env["b2b.1c.binding"]._bind(connection, "product.pricelist", rows)
    connection.list_pricelist_id = pricelist
    # some goods of 1C have no price: nobody gets them for nothing
    env["website"].get_current_website().prevent_zero_price_sale = True


def bind_warehouse(env, connection):
    """The main warehouse of 1C is the one of the demo. The others stay to be bound, so
    that there is something to see."""
    [(guid, name), *_others] = Maker(SEED).warehouses()
    warehouse = connection._get_stock_warehouse()
    rows = [(guid, warehouse.id, name, False)]
    env["b2b.1c.binding"]._bind(connection, "stock.warehouse", rows)


def main(database, answer, *words):
    with odoo_environment(database) as env:
        is_new = connect(env, *words)
    Path(answer).write_text(json.dumps({"is_new": is_new}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
