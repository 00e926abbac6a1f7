"""What the shop costs with 20,000 products: for a customer without a contract and for a
dealer, beside the same pages of an Odoo without these addons.

It fills the database it is given, copies it and installs the addons in the copy; never
run it on one you need:

    ./setup/odoo db duplicate b2b_template shop_stock
    BENCH_PRODUCTS=20000 ./setup/odoo shell -d shop_stock < tests/benchmarks/shop.py
"""

import os
import sys

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service import db
from odoo.tools import config

sys.path.insert(0, "tests/benchmarks")
from bench import clone, log_in, measure_in_turns  # noqa: E402

PRODUCTS = int(os.environ.get("BENCH_PRODUCTS", 20_000))
RUNS = int(os.environ.get("BENCH_RUNS", 11))
ADDONS = os.environ.get("BENCH_ADDONS", "b2b_portal").split(",")
PAGES = (
    "/shop",
    "/shop/page/500",
    "/shop?search=Part 00042",
    "/shop?search=A-00042",
    "/shop?order=list_price+desc",
)

env = env(  # noqa: F821 (given by the shell)
    context=dict(env.context, tracking_disable=True, no_reset_password=True)  # noqa: F821
)


def create_customer(name):
    """Create a portal user."""
    partner = env["res.partner"].create({"name": name, "is_company": True})
    env["res.users"].create(
        {
            "name": name,
            "login": name,
            "partner_id": partner.id,
            "group_ids": [Command.set(env.ref("base.group_portal").ids)],
        }
    )


def fill():
    """Make the products, in stock, by SQL from one that Odoo made."""
    part = env["product.template"].create(
        {
            "name": "Part",
            "default_code": "A-0",
            "list_price": 10,
            "is_published": True,
            "is_storable": True,
        }
    )
    copies = PRODUCTS - 1
    base = clone(
        part,
        copies,
        name="jsonb_build_object('en_US', 'Part ' || lpad(g::text, 5, '0'))",
        list_price="10 + g %% 990",
        default_code="'A-' || lpad(g::text, 5, '0')",
        website_sequence="10000 + g * 5",
    )
    clone(
        part.product_variant_id,
        copies,
        product_tmpl_id=f"{base} + g",
        default_code="'A-' || lpad(g::text, 5, '0')",
        combination_indices="NULL",
    )
    env.cr.execute("ANALYZE")
    env.cr.commit()


def install_in_copy(source, name):
    """Copy a database, which closes its connections, and install the addons there."""
    db.exp_duplicate_database(source, name)
    Registry.new(name, update_module=True, install_modules=ADDONS)


def open_database(name):
    """Return an environment of a database."""
    return api.Environment(Registry(name).cursor(), SUPERUSER_ID, {})


def get_user(environment, login):
    """Return a user by his log-in."""
    return environment["res.users"].search([("login", "=", login)])


create_customer("customer")
create_customer("dealer")
fill()
name, copy_name = env.cr.dbname, f"{env.cr.dbname}_b2b"
install_in_copy(name, copy_name)
config["db_name"] = [name, copy_name]  # what the server answers for
stock, copy = open_database(name), open_database(copy_name)
dealer = get_user(copy, "dealer")
copy["b2b.contract"].create({"name": "Bench", "legal_entity_id": dealer.partner_id.id})
copy.cr.execute("ANALYZE")
copy.cr.commit()
clients = {
    "stock": log_in(get_user(stock, "customer")),
    "customer": log_in(get_user(copy, "customer")),
    "dealer": log_in(dealer),
}
for page in PAGES:
    found = measure_in_turns(
        {name: (client, page) for name, client in clients.items()}, RUNS
    )
    of_stock, _queries = found["stock"]
    for name, (median, queries) in found.items():
        print(
            f"{name:10} {page:32} {median:6.0f} ms  {median / of_stock:5.2f} of stock"
            f"  {queries:3} queries"
        )
stock.cr.close()
copy.cr.close()
sys.exit()  # the shell's own connection is gone
