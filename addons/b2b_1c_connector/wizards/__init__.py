from . import b2b_1c_credentials
