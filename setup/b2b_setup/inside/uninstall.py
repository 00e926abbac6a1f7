# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Uninstalls our addons from a database with data, and says what is wrong afterwards.

In: the database, our addons, each after what it depends on. Out: a line `fault: TEXT`
for each thing that is left of them, and for each that went with them and is not theirs.
"""

import sys

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

from . import announce, odoo_environment

# what a company cannot do without: by table, figures that change with what is in it
KEPT = {
    "account_move": "sum(amount_total)",
    "account_move_line": "sum(balance)",
    "account_partial_reconcile": "sum(amount)",
    "account_payment": "sum(amount)",
    "payment_transaction": "sum(provider_id + payment_method_id)",
    "product_pricelist": "sum(id)",
    "product_product": "sum(id)",
    "res_partner": "sum(id)",
    "res_users": "sum(id)",
    "sale_order": "sum(amount_total + coalesce(carrier_id, 0))",
    "sale_order_line": "sum(price_total + product_id)",
    "stock_picking": "sum(id)",
}
# of these the demo data have some that a user would have made himself
MADE_BY_USERS = [
    "b2b.contract",
    "b2b.membership",
    "product.%",
    "res.partner",
    "res.users",
    "stock.quant",
]
# where something of ours may be left: a query of its names
LEFT = {
    "external id": "SELECT model || ' ' || name FROM ir_model_data"
    " WHERE module LIKE 'b2b\\_%'",
    "table": "SELECT relname FROM pg_class WHERE relname LIKE 'b2b\\_%'",
    "column": "SELECT attrelid::regclass || '.' || attname FROM pg_attribute"
    " WHERE attname LIKE '%b2b\\_%' AND NOT attisdropped",
    "function": "SELECT proname FROM pg_proc WHERE proname LIKE '%b2b\\_%'",
    "trigger": "SELECT tgname FROM pg_trigger WHERE tgname LIKE '%b2b\\_%'",
    "model": "SELECT model FROM ir_model WHERE model LIKE 'b2b.%'",
    "field": "SELECT name FROM ir_model_fields WHERE name LIKE 'b2b\\_%'",
    "view": "SELECT key FROM ir_ui_view WHERE key LIKE 'b2b\\_%'"
    " OR model LIKE 'b2b.%' OR arch_db::text ~ 'b2b_(portal|credit_control)[.]'",
    "sequence": "SELECT code FROM ir_sequence WHERE code LIKE 'b2b%'",
    "parameter": "SELECT key FROM ir_config_parameter WHERE key LIKE 'b2b%'",
    "default": "SELECT json_value FROM ir_default WHERE field_id IS NULL",
    "filter": "SELECT name::text FROM ir_filters WHERE model_id LIKE 'b2b.%'",
    "attachment": "SELECT name FROM ir_attachment WHERE res_model LIKE 'b2b.%'",
    "message": "SELECT id::text FROM mail_message WHERE model LIKE 'b2b.%'",
    "follower": "SELECT id::text FROM mail_followers WHERE res_model LIKE 'b2b.%'",
    "activity": "SELECT id::text FROM mail_activity WHERE res_model LIKE 'b2b.%'",
    "rule": "SELECT name FROM ir_rule WHERE domain_force LIKE '%b2b\\_%'",
    "server action": "SELECT code FROM ir_act_server WHERE code LIKE '%b2b\\_%'",
    "menu": "SELECT url FROM website_menu WHERE url ~ 'b2b|/my/'",
    "group": "SELECT name->>'en_US' FROM res_groups WHERE privilege_id IN"
    " (SELECT id FROM res_groups_privilege WHERE name->>'en_US' = 'B2B')",
    "feature": "SELECT name FROM ir_model_data JOIN res_groups_implied_rel"
    " ON model = 'res.groups' AND res_id = hid"
    " WHERE module = 'product' AND name = 'group_product_pricelist'",
    "payment provider": "SELECT code FROM payment_provider WHERE state != 'disabled'"
    " AND custom_mode LIKE 'b2b%'",
    "payment method": "SELECT code FROM payment_method WHERE active"
    " AND code LIKE 'b2b%'",
}


def figures(env):
    """What `KEPT` names: by table, how many rows there are, and their figures."""
    return {
        table: env.execute_query(SQL(f"SELECT count(*), {figure} FROM {table}"))
        for table, figure in KEPT.items()
    }


def be_used(env):
    """Make papers that name records of our addons; leave demo data to the user."""
    env.execute_query(
        SQL(
            "DELETE FROM ir_model_data WHERE module LIKE %s AND model LIKE ANY(%s)"
            " AND name NOT LIKE %s",
            "b2b\\_%",
            MADE_BY_USERS,
            "product_delivery_by_request%",
        )
    )
    customer = env["res.partner"].create({"name": "Dealer", "is_company": True})
    contract = env["b2b.contract"].create(
        {"name": "Trial", "legal_entity_id": customer.id}
    )
    product = env.ref("b2b_portal.product_delivery_by_request")
    order = env["sale.order"].create(
        {
            "partner_id": customer.id,
            "b2b_contract_id": contract.id,
            "carrier_id": env.ref("b2b_portal.delivery_carrier_by_request").id,
            "order_line": [Command.create({"product_id": product.id})],
        }
    )
    if "b2b.shipment.request" in env:
        # sent, it is in the journal, and staff are called
        request = env["b2b.shipment.request"].create({"legal_entity_id": customer.id})
        request.write({"state": "sent", "date_sent": fields.Datetime.now()})
        request.activity_schedule("mail.mail_activity_data_todo")
    env["payment.transaction"].create(
        {
            "provider_id": env.ref("b2b_portal.payment_provider_b2b_bill").id,
            "payment_method_id": env.ref("b2b_portal.payment_method_b2b_bill").id,
            "sale_order_ids": [Command.link(order.id)],
            "amount": 1.0,
            "currency_id": order.currency_id.id,
            "partner_id": customer.id,
        }
    )


def main(database, *names):
    with odoo_environment(database) as env:
        be_used(env)
        env.flush_all()
        before = figures(env)
    for name in reversed(names):
        announce(f"without {name}")
        with odoo_environment(database) as env:
            addon = env["ir.module.module"].search([("name", "=", name)])
            addon.button_immediate_uninstall()
    with odoo_environment(database) as env:
        after = figures(env)
        for name, value in before.items():
            if after[name] != value:
                print(f"fault: {name}: was {value}, is {after[name]}")
        for kind, query in LEFT.items():
            for [found] in env.execute_query(SQL(query.replace("%", "%%"))):
                print(f"fault: {kind} left behind: {found}")


if __name__ == "__main__":
    main(*sys.argv[1:])
