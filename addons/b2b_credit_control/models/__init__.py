from . import account_move
from . import b2b_contract
from . import b2b_credit_event
from . import b2b_settlement_line
from . import b2b_settlement_total
from . import res_company
from . import res_config_settings
from . import sale_order
