from . import test_credit_figures
from . import test_deferral
