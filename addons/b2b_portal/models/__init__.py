# First what others inherit.
from . import b2b_document_source  # isort: skip
from . import account_move
from . import account_move_line
from . import account_partial_reconcile
from . import account_payment
from . import b2b_contract
from . import b2b_document
from . import b2b_document_type
from . import b2b_membership
from . import b2b_payment_request
from . import b2b_settlement_line
from . import ir_http
from . import mail_template
from . import payment_provider
from . import payment_transaction
from . import product_product
from . import product_template
from . import res_company
from . import res_config_settings
from . import res_partner
from . import res_users
from . import sale_order
from . import sale_order_bill
from . import sale_order_line
from . import stock_picking
from . import uom_uom
from . import website
