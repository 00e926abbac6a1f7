from . import b2b_shipment_change
from . import stock_picking_return
