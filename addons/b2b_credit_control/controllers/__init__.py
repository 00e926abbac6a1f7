from . import balance
from . import credit_history
from . import invoice_payment
from . import orders
from . import pay
from . import reminders
from . import suspended
