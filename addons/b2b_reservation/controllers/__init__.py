from . import orders
from . import reservations
from . import shipment_composer
from . import shipment_requests
