def post_init_hook(env):
    """Give the ledger that is there its due dates and totals."""
    env["b2b.settlement.line"]._complete_due_dates()
    env["b2b.settlement.total"]._rebuild()
