def uninstall_hook(env):
    """Remove what keeps records of this addon from being deleted."""
    env.cr.execute("DELETE FROM b2b_document WHERE shipment_request_id IS NOT NULL")
    env.cr.execute(
        "UPDATE b2b_document_type SET parent_id = NULL WHERE code = 'shipment_request'"
    )
    # Its table goes in any case.
    env.cr.execute("UPDATE b2b_shipment_request SET method_id = NULL")
    env.invalidate_all()
