from . import balance
from . import credit_history
from . import orders
from . import reminders
from . import suspended
