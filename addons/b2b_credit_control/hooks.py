def post_init_hook(env):
    """Give the ledger that is there its due dates and totals, the orders theirs."""
    env["sale.order"]._b2b_complete_amounts()
    env["b2b.settlement.line"]._complete_due_dates()
    env["b2b.settlement.total"]._rebuild()


def uninstall_hook(env):
    """Remove what keeps records of this addon from being deleted."""
    kind = env.ref("b2b_credit_control.mail_activity_type_credit_hold")
    activities = env["mail.activity"].with_context(active_test=False)
    activities.search([("activity_type_id", "=", kind.id)]).unlink()
    # Its table goes in any case.
    env.cr.execute("DELETE FROM b2b_reminder_item")
