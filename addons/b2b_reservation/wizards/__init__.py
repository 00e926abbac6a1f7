from . import b2b_reservation_release
from . import b2b_shipment_change
from . import stock_picking_return
