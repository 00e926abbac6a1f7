def uninstall_hook(env):
    """Archive the users of the connections: they are for the exchange alone."""
    connections = env["b2b.1c.backend"].with_context(active_test=False)
    connections.search([("user_id", "!=", False)]).user_id.active = False
