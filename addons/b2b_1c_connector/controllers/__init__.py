from . import dispatcher
from . import exchange
from . import request_line
