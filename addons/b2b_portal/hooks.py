def post_init_hook(env):
    """Have the papers, settlements and users of before filed in the background."""
    env.ref("b2b_portal.ir_cron_backfill")._trigger()
