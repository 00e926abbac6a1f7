from . import b2b_shipment_change
