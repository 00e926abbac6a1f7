from . import balance
from . import credit_history
from . import orders
from . import pay
from . import reminders
from . import suspended
