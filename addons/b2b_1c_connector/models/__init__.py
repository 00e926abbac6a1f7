from . import b2b_1c_backend
from . import b2b_1c_call
from . import b2b_1c_exchange
from . import b2b_1c_file
from . import b2b_1c_protocol
from . import res_users
