from . import cart
from . import catalogue
from . import checkout
from . import journal
from . import portal
