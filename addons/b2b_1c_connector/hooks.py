def uninstall_hook(env):
    """Archive the users of the connections, and throw away the files of 1C."""
    connections = env["b2b.1c.backend"].with_context(active_test=False)
    connections.search([("user_id", "!=", False)]).user_id.active = False
    attachments = env["ir.attachment"].with_context(active_test=False)
    attachments.search([("res_model", "=", "b2b.1c.file")]).unlink()
