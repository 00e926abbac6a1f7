from . import test_access
from . import test_contract
from . import test_documents
from . import test_membership
from . import test_settlement_ledger
