from . import dispatcher
from . import exchange
