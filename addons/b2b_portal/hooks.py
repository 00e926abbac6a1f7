from odoo.addons.payment import reset_payment_provider, setup_provider

from .models.payment_provider import PAY_BY_BILL


def post_init_hook(env):
    """Have the papers, settlements and users of before filed in the background."""
    env.ref("b2b_portal.ir_cron_backfill")._trigger()
    setup_provider(env, "custom", custom_mode=PAY_BY_BILL)
    env["uom.uom"]._b2b_mark_fractional_units()


def uninstall_hook(env):
    """Switch off the provider that only this addon can process."""
    reset_payment_provider(env, "custom", custom_mode=PAY_BY_BILL)
