from . import b2b_block_dry_run
from . import b2b_block_lift
from . import b2b_credit_release
