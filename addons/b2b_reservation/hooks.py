def post_init_hook(env):
    """Keep for dealers what was reserved for their orders before: by staff, so without
    end."""
    moves = env["stock.move"].search(
        [
            ("state", "in", ("assigned", "partially_available")),
            ("sale_line_id.order_id.b2b_contract_id", "!=", False),
        ]
    )
    moves.sale_line_id._b2b_claim_by_staff()
    moves.sale_line_id._b2b_claim_at_gate()


def uninstall_hook(env):
    """Remove what keeps records of this addon from being deleted."""
    env.cr.execute("DELETE FROM b2b_document WHERE shipment_request_id IS NOT NULL")
    env.cr.execute(
        "UPDATE b2b_document_type SET parent_id = NULL WHERE code = 'shipment_request'"
    )
    # Its table goes in any case.
    env.cr.execute("UPDATE b2b_shipment_request SET method_id = NULL")
    env.invalidate_all()
