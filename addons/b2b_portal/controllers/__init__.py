from . import cart
from . import catalogue
from . import checkout
