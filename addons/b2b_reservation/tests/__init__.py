from . import test_reservation
from . import test_reservation_concurrency
from . import test_reservation_life
from . import test_reservation_pages
from . import test_reservation_paying
from . import test_reservation_release
from . import test_shipment_flow
from . import test_translations
