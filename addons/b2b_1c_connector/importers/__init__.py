from . import importer
from . import group
from . import currency
from . import price_type
from . import price
from . import warehouse
from . import stock
from . import offer
