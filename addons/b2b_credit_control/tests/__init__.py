from . import test_block
from . import test_credit_figures
from . import test_credit_hold
from . import test_credit_panel
from . import test_credit_terms
from . import test_deferral
from . import test_unblock_plan
