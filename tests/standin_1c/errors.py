"""What ends an exchange, in the words 1C has for its user."""


class ExchangeError(Exception):
    """The exchange, or the part of it at work, cannot go on."""


class NoConnection(ExchangeError):
    """The server cannot be reached at all."""


class NotAdmitted(ExchangeError):
    """The server has refused the login."""
