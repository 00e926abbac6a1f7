from . import b2b_block_lift
