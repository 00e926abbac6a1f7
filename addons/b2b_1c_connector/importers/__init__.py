from . import importer
from . import group
from . import currency
from . import price_type
from . import price
from . import offer
