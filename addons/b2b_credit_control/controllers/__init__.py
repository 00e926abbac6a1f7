from . import credit_history
from . import orders
