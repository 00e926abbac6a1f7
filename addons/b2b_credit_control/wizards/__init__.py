from . import b2b_credit_release
from . import b2b_block_lift
