from . import b2b_1c_backend
from . import res_users
