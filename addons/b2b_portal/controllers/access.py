"""Finding the records that an address names."""

from werkzeug.exceptions import NotFound

from odoo.http import request

from .query import parse_id


def find_order(order_id):
    """Return an order on a contract that the current user may read, as he himself
    (sudo): what is decided about it is decided for him.

    :param int order_id: as the address says
    :rtype: sale.order
    :raise NotFound: for anything else, be it somebody's or nobody's
    """
    order = request.env["sale.order"].browse(parse_id(order_id) or 0).exists()
    if not order.has_access("read") or not order.sudo().b2b_contract_id:
        raise NotFound()
    return order.sudo()
