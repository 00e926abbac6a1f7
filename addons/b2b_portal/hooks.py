from odoo import Command

from odoo.addons.payment import reset_payment_provider, setup_provider

from .models.payment_provider import PAY_BY_BILL
from .models.res_company import PAYMENT_REQUEST_SEQUENCE

PRICELISTS_ARE_OURS = "b2b_portal.switched_pricelists_on"
# Records of ours that business papers name, and the fields by which they do.
NAMED_BY_PAPERS = {
    "payment_provider_b2b_bill": [("payment.transaction", "provider_id")],
    "payment_method_b2b_bill": [("payment.transaction", "payment_method_id")],
    "delivery_carrier_by_request": [
        ("sale.order", "carrier_id"),
        ("stock.picking", "carrier_id"),
    ],
    "product_delivery_by_request": [
        ("sale.order.line", "product_id"),
        ("account.move.line", "product_id"),
        ("delivery.carrier", "product_id"),
    ],
}


def pre_init_hook(env):
    """Remember whether this addon is the one that switches pricelists on."""
    if (
        env.ref("product.group_product_pricelist")
        not in env.ref("base.group_user").implied_ids
    ):
        env["ir.config_parameter"].set_param(PRICELISTS_ARE_OURS, "1")


def post_init_hook(env):
    """Have the papers, settlements and users of before filed in the background."""
    env.ref("b2b_portal.ir_cron_backfill")._trigger()
    setup_provider(env, "custom", custom_mode=PAY_BY_BILL)
    env["uom.uom"]._b2b_mark_fractional_units()


def uninstall_hook(env):
    """Take back what the addon has changed elsewhere, and leave what papers name."""
    _switch_pricelists_off(env)
    sequences = env["ir.sequence"].with_context(active_test=False)
    sequences.search([("code", "=", PAYMENT_REQUEST_SEQUENCE)]).unlink()
    reset_payment_provider(env, "custom", custom_mode=PAY_BY_BILL)
    _keep_what_papers_name(env)
    # Their tables go in any case; first the rows that keep records of ours.
    env.cr.execute("DELETE FROM b2b_document")
    env.cr.execute("UPDATE b2b_document_type SET parent_id = NULL")
    env.invalidate_all()


def _switch_pricelists_off(env):
    parameters = env["ir.config_parameter"]
    if parameters.get_param(PRICELISTS_ARE_OURS):
        pricelists = env.ref("product.group_product_pricelist")
        env.ref("base.group_user").implied_ids = [Command.unlink(pricelists.id)]
        parameters.set_param(PRICELISTS_ARE_OURS, False)


def _keep_what_papers_name(env):
    """Archive records of ours that are in use; without external id they stay."""
    for name, uses in NAMED_BY_PAPERS.items():
        record = env.ref(f"b2b_portal.{name}", raise_if_not_found=False)
        if not record:
            continue
        if not any(_is_used(record, *use) for use in uses):
            if record._name == "delivery.carrier":
                # Now, so that it does not keep its product.
                record.unlink()
            continue
        if "active" in record:
            record.action_archive()
        _forget_external_id(record)
        if record._name == "product.product":
            _forget_external_id(record.product_tmpl_id)


def _is_used(record, model, field):
    users = record.env[model].with_context(active_test=False)
    return bool(users.search_count([(field, "=", record.id)], limit=1))


def _forget_external_id(record):
    record.env["ir.model.data"].search(
        [
            ("module", "=", "b2b_portal"),
            ("model", "=", record._name),
            ("res_id", "=", record.id),
        ]
    ).unlink()
