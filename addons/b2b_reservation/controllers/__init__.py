from . import reservations
from . import shipment_requests
